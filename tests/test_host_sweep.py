"""Every process of this machine, read by us and by a plain read of the kernel's text."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import procmaps
from procmaps import InconsistentError, Map, Maps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from support.children import sleeping

# What is no path and of no kind that has a name of its own. One that is missing here is news:
# look whether it deserves a kind.
KNOWN_SPECIAL = {"[uprobes]", "[sigpage]", "[vectors]", "[gic]", "[kuser]", "[timens]", "[syscall]"}

TRIES = 50


def plain_text(pid: int) -> bytes:
    """Return the text of a process; where that is none, of a thread: they may outlive the first."""
    text = content(f"/proc/{pid}/maps")
    threads = () if text else os.listdir(f"/proc/{pid}/task")
    return next(filter(None, (content(f"/proc/{pid}/task/{thread}/maps") for thread in threads)), text)


def content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def read_beside_texts(pid: int) -> tuple[Maps, set[bytes]]:
    """Read a process until the texts of plain readings before and after are what was read; what texts there were.

    Of a process that changes all the time they are several, and two that agree may do so by chance.
    """
    texts = set()
    for _ in range(TRIES):
        before = plain_text(pid)
        maps = procmaps.from_pid(pid)
        after = plain_text(pid)
        if before == bytes(maps) == after:
            return maps, {before}
        texts |= {before, after}
    return maps, texts


@pytest.fixture(scope="module")
def host():
    """Have what was read of all processes that can be, and the texts of those that do not change all the time."""
    read, texts = {}, {}
    with sleeping() as child:
        for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
            try:
                read[pid], seen = read_beside_texts(pid)
            except PermissionError as error:  # noqa: PERF203
                assert error.filename == f"/proc/{pid}/maps"
                assert _is_refused(pid)
            except (ProcessLookupError, FileNotFoundError, InconsistentError):
                continue
            else:
                if len(seen) == 1:
                    texts[pid] = seen.pop()
    assert child in texts
    return read, texts


def _is_refused(pid: int) -> bool:
    """Whether others may not read a process either; again, if not: it may be another program, or a user's, by now."""
    for _ in range(TRIES):
        try:
            plain_text(pid)
        except OSError:
            return True
        try:
            procmaps.from_pid(pid)
        except PermissionError:
            continue
        except OSError:
            pass
        return True
    return False


def test_the_text_of_every_process_byte_for_byte(host):
    read, texts = host
    wrong = [pid for pid, text in texts.items() if bytes(read[pid]) != text]
    assert wrong == []


def test_a_process_without_text_has_no_memory_and_no_other(host):
    read, texts = host
    assert {pid for pid in texts if read[pid].without_memory} == {pid for pid, text in texts.items() if not text}


def test_every_listing_is_in_order(host):
    read, _ = host
    assert [pid for pid, maps in read.items() if not maps.is_ordered] == []


def test_every_map_says_the_same_in_all_its_forms(host):
    read, _ = host
    seen = {m for maps in read.values() for m in maps}
    for m in seen:
        assert eval(repr(m), {"Map": Map}) == m
        assert procmaps.from_str(str(m)) == [m]
        assert procmaps.from_str(m.line(bits=32)) == [m]
        assert m.begin_address in m
        assert m.end_address not in m


def test_every_mapping_is_found(host):
    read, _ = host
    for maps in read.values():
        assert maps.find_all([m.begin_address for m in maps]) == maps
        assert maps.find_all([m.end_address - 1 for m in maps]) == maps
        assert maps.size + sum(end - begin for begin, end in maps.gaps()) == (
            maps[-1].end_address - maps[0].begin_address if maps else 0
        )


def test_every_name_is_known(host):
    read, _ = host
    special = {m.pathname for maps in read.values() for m in maps if m.kind == "special"}
    assert special <= KNOWN_SPECIAL


def test_every_file_that_is_there_is_the_one_that_is_mapped(host):
    r"""Of the processes that see the files as we do, and but for names that may hold a newline, printed `\012`."""
    compared = 0
    for pid, maps in host[0].items():
        if not _shares_our_files(pid):
            continue
        for m in maps.filter(lambda m: r"\012" not in m.path, kind="file", deleted=False):
            try:
                stat = os.stat(m.path)
            except OSError:
                continue
            if stat.st_dev == os.makedev(*m.device):
                assert stat.st_ino == m.inode or not _still_maps(pid, m)
                compared += 1
    if os.stat(sys.executable).st_dev in _devices(host[0][os.getpid()]):
        assert compared > 10


def _shares_our_files(pid: int) -> bool:
    try:
        return all(
            os.readlink(f"/proc/{pid}/{name}") == os.readlink(f"/proc/self/{name}") for name in ("root", "ns/mnt")
        )
    except OSError:
        return False


def _still_maps(pid: int, m: Map) -> bool:
    """Whether a process maps the same file by the same name: not if it was replaced since it was read."""
    try:
        return m in procmaps.from_pid(pid)
    except (ProcessLookupError, InconsistentError):
        return False


def _devices(maps: Maps) -> set[int]:
    return {os.makedev(*m.device) for m in maps.filter(kind="file")}


def test_our_own_extension_is_where_the_loader_says():
    maps = procmaps.from_pid()
    extension = Path(procmaps._procmaps.__file__).resolve()
    of_extension = [m for m in maps if m.path == str(extension)]
    assert [m for m in of_extension if m.is_executable]
    # With " (deleted)" if it was built anew meanwhile.
    assert of_extension == maps.by_pathname()[of_extension[0].pathname]
