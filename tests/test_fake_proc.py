"""A /proc elsewhere, and readings that a kernel gives too rarely to wait for."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time

import pytest

import procmaps
import procmaps.smaps
from procmaps import InconsistentError, Maps, ParseError

if sys.platform != "linux":
    pytest.skip("needs openat(2)", allow_module_level=True)

from support.fake_proc import PF_EXITING, PF_KTHREAD, FakeProc

WHOLE = b"00001000-00003000 r--p 00000000 00:00 0 \n00005000-00006000 rw-p 00000000 00:00 0 \n"
# As Linux 6.17+ shows a mapping that was split and merged again meanwhile.
TORN = b"00001000-00002000 rw-p 00000000 00:00 0 \n00001000-00004000 rw-p 00000000 00:00 0 \n"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    monkeypatch.delenv("PROCMAPS_PROC", raising=False)
    monkeypatch.delenv("HOST_PROC", raising=False)


@pytest.fixture
def proc(tmp_path):
    return FakeProc(tmp_path)


GATE = b"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n"
BEHIND = b"ffffffffff601000-ffffffffff602000 rw-p 00000000 00:00 0 \n"


@pytest.mark.parametrize("size", [4096, 8192, 16384, 32768])
def test_what_is_behind_the_last_line_of_a_kernel_is_not_lost(proc, size):
    """A reading ends at that line, but a file that only stands for the kernel's goes on, wherever a read ends."""
    line = b"00001000-00002000 r--p 00000000 08:01 5 /"
    proc.add(123, line + b"x" * (size - len(line) - 1 - len(GATE)) + b"\n" + GATE + BEHIND)
    assert procmaps.from_pid(123, proc=proc.root)[-1].line() == BEHIND.decode().rstrip("\n")


@pytest.mark.parametrize("read", [procmaps.from_pid, procmaps.smaps.from_pid, procmaps.snapshot])
def test_a_line_that_is_a_burden_is_refused_in_words(proc, read):
    """The kernel would print it: a path can have any length."""
    line = b"00001000-00003000 r--p 00000000 08:01 5 /" + b"x" * (2 << 20) + b"\n"
    (proc.add(123, line) / "smaps").write_bytes(line)
    with pytest.raises(OSError, match="a line is longer than a mebibyte") as caught:
        read(123, proc=proc.root)
    assert caught.value.errno == errno.EFBIG


# Where it is


@pytest.mark.parametrize("as_path", [str, lambda path: path], ids=["str", "Path"])
def test_proc_as_an_argument(proc, as_path):
    proc.add(123, WHOLE)
    maps = procmaps.from_pid(123, proc=as_path(proc.root))
    assert bytes(maps) == WHOLE
    assert (maps.pid, maps.attempts) == (123, 1)


@pytest.mark.parametrize("variable", ["PROCMAPS_PROC", "HOST_PROC"])
def test_proc_in_the_environment(proc, monkeypatch, variable):
    proc.add(123, WHOLE)
    monkeypatch.setenv(variable, str(proc.root))
    assert bytes(procmaps.from_pid(123)) == WHOLE


def test_the_argument_comes_before_the_environment_and_our_variable_before_the_common_one(proc, monkeypatch):
    proc.add(123, WHOLE)
    monkeypatch.setenv("HOST_PROC", "/missing/host")
    monkeypatch.setenv("PROCMAPS_PROC", str(proc.root))
    assert bytes(procmaps.from_pid(123)) == WHOLE
    monkeypatch.setenv("PROCMAPS_PROC", "/missing/ours")
    assert bytes(procmaps.from_pid(123, proc=proc.root)) == WHOLE
    with pytest.raises(procmaps.UnsupportedError, match="/missing/ours"):
        procmaps.from_pid(123)


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("PROCMAPS_PROC", "")
    monkeypatch.setenv("HOST_PROC", "")
    assert procmaps.from_pid().filter(kind="stack")


def test_self_is_that_of_the_tree(proc):
    (proc.root / "self" / "maps").write_bytes(WHOLE)
    assert bytes(procmaps.from_pid(proc=proc.root)) == WHOLE


def test_a_name_that_is_not_utf_8(tmp_path):
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    tree = FakeProc(root)
    tree.add(123, WHOLE)
    assert bytes(procmaps.from_pid(123, proc=root)) == WHOLE
    with pytest.raises(ProcessLookupError) as caught:
        procmaps.from_pid(124, proc=root)
    assert caught.value.filename == f"{root}/124"


def test_no_such_process_in_the_tree(proc):
    with pytest.raises(ProcessLookupError, match="No such process 5") as caught:
        procmaps.from_pid(5, proc=proc.root)
    assert (caught.value.errno, caught.value.filename) == (errno.ESRCH, f"{proc.root}/5")


def test_what_is_no_directory_is_said_as_the_system_says_it(proc):
    (proc.root / "7").write_bytes(b"")
    with pytest.raises(NotADirectoryError) as caught:
        procmaps.from_pid(7, proc=proc.root)
    assert caught.value.filename == f"{proc.root}/7"


def test_a_process_that_ended_while_it_was_read_is_said_to_have(monkeypatch):
    def ended(root, pid, *_):
        raise OSError(errno.ESRCH, os.strerror(errno.ESRCH), f"{root}/{pid}")

    monkeypatch.setattr("procmaps._read.read_process", ended)
    with pytest.raises(ProcessLookupError, match="No such process 4: it ended while it was read") as caught:
        procmaps.from_pid(4)
    assert (caught.value.errno, caught.value.filename) == (errno.ESRCH, "/proc/4")


# What there is of it


def test_a_text_that_no_kernel_prints(proc):
    proc.add(123, WHOLE + b"00007000-00008000 rwxq 00000000 00:00 0 \n")
    with pytest.raises(ParseError) as caught:
        procmaps.from_pid(123, proc=proc.root)
    assert (caught.value.lineno, caught.value.field) == (3, "perms")


@pytest.mark.parametrize(
    ("state", "flags", "why"),
    [
        ("S", PF_KTHREAD, "kernel thread"),
        ("I", PF_KTHREAD | 0x8040, "kernel thread"),
        ("Z", 0, "zombie"),
        ("X", 0, "zombie"),
        ("R", PF_EXITING, "zombie"),
        ("Z", PF_EXITING, "zombie"),
    ],
)
@pytest.mark.parametrize("comm", ["x", ") S (", "a) R 1 2 3 4 5 2097152 ", ""])
def test_why_there_is_no_memory(proc, state, flags, why, comm):
    proc.add(123, b"", state, flags, comm)
    maps = procmaps.from_pid(123, proc=proc.root)
    assert maps == []
    assert maps.without_memory == why


def test_a_living_process_without_a_listing_is_not_taken_for_one_without_memory(proc):
    proc.add(123, b"", "S", 0x400000)
    with pytest.raises(InconsistentError) as caught:
        procmaps.from_pid(123, proc=proc.root, attempts=3)
    assert caught.value.attempts == 3
    assert caught.value.maps == []


# Torn


@pytest.mark.parametrize(("attempts", "settled"), [(1, False), (2, False), (20, False), (2, True), (20, True)])
def test_a_listing_torn_in_every_attempt(proc, attempts, settled):
    proc.add(123, TORN)
    with pytest.raises(InconsistentError, match=f"changed in each of {attempts} readings") as caught:
        procmaps.from_pid(123, proc=proc.root, attempts=attempts, settled=settled)
    error = caught.value
    assert error.errno == errno.EAGAIN
    assert error.filename == f"{proc.root}/123/maps"
    assert error.attempts == error.maps.attempts == attempts
    assert bytes(error.maps) == TORN
    assert not error.maps.is_ordered
    assert error.maps.pid == 123
    # Of two that hold the address, the one that was read last.
    assert error.maps.find(0x1000).size == 0x3000


def test_the_error_is_an_os_error(proc):
    proc.add(123, TORN)
    with pytest.raises(BlockingIOError if issubclass(InconsistentError, BlockingIOError) else OSError):
        procmaps.from_pid(123, proc=proc.root)


def test_mappings_that_only_touch_are_in_order(proc):
    text = b"00001000-00002000 rw-p 00000000 00:00 0 \n00002000-00002000 r--p 00000000 00:00 0 \n"
    proc.add(123, text)
    assert bytes(procmaps.from_pid(123, proc=proc.root)) == text


def test_a_torn_listing_is_read_again_until_it_is_not(proc):
    directory = proc.add(123, TORN)

    def mend():
        time.sleep(0.01)
        (directory / "new").write_bytes(WHOLE)
        os.replace(directory / "new", directory / "maps")

    thread = threading.Thread(target=mend)
    thread.start()
    maps = procmaps.from_pid(123, proc=proc.root, attempts=2**31)
    thread.join()
    assert bytes(maps) == WHOLE
    assert maps.attempts > 1


def test_settled_takes_only_what_came_twice(proc):
    """One listing replaced by another without end: no mixture, and now and then no two alike."""
    other = b"00001000-00003000 r--p 00000000 00:00 0 \n"
    directory = proc.add(123, WHOLE)
    until = threading.Event()

    def replace():
        while not until.is_set():
            for text in (WHOLE, other):
                (directory / "new").write_bytes(text)
                os.replace(directory / "new", directory / "maps")

    thread = threading.Thread(target=replace)
    thread.start()
    settled = unsettled = 0
    give_up = time.monotonic() + 120
    try:
        while (not settled or not unsettled) and time.monotonic() < give_up:
            try:
                maps = procmaps.from_pid(123, proc=proc.root, settled=True, attempts=2)
                settled += 1
            except InconsistentError as error:
                maps = error.maps
                assert error.maps.is_ordered
                unsettled += 1
            assert isinstance(maps, Maps)
            assert bytes(maps) in (WHOLE, other)
            assert maps.attempts == 2
    finally:
        until.set()
        thread.join()
    assert settled
    assert unsettled


def test_this_process_has_the_number_that_the_proc_file_system_says(proc):
    proc.add(123, WHOLE)
    (proc.root / "self").rmdir()
    (proc.root / "self").symlink_to("123")
    assert procmaps.from_pid(proc=proc.root).pid == 123


def test_this_process_is_not_in_the_proc_of_another_pid_namespace(proc):
    (proc.root / "self").rmdir()
    (proc.root / "self").symlink_to("nobody")
    with pytest.raises(ProcessLookupError, match=r"this process is not in .*: another pid namespace"):
        procmaps.from_pid(proc=proc.root)
    with pytest.raises(ProcessLookupError, match="No such process 7"):
        procmaps.from_pid(7, proc=proc.root)
