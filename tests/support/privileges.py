"""Privileges of this thread, to do without for a while, and what is only for who has some."""

from __future__ import annotations

import contextlib
import ctypes
import os

import pytest

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE = 1, 2, 19, 21, 40

libc = ctypes.CDLL(None, use_errno=True)

needs_shared_tmp = pytest.mark.skipif(
    not os.access("/tmp", os.W_OK), reason="this user may not write to /tmp, where perf-PID.map is looked for"
)


def may_read(module):
    """Return whether this user may open the file of a module of this process.

    Other tests have loaded libraries that were deleted or replaced since, which only root can open, and by links
    that only root may follow; and what is in no file at all is left to root too.
    """
    if os.geteuid() == 0:
        return True
    return module.path is not None and not module.maps[0].is_deleted and os.access(module.path, os.R_OK)


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
