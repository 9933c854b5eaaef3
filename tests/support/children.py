"""Child processes in a known state."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Without the site module: whatever else is installed, the child is small and starts at once.
PYTHON = [sys.executable, "-I", "-S", "-c"]


@contextmanager
def talking(script: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script that talks through its standard streams, and kill it at the end."""
    with subprocess.Popen([*PYTHON, script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


@contextmanager
def sleeping() -> Iterator[int]:
    """Have a process that sleeps; its number."""
    # Beyond the line it needs no memory that it does not have: its maps are those that they will be.
    with talking("import os; os.write(1, b'\\n'); os.read(0, 1)") as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child.pid


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a child, so that its maps do not change."""
    os.kill(pid, signal.SIGSTOP)
    try:
        _, status = os.waitpid(pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def await_end(pid: int) -> None:
    """Wait for the end of a child, and leave it a zombie. PyPy has no os.waitid() for that."""
    stat = Path("/proc", str(pid), "stat")
    deadline = time.monotonic() + 120
    while stat.read_bytes().rpartition(b") ")[2][:1] != b"Z":
        assert time.monotonic() < deadline, stat.read_bytes()
        time.sleep(0.001)


@contextmanager
def zombie() -> Iterator[int]:
    """Have a process that has ended, but was not waited for."""
    with subprocess.Popen([*PYTHON, ""]) as child:
        await_end(child.pid)
        yield child.pid


def reaped() -> int:
    """Return the number of a process that is gone."""
    with subprocess.Popen([*PYTHON, ""]) as child:
        pass
    return child.pid


def descriptors() -> list[str]:
    """Return the descriptors that this process has open, when all that earlier tests have left is closed."""
    gc.collect()
    return sorted(os.listdir("/proc/self/fd"))
