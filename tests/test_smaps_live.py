"""Memory use of living processes: what comes back, what others say, and what is raised when nothing can."""

from __future__ import annotations

import errno
import json
import mmap
import os
import pickle
import shutil
import subprocess
import sys
import threading

import pytest

import procmaps.smaps
from procmaps import InconsistentError, ParseError, UnsupportedError
from procmaps.smaps import InconsistentUsagesError, Usages, from_pid, rollup
from smaps_reference import NAMES, assert_are, parse

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps.selfcheck import Storm
from support.children import descriptors, reaped, sleeping, stopped, talking, zombie
from support.fake_proc import PF_KTHREAD, FakeProc

BLOCKS = b"""\
1000-3000 r-xp 00000000 08:01 42 /bin/cat
Rss: 8 kB
5000-6000 rw-p 00000000 00:00 0\x20
Rss: 4 kB
"""
TORN = BLOCKS.replace(b"5000-", b"2000-")
ROLLUP = b"1000-6000 ---p 00000000 00:00 0          [rollup]\nRss: 12 kB\nPss_Anon: 4 kB\nNew: x\n"

PACKAGE = os.path.dirname(os.path.dirname(procmaps.__file__))


def kernel_text(pid: int, name: str = "smaps") -> bytes:
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read()


@pytest.fixture(scope="module")
def child():
    with sleeping() as pid, stopped(pid):
        yield pid


@pytest.fixture
def proc(tmp_path, monkeypatch):
    monkeypatch.delenv("PROCMAPS_PROC", raising=False)
    monkeypatch.delenv("HOST_PROC", raising=False)
    return FakeProc(tmp_path)


def at_once(pid, ask):
    """Return a reading, and what is asked while nothing of it changes.

    What a stopped process shares with others still changes as they come and go.
    """
    for _ in range(500):
        usages = from_pid(pid)
        answer = ask()
        if usages == from_pid(pid):
            return usages, answer
    raise AssertionError("it never stayed the same")


def add(proc, pid, smaps=None, rollup=None, **stat):
    directory = proc.add(pid, b"", **stat)
    for name, text in (("smaps", smaps), ("smaps_rollup", rollup)):
        if text is not None:
            (directory / name).write_bytes(text)


# This process


@pytest.mark.parametrize("pid", [None, os.getpid()], ids=["none", "number"])
def test_this_process(pid):
    usages = from_pid(pid)
    assert usages.maps.is_ordered
    assert (usages.pid, usages.without_memory) == (os.getpid(), None)
    assert usages.attempts >= 1
    assert usages.by("kind")["stack"].private_dirty > 0


def test_memory_that_is_touched_is_counted():
    with mmap.mmap(-1, 64 * mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        before = rollup().private_dirty
        memory[:: mmap.PAGESIZE] = b"x" * 64
        assert rollup().private_dirty - before >= 60 * mmap.PAGESIZE


# Another process


def test_the_text_of_a_stopped_child(child):
    usages, text = at_once(child, lambda: kernel_text(child))
    assert_are(usages, parse(text))
    assert usages.maps == procmaps.from_pid(child)
    assert (usages.pid, usages.attempts) == (child, 1)
    assert pickle.loads(pickle.dumps(usages)) == usages
    assert pickle.loads(pickle.dumps(usages)).pid == child


def test_the_rollup_of_a_stopped_child(child):
    _, (text, used) = at_once(child, lambda: (kernel_text(child, "smaps_rollup"), rollup(child)))
    (block,) = parse(text)
    assert {name: getattr(used, name, None) for name in block.fields} == block.fields
    assert used.rss > used.uss > 0
    assert used.size is used.without_memory is None
    assert used.other == {}
    assert pickle.loads(pickle.dumps(used)) == used
    assert repr(used) == f"<Rollup: rss={used.rss}, pss={used.pss}, swap={used.swap}>"


def test_the_rollup_is_the_sum(child):
    usages, used = at_once(child, lambda: rollup(child))
    total = usages.total()
    assert (used.rss, used.uss, used.dirty, used.swap) == (total.rss, total.uss, total.dirty, total.swap)
    assert 0 <= used.pss - total.pss <= 1024 * total.count
    assert 0 <= used.pss_anon + used.pss_file + used.pss_shmem <= used.pss + 2048


def test_a_first_thread_that_has_ended_takes_no_memory_with_it():
    script = """if True:
        import ctypes, threading, time
        threading.Thread(target=time.sleep, args=(60,)).start()
        print(flush=True)
        ctypes.CDLL(None).pthread_exit(None)
        """
    with talking(script) as process:
        process.stdout.readline()
        while kernel_text(process.pid):
            pass
        assert from_pid(process.pid).total().rss > 0
        assert rollup(process.pid).rss > 0


# What others say


def test_psutil(child):
    psutil = pytest.importorskip("psutil")
    process = psutil.Process(child)
    ours, theirs = at_once(child, lambda: process.memory_maps(grouped=False))
    names = set(theirs[0]._fields) & set(NAMES.values())
    assert names >= {"rss", "size", "pss", "shared_clean", "private_dirty", "referenced", "anonymous", "swap"}
    assert len(theirs) == len(ours)
    for name in names:
        assert [getattr(usage, name) for usage in ours] == [getattr(m, name) for m in theirs]
        assert getattr(ours.total(), name) == sum([getattr(m, name) for m in theirs])
    _, (used, full) = at_once(child, lambda: (rollup(child), process.memory_full_info()))
    assert (used.uss, used.pss, used.swap) == (full.uss, full.pss, full.swap)


@pytest.mark.skipif(shutil.which("pmap") is None, reason="procps is not installed")
def test_pmap(child):
    """Every field of every mapping, and the sums: `pmap -XX` shows all that the kernel prints, in kB.

    But for what is shared in files and in the vDSO, since pmap maps some of the same ones while it reads.
    """
    command = ["pmap", "-XX", str(child)]
    ours, output = at_once(child, lambda: subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    _, header, *lines, _, totals = output.decode().splitlines()
    labels = header.split()[5:]
    labels = labels[: labels.index("VmFlags")]
    assert len(labels) >= 20
    assert len(lines) == len(ours)
    for line, usage in zip(lines, ours):
        cells = line.split()
        assert int(cells[0], 16) == usage.map.begin_address
        for label, cell in zip(labels, cells[5:]):
            if usage.map.kind not in ("file", "vdso") or not is_shared(label):
                assert getattr(usage, NAMES[label]) == scaled(label, cell), label
    total = ours.total()
    for label, cell in zip(labels, totals.split()):
        if getattr(total, NAMES[label], None) is not None and not is_shared(label):
            assert getattr(total, NAMES[label]) == scaled(label, cell), label


def is_shared(label):
    return label.startswith(("Pss", "Shared_", "Private_", "Locked"))


def scaled(label, cell):
    return int(cell) if label in ("THPeligible", "ProtectionKey") else int(cell) * 1024


# Processes that change and end


def test_readings_in_a_storm_are_whole():
    with Storm() as storm:
        for _ in range(100):
            usages = from_pid(storm.pid, attempts=1000)
            assert usages.maps.is_ordered
            assert storm.lost(usages.maps) == 0


def test_a_process_that_ends_is_whole_until_it_is_an_error():
    script = (
        "import mmap, time; keep = [mmap.mmap(-1, 4096, prot=1 + i % 2 * 2) for i in range(1500)]; "
        "print(flush=True); time.sleep(60)"
    )
    ended = 0
    for delay in range(15):
        with talking(script) as process:
            process.stdout.readline()
            whole = from_pid(process.pid).maps
            killer = threading.Timer(delay / 5000, process.kill)
            killer.start()
            while True:
                try:
                    usages = from_pid(process.pid)
                except ProcessLookupError:  # noqa: PERF203
                    ended += 1
                else:
                    if usages.without_memory:
                        break
                    assert usages.maps == whole
            killer.join()
            assert len(usages) == 0
            assert usages.without_memory == "zombie"
            assert rollup(process.pid).without_memory == "zombie"
            process.wait()
            for read in (from_pid, rollup):
                with pytest.raises(ProcessLookupError, match="it ended, or is hidden"):
                    read(process.pid)
    assert ended > 0


# Processes without memory


def test_zombie():
    with zombie() as pid:
        usages, used = from_pid(pid), rollup(pid)
    assert usages == Usages()
    assert (usages.pid, usages.without_memory, used.without_memory) == (pid, "zombie", "zombie")
    assert repr(usages) == "<Usages: no mappings, zombie, rss=None>"
    assert used.rss is used.uss is None
    assert repr(used) == "<Rollup of a zombie: rss=None, pss=None, swap=None>"
    assert pickle.loads(pickle.dumps(used)) == used != rollup()


def test_kernel_thread(proc):
    add(proc, 2, b"", b"", flags=PF_KTHREAD)
    assert from_pid(2, proc=proc.root).without_memory == "kernel thread"
    assert rollup(2, proc=proc.root).without_memory == "kernel thread"
    add(proc, 3, b"", b"", state="Z")
    assert rollup(2, proc=proc.root) != rollup(3, proc=proc.root)


# Another /proc


def test_proc(proc, monkeypatch):
    add(proc, 123, BLOCKS, ROLLUP)
    assert from_pid(123, proc=proc.root).total().rss == 12288
    used = rollup(123, proc=proc.root)
    assert (used.rss, used.pss_anon, used.pss, used.other) == (12288, 4096, None, {"New": "x"})
    monkeypatch.setenv("HOST_PROC", str(proc.root))
    assert from_pid(123).total().rss == rollup(123).rss == 12288


def test_no_attempt_gives_a_consistent_reading(proc):
    add(proc, 123, TORN)
    with pytest.raises(InconsistentUsagesError, match="the mappings changed in each of 3 readings") as caught:
        from_pid(123, proc=proc.root, attempts=3)
    error = caught.value
    assert isinstance(error, InconsistentError)
    assert (error.errno, error.filename, error.attempts) == (errno.EAGAIN, f"{proc.root}/123/smaps", 3)
    assert error.maps == error.usages.maps
    assert not error.maps.is_ordered
    assert error.usages.total().rss == 12288


def test_a_kernel_without_smaps(proc):
    add(proc, 123)
    with pytest.raises(UnsupportedError, match=r"this kernel has no smaps: .*CONFIG_PROC_PAGE_MONITOR") as caught:
        from_pid(123, proc=proc.root)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSYS, f"{proc.root}/123/smaps")


def test_a_kernel_without_the_rollup(proc):
    add(proc, 123, BLOCKS)
    with pytest.raises(UnsupportedError, match=r"this kernel has no smaps_rollup: Linux has it from 4\.14") as caught:
        rollup(123, proc=proc.root)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSYS, f"{proc.root}/123/smaps_rollup")
    assert from_pid(123, proc=proc.root).total().rss == 12288


def test_what_no_kernel_prints(proc):
    add(proc, 123, BLOCKS + b"x\n", b"Rss: 4 kB\n")
    for read, lineno in ((from_pid, 5), (rollup, 1)):
        with pytest.raises(ParseError) as caught:
            read(123, proc=proc.root)
        assert caught.value.lineno == lineno


# Refused


@pytest.mark.parametrize("read", [from_pid, rollup])
@pytest.mark.parametrize(
    ("pid", "error"), [(0, ValueError), (-1, ValueError), (2**31, ValueError), (True, TypeError), ("1", TypeError)]
)
def test_numbers_that_no_process_has(read, pid, error):
    with pytest.raises(error, match=r"pid|str"):
        read(pid)


@pytest.mark.parametrize("attempts", [0, -1, 2**32])
def test_attempts(attempts):
    with pytest.raises(ValueError, match=f"attempts is from 1 to .*, not {attempts}"):
        from_pid(attempts=attempts)


@pytest.mark.parametrize("read", [from_pid, rollup])
def test_no_such_process(read, tmp_path):
    pid = reaped()
    with pytest.raises(ProcessLookupError, match=f"No such process {pid}"):
        read(pid)
    with pytest.raises(UnsupportedError, match="no proc file system"):
        read(proc=tmp_path)


@pytest.mark.parametrize("name", ["read_smaps", "read_rollup"])
def test_another_system(monkeypatch, name):
    """What the native layer says where it was built without a reader of processes."""

    def unsupported(*_):
        raise OSError("unsupported")

    monkeypatch.setattr(f"procmaps.smaps.{name}", unsupported)
    with pytest.raises(UnsupportedError, match="this needs Linux"):
        (from_pid if name == "read_smaps" else rollup)()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_process_of_another_user(child):
    script = """if True:
        import json, os, sys
        sys.path.insert(0, sys.argv[1])
        import procmaps.smaps
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        answers = [procmaps.smaps.from_pid().total().rss, procmaps.smaps.rollup().rss]
        for read in procmaps.smaps.from_pid, procmaps.smaps.rollup:
            try:
                read(int(sys.argv[2]))
            except OSError as error:
                answers.append([type(error).__name__, error.errno, error.filename, str(error)])
        print(json.dumps(answers))
        """
    with talking(script, PACKAGE, str(child)) as process:
        own, own_rollup, *refused = json.load(process.stdout)
    assert own > 0
    assert own_rollup > 0
    for (name, number, path, text), file in zip(refused, ("smaps", "smaps_rollup")):
        assert (name, number, path) == ("PermissionError", errno.EACCES, f"/proc/{child}/{file}")
        assert "CAP_SYS_PTRACE" in text


# What it costs


def test_no_descriptor_is_leaked(child):
    before = descriptors()
    gone = reaped()
    with zombie() as dead:
        for read in (from_pid, rollup):
            for _ in range(50):
                read(child)
                read(dead)
                with pytest.raises(ProcessLookupError):
                    read(gone)
    assert descriptors() == before


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_nothing_else_reads_smaps(child, tmp_path):
    """It costs the process that is read: so only who asks for it opens it."""
    script = """if True:
        import sys
        sys.path.insert(0, sys.argv[1])
        import procmaps, procmaps.query, procmaps.cli
        pid = int(sys.argv[2])
        maps = procmaps.from_pid(pid, settled=True)
        [(m.kind, m.path) for m in maps.filter(perms="r")]
        with procmaps.query.Process(pid) as process:
            process.find(maps[0].begin_address)
            process.walk()
            process.identity(maps[0])
        procmaps.cli.main([str(pid), "--json"])
        """
    assert "/smaps" not in traced(script, str(child), tmp_path)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import procmaps.smaps; procmaps.smaps.from_pid(int(sys.argv[2]))"
    )
    assert '"smaps"' in traced(script, str(child), tmp_path)


def traced(script, pid, tmp_path):
    """Return what a script opens."""
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-e", "trace=open,openat,openat2", "-o", str(trace), sys.executable, "-I", "-c", script]
    done = subprocess.run([*command, PACKAGE, pid], capture_output=True)
    if done.returncode and b"ptrace" in done.stderr.lower():
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr.decode()
    return trace.read_text("utf-8", "replace")
