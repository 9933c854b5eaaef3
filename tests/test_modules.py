"""Modules, and where addresses are: against what the dynamic linker says, and from listings and files of all kinds."""

from __future__ import annotations

import ctypes
import os
import pickle
import shutil
import sys
import time

import pytest

import procmaps
import procmaps.modules
import procmaps.symbols
from procmaps import Map, Maps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps import _elf_files, _link_map, _module, _modules, _procmaps
from procmaps._elf import Elf, Segment, elf_of
from procmaps._elf_files import Answer
from procmaps._link_map import in_load_order
from procmaps._module_names import is_called, stem_of
from procmaps._read import O_PATH
from procmaps.modules import Module, load_order
from procmaps.query import Process
from support.children import descriptors, reaped, sleeping, talking
from support.linker import images, symbol_at
from support.privileges import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, may_read, without


def saved(maps):
    return procmaps.from_str(maps.text())


# What the dynamic linker says


def test_base_and_bias_are_the_dynamic_linkers():
    found = {module.base: module.bias for module in procmaps.from_pid().modules()}
    told = {base: bias for base, bias, _ in images()}
    assert found == told


def test_each_segment_is_of_its_module():
    for module in procmaps.from_pid().modules():
        for segment in module.elf.segments:
            address = segment.address + module.bias
            told = symbol_at(address)
            # The kernel's own library is not in the list of some dynamic linkers, or without its base: musl's.
            if module.maps[0].kind != "vdso" or (told and told[1]):
                assert told[1] == module.base, module


def test_load_order_is_the_dynamic_linkers():
    maps = procmaps.from_pid()
    order = [module.base for module in load_order(maps)]
    assert order == [base for base, _, _ in images()]
    assert sorted(order) == [module.base for module in maps.modules()]
    assert order != sorted(order)


def test_the_listing_alone_has_the_same_modules():
    maps = procmaps.from_pid()
    assert [m.base for m in saved(maps).modules()] == [m.base for m in maps.modules()]


# Addresses


def test_locations():
    maps = procmaps.from_pid()
    assert maps.locate(0) is None
    assert maps.locate(-1) is None
    stack = maps.filter(kind="stack")[0]
    assert maps.locate(stack.begin_address) == (stack.begin_address, stack, None, None, None, None)
    module = maps.modules()[0]
    found = maps.locate_all([module.base, 0, module.base + 1])
    assert found == [maps.locate(module.base), None, maps.locate(module.base + 1)]
    assert found[0].module is module
    assert maps.modules()[0] is module


def test_every_address_of_a_file_leads_back():
    maps = procmaps.from_pid()
    for module in maps.modules():
        for m in module.maps:
            place = maps.locate(m.begin_address)
            assert place.module is module
            assert module.runtime_address(elf_address=place.elf_address) == place.address
            if place.file_offset is not None:
                # A page of the file that has the end of one segment and the begin of another is mapped twice.
                again = maps.locate(module.runtime_address(file_offset=place.file_offset))
                assert (again.module, again.file_offset) == (module, place.file_offset)


def test_what_is_asked_wrongly():
    module = procmaps.from_pid().modules()[0]
    with pytest.raises(ValueError, match=rf"{module.end_address:#x} is not in <Module "):
        module.file_offset(module.end_address)
    with pytest.raises(ValueError, match="0x0 is not in"):
        module.elf_address(0)
    with pytest.raises(LookupError, match=r"file offset 0xffffffffff is not in memory in <Module "):
        module.runtime_address(file_offset=0xFFFFFFFFFF)
    with pytest.raises(LookupError, match=r"ELF address 0xffffffffff is not in memory in <Module "):
        module.runtime_address(elf_address=0xFFFFFFFFFF)
    with pytest.raises(TypeError, match="takes one of"):
        module.runtime_address()
    with pytest.raises(TypeError, match="takes one of"):
        module.runtime_address(file_offset=0, elf_address=0)
    with pytest.raises(TypeError):
        module.runtime_address(elf_address="0x1000")
    with pytest.raises(ValueError, match="no slash"):
        procmaps.loaded("/lib/libc.so.6")


def test_a_module_is_a_value():
    first, second = procmaps.from_pid().modules()[0], procmaps.from_pid().modules()[0]
    assert first == second
    assert hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(first)) == first
    assert first != procmaps.from_pid().modules()[1]
    assert first != first.base
    assert repr(first) == f"<Module {first.name} {first.base:#x}-{first.end_address:#x}, bias {first.bias:#x}>"
    assert first.size == first.end_address - first.base


def test_a_location_shows_its_numbers_in_hexadecimal():
    maps = procmaps.from_pid()
    place = maps.locate(maps.modules()[0].base + 0x40)
    start = f"Location(address={place.address:#x}, map={place.map!r}, module={place.module!r}, file_offset=0x40, "
    assert repr(place) == f"{start}elf_address={place.elf_address:#x}, symbol=None)"
    assert repr(maps.locate(maps[-1].begin_address)).endswith("symbol=None)")


def test_a_module_can_be_read():
    modules = [module for module in procmaps.from_pid().modules() if may_read(module)]
    for module in modules:
        with module.open() as file:
            assert file.read(4) == b"\x7fELF"
    assert len(modules) > 2


# Names


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("libcudart.so", "libcudart"),
        ("libcudart.so.12", "libcudart"),
        ("libcudart.so.12", "libcudart.so"),
        ("libcudart.so.12.4.127", "libcudart.so.12.4"),
        ("libcudart-d0da41ae.so.11.0", "libcudart"),
        ("libcudart-d0da41ae.so.11.0", "libcudart.so.11"),
        ("libcudart-d0da41ae.so.11.0", "libcudart-d0da41ae"),
        ("libcudart-d0da41ae.so.11.0", "libcudart-d0da41ae.so"),
        ("libscipy_openblas64_-32a4b2a6.so", "libscipy_openblas64_"),
        ("libpython3.11.so.1.0", "libpython3.11"),
        ("libstdc++.so.6", "libstdc++"),
        ("libfoo-1.2.so", "libfoo-1.2"),
        ("_ssl.cpython-311-x86_64-linux-gnu.so", "_ssl.cpython-311-x86_64-linux-gnu"),
        ("python3.11", "python3.11"),
        ("odd.so.name", "odd.so.name"),
        ("ld-musl-x86_64.so.1", "libc"),
        ("ld-musl-aarch64.so.1", "libc.so"),
        ("ld-musl-armhf.so.1", "libc.musl-armhf.so.1"),
        ("ld-musl-x86_64.so.1", "ld-musl-x86_64"),
        ("libc.musl-x86_64.so.1", "libc"),
        ("libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"),
    ],
)
def test_what_is_called_so(name, wanted):
    assert is_called(name, wanted)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("libcudart_stub.so", "libcudart"),
        ("libcudart.so.12", "libcudar"),
        ("libcudart.so.12", "libcudart.so.1"),
        ("libcudart.so.11", "libcudart.so.11.0"),
        ("libcudart-d0da41ae.so.11.0", "libcudart-00000000"),
        ("libcudart-d0da41ae.so.11.0", "libcudart-00000000.so"),
        ("libcudart-d0da41a.so", "libcudart"),
        ("libcudart.so.d", "libcudart"),
        ("libcudart.sonic", "libcudart"),
        ("libcudart", "libcudart.so"),
        ("libc.so.6", "libcap"),
        ("libcap.so.2", "libc"),
        ("ld-musl-x86_64.so.1", "libc.so.6"),
        ("ld-musl-x86_64.so.1", "libcap"),
        ("ld-musl-x86_64.so.1", "libc.musl-aarch64.so.1"),
        ("libc.so.6", "libc.musl-x86_64.so.1"),
        ("ld-linux-x86-64.so.2", "libc"),
        ("python3.11", "python3"),
    ],
)
def test_what_is_not(name, wanted):
    assert not is_called(name, wanted)


def test_the_c_library_is_libc():
    address = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p).value
    assert procmaps.from_pid().locate(address).module in procmaps.loaded("libc")


def test_stems():
    assert [stem_of(name) for name in ("liba.so", "liba-0123abcd.so.1", ".so", "a")] == ["liba", "liba", None, None]


# Listings


def bases(text):
    maps = procmaps.from_str(text)
    return [(f"{m.base:x}", f"{m.end_address:x}", len(m.maps)) for m in maps.modules()]


SHAPES = {
    "as usual": (
        (
            "1000-2000 r--p 0 8:1 7 /a\n"
            "2000-4000 r-xp 1000 8:1 7 /a\n"
            "4000-5000 rw-p 3000 8:1 7 /a\n"
            "5000-6000 rw-p 0 0:0 0 \n"
        ),
        [("1000", "5000", 3)],
    ),
    "code first, and a place kept free": (
        (
            "1000-2000 r-xp 0 8:1 7 /a\n"
            "2000-9000 ---p 1000 8:1 7 /a\n"
            "9000-a000 r--p 0 8:1 7 /a\n"
            "a000-b000 rw-p 1000 8:1 7 /a\n"
        ),
        [("1000", "b000", 4)],
    ),
    "memory between": (
        "1000-2000 r--p 0 8:1 7 /a\n2000-3000 r-xp 0 0:0 0 \n3000-4000 r-xp 2000 8:1 7 /a\n",
        [("1000", "4000", 3)],
    ),
    "twice": ("1000-2000 r-xp 0 8:1 7 /a\n2000-3000 r-xp 0 8:1 7 /a\n", [("1000", "2000", 1), ("2000", "3000", 1)]),
    "twice, with variables": (
        (
            "1000-2000 r-xp 0 8:1 7 /a\n"
            "2000-3000 rw-p 1000 8:1 7 /a\n"
            "3000-4000 r-xp 0 8:1 7 /a\n"
            "4000-5000 rw-p 1000 8:1 7 /a\n"
        ),
        [("1000", "3000", 2), ("3000", "5000", 2)],
    ),
    "read as data before": (
        "1000-4000 r--p 0 8:1 7 /a\n8000-9000 r--p 0 8:1 7 /a\n9000-a000 r-xp 1000 8:1 7 /a\n",
        [("8000", "a000", 2)],
    ),
    "read as data behind": (
        "1000-2000 r--p 0 8:1 7 /a\n2000-3000 r-xp 1000 8:1 7 /a\n8000-b000 r--p 0 8:1 7 /a\n",
        [("1000", "3000", 2)],
    ),
    "data only, and called like a library": (
        "1000-2000 r--p 0 8:1 7 /liba.so\n2000-3000 rw-p 1000 8:1 7 /liba.so\n",
        [("1000", "3000", 2)],
    ),
    "data only": ("1000-2000 r--p 0 8:1 7 /a\n2000-3000 rw-p 1000 8:1 7 /a\n", []),
    "one mapping of data": ("1000-2000 r--p 0 8:1 7 /liba.so\n", []),
    "shared": ("1000-2000 r-xs 0 8:1 7 /a\n", []),
    "not from its begin": ("1000-2000 r-xp 1000 8:1 7 /a\n", []),
    "the begin behind": ("1000-2000 r-xp 1000 8:1 7 /a\n2000-3000 r-xp 0 8:1 7 /a\n", [("2000", "3000", 1)]),
    "backwards": (
        "1000-2000 r-xp 0 8:1 7 /a\n2000-3000 r--p 5000 8:1 7 /a\n3000-4000 rw-p 1000 8:1 7 /a\n",
        [("1000", "3000", 2)],
    ),
    "another inode, device and name": (
        (
            "1000-2000 r-xp 0 8:1 7 /a\n"
            "2000-3000 rw-p 1000 8:1 8 /a\n"
            "3000-4000 rw-p 1000 8:2 7 /a\n"
            "4000-5000 rw-p 1000 8:1 7 /b\n"
        ),
        [("1000", "2000", 1)],
    ),
    "not in order": ("9000-a000 r-xp 1000 8:1 7 /a\n1000-2000 r--p 0 8:1 7 /a\n", [("1000", "a000", 2)]),
    "memory between its parts": (
        "1000-2000 r-xp 0 8:1 7 /a\n2000-3000 rw-p 0 0:0 0 \n4000-5000 rw-p 1000 8:1 7 /a\n",
        [("1000", "5000", 3)],
    ),
    "memory between, and a file": (
        "1000-2000 r-xp 0 8:1 7 /a\n2000-3000 rw-p 0 0:0 0 \n3000-4000 r--p 0 8:1 8 /b\n4000-5000 rw-p 1000 8:1 7 /a\n",
        [("1000", "5000", 2)],
    ),
    "memory over it": (
        "1000-2000 r-xp 0 8:1 7 /a\n2000-5000 rw-p 0 0:0 0 \n4000-5000 rw-p 1000 8:1 7 /a\n",
        [("1000", "5000", 2)],
    ),
    "in no file system": ("1000-2000 r-xp 0 0:1 7 /memfd:a (deleted)\n", [("1000", "2000", 1)]),
    "the kernel's": ("1000-3000 r-xp 0 0:0 0 [vdso]\n", [("1000", "3000", 1)]),
    "memory": ("1000-3000 rwxp 0 0:0 0 \n3000-4000 rwxp 0 0:0 0 [heap]\n", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_listings(shape):
    text, wanted = SHAPES[shape]
    assert bases(text) == wanted


def test_memory_between_many_is_nobodys():
    count = 400
    kinds = ["r--p 0 8:1 {0} /lib{0}.so", "rw-p 0 0:0 0 ", "r-xp 1000 8:1 {0} /lib{0}.so"]
    rows = [line.format(n + 1) for line in kinds for n in range(count)]
    maps = procmaps.from_str("".join(f"{i:x}000-{i + 1:x}000 {row}\n" for i, row in enumerate(rows, 1)))
    assert [len(module.maps) for module in maps.modules()] == [2] * count


def test_what_a_listing_cannot_tell():
    maps = procmaps.from_str(SHAPES["as usual"][0])
    (module,) = maps.modules()
    assert (module.bias, module.elf, module.source, module.soname) == (None, None, None, None)
    assert (module.build_id, module.architecture) == (None, None)
    assert "modules(root=...)" in module.reason
    assert repr(module) == "<Module a 0x1000-0x5000, bias unknown>"
    place = maps.locate(0x2010)
    assert (place.module, place.file_offset, place.elf_address) == (module, 0x1010, None)
    assert module.runtime_address(file_offset=0x1010) == 0x2010
    with pytest.raises(LookupError, match="where a has its addresses is not known: a saved listing"):
        module.runtime_address(elf_address=0x1010)
    with pytest.raises(FileNotFoundError, match="a saved listing has no files"):
        module.open()
    assert load_order(maps) is None


def test_all_captures_have_modules():
    """Of Linux 2.4 to 7, of emulators and other systems: no listing has an error."""
    data = os.path.join(os.path.dirname(__file__), "data")
    counts = []
    for directory, _, names in os.walk(data):
        for name in names:
            try:
                maps = procmaps.from_path(os.path.join(directory, name))
            except procmaps.ParseError:
                continue
            modules = maps.modules()
            assert [m.base for m in modules] == sorted(m.base for m in modules)
            counts.append(len(modules))
    assert sum(counts) > 20


def of_one_file(maps, mine, *segments):
    elf = Elf(64, "little", 3, "x86-64", segments, None, None, None)
    return _modules._of_one_file(maps, mine, Answer(True, elf, "file"), None)


@pytest.fixture
def in_time():
    """Fail if it takes time that is no longer a matter of milliseconds for each mapping."""
    start = time.process_time()
    yield
    assert time.process_time() - start < 15


@pytest.mark.usefixtures("in_time")
def test_many_loads_take_no_longer_than_many():
    maps = Maps([Map(0x2000 * i, 0x2000 * i + 0x1000, "r-xp", 0, (8, 1), 7, "/a") for i in range(1, 5_000)])
    assert len(maps.modules()) == len(maps)
    # Each claims all addresses.
    claim = Segment(0, 0, 0x1000, 2**46, 5, 4096)
    assert len(of_one_file(maps, list(maps), claim)) == len(maps)
    # And each lacks what it claims.
    assert of_one_file(maps, list(maps), claim, Segment(0x1000, 0x1000, 0x1000, 2**46, 7, 4096)) == []
    assert of_one_file(maps, list(maps), *[Segment(0, 0x2000 * i, 0x1000, 0x1000, 5, 4096) for i in range(128)]) != []


@pytest.mark.usefixtures("in_time")
def test_one_load_of_many_mappings():
    """As after mprotect(2) of every second page."""
    perms = ("r-xp", "r--p")
    mine = [
        Map(0x1000 * i, 0x1000 * i + 0x1000, perms[i % 2], 0x1000 * (i - 1), (8, 1), 7, "/a") for i in range(1, 20_000)
    ]
    memory = [Map(m.begin_address, m.end_address, perms[i % 2]) for i, m in enumerate(mine)]
    for maps in (Maps(mine), Maps(mine[:1000] + memory[1000:])):
        (module,) = of_one_file(maps, mine[:1000], Segment(0, 0, 0x1000, 0x1000 * len(mine), 5, 4096))
        assert len(module.maps) == (1000 if maps[1000] == mine[1000] else len(mine))
    assert len(Maps(mine).modules()[0].maps) == len(mine)


# Files


def test_the_files_of_a_saved_listing(tmp_path):
    with sleeping() as pid:
        maps = procmaps.from_pid(pid)
        live = [m for m in maps.modules() if m.path]
    found = [m for m in saved(maps).modules(root="/") if m.path]
    assert [(m.base, m.bias, m.elf, m.source) for m in found] == [(m.base, m.bias, m.elf, "file") for m in live]
    assert {m.reason for m in found} == {None}
    with found[0].open() as file:
        assert file.read(4) == b"\x7fELF"
    # Elsewhere there are other files, or none.
    path = found[0].path
    copy = tmp_path / path.lstrip("/")
    copy.parent.mkdir(parents=True)
    shutil.copy(path, copy)
    other, missing = [m for m in saved(maps).modules(root=tmp_path) if m.path][:2]
    assert (other.bias, other.reason) == (
        None,
        f"the file at its path has another device or inode than is listed: {copy}",
    )
    assert missing.reason.startswith("No such file or directory: ")
    with pytest.raises(FileNotFoundError, match="another device or inode"):
        other.open()


def test_the_files_of_a_saved_listing_elsewhere(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    (module,) = procmaps.from_str("1000-2000 r-xp 0 8:1 7 /bin/sh\n").modules(root="/")
    assert (module.bias, module.reason) == (None, "the files of a saved listing are looked for on Linux only: /")


def test_a_listing_without_inodes_has_its_files_by_their_paths():
    """One made of the note of a core file, or one of another machine whose inodes were taken out."""
    with sleeping() as pid:
        maps = procmaps.from_pid(pid)
        live = [m for m in maps.modules() if m.path]
    untold = Maps([Map(m.begin_address, m.end_address, m.perms, m.offset, pathname=m.pathname) for m in maps])
    found = [m for m in untold.modules(root="/") if m.path]
    assert [(m.base, m.bias, m.build_id, m.reason) for m in found] == [(m.base, m.bias, m.build_id, None) for m in live]
    address = found[0].base + 0x40
    assert procmaps.symbols.Symbolizer(untold, root="/").locate([address])[0].elf_address == address - live[0].bias


@pytest.mark.parametrize("path", ["/proc/self/status", "/proc", "/dev/zero"])
def test_what_may_keep_its_reader_waiting_is_not_read(path):
    """The listing can be one that somebody has made up: files of proc say that they are empty."""
    (module,) = Maps([Map(0x1000, 0x2000, "r-xp", pathname=path)]).modules(root="/")
    assert (module.bias, module.reason) == (None, f"what is at its path is no file, or an empty one: {path}")


def test_a_file_of_a_listing_that_may_not_be_read(tmp_path):
    path = tmp_path / "liba.so"
    shutil.copy(next(m.path for m in procmaps.from_pid().modules() if m.path), path)
    status = os.stat(path)
    device = os.major(status.st_dev), os.minor(status.st_dev)
    maps = Maps([Map(0x1000, 0x2000, "r-xp", 0, device, status.st_ino, str(path))])
    path.chmod(0)
    with without(CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        (module,) = maps.modules(root="/")
    assert module.reason == f"Permission denied: {path}"


def test_a_process_that_has_ended():
    with sleeping() as pid:
        maps, gone = procmaps.from_pid(pid), procmaps.from_pid(pid)
        module = maps.modules()[0]
    reaped()
    assert gone.modules()[0].reason.startswith(f"No such process {pid}")
    assert [m.base for m in gone.modules()] == [m.base for m in maps.modules()]
    assert load_order(gone) is None
    with pytest.raises(ProcessLookupError):
        module.open()
    with pytest.raises(ProcessLookupError):
        procmaps.loaded("libc", pid)


LOADING = """if True:
    import ctypes, sys
    libc = ctypes.CDLL(None)
    libc.dlopen.restype = ctypes.c_void_p
    for line in sys.stdin:
        exec(line)
        print(flush=True)
    """


def test_a_library_that_is_not_there_any_more(tmp_path):
    path = tmp_path / "liba.so"
    shutil.copy(_procmaps.__file__, path)
    with talking(LOADING) as child:

        def do(line):
            child.stdin.write(line.encode() + b"\n")
            child.stdin.flush()
            child.stdout.readline()

        do(f"libc.dlopen({os.fsencode(path)!r}, 2)")
        maps, gone = procmaps.from_pid(child.pid), procmaps.from_pid(child.pid)
        module = next(m for m in maps.modules() if m.path == str(path))
        # Not by dlclose(3), with which musl keeps what it has loaded.
        do(f"libc.munmap(ctypes.c_void_p({module.base}), ctypes.c_size_t({module.size}))")
        listed = next(m for m in gone.modules() if m.path == str(path))
        assert (listed.base, listed.bias) == (module.base, None)
        assert listed.reason == "the mapping is not there any more"
        with pytest.raises(LookupError, match="is not mapped any more"):
            module.open()


def mapped(path, content):
    """Map a file as if it were loaded, in this process."""
    import mmap

    path.write_bytes(content)
    with open(path, "r+b") as file:
        return mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)


def module_of(path):
    return next((m for m in procmaps.from_pid().modules() if m.path == str(path)), None)


def test_code_that_is_no_elf_file(tmp_path):
    with mapped(tmp_path / "a.dll", b"MZ".ljust(4096)):
        assert module_of(tmp_path / "a.dll") is None
        # That it is none the listing alone does not tell.
        assert saved(procmaps.from_pid()).filter(pathname=f"{tmp_path}/a.dll").modules() != []


def test_a_device():
    import mmap

    with open("/dev/zero", "r+b") as file, mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, 5):
        assert module_of("/dev/zero") is None


def test_damaged_headers(tmp_path):
    content = bytearray(b"\x7fELF\x02\x01\x01".ljust(64, b"\0"))
    content[54:58] = (56).to_bytes(2, "little") + b"\xff\xff"
    with mapped(tmp_path / "liba.so", bytes(content)):
        module = module_of(tmp_path / "liba.so")
    assert (module.bias, module.elf) == (None, None)
    assert module.reason == "its headers are damaged: its program headers are cut short"


def test_an_elf_file_that_loads_nothing(tmp_path):
    with mapped(tmp_path / "liba.so", b"\x7fELF\x02\x01\x01".ljust(4096, b"\0")):
        assert module_of(tmp_path / "liba.so") is None


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    """Its headers are in memory, too."""
    import ctypes

    path = tmp_path / "liba.so"
    shutil.copy(_procmaps.__file__, path)
    library = ctypes.CDLL(str(path))
    told = module_of(path)
    path.chmod(0)
    with without(CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        module = module_of(path)
        assert (module.source, module.elf, module.bias) == ("memory", told.elf, told.bias)
        with pytest.raises(PermissionError):
            module.open()

        def refuse(*_):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(_elf_files, "read_elf_in_memory", refuse)
        module = module_of(path)
        assert (module.base, module.bias) == (told.base, None)
        assert module.reason == "Permission denied: run as root, or as a user who may read it"
    assert library is not None


def test_a_file_that_fails(monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(_elf_files, "read_elf", fail)
    modules = [module for module in procmaps.from_pid().modules() if module.path and may_read(module)]
    assert {module.reason for module in modules} == {"Input/output error"}


def test_memory_that_may_not_be_read(monkeypatch):
    maps = procmaps.from_pid()

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(procmaps.modules, "open_memory", refuse)
    assert load_order(maps) is None
    # Other tests have loaded some libraries many times.
    names = [module.name for module in maps.modules()]
    once = next(module for module in maps.modules() if names.count(module.name) == 1)
    assert procmaps.loaded(once.name) == [once]


def test_a_directory_in_place_of_a_file(tmp_path):
    """A process that misleads: what was found is no regular file by now."""
    with Process() as process:
        m = next(m.maps[0] for m in procmaps.from_pid().modules() if m.path)
        descriptor = os.open(tmp_path, O_PATH)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(_elf_files, "found", lambda _: descriptor)
                with pytest.raises(FileNotFoundError, match="deleted or replaced"):
                    _elf_files.open_mapped(process, m)
                assert _elf_files.of_process(process, [m]) == Answer(False)
        finally:
            os.close(descriptor)


def test_machines_without_a_name_here():
    fields = (64, True, 3, 4711, [], None, b"caf\xe9", None)
    assert elf_of(fields) == Elf(64, "big", 3, "machine 4711", (), None, "caf\udce9", None)


# The dynamic linker's list, when it is none


def listed(tmp_path, memory, bits=64, byteorder="little", dynamic=(0, 64)):
    """Order two modules by the list in some memory: that of the first is at 0."""
    path = tmp_path / "memory"
    path.write_bytes(memory)
    maps = Maps([Map(0x1000, 0x2000, "r-xp", 0, (8, 1), 7, "/a")])
    first = Module(maps, Answer(True, Elf(bits, byteorder, 3, "x86-64", (), dynamic, None, None), "memory"), 0)
    second = Module(maps, Answer(True, Elf(bits, byteorder, 3, "x86-64", (), (0x7000, 64), None, None), "memory"), 1)
    third = Module(maps, Answer(True, Elf(bits, byteorder, 3, "x86-64", (), None, None, None), "memory"), 2)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        order = in_load_order(descriptor, [third, first, second])
    finally:
        os.close(descriptor)
    return order and [module.bias for module in order]


def words(*values, size=8, byteorder="little"):
    return b"".join([value.to_bytes(size, byteorder) for value in values])


@pytest.mark.parametrize("byteorder", ["little", "big"])
@pytest.mark.parametrize("size", [4, 8])
def test_a_list_in_all_classes_and_byte_orders(tmp_path, size, byteorder):
    def entries(version):
        number = version << 32 if size == 8 and byteorder == "big" else version
        dynamic = words(21, 8 * size, 0, 0, 0, 0, 0, 0, size=size, byteorder=byteorder)
        table = words(number, 14 * size, 0, 0, 0, 18 * size, size=size, byteorder=byteorder)
        link = words(0, 0, 0x7001, 0, size=size, byteorder=byteorder)
        # Another namespace, with the list of the first module.
        more = words(0, 24 * size, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, size=size, byteorder=byteorder)
        return dynamic + table + link + more[: 6 * size] + words(0, 0, 0, 0, size=size, byteorder=byteorder)

    assert listed(tmp_path, entries(2), 8 * size, byteorder, (0, 8 * size)) == [1, 0, 2]
    # An older one has no further namespaces.
    assert listed(tmp_path, entries(1), 8 * size, byteorder, (0, 8 * size)) == [1, 2, 0]


def test_what_is_no_list(tmp_path):
    assert listed(tmp_path, b"") is None
    assert listed(tmp_path, words(21, 0)) is None
    for table in (0x10000, 2**63, 2**64 - 8):
        assert listed(tmp_path, words(21, table)) == [2, 0, 1]
    for link in (0x10000, 2**63):
        assert listed(tmp_path, words(21, 16, 1, link, 0, 0, 0, 0)) == [2, 0, 1]


def test_a_list_without_an_end(tmp_path):
    # The entry at 64 is behind itself, and the table at 16 behind itself.
    loop = words(21, 16, 2, 64, 0, 0, 0, 16, 0, 0, 0x7001, 64)
    assert listed(tmp_path, loop, dynamic=(0, 16)) == [1, 2, 0]
    assert listed(tmp_path, words(21, 16, 2, 0, 0, 0, 0, 16), dynamic=(0, 16)) == [2, 0, 1]


def test_more_lists_than_there_can_be(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(_link_map, "_MOST", 10)
    monkeypatch.setattr(_link_map, "part", lambda *place: read.append(place) or _elf_files.part(*place))
    # Each table has another one behind it, and no list.
    tables = [words(2, 0, 0, 0, 0, 16 + 48 * (i + 1)) for i in range(60)]
    assert listed(tmp_path, words(21, 16) + b"".join(tables), dynamic=(0, 16)) == [2, 0, 1]
    assert len(read) < 20


def test_memory_that_was_joined_with_a_module():
    """Memory that the kernel has joined with that of a module is in it as far as the module says."""
    text = "1000-2000 r-xp 0 8:1 7 /a\n2000-3000 rw-p 1000 8:1 7 /a\n3000-9000 rw-p 0 0:0 0 \n"
    maps = procmaps.from_str(text)
    segments = (Segment(0, 0, 0x1000, 0x1000, 5, 4096), Segment(0x1000, 0x1000, 0x800, 0x1900, 6, 4096))
    elf = Elf(64, "little", 3, "x86-64", segments, None, None, None)
    (module,) = _modules._of_one_file(maps, list(maps)[:2], Answer(True, elf, "file"), None)
    assert list(module.maps) == list(maps)
    assert (module.base, module.bias, module.end_address) == (0x1000, 0x1000, 0x4000)
    index = _modules.Index([module])
    assert index.locate(0x28FF, maps[1]) == (0x28FF, maps[1], module, None, 0x18FF, None)
    assert index.locate(0x3FFF, maps[2]) == (0x3FFF, maps[2], module, None, 0x2FFF, None)
    assert index.locate(0x4000, maps[2]) == (0x4000, maps[2], None, None, None, None)
    assert _module._segment(elf, 0x1FFF) == segments[1]


@pytest.mark.parametrize("error", [LookupError, ProcessLookupError])
def test_a_mapping_that_goes_while_its_file_is_opened(monkeypatch, error):
    """By itself, or with its process."""
    module = next(m for m in procmaps.from_pid().modules() if m.path)
    calls = []

    def current(_, m):
        calls.append(m)
        if len(calls) > 1:
            raise error("gone")
        return m

    monkeypatch.setattr(_elf_files, "current", current)
    before = descriptors()
    with pytest.raises(error, match="gone"):
        module.open()
    assert descriptors() == before
