"""The small files of a proc file system, read without trust: what stands for one can be made to harm."""

from __future__ import annotations

import errno
import os
from stat import S_ISREG

# Several times what the longest has: /proc/stat, of thousands of processors and interrupts.
_MOST = 4 << 20

_TOO_LARGE = 1 << 64

# To open a FIFO one would wait for somebody to write. Windows has neither these nor a proc file system.
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


def content(path: str, dir_fd: int | None = None, most: int = _MOST) -> bytes:
    """Return what a file holds.

    Raises:
        OSError: It cannot be read, is no regular file, or has more than so many bytes.
    """
    descriptor = os.open(path, _FLAGS, dir_fd=dir_fd)
    try:
        if not S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", path)
        return _all(descriptor, path, most)
    finally:
        os.close(descriptor)


def content_or_nothing(path: str, dir_fd: int | None = None, most: int = _MOST) -> bytes:
    """Return what a file holds, nothing if it cannot be read."""
    try:
        return content(path, dir_fd, most)
    except OSError:
        return b""


def after(path: str, begin: str) -> bytes:
    """Return the rest of the first line of a file that begins so; nothing if none does, or it cannot be read."""
    wanted = begin.encode()
    lines = content_or_nothing(path).split(b"\n")
    return next((line[len(wanted) :] for line in lines if line.startswith(wanted)), b"")


def number(text: bytes | str) -> int | None:
    """Return the number that a field is; None if it is none of 64 bits, in decimal digits.

    >>> number(b"42"), number("-1"), number(""), number(b"9" * 5000)
    (42, None, None, None)
    """
    value = int(text) if text.isdigit() and text.isascii() and len(text) <= 20 else _TOO_LARGE
    return value if value < _TOO_LARGE else None


def _all(descriptor: int, path: str, most: int) -> bytes:
    """Return what there is to the end: the size of these files is told as 0."""
    parts = []
    while part := os.read(descriptor, 64 << 10):
        parts.append(part)
        most -= len(part)
        if most < 0:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
    return b"".join(parts)
