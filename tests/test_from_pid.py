"""Reading living processes: what comes back, and what is raised when nothing can."""

from __future__ import annotations

import copy
import ctypes
import errno
import json
import os
import pickle
import signal
import sys
import threading
import time

import pytest

import procmaps
from procmaps import UnsupportedError

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from support.children import descriptors, reaped, sleeping, stopped, talking, zombie


def kernel_text(pid: int | str = "self") -> bytes:
    with open(f"/proc/{pid}/maps", "rb") as file:
        return file.read()


@pytest.fixture(scope="module")
def child():
    with sleeping() as pid:
        yield pid


# This process


@pytest.mark.parametrize("pid", [None, os.getpid()], ids=["none", "number"])
def test_this_process(pid):
    maps = procmaps.from_pid(pid)
    buffer = ctypes.create_string_buffer(1)
    holder = maps.find(ctypes.addressof(buffer))
    assert holder.perms == "rw-p"
    assert maps.is_ordered
    assert maps.pid == os.getpid()
    assert maps.attempts >= 1
    assert maps.without_memory is None


def test_no_argument_is_this_process():
    stack = procmaps.from_pid().filter(kind="stack")
    assert [m.pathname for m in stack] == ["[stack]"]
    assert stack == procmaps.from_pid(os.getpid()).filter(kind="stack")


def test_in_a_fork_none_is_the_child():
    script = """if True:
        import os, sys
        sys.path.insert(0, sys.argv[1])
        import procmaps
        child = os.fork()
        if not child:
            import mmap
            memory = mmap.mmap(-1, 1 << 20)
            is_own = procmaps.from_pid() == procmaps.from_pid(os.getpid()) != procmaps.from_pid(os.getppid())
            os._exit(0 if is_own else 1)
        print(os.waitpid(child, 0)[1], flush=True)
        """
    with talking(script, os.path.dirname(os.path.dirname(procmaps.__file__))) as process:
        assert process.stdout.read() == b"0\n"


# Another process


def test_the_text_of_a_stopped_child_byte_for_byte(child):
    with stopped(child):
        maps = procmaps.from_pid(child)
        assert bytes(maps) == kernel_text(child)
    assert len(maps) > 10
    assert maps.pid == child
    assert maps.attempts == 1


def test_settled_reads_twice(child):
    with stopped(child):
        maps = procmaps.from_pid(child, settled=True)
        assert bytes(maps) == kernel_text(child)
        assert maps.attempts == 2
        with pytest.raises(ValueError, match=r"attempts is from 2 to .*, not 1"):
            procmaps.from_pid(child, settled=True, attempts=1)


def test_what_was_read_is_kept_by_copies_and_pickles(child):
    maps = procmaps.from_pid(child)
    for same in (copy.copy(maps), copy.deepcopy(maps), pickle.loads(pickle.dumps(maps))):
        assert same == maps
        assert (same.pid, same.attempts, same.without_memory) == (child, maps.attempts, None)


def test_pid_may_be_anything_with_an_index(child):
    class Number:
        def __index__(self):
            return child

    assert procmaps.from_pid(Number()).pid == child


def test_a_process_that_ends_is_whole_until_it_is_an_error():
    """A few dozen times; test_storm.py has it by the thousand."""
    script = (
        "import mmap, time; keep = [mmap.mmap(-1, 4096, prot=1 + i % 2 * 2) for i in range(3000)]; "
        "print(flush=True); time.sleep(60)"
    )
    for delay in range(30):
        with talking(script) as process:
            process.stdout.readline()
            whole = procmaps.from_pid(process.pid)
            assert len(whole) > 3000
            killer = threading.Timer(delay / 20000, process.kill)
            killer.start()
            while True:
                try:
                    maps = procmaps.from_pid(process.pid)
                except ProcessLookupError as error:  # noqa: PERF203
                    assert "it ended while it was read" in str(error)
                else:
                    if maps.without_memory:
                        break
                    assert maps == whole
            killer.join()
            assert maps == []
            assert maps.without_memory == "zombie"
            process.wait()
            with pytest.raises(ProcessLookupError, match="it ended, or is hidden"):
                procmaps.from_pid(process.pid)


# Processes without memory


def test_zombie():
    with zombie() as pid:
        maps = procmaps.from_pid(pid)
    assert maps == []
    assert maps.without_memory == "zombie"
    assert maps.pid == pid
    assert repr(maps) == "<Maps: no mappings, zombie>"
    assert pickle.loads(pickle.dumps(maps)).without_memory == "zombie"


def test_kernel_thread():
    try:
        with open("/proc/2/stat", "rb") as file:
            flags = int(file.read().rpartition(b")")[2].split()[6])
    except FileNotFoundError:
        flags = 0
    if not flags & 0x200000:
        pytest.skip("no kernel thread is seen from this pid namespace")
    maps = procmaps.from_pid(2)
    assert maps == []
    assert maps.without_memory == "kernel thread"
    assert repr(maps) == "<Maps: no mappings, kernel thread>"


def test_a_first_thread_that_has_ended_takes_no_memory_with_it():
    script = """if True:
        import ctypes, threading, time
        threading.Thread(target=time.sleep, args=(60,)).start()
        print(flush=True)
        ctypes.CDLL(None).pthread_exit(None)
        """
    with talking(script) as process:
        process.stdout.readline()
        until = time.monotonic() + 120
        while kernel_text(process.pid):
            assert time.monotonic() < until
            time.sleep(0.001)
        maps = procmaps.from_pid(process.pid)
        assert maps.without_memory is None
        assert len(maps) > 10


# Refused


@pytest.mark.parametrize("pid", [0, -1, -(2**31), 2**31, 2**32 + 1, 2**64, 10**30])
def test_numbers_that_no_process_has(pid):
    with pytest.raises(ValueError, match=rf"pid is from 1 to 2\*\*31 - 1, or None .*, not {pid}$"):
        procmaps.from_pid(pid)


@pytest.mark.parametrize("pid", [True, False, "1", "self", b"1", 1.0, [1], ()], ids=repr)
def test_what_is_no_number(pid):
    with pytest.raises(TypeError, match=type(pid).__name__):
        procmaps.from_pid(pid)


@pytest.mark.parametrize("attempts", [0, -1])
def test_no_attempts(attempts):
    with pytest.raises(ValueError, match=f"attempts is from 1 to .*, not {attempts}"):
        procmaps.from_pid(attempts=attempts)


@pytest.mark.parametrize("attempts", ["1", None, 1.5])
def test_attempts_that_are_no_int(attempts):
    with pytest.raises(TypeError):
        procmaps.from_pid(attempts=attempts)


@pytest.mark.parametrize("arguments", [(1, True), (1, False, 20), (1, False, 20, "/proc")], ids=len)
def test_all_but_the_pid_is_by_keyword(arguments):
    with pytest.raises(TypeError, match="positional argument"):
        procmaps.from_pid(*arguments)


@pytest.mark.parametrize("number", [reaped, lambda: 2**31 - 1], ids=["reaped", "largest"])
def test_no_such_process(number):
    pid = number()
    with pytest.raises(ProcessLookupError, match=f"No such process {pid}") as caught:
        procmaps.from_pid(pid)
    assert caught.value.errno == errno.ESRCH
    assert caught.value.filename == f"/proc/{pid}"
    assert not isinstance(caught.value, FileNotFoundError)


def test_the_first_process_if_it_may_not_be_read():
    try:
        os.close(os.open("/proc/1/maps", os.O_RDONLY))
    except PermissionError as refused:
        with pytest.raises(PermissionError, match="CAP_SYS_PTRACE") as caught:
            procmaps.from_pid(1)
        assert caught.value.errno == refused.errno
        assert caught.value.filename == refused.filename == "/proc/1/maps"
        assert caught.value.strerror.startswith(refused.strerror)
    else:
        assert procmaps.from_pid(1)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_process_of_another_user(child):
    script = """if True:
        import json, os, sys
        sys.path.insert(0, sys.argv[1])
        import procmaps
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        answers = {"own": len(procmaps.from_pid())}
        try:
            procmaps.from_pid(int(sys.argv[2]))
        except OSError as error:
            answers["other"] = [type(error).__name__, error.errno, error.filename, str(error)]
        print(json.dumps(answers))
        """
    with talking(script, os.path.dirname(os.path.dirname(procmaps.__file__)), str(child)) as process:
        answers = json.load(process.stdout)
    assert answers["own"] > 10
    name, number, filename, text = answers["other"]
    assert (name, number, filename) == ("PermissionError", errno.EACCES, f"/proc/{child}/maps")
    assert "run as the user of the process or as root, or with CAP_SYS_PTRACE" in text


def test_no_proc_file_system(tmp_path):
    for root in (tmp_path, tmp_path / "missing"):
        for pid in (None, 1):
            with pytest.raises(UnsupportedError, match=f"no proc file system at {root}") as caught:
                procmaps.from_pid(pid, proc=root)
            assert caught.value.errno == errno.ENOSYS
            assert caught.value.filename == f"{root}/{pid or 'self'}"


def test_another_system(monkeypatch):
    """What the native layer says where it was built without a reader of processes."""

    def unsupported(*_):
        raise OSError("unsupported")

    monkeypatch.setattr("procmaps._read.read_process", unsupported)
    with pytest.raises(UnsupportedError, match="this needs Linux") as caught:
        procmaps.from_pid()
    assert caught.value.errno == errno.ENOSYS
    assert caught.value.filename == "/proc/self"


# Descriptors, signals


def test_no_descriptor_is_leaked(child):
    before = descriptors()
    gone = reaped()
    with zombie() as dead:
        for _ in range(1000):
            procmaps.from_pid()
            procmaps.from_pid(child, settled=True)
            procmaps.from_pid(dead)
            procmaps.from_path(f"/proc/{child}/maps")
            for call in (lambda: procmaps.from_pid(gone), lambda: procmaps.from_path(f"/proc/{gone}/maps")):
                with pytest.raises(OSError, match="No such"):
                    call()
    assert descriptors() == before


def test_signals_do_not_break_a_reading(child):
    hits = []
    before = signal.signal(signal.SIGALRM, lambda *_: hits.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        while len(hits) < 100:
            assert len(procmaps.from_pid(child)) > 10
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
