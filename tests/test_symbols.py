"""Symbols, against the dynamic linker, nm(1), addr2line(1), gdb(1), and what a compiler was told to make."""

from __future__ import annotations

import array
import gc
import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import procmaps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps import _symbol_files, symbols
from procmaps._symbol_files import perf_map_of, roots_of, symbols_of
from procmaps.symbols import REASONS, Symbol, Symbolizer
from support.children import talking
from support.compiled import Loaded, library, needs_cc
from support.dynsym import disagreements
from support.privileges import may_read, needs_shared_tmp

needs_64 = pytest.mark.skipif(sys.maxsize < 2**32 or sys.byteorder == "big", reason="the tests' reader is for 64 bits")

SOURCE = """\
int data = 7;
__thread int of_thread = 3;
static inline __attribute__((always_inline)) int inlined(int x) { volatile int y = x; return y * 3; }
static __attribute__((noinline)) int hidden(int x) { volatile int y = x; return y + 1; }
int answer(int x)
{
    return inlined(x) + hidden(x);
}
int same(int x) __attribute__((alias("answer")));
int __same(int x) __attribute__((alias("answer")));
int weak(int x) __attribute__((weak, alias("answer")));
__asm__(".text\\n.type bare, @function\\n.globl bare\\nbare:\\n.skip 32, 0x90\\n"
        ".globl after\\n.type after, @function\\nafter:\\n.skip 8, 0x90\\n.size after, 8\\n"
        ".section .unloaded,\\"\\",@progbits\\n.type unloaded, @object\\nunloaded:\\n.skip 64\\n"
        ".size unloaded, 64\\n.text\\n");
"""


def tool(*names):
    found = next(filter(None, map(shutil.which, names)), None)
    return pytest.mark.skipif(found is None, reason=f"needs {names[0]}")


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()


def only(path, maps=None):
    (module,) = [module for module in (maps or procmaps.from_pid()).modules() if module.path == str(path)]
    return module


@pytest.fixture
def compiled(tmp_path):
    return library(tmp_path / "libsample.so", "-g", "-O1", source=SOURCE)


def stripped(path, *how):
    subprocess.run(["strip", *how, path], check=True)


def sources(path):
    return {symbol.name: symbol.source for symbol in only(path).symbols()}


# Names


@needs_cc
def test_symbols_of_a_library(compiled):
    loaded = Loaded(compiled)
    symbolizer = Symbolizer()
    answer = loaded.address("answer")
    symbol = symbolizer.find(answer + 3)
    module = only(compiled)
    assert str(symbol) == "same+0x3"
    assert (symbol.name, symbol.offset, symbol.source) == ("same", 3, "symtab")
    assert symbol.module == module
    assert symbol.elf_address + module.bias == answer
    assert symbol.offset < symbol.size
    assert repr(symbol) == "<Symbol same+0x3 of libsample.so, from symtab>"
    assert (symbol.file, symbol.line, symbol.frames) == (None, None, ())
    assert str(symbolizer.find(loaded.address("data") + 1)) == "data+0x1"


@needs_cc
def test_one_without_a_size_reaches_to_the_next(compiled):
    bare = Loaded(compiled).address("bare")
    found = Symbolizer().symbolize([bare, bare + 31, bare + 32, bare + 39])
    assert [str(symbol) for symbol in found] == ["bare+0x0", "bare+0x1f", "after+0x0", "after+0x7"]
    assert [symbol.size for symbol in found] == [0, 0, 8, 8]


@needs_cc
def test_who_asks_while_a_file_is_read_waits_for_it(compiled, monkeypatch):
    answer = Loaded(compiled).address("answer")
    symbolizer = Symbolizer()
    is_reading, others_ask = threading.Event(), threading.Event()

    def slowly(module):
        is_reading.set()
        others_ask.wait()
        return symbols_of(module)

    def second():
        is_reading.wait()
        # A quarter of a second in which the second one would come back without an answer.
        threading.Timer(0.25, others_ask.set).start()
        return symbolizer.find(answer)

    monkeypatch.setattr(symbols, "symbols_of", slowly)
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(ask) for ask in (lambda: symbolizer.find(answer), second)]
    assert [str(symbol.result()) for symbol in found] == ["same+0x0", "same+0x0"]
    assert symbolizer.unknown == {}


@needs_cc
def test_of_names_for_one_place_the_global_one_with_the_fewest_underscores(compiled):
    answer = Loaded(compiled).address("answer")
    names = [symbol.name for symbol in only(compiled).symbols() if symbol.elf_address + only(compiled).bias == answer]
    assert sorted(names) == ["__same", "answer", "same", "weak"]
    assert Symbolizer().find(answer).name == "same"


@needs_cc
def test_what_is_in_sections_that_are_not_loaded_has_no_address(compiled):
    """As the warnings that the C library has for linkers: each has the value 0, where the ELF header is loaded."""
    Loaded(compiled)
    assert "unloaded" in output("nm", compiled)
    assert "unloaded" not in sources(compiled)
    assert Symbolizer().find(only(compiled).base) is None


def test_thread_local_variables_have_no_address(compiled):
    Loaded(compiled)
    assert "of_thread" not in sources(compiled)


@needs_cc
@tool("strip")
def test_without_a_table_there_are_the_exported_symbols(compiled):
    stripped(compiled)
    Loaded(compiled)
    found = sources(compiled)
    assert found["answer"] == "dynsym"
    assert "hidden" not in found


@needs_cc
@tool("objcopy")
def test_without_sections_the_dynamic_segment_has_them(tmp_path):
    for style in ("sysv", "gnu", "both"):
        path = library(tmp_path / f"lib{style}.so", f"-Wl,--hash-style={style}", source=SOURCE)
        before = sources_of_dynsym(path)
        with open(path, "r+b") as file:
            file.seek(40 if sys.maxsize > 2**32 else 32)
            file.write(bytes(8 if sys.maxsize > 2**32 else 4))  # where the sections are
            file.seek(58 if sys.maxsize > 2**32 else 46)
            file.write(bytes(6))
        Loaded(path)
        assert {name for name, source in sources(path).items() if source == "dynsym"} == before
        assert "answer" in before


def sources_of_dynsym(path):
    lines = output("nm", "-D", "--defined-only", path).splitlines()
    return {line.split()[2] for line in lines if line.split()[1] in "TtWwVvDdBb" and line.split()[2] != "of_thread"}


# Files beside the file


@needs_cc
@tool("objcopy")
@tool("xz")
def test_mini_debug_information(tmp_path, compiled):
    mini = tmp_path / "mini"
    subprocess.run(["objcopy", "-S", "--keep-symbol=hidden", "--keep-symbol=answer", compiled, mini], check=True)
    subprocess.run(["objcopy", "--strip-debug", compiled, mini], check=True)
    subprocess.run(["xz", "-k", mini], check=True)
    stripped(compiled)
    subprocess.run(["objcopy", f"--add-section=.gnu_debugdata={mini}.xz", compiled], check=True)
    hidden = Loaded(compiled).address("answer")
    found = sources(compiled)
    assert found["hidden"] == "debugdata"
    assert found["answer"] == "dynsym"
    assert Symbolizer().find(hidden).name == "same"


@needs_cc
@tool("objcopy")
def test_mini_debug_information_that_is_damaged_is_a_problem(tmp_path, compiled):
    damaged = tmp_path / "damaged.xz"
    damaged.write_bytes(b"\xfd7zXZ\0" + bytes(100))
    stripped(compiled)
    subprocess.run(["objcopy", f"--add-section=.gnu_debugdata={damaged}", compiled], check=True)
    answer = Loaded(compiled).address("answer")
    symbolizer = Symbolizer()
    assert symbolizer.find(answer).source == "dynsym"
    assert symbolizer.problems[compiled].startswith("its .gnu_debugdata cannot be decompressed: ")


@pytest.fixture
def saved(tmp_path, compiled):
    """A listing of a stripped library that is at its path below a directory, and its debug information apart."""
    root = tmp_path / "root"
    inside = root / compiled.lstrip("/")
    inside.parent.mkdir(parents=True)
    debug = tmp_path / "apart.debug"
    subprocess.run(["objcopy", "--only-keep-debug", compiled, debug], check=True)
    shutil.copy(compiled, inside)
    stripped(str(inside))

    def listing():
        status = os.stat(inside)
        device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
        lines = output("readelf", "-lW", inside).splitlines()
        text = []
        for fields in [line.split() for line in lines if line.split()[:1] == ["LOAD"]]:
            offset, address, size = int(fields[1], 16), int(fields[2], 16), int(fields[5], 16)
            perms = "".join(letter if letter.upper() in "".join(fields[6:-1]) else "-" for letter in "rw")
            perms += "xp" if "E" in "".join(fields[6:-1]) else "-p"
            begin, end = address & -4096, -(-(address + size) // 4096) * 4096
            row = f"{0x10000000 + begin:x}-{0x10000000 + end:x} {perms} {offset & -4096:08x} {device} {status.st_ino} "
            text.append(row.ljust(73) + compiled)
        return procmaps.from_str("\n".join(text) + "\n")

    return root, inside, debug, listing


def build_id_of(path):
    lines = [line for line in output("readelf", "-n", path).splitlines() if "Build ID:" in line]
    return lines[0].split()[-1]


@needs_cc
@tool("objcopy")
@tool("readelf")
def test_a_separate_file_is_found_by_build_id(saved):
    root, inside, debug, listing = saved
    maps = listing()
    (module,) = maps.modules(root)
    assert {symbol.source for symbol in module.symbols()} == {"dynsym"}
    build_id = build_id_of(inside)
    place = root / "usr/lib/debug/.build-id" / build_id[:2] / f"{build_id[2:]}.debug"
    place.parent.mkdir(parents=True)
    shutil.copy(debug, place)
    gc.collect()  # the symbols of a file are kept as long as somebody has them, and nobody has them now
    symbolizer = Symbolizer(maps, root=root)
    (hidden,) = [s.elf_address for s in symbolizer.modules[0].symbols() if s.name == "hidden"]
    (symbol,) = symbolizer.symbolize([0x10000000 + hidden + 1], lines=True)
    assert (str(symbol), symbol.source) == ("hidden+0x1", "debug file")
    assert (os.path.basename(symbol.file), symbol.line) == ("<stdin>", 4)


@needs_cc
@tool("objcopy")
@tool("readelf")
@pytest.mark.parametrize("where", ["beside", ".debug", "usr/lib/debug"])
@pytest.mark.parametrize("has_id", [True, False])
def test_a_separate_file_is_found_by_its_link(saved, where, has_id):
    root, inside, debug, listing = saved
    if not has_id:
        for path in (inside, debug):
            subprocess.run(["objcopy", "--remove-section=.note.gnu.build-id", path], check=True)
    subprocess.run(["objcopy", f"--add-gnu-debuglink={debug}", inside], check=True)
    directory = inside.parent
    if where == ".debug":
        directory = directory / ".debug"
    elif where != "beside":
        directory = root / where / inside.parent.relative_to(root)
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(debug, directory / debug.name)
    assert {s.name: s.source for s in listing().modules(root)[0].symbols()}["hidden"] == "debug file"
    # Another one is not taken for it.
    content = (directory / debug.name).read_bytes()
    place = content.find(bytes.fromhex(build_id_of(inside))) if has_id else -1
    (directory / debug.name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    os.utime(inside)
    assert "hidden" not in {s.name for s in listing().modules(root)[0].symbols()}


# Lines


@needs_cc
@tool("addr2line")
def test_lines_and_inlined_functions(compiled):
    loaded = Loaded(compiled)
    module = only(compiled)
    begin = loaded.address("answer")
    addresses = list(range(begin, begin + Symbolizer().find(begin).size))
    found = Symbolizer().symbolize(addresses, lines=True)
    frames = {frame.function for symbol in found for frame in symbol.frames}
    assert {"answer", "inlined"} <= frames
    for address, symbol in zip(addresses, found):
        told = output("addr2line", "-f", "-i", "-e", compiled, hex(address - module.bias))
        told = re.sub(r" \(discriminator \d+\)", "", told).split()
        expected = list(zip(told[::2], [int(place.rpartition(":")[2]) for place in told[1::2]]))
        assert [(frame.function, frame.line) for frame in symbol.frames] == expected
        assert (symbol.file, symbol.line) == symbol.frames[0][1:]


@needs_cc
@tool("objcopy")
def test_lines_that_are_compressed(compiled):
    subprocess.run(["objcopy", "--compress-debug-sections=zlib", compiled], check=True)
    answer = Loaded(compiled).address("answer")
    assert Symbolizer().find(answer, lines=True).line in (5, 6, 7, 3)


@needs_cc
def test_an_address_without_a_line(compiled):
    loaded = Loaded(compiled)
    symbolizer = Symbolizer()
    for _ in range(2):
        bare, answer = symbolizer.symbolize([loaded.address("bare"), loaded.address("answer")], lines=True)
        assert (bare.line, bare.frames) == (None, ())
        assert answer.frames


@needs_cc
def test_lines_of_what_has_none(tmp_path):
    path = library(tmp_path / "libplain.so", source=SOURCE)
    answer = Loaded(path).address("answer")
    symbol = Symbolizer().find(answer, lines=True)
    assert (symbol.file, symbol.line, symbol.frames) == (None, None, ())


# Oracles


@needs_64
def test_dladdr_agrees_for_all_that_is_loaded():
    symbolizer = Symbolizer()
    points = 0
    said = []
    for module in symbolizer.modules:
        if module.path is not None and may_read(module):
            kinds, different = disagreements(module, symbolizer)
            points += sum(kinds.values())
            said += different
    assert said == []
    assert points > 1000


@needs_cc
@tool("nm")
def test_nm_has_the_same_addresses(compiled):
    loaded = Loaded(compiled)
    del loaded
    told = {}
    for line in output("nm", "--defined-only", compiled).splitlines():
        address, kind, name = line.split()
        if kind not in "aA" and name not in ("of_thread", "unloaded"):
            told.setdefault(name, set()).add(int(address, 16))
    found = {}
    for symbol in only(compiled).symbols():
        found.setdefault(symbol.name, set()).add(symbol.elf_address)
    assert found == told


@needs_cc
@tool("gdb")
@pytest.mark.slow
def test_gdb_has_the_same_symbols(compiled):
    Loaded(compiled)
    module = only(compiled)
    code = [s for s in module.symbols() if s.name in ("answer", "hidden", "after")]
    addresses = [s.elf_address + at for s in code for at in range(s.size)]
    commands = [f"-ex=info symbol {address:#x}" for address in addresses]
    told = output("gdb", "-nx", "-batch", *commands, compiled).splitlines()
    found = Symbolizer().symbolize([address + module.bias for address in addresses])
    aliases = {"answer", "same", "__same", "weak"}
    for symbol, line in zip(found, told):
        name, *rest = line.split(" in section")[0].split(" + ")
        assert symbol.name == name or {symbol.name, name} <= aliases
        assert symbol.offset == int(rest[0] if rest else 0)
    assert len(told) == len(found) > 20


# Many at once


@needs_cc
def test_columns(compiled):
    loaded = Loaded(compiled)
    answer, data = loaded.address("answer"), loaded.address("data")
    symbolizer = Symbolizer()
    resolved = symbolizer.resolve([answer + 2, 0, data, answer])
    assert [resolved.symbols[i].name if i >= 0 else REASONS[-i - 1] for i in resolved.indices] == [
        "same", "in no module", "data", "same",
    ]  # fmt: skip
    assert list(resolved.offsets) == [2, 0, 0, 0]
    again = symbolizer.resolve([data])
    assert list(again.indices) == [resolved.indices[2]]
    assert list(symbolizer.resolve([]).indices) == []


@needs_cc
def test_addresses_of_any_kind(compiled):
    answer = Loaded(compiled).address("answer")
    symbolizer = Symbolizer()
    expected = symbolizer.symbolize([answer, 0])
    for addresses in (iter([answer, 0]), array.array("Q", [answer, 0]), (answer, 0)):
        assert symbolizer.symbolize(addresses) == expected
    assert symbolizer.symbolize([answer, -1, 2**64, 2**100]) == [expected[0], None, None, None]
    with pytest.raises(TypeError, match="unsigned 64-bit"):
        symbolizer.symbolize(array.array("I", [1]))
    with pytest.raises(TypeError):
        symbolizer.symbolize(["x"])


@needs_cc
def test_what_is_unknown_is_counted(compiled):
    loaded = Loaded(compiled)
    symbolizer = Symbolizer()
    module = only(compiled)
    assert symbolizer.symbolize([0, 1, module.base, loaded.address("answer")])[:3] == [None, None, None]
    assert symbolizer.unknown == {"in no module": 2, "in no symbol": 1}
    assert symbolizer.problems == {}
    listed = Symbolizer(procmaps.from_str(str(symbolizer.maps)))
    assert listed.symbolize([loaded.address("answer")]) == [None]
    assert listed.unknown == {"symbols not read": 1}
    assert "a saved listing has no files" in listed.problems[compiled]
    assert listed.symbolize([loaded.address("answer")], lines=True) == [None]


@needs_cc
def test_a_file_that_is_gone(compiled):
    script = "import ctypes, sys; library = ctypes.CDLL(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with talking(script, compiled) as child:
        child.stdout.readline()
        maps = procmaps.from_pid(child.pid)
        module = only(compiled, maps)
        answer = module.runtime_address(symbol="answer")
        symbolizer = Symbolizer(maps)
        child.kill()
        child.wait()
        assert symbolizer.find(answer) is None
        assert symbolizer.problems[compiled].startswith("No such process")
        with pytest.raises(LookupError, match=r"the symbols of libsample\.so cannot be read: No such process"):
            module.symbols()


@needs_cc
def test_a_process_that_ended_meanwhile_has_no_lines(compiled):
    script = "import ctypes, sys; library = ctypes.CDLL(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with talking(script, compiled) as child:
        child.stdout.readline()
        symbolizer = Symbolizer(child.pid)
        answer = only(compiled, symbolizer.maps).runtime_address(symbol="answer")
        assert symbolizer.find(answer).name == "same"
        child.kill()
        child.wait()
        (symbol,) = symbolizer.symbolize([answer], lines=True)
        assert (symbol.name, symbol.line) == ("same", None)
        assert symbolizer.problems[compiled].startswith("line numbers: No such process")
        assert roots_of(symbolizer.maps, None) == ["/"]
        assert "there is no /tmp/perf-PID.map" in perf_map_of(symbolizer.maps).problem


@needs_cc
@tool("readelf")
@tool("objcopy")
def test_a_file_that_was_written_over(saved):
    _, inside, _, listing = saved
    symbolizer = Symbolizer(listing(), root=saved[0])
    inside.write_text("no ELF file any more")
    assert symbolizer.find(symbolizer.modules[0].base) is None
    assert list(symbolizer.problems.values()) == ["it is no ELF file"]


@needs_cc
def test_names_that_are_too_long_together(compiled, monkeypatch):
    Loaded(compiled)
    monkeypatch.setattr(_symbol_files, "_MOST_NAMES", 20)
    with pytest.raises(LookupError, match="have names of more than 20 letters"):
        only(compiled).symbols()


@needs_cc
def test_a_table_is_shared(compiled):
    Loaded(compiled)
    first = symbols_of(only(compiled)).table
    assert symbols_of(only(compiled)).table is first
    path = Path(compiled)
    os.utime(path, ns=(1, 1))
    assert symbols_of(only(compiled)).table is not first


@needs_cc
@tool("objcopy")
@tool("readelf")
def test_a_table_is_not_shared_with_another_root(saved, tmp_path):
    """In a container there can be a debug file that was made to mislead."""
    root, inside, debug, listing = saved
    build_id = build_id_of(inside)
    other = tmp_path / "other"
    same = other / inside.relative_to(root)
    same.parent.mkdir(parents=True)
    os.link(inside, same)
    place = other / "usr/lib/debug/.build-id" / build_id[:2] / f"{build_id[2:]}.debug"
    place.parent.mkdir(parents=True)
    shutil.copy(debug, place)
    (there,), (here,) = listing().modules(other), listing().modules(root)
    first = symbols_of(there).table
    assert symbols_of(there).table is first
    assert symbols_of(here).table is not first
    assert "hidden" in {symbol.name for symbol in there.symbols()}
    assert "hidden" not in {symbol.name for symbol in here.symbols()}


def test_a_root_that_is_gone(tmp_path):
    assert _symbol_files._identity(str(tmp_path / "missing")) is None


def test_the_root_of_a_container_is_looked_below_too(monkeypatch):
    maps = procmaps.from_pid()
    assert roots_of(maps, None) == ["/"]
    monkeypatch.setattr(os.path, "samefile", lambda *_: False)
    assert roots_of(maps, None) == ["/", f"/proc/{maps.pid}/root"]
    assert roots_of(maps, "/elsewhere") == ["/elsewhere"]


# From a name to an address


@needs_cc
def test_the_address_of_a_symbol(compiled):
    loaded = Loaded(compiled)
    module = only(compiled)
    for name in ("answer", "weak", "data", "bare"):
        assert module.runtime_address(symbol=name) == loaded.address(name)
    assert module.runtime_address(symbol="hidden") < loaded.address("answer")
    with pytest.raises(LookupError, match=r"libsample\.so has no symbol 'absent'"):
        module.runtime_address(symbol="absent")
    with pytest.raises(TypeError, match="one of file_offset, elf_address and symbol"):
        module.runtime_address(symbol="answer", elf_address=1)


@needs_cc
def test_a_name_of_several(tmp_path):
    parts = []
    for i, more in enumerate(
        ["static int twice(int x) { return x; } int a(int x) { return twice(x) + (long)&twice; }"] * 2
    ):
        path = tmp_path / f"{i}.c"
        path.write_text(more.replace("int a(", f"int a{i}("))
        parts.append(str(path))
    path = str(tmp_path / "libseveral.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O0", *parts, "-o", path], check=True)
    Loaded(path)
    with pytest.raises(LookupError, match=r"libseveral\.so has 2 symbols 'twice', at ELF addresses 0x\w+, 0x\w+$"):
        only(path).runtime_address(symbol="twice")


@needs_cc
def test_locations(compiled):
    loaded = Loaded(compiled)
    maps = procmaps.from_pid()
    answer = loaded.address("answer")
    assert maps.locate(answer + 1).symbol is None
    assert str(maps.locate(answer + 1, symbol=True).symbol) == "same+0x1"
    found = maps.locate_all([answer, 0], symbol=True)
    assert (found[0].symbol.name, found[1]) == ("same", None)
    assert maps.locate(0, symbol=True) is None


# Code that was made at run time

JIT = """
import ctypes, mmap, os, sys
code = mmap.mmap(-1, 8192, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
begin = ctypes.addressof(ctypes.c_char.from_buffer(code))
print(begin, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def jit():
    with talking(JIT) as child:
        begin = int(child.stdout.readline())
        path = f"/tmp/perf-{child.pid}.map"
        try:
            yield child.pid, begin, path
        finally:
            if os.path.lexists(path):
                os.unlink(path)


def write(path, text):
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


@needs_shared_tmp
def test_a_perf_map(jit):
    pid, begin, path = jit
    lines = [
        f"{begin:x} 100 first function",
        f"{begin + 0x80:x} 10 second@x",
        "not a line",
        f"{begin + 0x88:#x} 4 caf\udce9",
    ]
    write(path, "\n".join(lines) + "\n")
    symbolizer = Symbolizer(pid)
    found = symbolizer.symbolize(
        [begin, begin + 0x80, begin + 0x8B, begin + 0x8C, begin + 0xFF, begin + 0x100], lines=True
    )
    assert [symbol and str(symbol) for symbol in found] == [
        "first function+0x0", "second@x+0x0", "caf\udce9+0x3", "second@x+0xc", "first function+0xff", None,
    ]  # fmt: skip
    assert {(symbol.source, symbol.module) for symbol in found[:-1]} == {("perf map", None)}
    assert found[0].elf_address == begin
    assert repr(found[0]) == "<Symbol first function+0x0, from perf map>"
    assert [problem.endswith("1 of its lines are malformed") for problem in symbolizer.problems.values()] == [True]


def test_a_saved_listing_has_no_code():
    listed = Symbolizer(procmaps.from_str("1000-2000 rwxp 00000000 00:00 0 \n"))
    assert listed.find(0x1500) is None
    assert listed.problems == {"code made at run time": "a saved listing has no code"}


@needs_shared_tmp
def test_no_perf_map(jit):
    pid, begin, _ = jit
    symbolizer = Symbolizer(pid)
    assert symbolizer.find(begin) is None
    assert symbolizer.unknown == {"symbols not read": 1}
    assert symbolizer.problems == {"code made at run time": "it is of no module, and there is no /tmp/perf-PID.map"}


@needs_shared_tmp
def test_a_perf_map_that_is_no_file(jit):
    pid, begin, path = jit
    os.symlink("/dev/zero", path)
    assert not_taken(pid, begin)
    os.unlink(path)
    os.mkfifo(path)
    assert not_taken(pid, begin)


@needs_shared_tmp
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_perf_map_of_somebody_else(jit):
    pid, begin, path = jit
    write(path, f"{begin:x} 100 forged\n")
    os.chown(path, 12345, 12345)
    assert not_taken(pid, begin)


@needs_shared_tmp
def test_a_perf_map_that_is_too_large(jit):
    pid, begin, path = jit
    with open(path, "wb") as file:
        file.truncate(1 << 40)
        file.seek(0, 2)
        file.write(f"\n{begin:x} 100 last\n".encode())
    symbolizer = Symbolizer(pid)
    assert symbolizer.find(begin).name == "last"
    assert "it is too large, and its first 1,099,511,627,777 bytes" in symbolizer.problems["code made at run time"]


@needs_shared_tmp
def test_a_line_of_a_perf_map_that_is_cut_is_none(jit, monkeypatch):
    pid, begin, path = jit
    text = f"0 1 first\n1{begin:x} 100 second\n{begin + 0x100:x} 100 third\n"
    write(path, text)
    at = text.index("second")
    cut = text.index(f"{begin:x} 100 second")
    for most, left_out in [(len(text) - cut, at + 7), (len(text) - at - 7, at + 7), (len(text), 0)]:
        monkeypatch.setattr(_symbol_files, "_MOST_PERF_MAP", most)
        symbolizer = Symbolizer(pid)
        assert [symbolizer.find(begin), symbolizer.find(begin + 0x100).name] == [None, "third"]
        problem = f"{path}: it is too large, and its first {left_out} bytes were not read"
        problems = [told.replace(f"/proc/{pid}/root", "") for told in symbolizer.problems.values()]
        assert problems == ([problem] if left_out else [])


def not_taken(pid, begin):
    symbolizer = Symbolizer(pid)
    assert symbolizer.find(begin) is None
    return "it is not a file of the process's user" in symbolizer.problems["code made at run time"]


# The kernel's own library


def test_the_vdso():
    symbolizer = Symbolizer()
    vdso = [module for module in symbolizer.modules if module.name == "[vdso]"]
    if not vdso:
        pytest.skip("there is none here")
    names = {symbol.name: symbol for symbol in vdso[0].symbols()}
    name = next(name for name in names if name.endswith("clock_gettime"))
    symbol = symbolizer.find(vdso[0].runtime_address(symbol=name) + 1)
    assert (symbol.elf_address, symbol.offset, symbol.source) == (names[name].elf_address, 1, "dynsym")
    assert symbolizer.find(vdso[0].base, lines=True) is None
    assert symbolizer.find(vdso[0].runtime_address(symbol=name), lines=True).line is None
    assert symbolizer.problems == {}


# Values


def test_a_symbol_is_a_value():
    fields = ("malloc", 2, 3, "dynsym", None, 4, "malloc.c", 5, ())
    symbol = Symbol(*fields)
    assert symbol == Symbol(*fields) == pickle.loads(pickle.dumps(symbol))
    assert hash(symbol) == hash(Symbol(*fields))
    assert symbol != Symbol(*fields[:-2], 6, ())
    assert symbol != "malloc"
    assert Symbol("a", 0, 0, "dynsym", None, 0).frames == ()
    with pytest.raises(AttributeError):
        symbol.name = "other"


def test_public_names():
    assert all(getattr(symbols, name).__module__ == "procmaps.symbols" or name == "Frame" for name in symbols.__all__)


# Hostile files


@needs_cc
def test_a_file_of_a_hostile_process_is_no_harm(tmp_path, compiled):
    """Every byte of the tables is changed in some file; nothing but an error or other symbols may come of it."""
    from procmaps._procmaps import SymbolTable

    data = Path(compiled).read_bytes()
    path = tmp_path / "damaged.so"
    state = 1
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(20):
            state = zlib.crc32(struct.pack("<I", state))
            damaged[64 + state % (len(damaged) - 64)] = state >> 24
        path.write_bytes(damaged)
        table = SymbolTable.of_file(str(path), str(path), ["/"])
        assert table is None or len(table) < len(data)
        if hasattr(procmaps._procmaps, "Lines"):
            lines = lines_of(path)
            if lines is not None:
                lines.frames(struct.pack("<4Q", 0, 0x1000, 0x1010, 2**64 - 1))


def lines_of(path):
    try:
        return procmaps._procmaps.Lines.of_file(str(path), str(path), ["/"])
    except OSError:
        return None


def test_only_regular_files_are_read(tmp_path):
    from procmaps._procmaps import SymbolTable

    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, "/dev/zero"):
        with pytest.raises(OSError, match="regular"):
            SymbolTable.of_file(str(path), None, ["/"])


def test_a_process_whose_status_is_a_fifo(tmp_path):
    os.mkfifo(tmp_path / "status")
    assert _symbol_files._field(str(tmp_path), "Uid") == ""


@needs_cc
def test_lines_that_cannot_be_read_are_a_problem(compiled, monkeypatch):
    class Damaged:
        problem = "its debug information is malformed"

        def frames(self, addresses):
            return [[]] * (len(addresses) // 8)

    answer = Loaded(compiled).address("answer")
    monkeypatch.setattr(symbols, "lines_of", lambda _: (Damaged(), None))
    symbolizer = Symbolizer()
    symbolizer.problems[compiled] = "of symbols"
    for _ in range(2):
        symbolizer.find(answer, lines=True)
        assert symbolizer.problems == {compiled: "of symbols; line numbers: its debug information is malformed"}
