"""Questions to living processes: by the ioctl and from the text, against the listing."""

from __future__ import annotations

import contextlib
import errno
import gc
import mmap
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

import procmaps
from procmaps import InconsistentError, Map, UnsupportedError

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps import query
from procmaps._procmaps import GATE
from procmaps.query import Process
from support.children import await_end, descriptors, reaped, sleeping, stopped, talking, zombie
from support.fake_proc import PF_KTHREAD, FakeProc
from support.hostile import hostile
from support.seccomp import SECOND_ARGUMENT, run_filtered

PACKAGE = os.path.dirname(os.path.dirname(procmaps.__file__))
LAST = 2**64 - 1
LINES = b"1000-3000 r-xp 00000000 08:01 42 /bin/cat\n5000-6000 rw-p 00000000 00:00 0 \n"
TORN = b"1000-3000 r-xp 00000000 08:01 42 /bin/cat\n2000-6000 rw-p 00000000 00:00 0 \n"
with Process() as _process:
    HAS_IOCTL = _process.backend == "ioctl"
BACKENDS = ["ioctl", "text"] if HAS_IOCTL else ["text"]

needs_ioctl = pytest.mark.skipif(not HAS_IOCTL, reason="Linux 6.11+ has the ioctl")


@pytest.fixture(scope="module")
def child():
    with sleeping() as pid, stopped(pid):
        yield pid


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    with hostile(tmp_path_factory.mktemp("hostile")) as child:
        yield child


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


def without_gate(maps):
    return [m for m in maps if not GATE[0] <= m.begin_address < GATE[1]]


def last_before(maps, address):
    return next((m for m in maps if m.end_address > address), None)


def probes(maps):
    """The addresses around every edge."""
    edges = {address for m in maps for address in (m.begin_address, m.end_address)}
    return sorted({max(0, min(LAST, edge + step)) for edge in edges for step in (-1, 0, 1)} | {0, LAST})


# Against the listing


def test_which_backend(child, backend):
    with Process(child) as process:
        assert process.backend == BACKENDS[0]
    with Process(child, backend=backend) as process:
        assert process.backend == backend
        assert repr(process) == f"<procmaps.query.Process {child}, by {backend}>"
    assert repr(process) == f"<procmaps.query.Process {child}, closed>"


@pytest.mark.parametrize("which", ["child", "nasty"])
def test_find_and_next_at_every_edge(which, child, nasty, backend):
    pid = child if which == "child" else nasty.pid
    maps = procmaps.from_pid(pid)
    with Process(pid, backend=backend) as process:
        for address in probes(maps):
            assert process.find(address) == maps.find(address), hex(address)
            assert process.next(address) == last_before(maps, address), hex(address)


@pytest.mark.parametrize("which", ["child", "nasty"])
def test_find_once_at_every_edge(which, child, nasty):
    pid = child if which == "child" else nasty.pid
    maps = procmaps.from_pid(pid)
    for address in probes(maps):
        assert query.find(pid, address) == maps.find(address), hex(address)


@pytest.mark.parametrize("address", [-1, -(2**70), 2**64, 2**70])
def test_an_address_that_cannot_be(child, backend, address):
    maps = procmaps.from_pid(child)
    assert query.find(child, address) is None
    with Process(child, backend=backend) as process:
        assert process.find(address) is None
        assert process.next(address) == (maps[0] if address < 0 else None)


@pytest.mark.parametrize("address", ["1", None, 1.0], ids=repr)
def test_an_address_that_is_none(child, backend, address):
    with Process(child, backend=backend) as process:
        for ask in (process.find, process.next, lambda address: query.find(child, address)):
            with pytest.raises(TypeError):
                ask(address)


def test_the_page_of_the_kernel_is_found(child, backend):
    listed = procmaps.from_pid(child).find(GATE[0]) if GATE[1] else None
    if listed is None:
        pytest.skip("this kernel lends no page")
    assert listed.pathname == "[vsyscall]"
    assert query.find(child, GATE[0] + 5) == listed
    with Process(child, backend=backend) as process:
        assert process.find(GATE[1] - 1) == process.next(GATE[0] - 1) == listed
        assert process.find(GATE[1]) is process.next(GATE[1]) is process.find(GATE[0] - 1) is None
        assert listed not in process.walk()


@pytest.mark.parametrize("which", ["child", "nasty"])
def test_a_walk_is_the_listing(which, child, nasty, backend):
    pid = child if which == "child" else nasty.pid
    with Process(pid, backend=backend) as process:
        maps = process.walk()
    assert maps == without_gate(procmaps.from_pid(pid))
    assert (maps.pid, maps.attempts) == (pid, 1)


@pytest.mark.parametrize("which", ["child", "nasty"])
@pytest.mark.parametrize("flag", ["readable", "writable", "executable", "shared"])
def test_a_walk_of_some(which, child, nasty, backend, flag):
    pid = child if which == "child" else nasty.pid
    listed = without_gate(procmaps.from_pid(pid))
    with Process(pid, backend=backend) as process:
        for wanted in (True, False):
            part = process.walk(**{flag: wanted})
            assert part == [m for m in listed if getattr(m, f"is_{flag}") is wanted]
            assert (part.pid, part.attempts) == (pid, 1)


def test_a_walk_of_files(nasty, backend):
    claims = {claim.begin: claim for claim in nasty.claims.values()}
    with Process(nasty.pid, backend=backend) as process:
        files = {m.begin_address for m in process.walk(file_backed=True)}
        others = {m.begin_address for m in process.walk(file_backed=False)}
    assert {claim.case for begin, claim in claims.items() if begin in others} == {
        claim.case for claim in claims.values() if claim.kind in ("anonymous", "named")
    }
    assert set(claims) <= files | others
    assert not files & others


def test_a_walk_of_code(child, backend):
    with Process(child, backend=backend) as process:
        code = process.walk(readable=True, writable=False, executable=True, shared=False, file_backed=True)
    listed = procmaps.from_pid(child).filter(perms="r-xp")
    assert code == [m for m in listed if m.inode]
    # The program and its dynamic linker, which is the C library, too, on some systems.
    assert len(code) > 1


@pytest.mark.parametrize("attempts", [0, -1, 2**32])
def test_a_walk_without_attempts(attempts):
    with Process() as process, pytest.raises(ValueError, match=f"attempts is from 1 to .*, not {attempts}"):
        process.walk(attempts=attempts)


def test_every_process_of_the_host():
    """Some may change all the time: what does not is by both ways the same."""
    same, odd = set(), []
    with sleeping() as child:
        for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()]:
            with contextlib.suppress(ProcessLookupError, PermissionError, InconsistentError), Process(pid) as process:
                listings = {bytes(procmaps.from_pid(pid))}
                for _ in range(50):
                    if asked_one_by_one(process) == without_gate(procmaps.from_pid(pid)):
                        same.add(pid)
                        break
                    listings.add(bytes(procmaps.from_pid(pid)))
                else:
                    odd += [pid] * (len(listings) == 1)
    assert odd == []
    assert child in same


def asked_one_by_one(process):
    """Return a walk, if all that is found by its addresses is in it."""
    walked = process.walk()
    return walked if all(process.find(m.begin_address) == m for m in walked) else None


# Names


def test_real_names(nasty, backend):
    with Process(nasty.pid, backend=backend) as process:
        names = {case: process.real_name(process.find(claim.begin)) for case, claim in nasty.claims.items()}
    assert names == {
        case: None if claim.name is None else claim.name + b" (deleted)" * claim.deleted
        for case, claim in nasty.claims.items()
    }


def test_a_newline_is_told_from_four_letters(nasty, backend):
    cases = "newline", "newline, as four characters"
    with Process(nasty.pid, backend=backend) as process:
        names = [process.real_name(nasty.claims[case].begin) for case in cases]
    assert [os.path.basename(name) for name in names] == [b"new\nline", rb"new\012line"]


def test_the_name_of_nothing(child, backend):
    with Process(child, backend=backend) as process:
        assert process.real_name(0) is None
        stack = procmaps.from_pid(child).filter(kind="stack")[0]
        assert process.real_name(stack.begin_address) == b"[stack]"
        moved = Map(stack.begin_address, stack.end_address + 4096, stack.perms, pathname=stack.pathname)
        with pytest.raises(LookupError, match="is not mapped any more"):
            process.real_name(moved)
        with pytest.raises(LookupError, match="is not mapped any more"):
            process.real_name(Map(0x1000, 0x2000))


# Old kernels, and what stands for a proc file system


@pytest.fixture
def proc(tmp_path):
    return FakeProc(tmp_path)


def test_without_the_ioctl_the_text_is_read(proc):
    proc.add(7, LINES)
    assert query.find(7, 0x2FFF, proc=proc.root).pathname == "/bin/cat"
    assert query.find(7, 0x3000, proc=proc.root) is None
    with Process(7, proc=proc.root) as process:
        assert process.backend == "text"
        assert process.find(0x5000) == process.next(0x3000) == Map(0x5000, 0x6000, "rw-p")
        assert process.next(0x6000) is None
        assert process.walk(executable=True) == [process.find(0x1000)]
        assert process.walk() == procmaps.from_str(LINES)


@pytest.mark.parametrize("error", [errno.EPERM, errno.ENOSYS])
def test_a_filter_that_refuses_the_ioctl_is_an_older_kernel(error):
    done = run_filtered(_REFUSED, field=SECOND_ARGUMENT, value=0xC0686611, error=error)
    assert (done.stdout.split(), done.stderr) == (["text", "True", "True", "True"], "")


_REFUSED = """
import procmaps.query
address = id(sys)
with procmaps.query.Process() as process:
    print(process.backend, process.find(address).is_writable, len(process.walk(executable=True)) > 0)
print(address in procmaps.query.find(None, address))
"""


def test_the_ioctl_can_be_insisted_on(proc):
    proc.add(7, LINES)
    with pytest.raises(UnsupportedError, match=r"Linux has it from 6\.11 on") as caught:
        Process(7, proc=proc.root, backend="ioctl")
    assert caught.value.errno == errno.ENOTTY


def test_the_environment_names_the_proc_file_system(proc, monkeypatch):
    proc.add(7, LINES)
    monkeypatch.setenv("PROCMAPS_PROC", str(proc.root))
    assert query.find(7, 0x1000).inode == 42
    with Process(7) as process:
        assert process.find(0x1000).inode == 42


def test_a_path_that_is_no_unicode(tmp_path):
    place = tmp_path / "caf\udce9"
    place.mkdir()
    FakeProc(place).add(7, LINES)
    assert query.find(7, 0x1000, proc=place).inode == 42
    with Process(7, proc=place) as process:
        assert process.find(0x1000).inode == 42


def test_a_text_that_is_never_in_order(proc):
    proc.add(7, TORN)
    with Process(7, proc=proc.root) as process:
        for ask in (lambda: process.find(0x1000), lambda: process.next(0x1000), process.walk):
            with pytest.raises(InconsistentError, match="in each of 20 readings") as caught:
                ask()
            assert caught.value.maps == procmaps.from_str(TORN)
            assert caught.value.attempts == 20
        with pytest.raises(InconsistentError, match="in each of 3 readings"):
            process.walk(attempts=3)


def test_a_text_that_is_none(proc):
    proc.add(7, b"nonsense\n")
    with Process(7, proc=proc.root) as process, pytest.raises(procmaps.ParseError):
        process.find(0x1000)


def test_no_proc_file_system(tmp_path):
    for ask in (lambda: Process(7, proc=tmp_path), lambda: query.find(7, 1, proc=tmp_path)):
        with pytest.raises(UnsupportedError) as caught:
            ask()
        assert caught.value.errno == errno.ENOSYS


def test_another_system(monkeypatch):
    """What the native layer says where it was built without a reader of processes."""

    def unsupported(*_):
        raise OSError("unsupported")

    monkeypatch.setattr(query, "NativeProcess", unsupported)
    monkeypatch.setattr(query, "query_once", unsupported)
    for ask in (Process, lambda: query.find(None, 0)):
        with pytest.raises(UnsupportedError, match="this needs Linux") as caught:
            ask()
        assert caught.value.errno == errno.ENOSYS


class Answering:
    """Stands for the native handle, with some answers of its own."""

    def __init__(self, process, **answers):
        self.native, self.answers = process._native, answers
        process._native = self

    def __getattr__(self, name):
        return self.answers.get(name) or getattr(self.native, name)


@needs_ioctl
def test_a_walk_that_is_never_in_order(child):
    from procmaps._procmaps import parse

    with Process(child) as process:
        Answering(process, walk=lambda _flags, attempts: (parse(TORN), attempts, False))
        with pytest.raises(InconsistentError, match="in each of 20 readings") as caught:
            process.walk()
    assert caught.value.maps == procmaps.from_str(TORN)
    assert caught.value.filename == f"/proc/{child}"


@needs_ioctl
def test_an_error_that_no_one_foresaw(child):
    def refuse(*_):
        raise OSError(errno.EIO, "as a test")

    with Process(child) as process:
        Answering(process, query=refuse, walk=refuse)
        for ask in (lambda: process.find(0), lambda: process.next(0), process.walk):
            with pytest.raises(OSError, match="as a test"):
                ask()


@needs_ioctl
def test_a_storm_of_changes_tears_no_walk():
    script = """if True:
        import ctypes, mmap
        libc = ctypes.CDLL(None)
        libc.mmap.restype = ctypes.c_void_p
        page, size, at = mmap.PAGESIZE, ctypes.c_size_t, ctypes.c_void_p
        # Between pages that may not be accessed, so that the first and the last one are not joined with what is there.
        area = libc.mmap(None, size(102 * page), 0, 0x22, -1, size(0)) + page
        libc.mprotect(at(area), size(100 * page), 1)
        for i in range(0, 50, 2):
            libc.mprotect(at(area + i * page), size(page), 3)
        print(area, page, flush=True)
        while True:
            for prot in (3, 1):
                for i in range(60, 80, 4):
                    libc.mprotect(at(area + i * page), size(2 * page), prot)
        """
    with talking(script) as storm:
        area, page = map(int, storm.stdout.readline().split())
        with Process(storm.pid) as process:
            attempts = 0
            for _ in range(2000):
                maps = process.walk(attempts=200)
                assert maps.is_ordered
                assert [maps.find(area + i * page).size for i in range(49)] == [page] * 49
                attempts += maps.attempts
    print(f"walks made for one: {attempts / 2000:.4f}")


# Processes that end


@pytest.mark.parametrize("number", [reaped, lambda: 2**31 - 1], ids=["reaped", "largest"])
def test_no_such_process(number, backend):
    pid = number()
    for ask in (lambda: Process(pid, backend=backend), lambda: query.find(pid, 0)):
        with pytest.raises(ProcessLookupError, match=f"No such process {pid}") as caught:
            ask()
        assert caught.value.errno == errno.ESRCH
        assert caught.value.filename == f"/proc/{pid}"


def asked(process):
    """Every question there is."""
    stack = Map(0x1000, 0x2000, "rw-p", pathname="[stack]")
    return [
        lambda: process.find(0),
        lambda: process.next(0),
        process.walk,
        lambda: process.real_name(0),
        lambda: process.real_name(stack),
        lambda: process.build_id(0),
        lambda: process.build_id(stack),
        lambda: process.identity(stack),
    ]


def test_a_process_that_has_ended(backend):
    with sleeping() as pid:
        process = Process(pid, backend=backend)
        assert process.next(0) is not None
    with process:
        for ask in asked(process):
            with pytest.raises(ProcessLookupError, match=f"No such process {pid} any more: it ended, or") as caught:
                ask()
            assert (caught.value.errno, caught.value.filename) == (errno.ESRCH, f"/proc/{pid}")


def test_a_process_that_is_a_zombie_by_now(backend):
    with talking("input()") as child, Process(child.pid, backend=backend) as process:
        child.kill()
        await_end(child.pid)
        for ask in asked(process):
            with pytest.raises(ProcessLookupError, match="it ended, or executed another program"):
                ask()


def test_a_process_that_is_another_program_by_now(backend):
    script = "import os; print(flush=True); input(); os.execv('/bin/sleep', ['sleep', '60'])"
    with talking(script) as child:
        child.stdout.readline()
        with Process(child.pid, backend=backend) as process:
            assert process.next(0) is not None
            child.stdin.write(b"\n")
            child.stdin.flush()
            with pytest.raises(ProcessLookupError, match="it ended, or executed another program"):
                while process.next(0):
                    time.sleep(0.001)
            for ask in asked(process):
                with pytest.raises(ProcessLookupError):
                    ask()
        with Process(child.pid, backend=backend) as process:
            until = time.monotonic() + 120
            while not any("sleep" in (m.pathname or "") for m in process.walk()):
                assert time.monotonic() < until


@pytest.mark.parametrize("why", ["zombie", "kernel thread"])
def test_without_memory(why, backend, proc):
    if why == "zombie":
        where = zombie()
    elif os.path.exists("/proc/2") and procmaps.from_pid(2).without_memory:
        where = contextlib.nullcontext(2)
    else:
        pytest.skip("no kernel thread is seen from this pid namespace")
    with where as pid:
        assert query.find(pid, 0x1000) is None
        with Process(pid, backend=backend) as process:
            assert process.without_memory == why
            assert process.find(0x1000) is process.next(0) is process.real_name(0) is process.build_id(0) is None
            assert process.walk() == []
        with pytest.raises(ValueError, match="closed"):
            process.find(0x1000)
    proc.add(7, b"", flags=PF_KTHREAD)
    with Process(7, proc=proc.root) as process:
        assert (process.without_memory, process.walk()) == ("kernel thread", [])


def test_a_first_thread_that_has_ended_takes_no_memory_with_it(backend):
    script = """if True:
        import ctypes, threading, time
        threading.Thread(target=time.sleep, args=(60,)).start()
        print(flush=True)
        ctypes.CDLL(None).pthread_exit(None)
        """
    with talking(script) as child:
        child.stdout.readline()
        until = time.monotonic() + 120
        while Path(f"/proc/{child.pid}/maps").read_bytes():
            assert time.monotonic() < until
        with Process(child.pid, backend=backend) as process:
            assert process.without_memory is None
            assert process.walk() == without_gate(procmaps.from_pid(child.pid))
        assert query.find(child.pid, 2**63 - 1) is None


def test_exec_while_it_is_opened(proc):
    """What never has memory, and is no zombie either, is no process to ask."""
    proc.add(7, b"")
    with pytest.raises(ProcessLookupError):
        Process(7, proc=proc.root)


# The handle


def test_after_it_is_closed(child, backend):
    process = Process(child, backend=backend)
    assert not process.closed
    with process as same:
        assert same is process
    assert process.closed
    process.close()
    for ask in asked(process):
        with pytest.raises(ValueError, match="the process is closed"):
            ask()


def test_one_that_is_dropped(child):
    def drop():
        Process(child)
        gc.collect()

    with pytest.warns(ResourceWarning, match=f"unclosed <procmaps.query.Process {child}, by "):
        drop()


def test_one_that_is_dropped_after_the_globals_of_its_module(monkeypatch, child):
    """As free-threaded Python can do at its end."""
    process = Process(child)
    monkeypatch.setattr(query, "warn", None)
    with pytest.warns(ResourceWarning, match="unclosed"):
        process.__del__()
    assert process.closed


def test_this_process_is_the_one_that_opened_it(backend):
    with Process(backend=backend) as process:
        assert repr(process) == f"<procmaps.query.Process self, by {backend}>"
        assert id(process) in process.find(id(process))
        assert process.pid is None
        reader, writer = os.pipe()
        if not os.fork():
            with mmap.mmap(-1, mmap.PAGESIZE):  # all else can be as in the parent
                is_own = process.walk() == procmaps.from_pid()
            os.write(writer, b"own" if is_own else b"its parent's")
            os._exit(0)
        os.wait()
        os.close(writer)
        with open(reader, "rb") as pipe:
            assert pipe.read() == b"its parent's"


@pytest.mark.parametrize("arguments", [{"pid": True}, {"pid": "1"}, {"pid": 0}, {"pid": 2**31}, {"backend": "x"}])
def test_arguments_that_cannot_be(arguments):
    with pytest.raises((TypeError, ValueError)):
        Process(**arguments)


def test_no_descriptor_is_leaked(child):
    gone = reaped()
    before = descriptors()
    m = next(m for m in procmaps.from_pid(child) if m.kind == "file")
    with zombie() as dead:
        for _ in range(200):
            query.find(child, m.begin_address)
            query.find(dead, 0)
            with pytest.raises(ProcessLookupError):
                query.find(gone, 0)
            for backend in BACKENDS:
                with Process(child, backend=backend) as process:
                    process.find(0), process.next(0), process.walk(), process.real_name(m)
                    process.build_id(m), process.identity(m)
                with Process(dead, backend=backend) as process:
                    process.find(0)
    assert descriptors() == before


def test_threads_share_a_handle(child, backend):
    maps = procmaps.from_pid(child)
    process, failures, rounds = Process(child, backend=backend), [], 50 if backend == "text" else 2000

    def ask(seed):
        some = random.Random(seed)
        try:
            for _ in range(rounds):
                m = some.choice(maps)
                assert process.find(m.begin_address) == m
                assert some.random() > 0.02 or process.walk() == without_gate(maps)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    process.close()
    assert failures == []


def test_it_is_closed_while_others_ask(child, backend):
    """They have an answer or ValueError, never another descriptor's."""
    for _ in range(20):
        process, odd = Process(child, backend=backend), []

        def ask(process=process, odd=odd):
            try:
                while True:
                    if process.find(0) is not None:
                        odd.append("found")
            except ValueError:
                pass
            except BaseException as error:
                odd.append(error)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        process.close()
        for thread in threads:
            thread.join()
        assert odd == []


def test_sixty_thousand_mappings():
    script = """if True:
        import ctypes, mmap
        libc = ctypes.CDLL(None)
        libc.mmap.restype = ctypes.c_void_p
        page, size = mmap.PAGESIZE, ctypes.c_size_t
        area = libc.mmap(None, size(60_000 * page), 1, 0x4022, -1, size(0))
        for i in range(0, 60_000, 2):
            assert libc.mprotect(ctypes.c_void_p(area + i * page), size(page), 0) == 0
        print(area, page, flush=True)
        input()
        """
    with talking(script) as child:
        area, page = map(int, child.stdout.readline().split())
        with stopped(child.pid), Process(child.pid) as process:
            listed = without_gate(procmaps.from_pid(child.pid))
            assert len(listed) > 60_000
            assert process.walk() == listed
            for i in random.Random(1).sample(range(60_000), 2000 if HAS_IOCTL else 20):
                m = process.find(area + i * page + 5)
                assert (m.begin_address, m.perms) == (area + i * page, "r--p" if i % 2 else "---p")


# Another user


def test_a_process_that_may_not_be_read(backend):
    try:
        procmaps.from_pid(1)
    except PermissionError:
        for ask in (lambda: Process(1, backend=backend), lambda: query.find(1, 0)):
            with pytest.raises(PermissionError, match="CAP_SYS_PTRACE"):
                ask()
    else:
        with Process(1, backend=backend) as process:
            assert process.next(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_permission_is_asked_for_once(child, backend):
    """It is a property of the handle, which can be opened before privileges are dropped."""
    script = """if True:
        import os, sys
        sys.path.insert(0, sys.argv[1])
        from procmaps.query import Process, find
        pid = int(sys.argv[2])
        process = Process(pid, backend=sys.argv[3])
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        print(process.next(0).begin_address > 0)
        print(find(None, id(process)).is_writable)
        for ask in (lambda: Process(pid), lambda: find(pid, 0)):
            try:
                ask()
            except PermissionError as error:
                print("CAP_SYS_PTRACE" in str(error))
        process.close()
        """
    with talking(script, PACKAGE, str(child), backend) as reader:
        assert reader.stdout.read() == b"True\n" * 4


def test_signals_break_nothing(child):
    hits = []
    before = signal.signal(signal.SIGALRM, lambda *_: hits.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        with Process(child) as process:
            m = process.walk(executable=True, file_backed=True)[0]
            expected = process.build_id(m)
            while len(hits) < 100:
                assert process.find(m.begin_address) == m
                assert process.build_id(m) == expected
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
