r"""The catalogue of bugs in parsers that people wrote by hand, each as a test with its number.

B4 is here as far as a text can say, B13 as far as offsets in files go, and B18 to B20 and B24
have their living halves in test_from_pid.py, test_storm.py and test_fake_proc.py. Not here,
because no listing answers them:

    B10  base = the first executable mapping                 modules: the base and the bias of a load
    B11  base = the first line                               modules
    B13  offset in the file, address in the ELF, bias        modules: reading program headers
    B21  fields of smaps come and go                         memory use of a living process
    B23  a path of another mount namespace opened here       real names of a living process
    B27  huge pages counted in or left out                   memory use of a living process
    B28  the end of reading memory never noticed             reading memory is no part of this package
"""

from __future__ import annotations

import errno
import sys

import pytest

import procmaps
from procmaps import Map

HEAD = "7f0000000000-7f0000001000 r-xp 00000000 08:01 42 "
NEXT = "7f0000001000-7f0000002000 rw-p 00001000 08:01 42                         /next\n"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def read(line: str) -> Map:
    """Return the mapping of a line, having made sure that the next one is as it was."""
    maps = procmaps.from_str(line + "\n" + NEXT)
    assert [str(m) + "\n" for m in maps[1:]] == [NEXT]
    return maps[0]


def test_b1_a_path_with_one_space():
    assert read(HEAD + "/opt/My App/lib.so").path == "/opt/My App/lib.so"


@pytest.mark.parametrize(
    "name", ["a  b", "a\tb", "a\t b", "trailing ", "trailing  ", "trailing\t", " ", "x          y"]
)
def test_b2_spaces_and_tabs_are_not_collapsed_nor_stripped(name):
    assert read(HEAD + "/tmp/" + name).path == "/tmp/" + name


def test_b3_deleted_is_a_fact_and_no_part_of_the_path():
    m = read(HEAD + "/lib/libssl.so.3 (deleted)")
    assert (m.path, m.is_deleted) == ("/lib/libssl.so.3", True)
    assert m.pathname == "/lib/libssl.so.3 (deleted)"


def test_b3_one_deleted_is_taken_away_not_all():
    assert read(HEAD + "/tmp/x (deleted) (deleted)").path == "/tmp/x (deleted)"


@pytest.mark.parametrize(
    "name", ["[anon:x (deleted)]", "/memfd:x (deleted)", "/SYSV00000000 (deleted)", "/tmp/(deleted)"]
)
def test_b3_not_all_that_ends_so_is_a_deleted_file(name):
    assert not read(f"7f0000000000-7f0000001000 rw-s 00000000 00:01 42 {name}").is_deleted


def test_b4_the_escape_of_a_newline_is_left_alone():
    # It may be a newline, or these four characters: only the kernel knows.
    assert read(HEAD + r"/tmp/a\012b").path == r"/tmp/a\012b"
    assert read(HEAD + r"/tmp/a\040b").path == r"/tmp/a\040b"


def test_b5_a_path_that_is_not_utf_8_loses_nothing():
    text = (HEAD + "/tmp/caf").encode() + b"\xe9\n" + NEXT.encode()
    maps = procmaps.from_str(text)
    assert len(maps) == 2
    assert bytes(maps[0]).endswith(b" /tmp/caf\xe9")
    assert maps[1].path == "/next"


@pytest.mark.parametrize(
    ("device", "numbers"),
    [("103:03", (0x103, 3)), ("103:00003", (0x103, 3)), ("00:1f2a", (0, 0x1F2A)), ("fff:fffff", (0xFFF, 0xFFFFF))],
)
def test_b6_wide_device_numbers(device, numbers):
    assert read(f"7f0000000000-7f0000001000 r-xp 00000000 {device} 42 /a").device == numbers


def test_b7_offset_and_inode_of_64_bits():
    m = read("7f0000000000-7f0000001000 r-xp 7fffffffffffe000 08:01 18446744073709551615 /a")
    assert (m.offset, m.inode) == (0x7FFFFFFFFFFFE000, 2**64 - 1)


@pytest.mark.parametrize("length", [255, 256, 257, 511, 512, 1023, 1024, 4095, 4096, 4097, 20_000, 65_536, 1_000_000])
def test_b8_no_line_is_too_long(length):
    assert read(HEAD + "/" + "x" * length).path == "/" + "x" * length


@pytest.mark.parametrize("end", ["", " ", " " * 30])
def test_b9_an_anonymous_line_takes_nothing_from_the_next(end):
    m = read("7f0000000000-7f0000001000 rw-p 00000000 00:00 0" + end)
    assert (m.pathname, m.inode, m.device) == (None, 0, (0, 0))


LIBRARIES = procmaps.from_str(
    """\
7f0000000000-7f0000001000 r-xp 00000000 08:01 1 /opt/tilelang/lib/libcudart_stub.so
7f0000001000-7f0000002000 r-xp 00000000 08:01 2 /usr/lib/libcap.so.2
7f0000002000-7f0000003000 r-xp 00000000 08:01 3 /usr/lib/libcrypto.so.3
7f0000003000-7f0000004000 r-xp 00000000 08:01 4 /home/me/libc/dir/tool
7f0000004000-7f0000005000 r-xp 00000000 08:01 5 /usr/lib/libc.so.6
7f0000005000-7f0000006000 r-xp 00000000 08:01 6 /usr/local/cuda/lib64/libcudart.so.12
"""
)


def test_b12_a_pattern_is_for_the_whole_name():
    assert [m.inode for m in LIBRARIES.filter(pathname="*/libcudart.so*")] == [6]
    assert [m.inode for m in LIBRARIES.filter(pathname="*/libc.so*")] == [5]
    assert [m.inode for m in LIBRARIES.filter(pathname="libc")] == []


def test_b13_the_offset_in_the_file_is_called_so():
    m = read("7f0000000000-7f0000001000 r-xp 000b9000 08:01 42 /lib/libopenblas.so")
    assert m.file_offset(0x7F0000000123) == 0xB9123


def test_b14_the_end_address_belongs_to_the_neighbour():
    maps = procmaps.from_str(HEAD + "/a\n" + NEXT)
    assert maps.find(0x7F0000000FFF) is maps[0]
    assert maps.find(0x7F0000001000) is maps[1]
    assert 0x7F0000001000 not in maps[0]
    assert maps.find(0x7F0000002000) is None


def test_b15_the_place_in_the_listing_says_nothing():
    # As Linux 6.18 has it: the kernel's own mappings between libc.so and ld.so, the stack not third to last.
    maps = procmaps.from_str(
        """\
7f7b1d200000-7f7b1d228000 r--p 00000000 fe:00 2634                       /usr/lib/libc.so.6
7f7b1d4e6000-7f7b1d4ea000 r--p 00000000 00:00 0                          [vvar]
7f7b1d4ea000-7f7b1d4ec000 r--p 00000000 00:00 0                          [vvar_vclock]
7f7b1d4ec000-7f7b1d4ee000 r-xp 00000000 00:00 0                          [vdso]
7f7b1d4ee000-7f7b1d4ef000 r--p 00000000 fe:00 2631                       /usr/lib/ld-linux-x86-64.so.2
7ffc0bd5b000-7ffc0bd7c000 rw-p 00000000 00:00 0                          [stack]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
"""
    )
    assert [m.kind for m in maps] == ["file", "vvar", "vvar", "vdso", "file", "stack", "vsyscall"]
    assert maps.filter(kind="stack") == [maps[-2]]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("/tmp/[heap]", "file"),
        ("/[stack]", "file"),
        ("/SYSVinit/x", "file"),
        ("/tmp/[anon:a]", "file"),
        ("[heap]", "heap"),
        ("[anon:a/b]", "named"),
        ("[anon:/dev/zero]", "named"),
        ("[anon_shmem:a/b]", "shared"),
        ("anon_inode:[eventpoll]", "anon_inode"),
        ("[a/b]", "special"),
    ],
)
def test_b16_neither_a_bracket_nor_a_slash_decides(name, kind):
    m = read(HEAD + name)
    assert (m.pathname, m.kind) == (name, kind)
    assert m.path == (name if kind == "file" else None)


@pytest.mark.parametrize("perms", [r + w + x + p for r in "r-" for w in "w-" for x in "x-" for p in "psS"])
def test_b17_all_permissions(perms):
    m = read(f"7f0000000000-7f0000001000 {perms} 00000000 00:00 0")
    assert m.perms == perms
    flags = (m.is_readable, m.is_writable, m.is_executable, m.is_shared, m.is_private)
    assert flags == ("r" in perms, "w" in perms, "x" in perms, "p" not in perms, "p" in perms)


def test_b17_two_letters_ask_for_both():
    maps = procmaps.from_str(
        "".join(f"{i}000-{i}fff {p} 0 0:0 0\n" for i, p in enumerate(["rw-p", "rwxs", "r--p", "-w-p"], 1))
    )
    assert [m.perms for m in maps.filter(perms="rw")] == ["rw-p", "rwxs"]


TORN = {
    "same start": ["7fa8d03f1000-7fa8d07bc000", "7fa8d03f1000-7fa8d13f8000"],
    "backwards": ["7f00006e8000-7f00006e9000", "7f00006e9000-7f00006ea000", "7f00006e8000-7f00006eb000"],
}


@pytest.mark.parametrize("ranges", TORN.values(), ids=TORN)
def test_b18_a_torn_text_is_kept_as_it_is_and_said_to_be_one(ranges):
    maps = procmaps.from_str("".join(f"{addresses} rw-p 00000000 00:00 0 \n" for addresses in ranges))
    assert [f"{m.begin_address:x}-{m.end_address:x}" for m in maps] == ranges
    assert not maps.is_ordered
    # Read last, so nearest to now.
    assert all(maps.find(address) is maps[-1] for address in (maps[-1].begin_address, maps[-1].end_address - 1))


@on_linux
def test_b19_a_process_that_is_gone_is_not_one_that_is_denied():
    from support.children import reaped

    with pytest.raises(ProcessLookupError) as caught:
        procmaps.from_pid(reaped())
    assert caught.value.errno == errno.ESRCH


def test_b20_no_lines_are_no_mappings():
    maps = procmaps.from_str("")
    assert (len(maps), maps.find(0), maps.gaps(), str(maps)) == (0, None, [], "")


@on_linux
def test_b20_a_zombie_says_that_it_is_one():
    from support.children import zombie

    with zombie() as pid:
        maps = procmaps.from_pid(pid)
    assert (list(maps), maps.without_memory) == ([], "zombie")


def test_b22_an_offset_that_is_no_multiple_of_a_page():
    assert read("7f0000000000-7f0000001000 r--p 000001f0 00:00 459024 /usr/lib/libc.so").offset == 0x1F0


@on_linux
def test_b24_proc_may_be_elsewhere(tmp_path):
    (tmp_path / "proc").symlink_to("/proc")
    assert procmaps.from_pid(proc=tmp_path / "proc").find(id(procmaps)) is not None
    with pytest.raises(procmaps.UnsupportedError):
        procmaps.from_pid(proc=tmp_path / "nothing")


def test_b25_addresses_above_2_63():
    m = read("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]")
    assert (m.begin_address, m.end_address) == (0xFFFFFFFFFF600000, 0xFFFFFFFFFF601000)
    assert procmaps.Maps([m]).find(0xFFFFFFFFFF600FFF) is m


def test_b26_a_long_line_is_no_end_of_the_file(tmp_path):
    lines = [f"{i:x}000-{i:x}fff r--p 00000000 08:01 1 /{'x' * (200_000 if i == 50 else 9)}\n" for i in range(1, 100)]
    (tmp_path / "maps").write_text("".join(lines))
    assert len(procmaps.from_path(tmp_path / "maps")) == 99


def test_b29_code_of_deleted_files_and_nothing_else():
    maps = procmaps.from_str(
        """\
7f0000000000-7f0000001000 r-xp 00000000 08:01 1 /lib/libssl.so.3 (deleted)
7f0000001000-7f0000002000 r--p 00000000 08:01 1 /lib/libssl.so.3 (deleted)
7f0000002000-7f0000003000 r-xp 00000000 00:01 2 /memfd:libffi (deleted)
7f0000003000-7f0000004000 rwxs 00000000 00:05 3 /SYSV00000000 (deleted)
7f0000004000-7f0000005000 rwxs 00000000 00:01 4 /dev/zero (deleted)
7f0000005000-7f0000006000 r-xp 00000000 08:01 5 /lib/libz.so.1
7f0000006000-7f0000007000 rw-s 00000000 08:01 6 /var/cache/data (deleted)
"""
    )
    assert maps.filter(perms="??x", deleted=True) == [maps[0]]


def test_b30_the_name_is_the_last_field():
    maps = procmaps.from_str("7f0000000000-7f0000001000 r-xp 00000000 08:01 1      /usr/lib/libpython3.9.so.1.0\n")
    assert maps.filter(pathname="*/libpython3*") == maps
    assert list(maps.by_pathname()) == ["/usr/lib/libpython3.9.so.1.0"]
