"""Processes that change, end, or become another program while they are read, by the thousand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import procmaps
from procmaps import selfcheck
from procmaps._read import O_PATH
from support.children import descriptors

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")]

MARKERS = 1000


def test_no_reading_in_a_storm_is_torn_or_short() -> None:
    plain, ours = selfcheck.compare(readings=20_000)
    assert plain.readings == ours.readings + ours.given_up == 20_000
    assert ours.given_up == 0
    assert ours.out_of_order == 0
    assert ours.lost_anchors == 0
    assert 1 <= ours.attempts / ours.readings < 2
    print(f"plain readings out of order: {plain.out_of_order}; attempts: {ours.attempts / ours.readings:.4f}")


def test_settled_readings_in_a_storm_are_whole_or_refused() -> None:
    _, ours = selfcheck.compare(readings=300, settled=True)
    assert ours.readings + ours.given_up == 300
    assert ours.out_of_order == ours.lost_anchors == 0


# Forks children that inherit MARKERS mappings of a known shape, and ends them as it is told.
_BREEDER = r"""
import ctypes, mmap, os, random, sys, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
page, count = mmap.PAGESIZE, int(sys.argv[1])
area = libc.mmap(None, ctypes.c_size_t(2 * count * page), 0, 0x22, -1, ctypes.c_size_t(0))
for i in range(count):
    libc.mprotect(ctypes.c_void_p(area + 2 * i * page), ctypes.c_size_t(page), 1)
print(area, page, flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        time.sleep(random.random() * 0.002)
        if line.startswith("exec"):
            os.execv("/bin/sleep", ["sleep", "60"])
        os._exit(0)
    print(child, flush=True)
    if line.startswith("exit"):
        os.waitpid(child, 0)
    else:
        sys.stdin.readline()
        os.kill(child, 9)
        os.waitpid(child, 0)
"""


class Breeder:
    """The other end of it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._ask, self._answer = process.stdin, process.stdout
        begin, page = map(int, self._answer.readline().split())
        self.markers = {(begin + 2 * i * page, begin + (2 * i + 1) * page) for i in range(MARKERS)}

    def say(self, word: str) -> None:
        self._ask.write(word + "\n")
        self._ask.flush()

    def breed(self, fate: str) -> int:
        self.say(fate)
        return int(self._answer.readline())

    def is_whole(self, maps: procmaps.Maps) -> bool:
        return self.markers <= {(m.begin_address, m.end_address) for m in maps}


@contextmanager
def breeder() -> Iterator[Breeder]:
    command = [sys.executable, "-I", "-S", "-c", _BREEDER, str(MARKERS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Breeder(process)
        finally:
            process.kill()


@pytest.fixture(autouse=True)
def no_descriptor_is_leaked() -> Iterator[None]:
    before = descriptors()
    yield
    assert descriptors() == before


def test_a_process_that_exits_is_whole_until_it_is_an_error() -> None:
    whole = empty = 0
    with breeder() as children:
        for _ in range(1000):
            pid = children.breed("exit")
            while True:
                try:
                    maps = procmaps.from_pid(pid)
                except ProcessLookupError:
                    break
                if maps.without_memory:
                    assert maps.without_memory == "zombie"
                    assert not maps
                    empty += 1
                else:
                    assert children.is_whole(maps)
                    whole += 1
    assert whole > 100
    print(f"{whole} whole listings, {empty} of a zombie, 1000 ends")


def test_a_process_that_execs_is_one_program_or_the_other() -> None:
    first = loading = second = 0
    with breeder() as children:
        for _ in range(1000):
            pid = children.breed("exec")
            while True:
                maps = procmaps.from_pid(pid)
                if children.is_whole(maps):
                    first += 1
                    continue
                assert not children.markers & {(m.begin_address, m.end_address) for m in maps}
                if any(m.path and m.path.endswith("/sleep") for m in maps):
                    second += 1
                    break
                # The kernel is still loading it: the stack comes first, when it is not yet called that.
                assert 0 < len(maps) < 30
                loading += 1
            children.say("next")
    assert second == 1000
    assert first > 100
    print(f"{first} listings of the first program, {loading} of the second while it was loaded, {second} after")


@pytest.mark.skipif(not os.access("/proc/sys/kernel/ns_last_pid", os.W_OK), reason="needs root to choose a pid")
def test_a_descriptor_of_the_directory_never_shows_a_successor() -> None:
    """The fact on which from_pid stands: it opens `/proc/PID` once and `maps` from there."""
    for _ in range(20):
        with subprocess.Popen(["/bin/true"]) as ended:
            directory = os.open(f"/proc/{ended.pid}", O_PATH)
        try:
            with open("/proc/sys/kernel/ns_last_pid", "w") as last_pid:
                last_pid.write(str(ended.pid - 1))
            with subprocess.Popen(["/bin/sleep", "60"]) as successor:
                try:
                    with pytest.raises(ProcessLookupError):
                        os.open("maps", os.O_RDONLY, dir_fd=directory)
                    if successor.pid == ended.pid:
                        assert procmaps.from_pid(successor.pid).pid == ended.pid
                        return
                finally:
                    successor.kill()
        finally:
            os.close(directory)
    pytest.fail("the number was not given again in 20 tries")
