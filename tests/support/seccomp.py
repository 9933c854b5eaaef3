"""Python under a filter of system calls, by which some of them fail: seccomp(2)."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Where struct seccomp_data has them, the lower half of what has 64 bits.
NUMBER = 0
SECOND_ARGUMENT = 24 if sys.byteorder == "little" else 28


def run_filtered(script, *arguments, field, value, error):
    """Run a script in which every call that has a value in a field fails with an error."""
    done = subprocess.run(
        [sys.executable, "-c", _FILTER + script, *map(str, (field, value, error, *arguments))],
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode == 77:
        pytest.skip("no filter of system calls can be set here")
    return done


# Load the field; if it has the value, an error; else go on.
_FILTER = """
import ctypes, struct, sys
field, value, error = map(int, sys.argv[1:4])
del sys.argv[1:4]
program = b"".join(struct.pack("=HBBI", *step) for step in [
    (0x20, 0, 0, field), (0x15, 0, 1, value), (0x06, 0, 0, 0x50000 | error), (0x06, 0, 0, 0x7fff0000)])
steps = ctypes.create_string_buffer(program, len(program))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]
filter = Program(4, ctypes.addressof(steps))
prctl = ctypes.CDLL(None).prctl
if prctl(38, 1, 0, 0, 0) or prctl(22, 2, ctypes.byref(filter)):
    sys.exit(77)
"""
