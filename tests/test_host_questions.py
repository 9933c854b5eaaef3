"""What the questions to a host make of processes that end, change, or may not be asked."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

import procmaps.host
from procmaps import _fate, _procmaps, _stale, _who
from procmaps._counted import counted
from procmaps._fate import Fates
from procmaps._limits import _apart
from procmaps._procmaps import GATE
from procmaps.identity import Identity
from support.children import sleeping
from support.fake_proc import FakeProc

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)


@pytest.fixture
def ended():
    """Have a process as it was read, which is not there any more."""
    with sleeping() as pid:
        (process,) = procmaps.host.scan([pid], kind="file", perms="??x")
    return process


@pytest.fixture
def own():
    (process,) = procmaps.host.scan([os.getpid()], kind="file", perms="??x")
    return process


def test_a_process_that_has_ended_has_no_fate(ended):
    assert Fates("/proc").of(ended, ended.maps[0]) is None
    assert _who._BuildIds("/proc").of(ended, ended.maps[0]) is None
    assert list(_who._uses(ended, Fates("/proc"), lambda _: True)) == []


def test_a_mapping_that_is_gone_has_no_fate(own):
    gone = procmaps.Map(0x1000, 0x2000, "r-xp", 0, (8, 1), 5, "/lib/gone.so")
    assert Fates("/proc").of(own, gone) is None


def test_stale_leaves_out_what_ends_meanwhile(monkeypatch):
    def end(*_):
        raise ProcessLookupError

    monkeypatch.setattr(Fates, "_look", end)
    answer = procmaps.host.stale([os.getpid()])
    assert (len(answer), answer.ignored) == (0, [])


def test_a_start_that_is_not_told_is_no_start(own):
    assert _stale._since([own._replace(start_time=None)]) == {}
    assert set(_stale._since([own]).values()) == {own.start_time}


def test_a_process_that_may_not_be_asked_is_unsure(own, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "not for you")

    monkeypatch.setattr(_fate.Fates, "_look", refuse)
    fate = Fates("/proc").of(own, own.maps[0])
    assert (fate.state, fate.reason) == ("unsure", "its process could not be asked: not for you")


def test_a_file_is_looked_at_once(own, monkeypatch):
    fates = Fates("/proc")
    first = fates.of(own, own.maps[0])
    monkeypatch.delattr(_fate.Fates, "_look")
    assert fates.of(own, own.maps[0]) == first
    with pytest.raises(AttributeError):
        fates.of(own._replace(mount_namespace=None), own.maps[0])


def test_what_cannot_be_read_of_a_file_casts_no_doubt(tmp_path):
    missing = str(tmp_path / "missing")
    assert _fate._written(missing) is None
    assert not _fate._is_refuted(procmaps.Map(0, 4096, "r-xp"), missing)
    assert _fate._doubt(Identity("present", "", missing, missing)) == ""
    assert _fate._doubt(Identity("present", "", missing, f"/proc/1/root{missing}")) == ""


def test_build_ids_that_may_not_be_known_are_told(monkeypatch):
    real, own = procmaps.query.Process.build_id, os.path.realpath(_procmaps.__file__)

    def build_id(process, m):
        if m.pathname == own:
            raise PermissionError(errno.EPERM, "not for you")
        return real(process, m)

    monkeypatch.setattr(procmaps.query.Process, "build_id", build_id)
    answer = procmaps.host.who(b"\1" * 20)
    assert len(answer) == 0
    # Others may be untold, too: those of a process without a root; to others than root, those that are gone.
    assert own in [use.path for use in answer.untold if use.process.pid == os.getpid()]


def test_the_command_tells_of_build_ids_that_may_not_be_known(monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError(errno.EPERM, "not for you")

    monkeypatch.setattr(procmaps.query.Process, "build_id", refuse)
    from procmaps.cli import main

    assert main(["who", "01" * 20]) == 1
    assert "this user cannot read the build ID" in capsys.readouterr().err


def test_the_c_library_of_musl_is_libc(tmp_path):
    proc = FakeProc(tmp_path)
    for pid, path in {7: "/lib/ld-musl-x86_64.so.1", 8: "/lib64/ld-linux-x86-64.so.2", 9: "/lib/libcap.so.2"}.items():
        proc.add(pid, f"7f0000000000-7f0000001000 r-xp 00000000 08:01 5 {path}\n".encode())
    for name in ("libc", "libc.so", "libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"):
        assert [use.process.pid for use in procmaps.host.who(name, proc=proc.root)] == [7]


def test_a_path_that_leads_nowhere_may_be_one_that_was_there(tmp_path):
    assert list(procmaps.host.who(str(tmp_path / "gone" / "libx.so"))) == []
    assert list(procmaps.host.who(f"{tmp_path}/*.so")) == []


def test_numbers_of_a_file_that_no_mount_tells(monkeypatch):
    """Then those of stat(2) are taken."""
    monkeypatch.setattr(_who, "printed", lambda *_: None)
    status = os.stat("/bin/sh")
    device = os.major(status.st_dev), os.minor(status.st_dev)
    assert _who._file_at("/bin/sh", "/proc") == [(device, status.st_ino)]
    monkeypatch.setattr(sys, "platform", "win32")
    assert _who._file_at("/bin/sh", "/proc") == []


# Limits


def mapping(begin, perms="rw-p", name=None, inode=0, offset=0):
    return procmaps.Map(begin, begin + 0x1000, perms, offset, (8, 1 if inode else 0), inode, name)


@pytest.mark.parametrize(
    ("lower", "upper", "reason"),
    [
        (mapping(0x1000), mapping(0x3000), "gap"),
        (mapping(0x1000, "---p"), mapping(0x2000), "guard"),
        (mapping(0x1000), mapping(0x2000, "---s"), "guard"),
        (mapping(0x1000, "r--p"), mapping(0x2000), "perms"),
        (mapping(0x1000, name="/a", inode=5), mapping(0x2000), "file"),
        (mapping(0x1000, name="[anon:a]"), mapping(0x2000, name="[anon:b]"), "names"),
        (mapping(0x1000, name="/a", inode=5), mapping(0x2000, name="/a", inode=5, offset=0x2000), "offset"),
        (mapping(0x1000, name="/a", inode=5), mapping(0x2000, name="/a", inode=5, offset=0x1000), "unseen"),
        (mapping(0x1000), mapping(0x2000), "unseen"),
    ],
)
def test_why_neighbours_are_apart(lower, upper, reason):
    assert _apart(lower, upper) == reason
    assert reason in procmaps.host.REASONS


def test_a_process_with_many_mappings_is_the_first():
    script = (
        "import mmap, sys\n"
        "kept = mmap.mmap(-1, mmap.PAGESIZE * 4000)\n"
        "import ctypes\n"
        "begin, protect = ctypes.addressof(ctypes.c_char.from_buffer(kept)), ctypes.CDLL(None).mprotect\n"
        "for i in range(0, 4000, 2): protect(ctypes.c_void_p(begin + i * mmap.PAGESIZE), mmap.PAGESIZE, 0)\n"
        "print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        (count,) = procmaps.host.limits([child.pid], top=None)
        child.kill()
    assert count.mappings > 4000
    assert next(iter(count.reasons())) == "guard"
    assert count.used == count.mappings / count.limit
    assert sum(count.shapes().values()) == sum(count.kinds().values()) == len(count.process.maps)
    assert count.mappings in (len(count.process.maps), len(count.process.maps) - 1)


def test_all_processes_and_the_first_of_them():
    every = procmaps.host.limits(top=None)
    assert [count.mappings for count in every] == sorted([count.mappings for count in every], reverse=True)
    assert len(procmaps.host.limits(top=1)) == 1
    assert len(every[1:]) == len(every) - 1
    total = counted(every.scan.total, "process", "processes")
    assert repr(every) == f"<Answer: {len(every):,} found, {every.scan.read:,} of {total} read>"


@pytest.mark.skipif(not GATE[0], reason="this machine has no such page")
def test_the_page_of_the_kernel_counts_against_no_limit(tmp_path):
    proc = FakeProc(tmp_path)
    lines = b"1000-2000 r--p 00000000 00:00 0 \n2000-3000 rw-p 00000000 00:00 0 \n"
    proc.add(7, lines)
    proc.add(8, lines + b"%x-%x --xp 00000000 00:00 0                  [vsyscall]\n" % GATE)
    counts = procmaps.host.limits(proc=tmp_path)
    assert {count.process.pid: (count.mappings, len(count.process.maps)) for count in counts} == {7: (2, 2), 8: (2, 3)}
