"""ELF files that are made to cost more than they are worth: small, or not worth reading whole."""

from __future__ import annotations

import struct
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps._procmaps import SymbolTable

_NAMES = b"\0.symtab\0.strtab\0.gnu_debuglink\0"


def elf(sections):
    """Return a file with some sections: name, type, link, content."""
    sections = [("", 0, 0, b""), *sections, (".strtab", 3, 0, _NAMES)]
    headers, contents = b"", b""
    for name, type_, link, content in sections:
        place = _NAMES.index(name.encode() + b"\0") if name else 0
        headers += struct.pack("<IIQQQQIIQQ", place, type_, 0, 0, 64 + len(contents), len(content), link, 0, 1, 0)
        contents += content
    at, count = 64 + len(contents), len(sections)
    head = b"\x7fELF\2\1\1".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, at, 0, 64, 56, 0, 64, count, count - 1)
    return head + contents + headers


def test_names_that_overlap_are_not_made_into_more_than_files_have() -> None:
    longest = 64 << 10
    names = b"\0" + b"_" * (2 * longest)
    symbols = [struct.pack("<IBBHQQ", 1 + i % longest, 0x12, 0, 1, 0x1000 + i, 1) for i in range(20_000)]
    table = SymbolTable.of_image(elf([(".symtab", 2, 2, b"".join(symbols)), (".strtab", 3, 0, names)]))
    assert table is not None
    assert len(table) * longest <= 512 << 20
    assert table.notes == ["the names of its symtab are too long together, and were not read whole"]


@pytest.fixture
def linked(tmp_path):
    """A file that names another one as that with its debug information, by a checksum."""
    (tmp_path / "lib").write_bytes(elf([(".gnu_debuglink", 1, 0, b"debug\0\0\0" + struct.pack("<I", 1))]))
    return tmp_path


def read(linked):
    return SymbolTable.of_file(str(linked / "lib"), "/lib", [str(linked)])


def test_a_debug_file_of_any_size_is_not_summed_up(linked) -> None:
    with open(linked / "debug", "wb") as file:
        file.write(b"\x7fELF")
        file.truncate(1 << 43)
    assert len(read(linked)) == 0
