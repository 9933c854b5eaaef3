"""A directory that stands for /proc and is made to harm: nothing in it is waited for, or read without end."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from support.fake_proc import FakeProc

if sys.platform != "linux":
    pytest.skip("needs openat(2)", allow_module_level=True)

WHOLE = b"00001000-00003000 r-xp 00000000 08:01 5 /lib/libx.so\n00005000-00006000 rw-p 00000000 00:00 0 \n"
FILES = (
    "stat", "uptime", "sys/vm/max_map_count", "sys/kernel/hostname", "sys/kernel/osrelease",
    "sys/kernel/random/boot_id", "self/mountinfo", "self/status",
)  # fmt: skip
OF_PROCESS = ("stat", "status", "comm", "cmdline", "cgroup", "mountinfo", "smaps", "smaps_rollup", "mem")


def fifo(path):
    os.mkfifo(path)


def zeros(path):
    path.symlink_to("/dev/zero")


def sparse(path):
    """A regular file of a terabyte."""
    with open(path, "wb") as file:
        file.truncate(1 << 40)


def garbage(path):
    path.write_bytes(
        b"btime \xb2 \n - :\n1 2 3:x - \nUid:\tx\nVmRSS:\nVmRSS: \xb2 kB\nNSpid: \xb2\n" + b"9" * 5000 + b"\n"
    )


FORGERIES = [fifo, zeros, sparse, garbage]

# What it says comes last; what it may not do is to wait, to take memory, or to fail as nobody expects.
QUESTIONS = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
import procmaps, procmaps.growth, procmaps.host, procmaps.query, procmaps.smaps, procmaps.symbols
from procmaps import cli

proc = sys.argv[1]
answers = []
def asked(name, question):
    try:
        question()
        answers.append([name, ""])
    except (OSError, procmaps.ParseError, LookupError) as error:
        answers.append([name, type(error).__name__])

def process():
    with procmaps.query.Process(7, proc=proc) as process:
        m = process.find(0x1000)
        process.identity(m)
        process.build_id(m)
        process.real_name(m)

asked("maps", lambda: procmaps.from_pid(7, proc=proc))
asked("settled", lambda: procmaps.from_pid(7, proc=proc, settled=True))
asked("smaps", lambda: procmaps.smaps.from_pid(7, proc=proc))
asked("rollup", lambda: procmaps.smaps.rollup(7, proc=proc))
asked("snapshot", lambda: procmaps.snapshot(7, proc=proc))
asked("snapshot of memory", lambda: procmaps.snapshot(7, memory=True, proc=proc))
asked("process", process)
asked("modules", lambda: procmaps.from_pid(7, proc=proc).modules())
asked("open", lambda: [m.open().close() for m in procmaps.from_pid(7, proc=proc).modules()])
asked("symbols", lambda: procmaps.symbols.Symbolizer(procmaps.from_pid(7, proc=proc)).find(0x1000))
asked("growth", lambda: next(procmaps.growth.readings(7, proc=proc)))
for name in ("stale", "audit", "limits"):
    asked(name, lambda: list(getattr(procmaps.host, name)(proc=proc)))
asked("who", lambda: list(procmaps.host.who("libx", proc=proc)))
for words in (["7"], ["mem", "7"], ["files", "7"], ["libs", "7"], ["limits"], ["stale"], ["\\xb2"], ["libx"]):
    answers.append(["$ " + " ".join(words), cli.main([*words, "--proc", proc])])
sys.stdout.flush()
print("\\n" + json.dumps(answers))
"""


def answers(root):
    run = subprocess.run(
        [sys.executable, "-c", QUESTIONS, str(root)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in run.stderr and run.stdout, run.stderr
    return dict(json.loads(run.stdout.splitlines()[-1]))


def forged(root, forge, *, of_process=OF_PROCESS, maps=WHOLE):
    tree = FakeProc(root)
    directory = tree.add(7, maps)
    (root / "8").mkdir()
    (root / "\xb2").mkdir()
    (directory / "task").mkdir()
    forge(root / "9")
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        forge(root / name)
    for name in of_process:
        (directory / name).unlink(missing_ok=True)
        forge(directory / name)
    return directory


@pytest.mark.parametrize("forge", FORGERIES)
def test_all_but_the_maps(tmp_path, forge):
    forged(tmp_path, forge, of_process=[name for name in OF_PROCESS if name != "stat"])
    found = answers(tmp_path)
    assert [found[name] for name in ("maps", "who", "limits", "$ 7", "snapshot")] == ["", "", "", 0, ""]
    assert "" not in (found["smaps"], found["rollup"], found["snapshot of memory"])


@pytest.mark.parametrize("forge", FORGERIES)
def test_the_maps(tmp_path, forge):
    directory = forged(tmp_path, forge)
    (directory / "maps").unlink()
    forge(directory / "maps")
    found = answers(tmp_path)
    assert "" not in (found["maps"], found["settled"], found["snapshot"], found["process"])


@pytest.mark.parametrize("forge", FORGERIES)
def test_the_directory(tmp_path, forge):
    forged(tmp_path, forge)
    (tmp_path / "7").rename(tmp_path / "away")
    forge(tmp_path / "7")
    assert answers(tmp_path)["maps"] != ""


# Two slashes, a component that no file system has, and a vdso that is not one.
NAMES = b"".join(
    b"%x-%x r-xp 00000000 08:01 5 %s\n" % line
    for line in [
        (0x1000, 0x3000, b"/" + b"x" * 5000),
        (0x4000, 0x5000, b"//libx.so"),
        (0x6000, 1 << 62, b"[vdso]"),
        (1 << 63, (1 << 63) + 4096, b"[vdso]"),
    ]
)


@pytest.mark.parametrize("forge", FORGERIES)
def test_names(tmp_path, forge):
    forged(tmp_path, forge, of_process=[name for name in OF_PROCESS if name != "stat"], maps=NAMES)
    found = answers(tmp_path)
    assert [found[name] for name in ("maps", "modules", "audit", "stale", "limits")] == [""] * 5
    assert "" not in (found["open"], found["process"])


def test_a_line_without_an_end_is_refused_early(tmp_path):
    line = WHOLE.partition(b"\n")[0]
    directory = FakeProc(tmp_path).add(7, line)
    with open(directory / "maps", "ab") as file:
        file.write(b"x" * (3 << 20))
    assert answers(tmp_path)["maps"] == "OSError"
