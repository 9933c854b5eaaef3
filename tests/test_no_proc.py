"""Where there is no /proc, as on macOS and Windows: `tox -e no-proc` takes it away on Linux."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

import procmaps

pytestmark = pytest.mark.skipif(os.path.exists("/proc/self/maps"), reason="there is one here")
LINE = "00001000-00003000 rw-p 00000000 00:00 0                                  [heap]\n"


@pytest.mark.parametrize("pid", [None, 1, os.getpid()], ids=["default", "first", "own"])
def test_processes_cannot_be_read(pid: int | None) -> None:
    with pytest.raises(procmaps.UnsupportedError, match="no proc file system") as caught:
        procmaps.from_pid(pid)
    assert caught.value.errno == errno.ENOSYS


def test_listings_can() -> None:
    (m,) = procmaps.from_str(LINE)
    assert (m.kind, f"{m}\n") == ("heap", LINE)


def test_the_command_says_so() -> None:
    done = subprocess.run([sys.executable, "-m", "procmaps", "self"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no proc file system" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_reads_listings() -> None:
    command = [sys.executable, "-m", "procmaps", "-"]
    done = subprocess.run(command, input=LINE, capture_output=True, text=True)
    assert done.returncode == 0
    assert "[heap]" in done.stdout
