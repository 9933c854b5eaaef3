"""Mappings that mislead, in a living child: what we read against what the child says of itself."""

from __future__ import annotations

import os
import sys

import pytest

import procmaps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from support.hostile import OPTIONAL, Hostile, hostile

# Living files whose names end like those of deleted ones: the text cannot tell them.
LOOK_DELETED = {"(deleted) at the end", "(deleted) alone"}


@pytest.fixture(scope="module")
def child(tmp_path_factory):
    with hostile(tmp_path_factory.mktemp("hostile")) as child:
        yield child


@pytest.fixture(scope="module")
def maps(child):
    return procmaps.from_pid(child.pid)


@pytest.fixture(scope="module")
def pairs(child, maps):
    return [(claim, maps.find(claim.begin)) for claim in child.claims.values()]


def test_the_child_made_all_that_every_kernel_has(child: Hostile) -> None:
    assert set(child.refused) <= OPTIONAL
    assert len(child.claims) + len(child.refused) > 70


def test_the_text_is_that_of_the_kernel(child, maps) -> None:
    with open(f"/proc/{child.pid}/maps", "rb") as file:
        assert bytes(maps) == file.read()


def test_no_name_makes_a_line_of_its_own(child, maps) -> None:
    with open(f"/proc/{child.pid}/maps", "rb") as file:
        assert len(maps) == file.read().count(b"\n")


def test_where_they_are(pairs) -> None:
    wrong = [
        claim.case
        for claim, m in pairs
        if m is None or (m.begin_address, m.end_address) != (claim.begin, claim.begin + claim.size)
    ]
    assert wrong == []


def test_permissions(pairs) -> None:
    assert {claim.case: m.perms for claim, m in pairs} == {claim.case: claim.perms for claim, _ in pairs}
    for claim, m in pairs:
        flags = m.is_readable, m.is_writable, m.is_executable, m.is_shared, m.is_private
        assert flags == tuple(letter in claim.perms for letter in "rwxsp"), claim.case


def test_offsets(pairs) -> None:
    assert {claim.case: m.offset for claim, m in pairs} == {claim.case: claim.offset for claim, _ in pairs}


def test_names_are_those_of_the_kernel_byte_for_byte(pairs) -> None:
    read = {claim.case: None if m.pathname is None else os.fsencode(m.pathname) for claim, m in pairs}
    assert read == {claim.case: claim.printed for claim, _ in pairs}


def test_inodes(pairs) -> None:
    read = {claim.case: m.inode for claim, m in pairs if claim.inode is not None}
    assert read == {claim.case: claim.inode for claim, _ in pairs if claim.inode is not None}


def test_devices(pairs) -> None:
    read = {claim.case: m.device for claim, m in pairs if claim.device is not None}
    stat = {claim.case: claim.device for claim, _ in pairs if claim.device is not None}
    if read["blank inside"] != stat["blank inside"]:
        pytest.skip("this file system prints another device than stat has, like Btrfs")
    assert read == stat


def test_kinds(pairs) -> None:
    assert {claim.case: m.kind for claim, m in pairs} == {claim.case: claim.kind for claim, _ in pairs}


def test_is_deleted(pairs) -> None:
    seen = {claim.case for claim, m in pairs if m.is_deleted}
    assert seen == {claim.case for claim, _ in pairs if claim.deleted and claim.kind == "file"} | LOOK_DELETED


def test_paths(pairs) -> None:
    for claim, m in pairs:
        if claim.kind != "file":
            assert m.path is None, claim.case
        elif claim.case not in LOOK_DELETED:
            assert os.fsencode(m.path) == claim.name.replace(b"\n", rb"\012"), claim.case


def test_paths_of_living_files_without_a_newline_open_them(pairs) -> None:
    opened = 0
    for claim, m in pairs:
        is_plain = claim.kind == "file" and not claim.deleted and b"\n" not in claim.name
        if is_plain and claim.case not in LOOK_DELETED and len(claim.name) < 4096:
            assert os.stat(m.path).st_ino == claim.inode, claim.case
            opened += 1
    assert opened > 20
    by_case = {claim.case: (claim, m) for claim, m in pairs}
    for case in LOOK_DELETED:
        claim, m = by_case[case]
        assert os.stat(m.pathname).st_ino == claim.inode, case


def test_only_the_nameless_are_anonymous(pairs) -> None:
    for claim, m in pairs:
        assert m.is_anonymous == (claim.name is None), claim.case
        assert m.is_special == (claim.name is not None and not claim.name.startswith(b"/")), claim.case


def test_found_by_each_address_at_the_edges(pairs, maps) -> None:
    for claim, m in pairs:
        end = claim.begin + claim.size
        assert maps.find_all([claim.begin, claim.begin + 1, end - 1]) == [m, m, m], claim.case
        assert maps.find(end) != m, claim.case


def test_a_file_called_heap_is_not_the_heap(pairs, maps) -> None:
    heap = next(m for claim, m in pairs if claim.case == "name of the heap")
    assert heap.pathname.endswith("/[heap]")
    assert heap not in maps.filter(kind="heap")
    assert heap in maps.filter(kind="file")
