"""A process whose first thread has ended, while others go on: its files are where they were."""

from __future__ import annotations

import contextlib
import os
import sys

import pytest

import procmaps
import procmaps.host
import procmaps.query
import procmaps.smaps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

import procmaps._threads
from procmaps._threads import by_living, living
from support.children import talking

# Its first thread ends. When that has happened another one says so, and goes on.
TEMPLATE = """if True:
    import ctypes, os, threading, time
    def relay():
        threading.Thread(target=relay).start()
    def work():
        while open(f"/proc/{os.getpid()}/stat").read().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        os.write(1, b"ready\\n")
        GO_ON
    threading.Thread(target=work).start()
    ctypes.CDLL(None).pthread_exit(None)
"""
CODE = TEMPLATE.replace("GO_ON", "time.sleep(600)")
# Each of its threads begins the next one and ends.
RELAY = TEMPLATE.replace("GO_ON", "relay()")


@contextlib.contextmanager
def running(code):
    with talking(code) as child:
        assert child.stdout.readline() == b"ready\n"
        yield child.pid


@pytest.fixture(scope="module")
def pid():
    with running(CODE) as pid:
        yield pid


@pytest.fixture(scope="module")
def relay():
    with running(RELAY) as pid:
        yield pid


def test_the_thread_that_goes_on(pid):
    directory = f"/proc/{pid}"
    assert living(directory) in [f"{directory}/task/{thread}" for thread in os.listdir(f"{directory}/task")]
    assert os.path.samefile(f"{living(directory)}/root", "/")
    assert living("/proc/self") == "/proc/self"
    opened = os.open(directory, os.O_RDONLY)
    assert living("", opened).startswith("task/")
    os.close(opened)


@pytest.mark.parametrize("threads", [[], ["7"], ["7", "8"]])
def test_what_has_ended_altogether(tmp_path, threads):
    for thread in threads:
        (tmp_path / "task" / thread).mkdir(parents=True)
    assert living(str(tmp_path)) == str(tmp_path)


def test_what_may_not_be_looked_at(tmp_path):
    (tmp_path / "root").mkdir()
    assert living(str(tmp_path)) == str(tmp_path)


def test_its_files_are_at_their_paths(pid):
    with procmaps.query.Process(pid) as process:
        files = [m for m in process.walk(file_backed=True) if m.kind == "file"]
        assert {process.identity(m).state for m in files} == {"present"}
        linker = next(m for m in files if "/ld" in m.path)
        assert process.identity(linker).path == linker.path
        own = next(m for m in procmaps.from_pid() if m.pathname == linker.pathname)
        with procmaps.query.Process() as this:
            assert process.build_id(linker) == this.build_id(own)


def test_its_modules_are_found(pid):
    modules = procmaps.from_pid(pid).modules()
    assert {module.reason for module in modules} == {None}
    assert {module.source for module in modules} == {"file", "memory"}


def test_its_program_and_its_place_are_told(pid):
    (own,), (other,) = procmaps.host.scan([os.getpid()]), procmaps.host.scan([pid])
    assert other.exe == own.exe is not None
    assert other.mount_namespace == own.mount_namespace is not None
    assert other.cgroup == own.cgroup is not None


def test_its_command_is_kept_in_a_snapshot(pid):
    assert procmaps.snapshot(pid).about["command"][-1] == CODE


def test_it_is_not_stale(pid):
    assert pid not in [entry.process.pid for entry in procmaps.host.stale()]


def has_a_handle(pid):
    with procmaps.query.Process(pid) as process:
        return process.without_memory is None


@pytest.mark.parametrize(
    ("is_read", "times"),
    [
        (procmaps.from_pid, 500),
        (lambda pid: procmaps.smaps.from_pid(pid), 100),
        (lambda pid: procmaps.smaps.rollup(pid).rss is not None, 500),
        (lambda pid: list(procmaps.host.scan([pid])), 500),
        (has_a_handle, 500),
        (lambda pid: {module.reason for module in procmaps.from_pid(pid).modules()} == {None}, 30),
    ],
    ids=["maps", "smaps", "rollup", "scan", "query", "modules"],
)
def test_threads_that_end_while_they_are_read_by(relay, is_read, times):
    assert all([is_read(relay) for _ in range(times)])


def test_the_first_thread_that_has_ended_is_no_attempt(pid):
    assert procmaps.from_pid(pid, attempts=1).attempts == 1


def test_threads_that_end_each_time(monkeypatch):
    places = map(str, range(1000))
    monkeypatch.setattr(procmaps._threads, "living", lambda *_: next(places))

    def gone(place):
        raise ProcessLookupError(place)

    with pytest.raises(ProcessLookupError, match="40"):
        by_living(gone, "")
