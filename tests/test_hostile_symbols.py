"""ELF files that are made to cost more than they are worth: small, or not worth reading whole."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import subprocess
import sys
import zlib

import pytest

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps import Map, Maps, _procmaps
from procmaps._procmaps import SymbolTable
from procmaps.symbols import Symbolizer
from support.seccomp import NUMBER, run_filtered

Lines = getattr(_procmaps, "Lines", None)
needs_lines = pytest.mark.skipif(Lines is None, reason="built without line numbers")

_NAMES = b"\0.symtab\0.strtab\0.gnu_debuglink\0"
_NAMES += b".debug_info\0.debug_abbrev\0.debug_line\0.debug_line_str\0.debug_rnglists\0"


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
    symbols = [struct.pack("<IBBHQQ", 1 + i % longest, 0x12, 0, 9, 0x1000 + i, 1) for i in range(20_000)]
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


# Debug information whose parts say the same again and again


def unit(entry):
    """Return a unit of DWARF 5 whose only entry is this one."""
    content = struct.pack("<HBBI", 5, 1, 8, 0) + entry
    return struct.pack("<I", len(content)) + content


def table(header, content):
    """Return a table of DWARF 5."""
    content = struct.pack("<HBB", 5, 8, 0) + header + content
    return struct.pack("<I", len(content)) + content


def abbreviation(number, attributes=b""):
    return bytes([number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14, 0x11, 0]) + attributes + b"\0\0"


def lines(files=b"\1\1\x08\2file\0file\0", program=b""):
    header = b"\1\1\1\xfb\x0e\x0d\0\1\1\1\1\0\0\0\1\0\0\1\1\1\x08\1/\0" + files
    return table(struct.pack("<I", len(header)) + header, program)


_STATEMENTS, _RANGES = b"\x10\x17", b"\x55\x17"
_ENTRY = b"\x81\x80\0"
# A line at each of 200,000 addresses; of 50,000 ranges each; names of the same million letters.
_LONG_PROGRAM = b"\0\x09\x02" + struct.pack("<Q", 0x1000) + b"\x20" * 200_000 + b"\0\1\1"
_LONG_RANGES = table(struct.pack("<I", 0), (b"\x07" + struct.pack("<Q", 0x1000) + b"\x10") * 50_000 + b"\0")
_LONG_FILES = b"\1\1\x1f\xa0\x9c\1" + struct.pack("<20000I", *range(20_000))

HOSTILE = {
    "lines": [
        (".debug_info", unit(_ENTRY + bytes(4)) * 2000),
        (".debug_abbrev", abbreviation(1, _STATEMENTS) + b"\0"),
        (".debug_line", lines(program=_LONG_PROGRAM)),
    ],
    "ranges": [
        (".debug_info", unit(_ENTRY + struct.pack("<I", 12)) * 2000),
        (".debug_abbrev", abbreviation(1, _RANGES) + b"\0"),
        (".debug_line", lines()),
        (".debug_rnglists", _LONG_RANGES),
    ],
    "abbreviations": [
        (".debug_info", unit(_ENTRY) * 2000),
        (".debug_abbrev", b"".join([abbreviation(number) for number in range(1, 50_000)]) + b"\0"),
        (".debug_line", lines()),
    ],
    "files": [
        (".debug_info", unit(_ENTRY + bytes(4))),
        (".debug_abbrev", abbreviation(1, _STATEMENTS) + b"\0"),
        (".debug_line", lines(_LONG_FILES, _LONG_PROGRAM)),
        (".debug_line_str", b"a" * 1_000_000 + b"\0"),
    ],
}


@needs_lines
@pytest.mark.parametrize("sections", HOSTILE.values(), ids=HOSTILE)
def test_debug_information_that_is_worth_less_than_it_costs(tmp_path, sections) -> None:
    (tmp_path / "hostile").write_bytes(elf([(name, 1, 0, content) for name, content in sections]))
    done = subprocess.run([sys.executable, "-c", _READ, str(tmp_path / "hostile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "its debug information says the same again and again")


@needs_lines
@pytest.mark.parametrize("name", ["lines", "ranges", "abbreviations"])
def test_what_is_said_once_is_read(tmp_path, name) -> None:
    sections = dict(HOSTILE[name])
    info = sections[".debug_info"]
    sections[".debug_info"] = info[: len(info) // 2000]
    (tmp_path / "file").write_bytes(elf([(section, 1, 0, content) for section, content in sections.items()]))
    found = Lines.of_file(str(tmp_path / "file"), None, [])
    assert found is not None
    assert found.frames(struct.pack("<Q", 0x1010)) == ([[(None, "file", 1)]] if name == "lines" else [[]])


# Units far from each other: each is read when it is asked for, and has the same long table of lines.
_SPREAD = {
    ".debug_info": b"".join([unit(_ENTRY + bytes(4) + struct.pack("<QI", 0x1000 + i * 16, 16)) for i in range(2000)]),
    ".debug_abbrev": abbreviation(1, _STATEMENTS + b"\x11\x01\x12\x06") + b"\0",
    ".debug_line": lines(program=_LONG_PROGRAM),
}


@needs_lines
def test_what_is_not_read_any_more_is_told(tmp_path) -> None:
    (tmp_path / "hostile").write_bytes(elf([(name, 1, 0, content) for name, content in _SPREAD.items()]))
    found = Lines.of_file(str(tmp_path / "hostile"), None, [])
    assert found is not None
    assert found.frames(struct.pack("<Q", 0x1008)) == [[(None, "file", 1)]]
    assert found.problem is None
    told = found.frames(struct.pack("<2000Q", *range(0x1008, 0x1008 + 32000, 16)))
    assert told[0] and not told[-1]
    assert found.problem == "its debug information says the same again and again"


@needs_lines
def test_a_file_that_reaches_beyond_the_last_address(tmp_path) -> None:
    """It has an address of memory that is 2**64 or more in its own numbering, and symbols there."""
    symbols = [(".symtab", 2, 2, struct.pack("<IBBHQQ", 1, 0x12, 0, 9, 0, 0x2000)), (".strtab", 3, 0, b"\0f\0")]
    image = bytearray(elf([*symbols, *[(name, 1, 0, content) for name, content in _SPREAD.items()]]))
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 2**64 - 0x1000, 0, 0x800, 0x800, 4096)
    struct.pack_into("<Q", image, 32, len(image))
    struct.pack_into("<HH", image, 54, len(segment), 1)
    (tmp_path / "lib").write_bytes(image + segment)
    status = os.stat(tmp_path / "lib")
    device = os.major(status.st_dev), os.minor(status.st_dev)
    maps = Maps([Map(0x10000, 0x13000, "r-xp", 0, device, status.st_ino, "/lib")])
    symbolizer = Symbolizer(maps, root=str(tmp_path))
    (symbol,) = symbolizer.symbolize([0x12008], lines=True)
    assert (symbol.name, symbol.offset, symbol.line) == ("f", 0x1008, 1)


def compressed(content, size=None):
    """Return the content of a section that is compressed, and says that it has some size."""
    return struct.pack("<IIQQ", 1, 0, len(content) if size is None else size, 1) + zlib.compress(content, 9)


@needs_lines
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (bytes(2 << 20), "compressed to less than a hundredth"),
        (bytes(1 << 20), None),
    ],
    ids=["2 MiB", "1 MiB"],
)
def test_debug_information_that_was_compressed_to_fill_memory(tmp_path, content, problem) -> None:
    image = elf([(".debug_line", 1, 0, lines()), (".debug_info", 1, 0, compressed(content))])
    # The flag of the second section: SHF_COMPRESSED.
    headers = struct.unpack_from("<Q", image, 40)[0]
    flags = headers + 2 * 64 + 8
    (tmp_path / "bomb").write_bytes(image[:flags] + struct.pack("<Q", 1 << 11) + image[flags + 8 :])
    done = subprocess.run([sys.executable, "-c", _READ, str(tmp_path / "bomb")], capture_output=True, text=True)
    assert done.returncode == 0
    assert ("compressed to less than a hundredth" in done.stdout) == (problem is not None)


@needs_lines
def test_there_is_no_more_debug_information_than_memory(tmp_path) -> None:
    image = bytearray(elf([(".debug_line", 1, 0, lines()), (".debug_info", 1, 0, b"")]))
    headers = struct.unpack_from("<Q", image, 40)[0]
    struct.pack_into("<Q", image, headers + 2 * 64 + 32, (1 << 30) + 1)
    with open(tmp_path / "sparse", "wb") as file:
        file.write(image)
        file.truncate(3 << 30)
    done = subprocess.run([sys.executable, "-c", _READ, str(tmp_path / "sparse")], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "there is too much debug information")


# Files elsewhere


def test_a_perf_map_of_many_symbols_takes_no_more_memory_than_there_is() -> None:
    done = subprocess.run([sys.executable, "-c", _PERF_MAP], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "4000000 ['7184810 of its first symbols are too many'] b")


_PERF_MAP = """
import resource
from procmaps._procmaps import SymbolTable
# Free-threaded Python has reserved more than that for itself.
with open("/proc/self/statm") as statm:
    limit = int(statm.read().split()[0]) * resource.getpagesize() + (1 << 30)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
table = SymbolTable.of_perf_map(b"0 1 a\\n" * (((64 << 20) - 6) // 6) + b"0 1 b\\n")
print(len(table), table.notes, table.symbol(table.find(0), None).name)
"""


@pytest.mark.parametrize("errno", [errno.ENOSYS, errno.EPERM])
def test_without_openat2_no_file_is_looked_for_below_a_root(linked, tmp_path_factory, errno) -> None:
    outside = tmp_path_factory.mktemp("outside") / "debug"
    outside.write_bytes(b"\x7fELF")
    (linked / "debug").symlink_to(outside)
    done = run_filtered(_WITHOUT_OPENAT2, linked, field=NUMBER, value=437, error=errno)
    assert (done.returncode, done.stderr) == (0, "")
    text = "its debug file cannot be read: it was not looked for below another root, as openat2(2) is refused here"
    assert done.stdout.strip() == str([text])


_WITHOUT_OPENAT2 = """
from procmaps._procmaps import SymbolTable
print(SymbolTable.of_file(sys.argv[1] + "/lib", "/lib", [sys.argv[1]]).notes)
"""


def test_no_reader_waits_for_a_fifo(tmp_path) -> None:
    process = tmp_path / "7"
    process.mkdir()
    for name in ("maps", "stat"):
        os.mkfifo(process / name)
    done = subprocess.run([sys.executable, "-c", _FIFO, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert (done.stderr, done.stdout.split("\n")[:-1]) == ("", ["None", "None", *_REFUSED])


def test_what_is_no_regular_file_is_not_even_opened(tmp_path) -> None:
    """To open a device can do things."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        assert libc.inotify_add_watch(watch, os.fsencode(fifo), _IN_OPEN) > 0, os.strerror(ctypes.get_errno())
        assert _procmaps.read_elf(str(fifo)) is None
        assert _procmaps.read_build_id(str(fifo)) is None
        with pytest.raises(OSError, match="it is no regular file"):
            SymbolTable.of_file(str(fifo), None, [])
        with pytest.raises(BlockingIOError):
            os.read(watch, 1024)
    finally:
        os.close(watch)


_IN_OPEN = 0x20
_REFUSED = ["Invalid argument", "[] ['Invalid argument']"]
_FIFO = """
import os, sys
import procmaps
from procmaps import _procmaps
from procmaps.host import scan
fifo = sys.argv[1] + "/7/maps"
print(_procmaps.read_elf(fifo))
print(_procmaps.read_build_id(fifo))
try:
    procmaps.from_pid(7, proc=sys.argv[1])
except OSError as error:
    print(error.strerror)
found = scan([7], proc=sys.argv[1])
print(list(found), [unread.error.strerror for unread in found.failed])
"""

_READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from procmaps._procmaps import Lines
try:
    Lines.of_file(sys.argv[1], None, [])
except OSError as error:
    print(error)
"""
