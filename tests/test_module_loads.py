"""Modules that were made to be difficult, by the compiler and the loader of this machine."""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import struct
import subprocess
import sys
import time

import pytest

import procmaps
import procmaps.smaps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps import _loads
from procmaps._elf import Elf, Segment
from procmaps._loads import by_headers
from procmaps._procmaps import read_elf
from procmaps.query import Process
from support.children import talking
from support.compiled import LIBRARY, Loaded, library, loaded_again, needs_cc, program
from support.linker import images, symbol_at
from support.privileges import CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN, without

pytestmark = needs_cc
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
PAGE = mmap.PAGESIZE

FLAGS = {
    "as usual": (),
    "prelinked": ("-Wl,-Ttext-segment=0x4000000",),
    "one file page in two segments": ("-Wl,-z,noseparate-code", "-Wl,-z,norelro"),
    "large pages": ("-Wl,-z,max-page-size=0x200000",),
    "no build id": ("-Wl,--build-id=none",),
    "with a name": ("-Wl,-soname,libanswer.so.5",),
}


def modules_of(path):
    return [module for module in procmaps.from_pid().modules() if module.path == str(path)]


def only(path):
    (module,) = modules_of(path)
    return module


@pytest.fixture(params=FLAGS, ids=str)
def loaded(request, tmp_path):
    """A library that is loaded, and its module."""
    path = library(tmp_path / "libanswer.so", *FLAGS[request.param])
    return Loaded(path), only(path)


def test_the_dynamic_linker_has_the_same_base_and_bias(loaded):
    handle, module = loaded
    told = {name: (base, bias) for base, bias, name in images()}
    assert (module.base, module.bias) == told[module.path]
    for name in ("answer", "data", "zeroes"):
        file, base, symbol, address = symbol_at(handle.address(name))
        assert (file, base, symbol) == (module.path, module.base, name)
        assert address in module


def test_addresses_lead_to_the_file_and_back(loaded):
    handle, module = loaded
    maps = procmaps.from_pid()
    with open(module.path, "rb") as file:
        content = file.read()
    for name, size in (("answer", 4), ("data", 4)):
        address = handle.address(name)
        place = maps.locate(address)
        assert place.module == module
        assert place.address in place.map
        # What is in memory is what the file has there.
        assert content[place.file_offset :][:size] == ctypes.string_at(address, size)
        assert module.runtime_address(file_offset=place.file_offset) == address
        assert module.runtime_address(elf_address=place.elf_address) == address
        assert place.elf_address == symbols(module.path, "-D")[name]


def test_zeroes_are_in_the_module_and_not_in_the_file(loaded):
    handle, module = loaded
    maps = procmaps.from_pid()
    for name, distance in (("zeroes", 0), ("zeroes", 99_999), ("zeroed_in_the_last_page", 0)):
        place = maps.locate(handle.address(name) + distance)
        assert (place.module, place.file_offset) == (module, None)
        assert place.elf_address == symbols(module.path, "-D")[name] + distance
    assert maps.locate(module.end_address - 1).module == module
    behind = maps.locate(module.end_address)
    assert behind is None or behind.module != module


def symbols(path, *options):
    """Return the ELF addresses of the symbols of a file, by nm(1)."""
    nm = shutil.which("nm")
    if nm is None:
        pytest.skip("needs nm")
    output = subprocess.run([nm, *options, path], stdout=subprocess.PIPE, check=True).stdout.decode()
    rows = [line.split() for line in output.splitlines() if line[0] != " "]
    return {name: int(address, 16) for address, _, name in rows}


def test_the_headers_say_what_it_is(tmp_path):
    path = library(tmp_path / "libx-0a1b2c3d.so.5.1", "-Wl,-soname,libreply.so.5")
    handle = Loaded(path)
    module = only(path)
    assert (module.soname, module.name) == ("libreply.so.5", "libx-0a1b2c3d.so.5.1")
    with Process() as process:
        assert module.build_id == process.build_id(module.base)
    status = os.stat(path)
    assert (module.inode, module.device) == (status.st_ino, (os.major(status.st_dev), os.minor(status.st_dev)))
    assert module.elf.bits == 8 * ctypes.sizeof(ctypes.c_void_p)
    assert module.elf.byteorder == sys.byteorder
    assert module.source == "file"
    assert module.reason is None
    for name in ("libx", "libx-0a1b2c3d", "libreply", "libreply.so.5", "libx.so.5", "libx-0a1b2c3d.so.5.1"):
        assert procmaps.loaded(name) == [module], name
    for name in ("lib", "libreply.so.50", "libx.so.1", "answer"):
        assert module not in procmaps.loaded(name), name
    assert handle.address("answer") in module


def test_the_same_file_twice(tmp_path):
    path = library(tmp_path / "libtwice.so")
    first = Loaded(path).address("answer")
    with loaded_again(path) as symbol:
        modules = modules_of(path)
        assert len(modules) == 2
        assert modules[0] != modules[1]
        assert len({module.base for module in modules}) == 2
        assert {module.build_id for module in modules} == {modules[0].build_id}
        maps = procmaps.from_pid()
        places = [maps.locate(address) for address in (first, symbol(b"answer"))]
        assert {place.module for place in places} == set(modules)
        assert places[0].elf_address == places[1].elf_address
        # The order is that in which they were loaded.
        assert procmaps.loaded("libtwice") == [place.module for place in places]


def test_memory_by_module(tmp_path):
    """What smaps counts is of each load, with its memory that has no name."""
    path = library(tmp_path / "libtwice.so")
    first = Loaded(path)
    with loaded_again(path):
        modules = modules_of(path)
        usages = procmaps.smaps.from_pid()
        totals = usages.by("module")
        assert path not in totals
        for module in modules:
            total = totals[f"{path} at {module.base:#x}"]
            whole = [m for m in module.maps if m.end_address <= module.end_address]
            assert (total.count, total.size) == (len(whole), sum(m.size for m in whole))
            assert any(m.is_anonymous for m in module.maps)
        assert sum(total.size for total in totals.values()) == usages.total().size
    assert first is not None
    assert procmaps.smaps.from_pid().by("module")[path].size >= 0x3000


def test_loads_of_a_file_with_a_page_in_two_segments(tmp_path):
    """In the listing the offset 0 comes twice in one load."""
    path = library(tmp_path / "libtiny.so", *FLAGS["one file page in two segments"], source="int data = 7;")
    Loaded(path)
    with loaded_again(path):
        found = modules_of(path)
        assert len(found) == 2
        saved = procmaps.from_str(procmaps.from_pid().text()).modules()
        assert [module.base for module in saved if module.path == path] == [module.base for module in found]


def test_a_load_and_data_that_adjoin():
    """A part of the data and a part of the load have the distance of two segments."""
    text = """\
1000-2000 r--p 00000000 08:01 7 /libtiny.so
2000-3000 r--p 00000000 08:01 7 /libtiny.so
3000-4000 rw-p 00000000 08:01 7 /libtiny.so
4000-5000 rw-p 00000000 08:01 7 /libtiny.so
"""
    maps = procmaps.from_str(text)
    segments = (Segment(0, 0, 480, 480, 4, 4096), Segment(480, 4576, 180, 180, 6, 4096))
    elf = Elf(64, "little", 3, "x86-64", segments, None, None, None)
    assert by_headers(maps, list(maps), elf) == [(0x2000, [maps[1], maps[2]])]
    # Unless all its variables are read-only once it is relocated.
    assert by_headers(maps[:2], list(maps[:2]), elf) == [(0x1000, [maps[0], maps[1]])]


def test_a_load_is_given_up_at_the_first_segment_that_is_not_there(monkeypatch):
    looked_for = []
    monkeypatch.setattr(_loads, "_is_loaded", lambda *arguments: looked_for.append(arguments[3]))
    maps = procmaps.from_str("1000-2000 r-xp 00000000 08:01 7 /libtiny.so\n")
    segments = tuple([Segment(n << 12, n << 12, 4096, 4096, 5, 4096) for n in range(100)])
    assert by_headers(maps, list(maps), Elf(64, "little", 3, "x86-64", segments, None, None, None)) == []
    assert set(looked_for) == {segments[0]}


def test_a_hard_link_and_a_copy(tmp_path):
    path = library(tmp_path / "libanswer.so")
    Loaded(path)
    link, copy = tmp_path / "liblink.so", tmp_path / "libcopy.so"
    os.link(path, link)
    shutil.copy(path, copy)
    Loaded(link)
    Loaded(copy)
    # To the dynamic linker the link is the file that it has.
    assert modules_of(link) == []
    assert only(copy).build_id == only(path).build_id
    assert only(copy).inode != only(path).inode


@pytest.mark.parametrize("prot", [mmap.PROT_READ, mmap.PROT_READ | mmap.PROT_EXEC, mmap.PROT_READ | mmap.PROT_WRITE])
@pytest.mark.parametrize("flags", [mmap.MAP_PRIVATE, mmap.MAP_SHARED])
def test_a_file_that_is_mapped_as_data_is_none(tmp_path, prot, flags):
    path = library(tmp_path / "libdata.so")
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0, flags, prot) as memory:
        address = next(m.begin_address for m in procmaps.from_pid() if m.path == path)
        assert modules_of(path) == []
        place = procmaps.from_pid().locate(address + 5)
        assert (place.module, place.file_offset, place.elf_address) == (None, 5, None)
        handle = Loaded(path)
        assert handle.address("answer") in only(path)
        assert address not in only(path)
        assert memory[:4] == b"\x7fELF"


def test_code_that_was_moved_to_other_memory(tmp_path):
    """As programs do that put their code into large pages."""
    path = library(tmp_path / "libmoved.so")
    address = Loaded(path).address("answer")
    before = only(path)
    m = procmaps.from_pid().find(address)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    fixed_private_anonymous = 0x10 | mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    code = ctypes.string_at(m.begin_address, m.size)
    moved = libc.mmap(m.begin_address, m.size, 7, fixed_private_anonymous, -1, 0)
    assert moved == m.begin_address
    ctypes.memmove(m.begin_address, code, len(code))
    module = only(path)
    assert (module.base, module.bias, module.end_address) == (before.base, before.bias, before.end_address)
    place = procmaps.from_pid().locate(address)
    assert (place.module, place.map.path, place.file_offset) == (module, None, None)
    assert place.elf_address == before.elf_address(address)


# Files that are not at their paths


@pytest.mark.parametrize("fate", ["deleted", "replaced"])
def test_a_file_that_is_gone(tmp_path, fate, privilege):
    path = library(tmp_path / "libgone.so")
    address = Loaded(path).address("answer")
    told, wanted = only(path), read_elf(path)
    if fate == "replaced":
        library(tmp_path / "other.so", source=LIBRARY + "int more(void) { return 1; }")
        os.replace(tmp_path / "other.so", path)
        assert read_elf(path) != wanted
    else:
        os.unlink(path)
    module = next(module for module in procmaps.from_pid().modules() if address in module)
    assert module.pathname == f"{path} (deleted)"
    assert module.source == ("file" if privilege else "memory")
    assert (module.bias, module.elf, module.base) == (told.bias, told.elf, told.base)
    if privilege:
        with module.open() as file:
            assert file.read(4) == b"\x7fELF"
    else:
        with pytest.raises(FileNotFoundError, match="run as root, or with CAP_CHECKPOINT_RESTORE"):
            module.open()


def test_a_library_without_a_file_system(tmp_path):
    path = library(tmp_path / "libanswer.so")
    descriptor = os.memfd_create("libsecret.so")
    with open(path, "rb") as file:
        os.write(descriptor, file.read())
    Loaded(f"/proc/self/fd/{descriptor}")
    (module,) = [module for module in procmaps.from_pid().modules() if module.pathname.startswith("/memfd:libsecret")]
    assert (module.path, module.name) == (None, "memfd:libsecret.so (deleted)")
    assert module.build_id is not None
    os.close(descriptor)


NAMESPACE = """if True:
    import ctypes, os, shutil, sys
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x20000) or libc.mount(None, b"/", None, 0x44000, None):
        sys.exit("unshare")
    directory, source = map(os.fsencode, sys.argv[1:])
    if libc.mount(b"x", directory, b"tmpfs", 0, None):
        sys.exit("mount")
    shutil.copy(source, directory + b"/liba.so")
    library = ctypes.CDLL(os.fsdecode(directory + b"/liba.so"))
    print(hex(ctypes.addressof(ctypes.c_char.in_dll(library, "answer"))), flush=True)
    sys.stdin.read()
    """


@needs_root
def test_a_file_in_another_mount_namespace(tmp_path):
    directory = tmp_path / "inside"
    directory.mkdir()
    path = library(tmp_path / "libanswer.so", "-Wl,-soname,inside")
    # What is at the path for us is another library.
    decoy = library(directory / "liba.so", "-Wl,-soname,outside", "-Wl,-Ttext-segment=0x4000000")
    with talking(NAMESPACE, str(directory), path) as child:
        line = child.stdout.readline()
        if not line:
            pytest.skip("this user may not have a mount namespace")
        maps = procmaps.from_pid(child.pid)
        place = maps.locate(int(line, 16))
        assert place.module.path == decoy
        assert place.module.soname == "inside"
        assert place.elf_address == symbols(path, "-D")["answer"]
        with without(CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE):
            assert procmaps.from_pid(child.pid).locate(int(line, 16))[2:] == place[2:]
        assert [module.soname for module in procmaps.loaded("liba", child.pid)] == ["inside"]


# Programs


PROGRAMS = [("-no-pie",), ("-pie", "-fPIE"), ("-static",), ("-no-pie", "-Wl,-Ttext-segment=0x10000000")]


@pytest.mark.parametrize("flags", PROGRAMS, ids=" ".join)
def test_programs(tmp_path, flags):
    path = program(tmp_path / "program", *flags)
    with subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        addresses = [int(word, 16) for word in child.stdout.readline().split()]
        maps = procmaps.from_pid(child.pid)
        module = next(module for module in maps.modules() if module.path == path)
        assert (module.bias == 0) == ("-pie" not in flags)
        for address, name in zip(addresses, ("answer", "data", "zeroes")):
            place = maps.locate(address)
            distance = 99_999 if name == "zeroes" else 0
            assert place.module == module
            assert place.elf_address == symbols(path)[name] + distance
            assert module.runtime_address(elf_address=place.elf_address) == address
        order = procmaps.modules.load_order(maps)
        assert order is None if "-static" in flags else order[0] == module
        assert maps.locate(maps.filter(kind="stack")[0].begin_address).module is None
        child.stdin.close()


def loading(pid, path):
    """Return the maps of a process as soon as the kernel has loaded its program."""
    while not any(m.path == str(path) for m in procmaps.from_pid(pid)) or not procmaps.from_pid(pid).filter(
        kind="vdso"
    ):
        time.sleep(0.001)
    return procmaps.from_pid(pid)


def test_a_program_of_32_bits(tmp_path):
    """Made by hand: it calls pause(2) and its like for ever."""
    code = b"\xb8\x1d\x00\x00\x00\xcd\x80\xeb\xf7"
    base, start = 0x08048000, 0x74
    header = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, base + start, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    segment = struct.pack("<8I", 1, 0, base, base, PAGE, PAGE, 5, PAGE)
    path = tmp_path / "program"
    path.write_bytes(((header + segment).ljust(start, b"\0") + code).ljust(PAGE, b"\0"))
    path.chmod(0o755)
    try:
        child = subprocess.Popen([path])
    except OSError as error:
        pytest.skip(f"this kernel does not run it: {error.strerror}")
    try:
        maps = loading(child.pid, path)
        module = next(module for module in maps.modules() if module.path == str(path))
        assert (module.base, module.bias, module.elf.bits, module.architecture) == (base, 0, 32, "i386")
        assert maps.locate(base + start)[3:5] == (start, base + start)
        vdso = [module for module in maps.modules() if module.name == "[vdso]"]
        assert [module.elf.bits for module in vdso] == [32] * len(vdso)
    finally:
        child.kill()
        child.wait()
