"""The verb `addr`: both numbers, the symbol, lines, standard input, and names in place of addresses in a text."""

from __future__ import annotations

import ctypes
import io
import json
import mmap
import os
import sys
import types
from pathlib import Path

import pytest

import procmaps
from procmaps.symbols import Symbolizer
from support.command import linux
from support.compiled import Loaded, library, needs_cc
from support.privileges import needs_shared_tmp

pytestmark = [linux, needs_cc]

SOURCE = """\
static inline __attribute__((always_inline)) int inlined(int x) { volatile int y = x; return y * 3; }
int answer(int x) { return inlined(x); }
int data = 7;
"""


@pytest.fixture
def compiled(tmp_path):
    return library(tmp_path / "libsample.so", "-g", "-O1", "-Wl,-z,noseparate-code", source=SOURCE)


@pytest.fixture
def answer(compiled):
    return Loaded(compiled).address("answer")


@pytest.fixture
def inside(answer):
    """An address in what is inlined, with which the function begins on some machines only."""
    symbols = Symbolizer().symbolize(range(answer, answer + 64), lines=True)
    return next(answer + i for i, symbol in enumerate(symbols) if symbol and len(symbol.frames) > 1)


@pytest.fixture
def stdin(monkeypatch):
    def given(text):
        data = text if isinstance(text, bytes) else text.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return given


def module_of(path):
    (module,) = [module for module in procmaps.from_pid().modules() if module.path == str(path)]
    return module


def test_both_numbers_and_the_symbol(command, compiled, answer):
    module = module_of(compiled)
    status, out, err = command("addr", "self", hex(answer + 2))
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"{answer + 2:#x}  libsample.so  r-xp  answer+0x2",
        f"        file offset  {module.file_offset(answer + 2):<#18x} (uprobes, perf, blazesym)",
        f"        ELF address  {module.elf_address(answer + 2):<#18x} (addr2line, gdb, objdump, IDA, Ghidra)",
        f"        build ID     {module.build_id.hex()}",
        f"        path         {compiled}",
    ]


def test_lines(command, inside):
    out = command("addr", "self", hex(inside), "--lines")[1]
    sources = [line.split("<stdin>")[1] for line in out.splitlines() if line.startswith("        source       ")]
    assert sources == [":1  inlined", ":2  answer"]


def test_what_is_in_no_module(command):
    maps = procmaps.from_pid()
    # An anonymous mapping can begin with the .bss of a library.
    own = [m for m in maps if m.kind in ("heap", "anonymous") and m.perms == "rw-p"]
    heap = next(m for m in own if maps.locate(m.begin_address).module is None)
    status, out, _ = command("addr", "self", "10", hex(heap.begin_address))
    assert (status, out.splitlines()[0]) == (1, "0x10  (unmapped)")
    assert out.splitlines()[1].startswith(
        f"{heap.begin_address:#x}  {'[heap]' if heap.kind == 'heap' else '[anon]'}  rw"
    )
    assert command("addr", "self", hex(heap.begin_address))[0] == 0
    assert command("addr", "self", "10", "-q") == (1, "", "")


def test_a_file_that_is_gone(command, tmp_path):
    path = tmp_path / "libgone.so"
    address = hex(Loaded(library(path, source="int gone(void) { return 1; }")).address("gone"))
    assert "deleted" not in command("addr", "self", address)[1]
    path.unlink()
    told = command("addr", "self", address)[1].splitlines()[-2:]
    assert told[0] == f"        path         {path}"
    assert told[1].strip() == "(deleted: another file may be at this path)"


def test_addresses_of_standard_input(command, stdin, answer):
    stdin(f"{answer:#x}\n {answer + 1:x}\n")
    status, out, _ = command("addr", "self")
    assert status == 0
    assert [line.split()[3] for line in out.splitlines() if line[0] != " "] == ["answer+0x0", "answer+0x1"]
    stdin("")
    assert command("addr", "self") == (1, "", "procmaps: no addresses: standard input has none\n")
    assert command("addr", "self", "-q") == (1, "", "")
    stdin("word")
    status, _, err = command("addr", "self")
    assert status == 2
    assert "standard input: expected an address in hexadecimal" in err
    assert "--filter" in err


def test_json(command, answer, compiled):
    module = module_of(compiled)
    status, out, _ = command("addr", "self", hex(answer + 2), "10", "--json", "--lines")
    document = json.loads(out)
    first, second = document["addresses"]
    assert (status, document["schema"]) == (1, "procmaps/1")
    assert first["file_offset"] == hex(module.file_offset(answer + 2))
    assert first["elf_address"] == hex(module.elf_address(answer + 2))
    assert first["module"] == {
        "base": hex(module.base), "bias": hex(module.bias), "build_id": module.build_id.hex(),
    }  # fmt: skip
    symbol = first["symbol"]
    assert (symbol["name"], symbol["offset"], symbol["source"]) == ("answer", 2, "symtab")
    assert symbol["elf_address"] == hex(module.elf_address(answer))
    assert symbol["frames"][-1]["function"] == "answer"
    assert first["map"]["pathname"] == compiled
    assert second == {**dict.fromkeys(first), "address": "0x10"}
    lines = command("addr", "self", hex(answer), hex(id(answer)), "--jsonl")[1].splitlines()
    assert [json.loads(line)["symbol"] is None for line in lines] == [False, True]


def test_a_saved_listing(command, compiled, answer, tmp_path):
    saved = tmp_path / "saved.maps"
    saved.write_text(str(procmaps.from_pid()))
    status, out, err = command("addr", saved, hex(answer), "--root", "/")
    assert (status, err) == (0, "")
    assert "answer+0x0" in out
    status, out, err = command("addr", saved, hex(answer))
    assert (status, out.split("\n")[0]) == (0, f"{answer:#x}  libsample.so  r-xp")
    assert err.startswith(f"procmaps: {compiled}: symbols: a saved listing has no files")


def test_what_is_refused(command):
    for arguments, message in [
        (("self", "10", "--filter"), "--filter copies standard input"),
        (("self", "--filter", "--json"), "--filter copies standard input"),
        (("-",), "cannot both be standard input"),
        (("self", "10", "--root", "/"), "--root is for saved listings"),
        (("self", "x"), "expected an address"),
    ]:
        status, out, err = command("addr", *arguments)
        assert (status, out) == (2, "")
        assert message in err


# --filter


@pytest.fixture
def filter_text(monkeypatch, stdin):
    """Filter a text: the exit status and what is written."""
    from procmaps.cli import main

    def run(text, *options):
        stdin(text)
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(sys, "stdout", out)
        status = main(["addr", "self", "--filter", *options])
        return status, out.buffer.getvalue()

    return run


def test_names_in_place_of_addresses(filter_text, compiled, answer):
    place = f"libsample.so+{module_of(compiled).elf_address(answer + 1):#x} (answer+0x1)"
    bare, prefixed, padded = f"{answer + 1:x}", f"{answer + 1:#x}", f"{answer + 1:016X}"
    text = f"#0 {prefixed} in ?? ()\n[{bare}] <{padded}>,{prefixed};\r\n\n"
    assert filter_text(text) == (0, f"#0 {place} in ?? ()\n[{place}] <{place}>,{place};\r\n\n".encode())


def test_lines_are_written_as_they_come(monkeypatch, compiled, answer):
    from procmaps.cli import main

    class Slow:
        """One who waits for the answer before going on."""

        def __init__(self):
            self.parts = iter([f"a {answer:#x}\nb {answer:#x}"[:-3], f"{answer:#x}"[-3:], "\n", ""])

        def read1(self, _):
            self.seen = out.buffer.getvalue()
            return next(self.parts).encode()

    slow = Slow()
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=slow))
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    place = f"libsample.so+{module_of(compiled).elf_address(answer):#x} (answer+0x0)".encode()
    assert main(["addr", "self", "--filter"]) == 0
    assert out.buffer.getvalue() == slow.seen == b"a %s\nb %s\n" % (place, place)


def test_what_stays_as_it_is(filter_text, answer):
    bare = f"{answer:x}"
    text = (
        f"0x10 12345678 cafebabe deadbeef-{bare} {bare}-{answer + 1:x} r-xp x{bare} {bare}g _{bare} {id(answer):#x} "
        f"0x{answer:040x} {bare}0000 error 4 in libsample.so[{bare}+1000]"
    ).encode() + b"\xff\xfe \x1b[31m"
    assert filter_text(text) == (1, text)
    assert filter_text(b"") == (1, b"")


def test_lines_in_place_of_addresses(filter_text, compiled, answer, inside):
    status, out = filter_text(hex(inside), "--lines")
    assert status == 0
    symbol = f"answer+{inside - answer:#x}"
    assert out.startswith(f"libsample.so+{module_of(compiled).elf_address(inside):#x} ({symbol} at ".encode())
    assert out.endswith(b"<stdin>:1)")
    assert filter_text(hex(inside), "--quiet") == (0, b"")


def test_what_has_no_symbol(filter_text, compiled):
    Loaded(compiled)
    assert filter_text(hex(module_of(compiled).base)) == (0, b"libsample.so+0x0")


def test_a_listing_whose_files_are_not_read(monkeypatch, stdin, answer, tmp_path):
    saved = tmp_path / "saved.maps"
    saved.write_text(str(procmaps.from_pid()))
    stdin(hex(answer))
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    from procmaps.cli import main

    assert main(["addr", str(saved), "--filter"]) == 0
    offset = procmaps.from_pid().find(answer).file_offset(answer)
    assert out.buffer.getvalue() == f"libsample.so at file offset {offset:#x}".encode()


@needs_shared_tmp
def test_code_that_was_made_at_run_time(monkeypatch, stdin):
    from procmaps.cli import main

    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    begin = ctypes.addressof(ctypes.c_char.from_buffer(code))
    path = Path(f"/tmp/perf-{os.getpid()}.map")
    path.write_text(f"{begin:x} 100 made \x1b[31m here\n")
    try:
        stdin(f"{begin + 2:#x}")
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["addr", "self", "--filter"]) == 0
        assert out.buffer.getvalue() == b"made \\x1b[31m here+0x2"
        assert main(["addr", "self", hex(begin + 2)]) == 0
    finally:
        path.unlink()
    rest = out.buffer.getvalue().partition(b"0x2")[2]
    assert rest.splitlines()[0].endswith(rb"  rwxs  made \x1b[31m here+0x2")


def test_names_are_as_in_the_source(command, tmp_path):
    path = library(tmp_path / "libmangled.so", source="int _ZN7mangled3fooEd(void) { return 1; }")
    address = Loaded(path).address("_ZN7mangled3fooEd")
    assert command("addr", "self", hex(address))[1].splitlines()[0].endswith("  r-xp  mangled::foo(double)+0x0")
