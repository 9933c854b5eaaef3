"""Every process of a host in one pass, and which of their mappings are asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import procmaps
import procmaps.host
from procmaps import Map, Maps, _scan
from procmaps._cgroup import container_of, path_of, units_of
from support.children import PYTHON, sleeping, talking, zombie
from support.fake_proc import PF_EXITING, PF_KTHREAD, FakeProc

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

CAPTURES = sorted((Path(__file__).parent / "data" / "captures").rglob("*.maps"))
ID = "0123456789abcdef" * 4


@pytest.fixture
def proc(tmp_path):
    (tmp_path / "stat").write_bytes(b"cpu 1 2\nbtime 1700000000\n")
    return FakeProc(tmp_path)


LINES = (
    b"1000-2000 r-xp 00000000 08:01 42 /lib/a.so\n"
    b"2000-3000 rw-p 00000000 08:01 42 /lib/a.so (deleted)\n"
    b"4000-5000 rwxp 00000000 00:00 0 \n"
    b"6000-7000 rw-s 00000000 00:01 7 /memfd:x (deleted)\n"
)


def scanned(proc, **wanted):
    return [m for process in procmaps.host.scan(proc=proc.root, **wanted) for m in process.maps]


# What is told


def test_own_process_is_among_all():
    scan = procmaps.host.scan()
    found = {process.pid: process for process in scan}
    own = found[os.getpid()]
    with open("/proc/self/comm") as file:
        assert own.comm == file.read().rstrip("\n")
    assert (own.uid, own.exe) == (os.geteuid(), os.readlink("/proc/self/exe"))
    assert own.mount_namespace == os.stat("/proc/self/ns/mnt").st_ino
    assert own.maps.pid == own.pid
    assert own.maps.find(id(scan)).is_writable
    assert own.cgroup == path_of(Path("/proc/self/cgroup").read_text("utf-8"))
    assert list(found) == sorted(found)
    assert scan.done == scan.total


def test_start_time_is_when_it_started():
    import time

    before = time.time()
    with sleeping() as pid:
        (process,) = procmaps.host.scan([pid])
        assert before - 0.05 <= process.start_time <= time.time() + 0.05


def test_every_process_is_accounted_for(proc):
    proc.add(1, LINES)
    proc.add(2, b"", flags=PF_KTHREAD)
    proc.add(3, b"", state="Z")
    proc.add(4, b"1-2 r--p 0 0:0 0 /x\n", flags=PF_EXITING).joinpath("maps").unlink()
    proc.add(5, b"no line\n", comm="odd) name")
    proc.add(6, b"1000-3000 r--p 0 0:0 0 /x\n2000-4000 r--p 0 0:0 0 /x\n")
    proc.add(7, b"1000-3000 r--p 0 0:0 0 /x\n")
    (proc.root / "8").write_bytes(b"")
    (proc.root / "9x").mkdir()
    scan = procmaps.host.scan(proc=proc.root, perms="rwx")
    (process,) = scan
    assert (process.pid, process.comm, len(process.maps)) == (1, "x", 1)
    assert (scan.kernel_threads, scan.zombies, scan.vanished) == ([2], [3], [4])
    assert [(unread.pid, unread.comm, type(unread.error)) for unread in scan.failed] == [
        (5, "odd) name", procmaps.ParseError),
        (6, "x", procmaps.InconsistentError),
        (8, None, NotADirectoryError),
    ]
    assert (scan.total, scan.done, scan.read, scan.refused) == (8, 8, 2, [])


def test_a_refused_process_is_named(proc):
    directory = proc.add(7, LINES, comm="secret")
    directory.joinpath("maps").chmod(0)
    script = (
        "import os, sys, procmaps.host, procmaps._records\nos.setgid(65534); os.setuid(65534)\n"
        "s = procmaps.host.scan(proc=sys.argv[1]); list(s); print([u.record() for u in s.refused])"
    )
    if os.geteuid():
        scan = procmaps.host.scan(proc=proc.root)
        assert list(scan) == []
        (unread,) = scan.refused
        said = str(unread.record())
    else:
        for place in (proc.root, *list(proc.root.parents)[:-2]):
            place.chmod(place.stat().st_mode | 0o755)
        command = [sys.executable, "-c", script, str(proc.root)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert f"'pid': 7, 'comm': 'secret', 'uid': {os.geteuid()}, 'error': " in said
    assert "Permission denied: run as the user of the process or as root" in said


def test_the_user_of_a_process_that_protects_itself():
    """Its files are root's then, but not its directory."""
    script = (
        "import ctypes, os, sys\n"
        "if not os.geteuid(): os.setuid(65534)\n"
        "ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n"
        "print(os.geteuid(), flush=True); sys.stdin.read()"
    )
    with talking(script) as child:
        uid = int(child.stdout.readline())
        scan = procmaps.host.scan([child.pid])
        assert [one.uid for one in [*scan, *scan.refused]] == [uid]


def test_real_kinds_of_processes_are_told_apart():
    with zombie() as pid:
        scan = procmaps.host.scan([pid, 2**31 - 1])
        assert list(scan) == []
        assert (scan.zombies, scan.vanished, scan.read) == ([pid], [2**31 - 1], 0)


def test_facts_that_are_not_there_are_none(proc):
    proc.add(7, LINES)
    (process,) = procmaps.host.scan(proc=proc.root)
    facts = (process.start_time, process.exe, process.cgroup, process.unit, process.user_unit)
    assert facts == (None,) * 5
    assert process.container is process.mount_namespace is None


def test_facts(proc):
    directory = proc.add(7, LINES, comm="caf\udce9 ) (")
    (directory / "stat").write_bytes(b"7 (caf\xe9 ) () S" + b" 0" * 18 + b" 350 0\n")
    (directory / "cgroup").write_bytes(b"0::/system.slice/web.service\n")
    (directory / "exe").symlink_to("/bin/x y")
    (directory / "ns").mkdir()
    (directory / "ns" / "mnt").symlink_to("mnt:[4026531832]")
    (process,) = procmaps.host.scan(proc=proc.root)
    assert process.record() == {
        "pid": 7,
        "comm": "caf\ufffd ) (",
        "comm_bytes": "636166e920292028",
        "uid": os.geteuid(),
        "start_time": 1700000000 + 350 / os.sysconf("SC_CLK_TCK"),
        "exe": "/bin/x y",
        "unit": "web.service",
        "user_unit": None,
        "container": None,
        "cgroup": "/system.slice/web.service",
        "mount_namespace": 4026531832,
    }


@pytest.mark.parametrize("text", [b"7 (x", b"", b"7 (x) S 1", b"7 (x) S" + b" 0" * 18 + b" +5 0"])
def test_a_damaged_stat_is_no_start(proc, text):
    proc.add(7, LINES).joinpath("stat").write_bytes(text)
    (process,) = procmaps.host.scan(proc=proc.root)
    assert process.start_time is None


@pytest.mark.parametrize("text", [None, b"cpu 1\n", b"btime\n", b"btime x\n"])
def test_without_the_time_of_the_boot_there_is_no_start(proc, text):
    (proc.root / "stat").unlink()
    if text is not None:
        (proc.root / "stat").write_bytes(text)
    (proc.add(7, LINES) / "stat").write_bytes(b"7 (x) S" + b" 0" * 18 + b" 350 0\n")
    (process,) = procmaps.host.scan(proc=proc.root)
    assert process.start_time is None


def test_progress(proc):
    for pid in range(1, 200):
        proc.add(pid, LINES if pid % 2 else b"", flags=PF_KTHREAD)
    steps = []
    found = list(procmaps.host.scan(proc=proc.root, progress=lambda done, total: steps.append((done, total))))
    assert [process.pid for process in found] == list(range(1, 200, 2))
    assert steps == [(64, 199), (128, 199), (192, 199), (199, 199)]


def test_processes_come_as_they_are_read(proc):
    for pid in range(1, 200):
        proc.add(pid, LINES)
    scan = procmaps.host.scan(proc=proc.root)
    assert next(scan).pid == 1
    assert scan.done < scan.total


@pytest.mark.parametrize("threads", [1, 2, 7, 1024])
def test_threads_give_the_same(proc, threads):
    for pid in range(1, 100):
        proc.add(pid, LINES * (pid % 3 > 0))
    one = list(procmaps.host.scan(proc=proc.root, threads=1))
    assert list(procmaps.host.scan(proc=proc.root, threads=threads)) == one


def test_threads_follow_what_this_process_may_use(monkeypatch):
    assert 1 <= _scan._threads(None) <= 16
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert _scan._threads(None) == 1


# What is asked for


def test_everything_that_is_given_must_hold(proc):
    proc.add(1, LINES)
    assert len(scanned(proc)) == 4
    assert [m.inode for m in scanned(proc, perms="?w?p", deleted=True)] == [42]
    assert [m.perms for m in scanned(proc, kind="anonymous")] == ["rwxp"]
    assert [m.kind for m in scanned(proc, kind=["memfd", "anonymous"])] == ["anonymous", "memfd"]
    assert [m.pathname for m in scanned(proc, pathname="/lib/a.so")] == ["/lib/a.so"]
    assert len(scanned(proc, pathname=["*.so", "/memfd:*"])) == 2
    assert [m.perms for m in scanned(proc, perms=["r-x", "???s"])] == ["r-xp", "rw-s"]
    assert scanned(proc, perms=[]) == []
    assert scanned(proc, pathname=[]) == []


def test_a_name_or_a_file_is_enough(proc):
    proc.add(1, LINES)
    assert len(scanned(proc, files={((8, 1), 42)})) == 2
    assert scanned(proc, files={((1, 8), 42)}) == []
    assert len(scanned(proc, files=[((8, 1), 42)], pathname="/memfd:*")) == 3
    assert len(scanned(proc, files=[((8, 1), 42)], pathname="/memfd:*", perms="rw")) == 2


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"perms": "q"}, ValueError),
        ({"kind": "nothing"}, ValueError),
        ({"deleted": 1}, TypeError),
        ({"pathname": [5]}, TypeError),
        ({"pids": [0]}, ValueError),
        ({"pids": [None]}, TypeError),
        ({"threads": 0}, ValueError),
    ],
)
def test_what_cannot_be_asked_for(wanted, error):
    with pytest.raises(error):
        procmaps.host.scan(**wanted)


def test_no_proc_file_system(tmp_path):
    for root in (tmp_path, tmp_path / "missing"):
        with pytest.raises(procmaps.UnsupportedError, match="no proc file system"):
            procmaps.host.scan(proc=root)
    assert procmaps.host.scan([5], proc=tmp_path).total == 1


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_kinds_are_those_of_map(tmp_path, path):
    """What is chosen before there are objects is what the objects say of themselves."""
    proc = FakeProc(tmp_path)
    maps = procmaps.from_path(path)
    ordered = Maps(
        [m for m, other in zip(maps, [None, *maps]) if other is None or other.end_address <= m.begin_address]
    )
    proc.add(1, bytes(ordered))
    for kind in {m.kind for m in ordered}:
        assert scanned(proc, kind=kind) == ordered.filter(kind=kind) == [m for m in ordered if m.kind == kind]
    assert scanned(proc, deleted=True) == ordered.filter(deleted=True) == [m for m in ordered if m.is_deleted]
    assert scanned(proc, perms="r-xp") == ordered.filter(perms="r-xp") == [m for m in ordered if m.perms == "r-xp"]


def test_names_are_those_of_filter(proc):
    maps = Maps([Map(0x1000 * i, 0x1000 * (i + 1), pathname=name) for i, name in enumerate(["/a", "/ab", "/b"])])
    proc.add(1, bytes(maps))
    assert scanned(proc, pathname="/a*") == maps.filter(pathname="/a*") == maps[:2]


# Where processes live


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("0::/a/b\n", "/a/b"),
        ("1:name=systemd:/a\n0::/\n", "/a"),
        ("5:cpu,cpuacct:/docker/x\n1:name=systemd:/\n0::/\n", "/docker/x"),
        ("0::/\n", "/"),
        ("0::/a:b\n", "/a:b"),
        ("", None),
        ("nonsense", None),
    ],
)
def test_path_of_a_control_group(text, path):
    assert path_of(text) == path


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/system.slice/system-getty.slice/getty@tty1.service", ("getty@tty1.service", None)),
        ("/system.slice/_odd.service", ("odd.service", None)),
        ("/user.slice/user-1000.slice/session-3.scope", ("session-3.scope", None)),
        ("/user.slice/user-1.slice/user@1.service/app.slice/x.service/inner", ("user@1.service", "x.service")),
        ("/user.slice/user-1.slice/user@1.service/init.scope", ("user@1.service", "init.scope")),
        ("/init.scope", ("init.scope", None)),
        ("/", (None, None)),
        ("/system.slice/a.service/b.service", ("a.service", None)),
    ],
)
def test_units(path, units):
    assert units_of(path) == units


@pytest.mark.parametrize(
    ("path", "container"),
    [
        (f"/docker/{ID}", ID),
        (f"/system.slice/docker-{ID}.scope", ID),
        (f"/machine.slice/libpod-{ID}.scope/container", ID),
        (f"/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope", ID),
        (f"/kubepods/besteffort/pod1/{ID}", ID),
        (f"/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}", ID),
        ("/lxc/web/x.service", "web"),
        ("/lxc.payload.web/init.scope", "web"),
        (r"/machine.slice/machine-my\x2dbox.scope", "my-box"),
        ("/system.slice/cron.service", None),
        (f"/docker/{ID[:-1]}x", None),
        ("/", None),
    ],
)
def test_containers(path, container):
    assert container_of(path) == container


# Processes that do not hold still


def test_processes_that_die_meanwhile_are_no_harm():
    script = "import os, sys\nwhile sys.stdin.readline():\n    os.spawnv(os.P_NOWAIT, '/bin/true', ['true'])\n"
    with talking(script) as child:
        for _ in range(10):
            child.stdin.write(b"\n" * 20)
            child.stdin.flush()
            scan = procmaps.host.scan()
            assert all(process.maps.is_ordered for process in scan)
            assert os.getpid() not in scan.vanished
            # Beside these there may be others that never stand still.
            assert {type(unread.error) for unread in scan.failed} <= {procmaps.InconsistentError}


def test_a_fork_between_two_steps_reads_on(proc):
    for pid in range(1, 200):
        proc.add(pid, LINES)
    scan = procmaps.host.scan(proc=proc.root)
    next(scan)
    child = os.fork()
    if not child:  # pragma: no cover
        signal.alarm(120)
        os._exit(len(list(scan)) != 198)
    assert os.waitpid(child, 0)[1] == 0
    assert len(list(scan)) == 198


def test_the_rest_of_a_process_whose_first_thread_has_ended():
    script = (
        "import ctypes, os, threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "os.write(1, b'x\\n'); ctypes.CDLL(None).pthread_exit(None)"
    )
    with subprocess.Popen([*PYTHON, script], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        while Path(f"/proc/{child.pid}/stat").read_text("utf-8").rpartition(") ")[2][0] != "Z":
            pass
        (process,) = procmaps.host.scan([child.pid])
        child.kill()
    assert process.maps
