"""The large check: a Python with libraries of C, C++, Fortran and Rust, and what Debian's tools say of all of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

import procmaps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps._elf import elf_of
from procmaps._procmaps import read_elf
from support.children import talking
from support.linker import images, symbol_at

# Here for what they load: OpenBLAS and a Fortran library; C++; Rust. They are in the tox environment `oracle`.
for library in ("numpy", "duckdb", "pydantic_core"):
    pytest.importorskip(library)


def tool(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}")
    return path


def output_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode(errors="surrogateescape")


def test_base_and_bias():
    found = {module.base: module.bias for module in procmaps.from_pid().modules()}
    told = {base: bias for base, bias, _ in images()}
    assert len(found) > 40
    assert found == told


def exported(path):
    """Return the ELF addresses of what a library exports, by nm(1); without what has none, or one for each thread."""
    rows = [line.split() for line in output_of(tool("nm"), "-D", "--defined-only", path).splitlines()]
    return {int(address, 16) for address, letter, _ in rows if letter in "TtVWBDRi"}


def test_every_exported_symbol():
    """The dynamic linker has it at the same base; here it has the ELF address that nm says; and back."""
    maps = procmaps.from_pid()
    count = 0
    for module in maps.modules():
        if module.path is None:
            continue
        elf_addresses = sorted(exported(module.path))
        addresses = [address + module.bias for address in elf_addresses]
        for elf_address, place in zip(elf_addresses, maps.locate_all(addresses)):
            assert place is not None, (module, hex(elf_address))
            assert (place.module, place.elf_address) == (module, elf_address)
            told = symbol_at(place.address)
            # A mark behind the last byte, such as _end, is in no segment: the dynamic linker has it nowhere.
            is_mark = not any(s.address <= elf_address < s.end for s in module.elf.segments)
            assert is_mark if told is None else told[1] == module.base, (module, hex(elf_address))
            assert module.runtime_address(elf_address=elf_address) == place.address
            if place.file_offset is not None:
                assert module.runtime_address(file_offset=place.file_offset) == place.address
        count += len(addresses)
    assert count > 20_000
    print(f"{count} symbols")


LOAD = re.compile(r"^  LOAD  +(0x\w+) (0x\w+) 0x\w+ (0x\w+) (0x\w+) ([R ][W ][E ]) (0x\w+)$", re.MULTILINE)
SONAME = re.compile(r"\(SONAME\) +Library soname: \[(.*)\]$", re.MULTILINE)
BUILD_ID = re.compile(r"Build ID: (\w+)$", re.MULTILINE)


def told(text):
    """Return what readelf(1) says of a file: the segments, the soname, the build ID."""
    segments = [
        (
            *[int(number, 16) for number in numbers],
            sum([bit * (c != " ") for bit, c in zip((4, 2, 1), flags)]),
            int(align, 16),
        )
        for *numbers, flags, align in LOAD.findall(text)
    ]
    soname, build_id = SONAME.search(text), BUILD_ID.search(text)
    return (
        sorted([segment for segment in segments if segment[3]], key=lambda segment: segment[1]),
        soname and soname[1],
        build_id and build_id[1],
    )


def is_in_no_segment(path):
    """Whether a build ID is in a section only, as in object files and some of Go: nothing that is loaded has it."""
    text = output_of(tool("readelf"), "-SlW", path)
    section = re.search(r"\] \.note\.gnu\.build-id +NOTE +\w+ (\w+)", text)
    segments = re.findall(r"^  NOTE +(\w+) \w+ \w+ (\w+)", text, re.MULTILINE)
    place = int(section[1], 16)
    return not any(int(begin, 16) <= place < int(begin, 16) + int(size, 16) for begin, size in segments)


def elf_files():
    """Yield the ELF files of this system and of this Python."""
    roots = ["/lib", "/usr/bin", "/usr/lib", "/usr/lib64", sys.prefix, sys.base_prefix]
    seen = set()
    for root in {os.path.realpath(root) for root in roots if os.path.isdir(root)}:
        for directory, _, names in os.walk(root):
            for path in [os.path.join(directory, name) for name in names]:
                if os.path.isfile(path) and os.access(path, os.R_OK) and os.path.realpath(path) not in seen:
                    seen.add(os.path.realpath(path))
                    with open(path, "rb") as file:
                        if file.read(4) == b"\x7fELF":
                            yield path


def test_every_elf_file_of_this_system():
    """Their headers are as readelf says."""
    readelf = tool("readelf")
    paths = list(elf_files())
    assert len(paths) > 100
    for i in range(0, len(paths), 50):
        some = paths[i : i + 50]
        texts = re.split(r"^File: .*$", output_of(readelf, "-lWdn", *some), flags=re.MULTILINE)[1:]
        if len(texts) != len(some):
            texts = [output_of(readelf, "-lWdn", path) for path in some]
        for path, text in zip(some, texts):
            elf = elf_of(read_elf(path))
            found = [tuple(segment) for segment in elf.segments]
            build_id = None if elf.build_id is None else elf.build_id.hex()
            segments, soname, told_id = told(text)
            assert found == segments, path
            assert elf.soname == soname, path
            assert build_id == told_id or (build_id is None and is_in_no_segment(path)), path
    print(f"{len(paths)} files")


CHILD = "import sys; sys.path[:] = sys.argv[1:]; import numpy, duckdb; print(flush=True); sys.stdin.read()"


def test_gdb_has_the_sections_at_the_same_addresses():
    gdb, readelf = tool("gdb"), tool("readelf")
    with talking(CHILD, *sys.path) as child:
        child.stdout.readline()
        modules = {module.path: module for module in procmaps.from_pid(child.pid).modules() if module.path}
        text = output_of(gdb, "-nx", "-batch", "-p", str(child.pid), "-ex", "info sharedlibrary")
    rows = re.findall(r"^(0x\w+)  0x\w+  \w+ (?:\(\*\))? *(/.*)$", text, re.MULTILINE)
    if not rows:
        pytest.skip("gdb may not attach to a process here")
    assert len(rows) > 20
    for begin, path in rows:
        sections = output_of(readelf, "-SW", path)
        code = re.search(r"\] \.text +PROGBITS +(\w+)", sections)
        assert modules[os.path.realpath(path)].bias == int(begin, 16) - int(code[1], 16), path


def test_addr2line_names_functions(tmp_path):
    from support.compiled import program

    addr2line = tool("addr2line")
    path = program(tmp_path / "program", "-g", "-pie", "-fPIE")
    with subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        addresses = [int(word, 16) for word in child.stdout.readline().split()]
        place = procmaps.from_pid(child.pid).locate(addresses[0])
        child.stdin.close()
    assert output_of(addr2line, "-f", "-e", place.module.path, hex(place.elf_address)).splitlines()[0] == "answer"
