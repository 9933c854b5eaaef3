"""Privileges of this thread, to do without for a while."""

from __future__ import annotations

import contextlib
import ctypes

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE = 1, 2, 19, 21, 40

libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def without(*capabilities):
    """Do without some capabilities for a while, as far as this thread has them."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, data) == 0
    before = list(data)
    for number in capabilities:
        data[number // 32 * 3] &= ~(1 << number % 32)
    assert libc.capset(header, data) == 0
    try:
        yield
    finally:
        data[:] = before
        assert libc.capset(header, data) == 0
