"""The processes that are read, made for it so that they are alike everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager

# By the number of mappings: which share of them is of libraries, as against arenas; see target.py.
SHARES = {480: 1, 1_700: 1, 5_000: 0, 65_530: 0.5}
# A small C program has so many.
SMALL = 37
ALL = [SMALL, *SHARES]

HERE = os.path.dirname(os.path.abspath(__file__))


@contextmanager
def running(number, directory):
    """Give the process with about so many mappings, while it runs."""
    program = ["sleep", "1000000"]
    if number in SHARES:
        program = [sys.executable, "-I", os.path.join(HERE, "target.py"), str(number), str(SHARES[number]), directory]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if number in SHARES and process.stdout.readline() != b"mapped\n":
            raise RuntimeError(f"no process with {number} mappings")
        _wait_until_asleep(process.pid)
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def count(pid):
    """Return how many mappings a process has."""
    with open(f"/proc/{pid}/maps", "rb") as file:
        return file.read().count(b"\n")


def _wait_until_asleep(pid):
    """Wait until a process has started, and maps nothing more."""
    state = None
    while state != b"S":
        with open(f"/proc/{pid}/stat", "rb") as file:
            state = file.read().rpartition(b") ")[2][:1]
