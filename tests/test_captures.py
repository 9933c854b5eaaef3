"""What a dozen kernels printed, against what the mapping program says it mapped.

Every mapping of every account is compared with exactly one line: no kernel here has merged two of
them into one line, and none has split one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import procmaps
import reference
from agreement import assert_agrees, bytes_of

CAPTURES = Path(__file__).parent / "data" / "captures"
NASTY = sorted(path.stem for path in CAPTURES.glob("nasty-*.maps"))
KERNELS = sorted(path.stem for path in CAPTURES.glob("*.maps"))
EMULATORS = sorted(path.stem for path in (CAPTURES / "qemu-user").glob("*.maps"))

# Kernels with 32-bit pointers, which have names at another column.
NARROW = ("-i386-", "-mipsel-", "-armhf-")

# What the program calls a mapping, and Map.kind.
KINDS = {
    "anon": "anonymous",
    "anon-named": "named",
    "anon-shared": "shared",
    "anon-shared-named": "shared",
    "hugetlb-anon": "hugepage",
    **{same: same for same in ("anon_inode", "file", "heap", "memfd", "secretmem", "socket", "sysv")},
}

# Living files whose name ends like that of a deleted one: the text cannot tell them.
LOOK_DELETED = {"name-deleted-suffix", "name-space-deleted"}


class Capture:
    """A listing and the true mappings, each with the line that begins where it does."""

    def __init__(self, name: str) -> None:
        self.maps = procmaps.from_path(CAPTURES / f"{name}.maps")
        account = json.loads((CAPTURES / f"{name}.json").read_text("utf-8"))
        self.exe = account["exe"]
        self.truth = account["mappings"]
        by_begin = {m.begin_address: m for m in self.maps}
        self.pairs = [(true, by_begin[true["start"]]) for true in self.truth]


@pytest.fixture(scope="module", params=NASTY)
def capture(request):
    return Capture(request.param)


def printed_name(true):
    """Return the name as a kernel prints it."""
    name = bytes.fromhex(true["name_hex"]).replace(b"\n", rb"\012")
    return (name + b" (deleted)" if true["deleted"] else name) or None


def test_how_much_is_compared():
    assert len(NASTY) >= 12
    assert len(KERNELS) >= 24
    assert len(EMULATORS) >= 10
    assert sum(len(Capture(name).pairs) for name in NASTY) >= 1436


def test_each_mapping_has_its_own_line(capture):
    assert len({m.begin_address for _, m in capture.pairs}) == len(capture.truth) > 100


def test_ranges(capture):
    for true, m in capture.pairs:
        assert (m.begin_address, m.end_address) == (true["start"], true["end"]), true["case"]


def test_permissions(capture):
    for true, m in capture.pairs:
        assert m.perms == true["prot"] + ("s" if true["shared"] else "p"), true["case"]
        assert m.is_shared == true["shared"] != m.is_private
        assert (m.is_readable, m.is_writable, m.is_executable) == tuple(letter != "-" for letter in true["prot"])


def test_offsets(capture):
    for true, m in capture.pairs:
        assert m.offset == true["offset"], true["case"]


def test_names(capture):
    for true, m in capture.pairs:
        assert (m.pathname and bytes_of(m.pathname)) == printed_name(true), true["case"]


def test_files_are_identified(capture):
    # All on tmpfs, devtmpfs, hugetlbfs and the kernel's own: there maps and stat(2) agree.
    for true, m in capture.pairs:
        if "st_ino" in true:
            assert (*m.device, m.inode) == (true["st_dev_major"], true["st_dev_minor"], true["st_ino"]), true["case"]


def test_memory_without_a_file(capture):
    for true, m in capture.pairs:
        if true["kind"] in ("anon", "anon-named", "heap"):
            assert (m.device, m.inode) == ((0, 0), 0), true["case"]
        elif true["case"] == "sysv-key":
            assert m.inode == 0, "the identifier of the first segment"
        elif "st_ino" not in true:
            assert m.device[0] == 0 < m.inode, true["case"]


def test_kinds(capture):
    for true, m in capture.pairs:
        assert m.kind == KINDS[true["kind"]], true["case"]
        assert m.is_anonymous == (true["kind"] == "anon")
        assert m.is_special == (true["kind"] in ("anon-named", "anon-shared-named", "anon_inode", "heap", "socket"))


def test_deletion(capture):
    seen = set()
    for true, m in capture.pairs:
        if true["case"] in LOOK_DELETED:
            assert m.is_deleted and not true["deleted"]
            seen.add(true["case"])
        else:
            assert m.is_deleted == (true["deleted"] and true["kind"] == "file"), true["case"]
    assert seen == LOOK_DELETED


def test_paths(capture):
    for true, m in capture.pairs:
        if true["kind"] != "file":
            assert m.path is None, true["case"]
        elif true["case"] not in LOOK_DELETED:
            assert bytes_of(m.path) == bytes.fromhex(true["name_hex"]).replace(b"\n", rb"\012"), true["case"]


def test_two_names_that_print_alike(capture):
    # A newline, and the four characters: nothing in the text tells them apart.
    names = {true["case"]: m.pathname for true, m in capture.pairs}
    assert names["name-literal-012"] == names["name-newline-twin"] == r"/tmp/w/lit\012eral"


def test_finding(capture):
    assert capture.maps.is_ordered
    for _, m in capture.pairs:
        assert capture.maps.find(m.begin_address) is capture.maps.find(m.end_address - 1) is m


def test_lines_that_are_not_in_the_account(capture):
    # The program's own file, heap and stack, and what the kernel adds.
    known = {id(m) for _, m in capture.pairs}
    others = [m for m in capture.maps if id(m) not in known]
    assert 8 <= len(others) <= 16
    assert {m.pathname for m in others if m.kind == "file"} == {capture.exe}
    assert {m.kind for m in others} <= {"file", "anonymous", "heap", "stack", "vdso", "vvar", "vsyscall"}


@pytest.mark.parametrize("name", KERNELS)
def test_no_line_is_lost_and_all_print_back(name):
    text = (CAPTURES / f"{name}.maps").read_bytes()
    maps = procmaps.from_str(text)
    assert len(maps) == text.count(b"\n")
    bits = 32 if any(arch in name for arch in NARROW) else 64
    assert b"".join(bytes_of(m.line(bits=bits)) + b"\n" for m in maps) == text
    if bits == 64:
        assert bytes(maps) == text


@pytest.mark.parametrize("name", KERNELS)
def test_reference(name):
    assert_agrees((CAPTURES / f"{name}.maps").read_bytes())


@pytest.mark.parametrize("name", EMULATORS)
def test_emulators(name):
    # QEMU does not pad addresses, and pads where there is no name.
    text = (CAPTURES / "qemu-user" / f"{name}.maps").read_bytes()
    assert_agrees(text)
    maps = procmaps.from_str(text)
    assert len(maps) == text.count(b"\n") > 10
    assert bytes(maps) == reference.print_text(reference.parse(text))
