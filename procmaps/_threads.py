"""A thread of a process that goes on: what /proc/PID says of it, /proc/PID/task/TID says, too."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    _T = TypeVar("_T")

# How often another thread is looked for where each that was found has ended meanwhile.
_SEARCHES = 20


def by_living(use: Callable[[str], _T], directory: str, dir_fd: int | None = None) -> _T:
    """Return what a function makes of the directory that `living` finds: of another, if that thread ends meanwhile."""
    for _ in range(_SEARCHES):
        place = living(directory, dir_fd)
        try:
            return use(place)
        except (FileNotFoundError, ProcessLookupError):
            if living(directory, dir_fd) == place:
                raise
    return use(living(directory, dir_fd))


def living(directory: str, dir_fd: int | None = None) -> str:
    """Return the directory of a process or, if its first thread has ended, of another thread.

    What has ended has no root directory, no program and no memory of its own any more: after
    pthread_exit(3) in main() only /proc/PID/task has those of the process. That of a process
    that has ended altogether is its own.

    Args:
        directory: That of the process.
        dir_fd: What that is relative to, if it is.
    """
    for place in _places(directory, dir_fd):
        try:
            os.readlink(os.path.join(place, "root"), dir_fd=dir_fd)
        except FileNotFoundError:
            continue
        except OSError:  # it is there, but not for us
            break
        return place
    return directory


def _places(directory: str, dir_fd: int | None) -> Iterator[str]:
    yield directory
    tasks = os.path.join(directory, "task")
    for _ in range(_SEARCHES):
        try:
            threads = _listed(tasks, dir_fd)
        except OSError:  # it has ended
            return
        yield from [os.path.join(tasks, thread) for thread in threads]
        # If there were some, they can have begun others before they ended.
        if len(threads) < 2:
            return


def _listed(path: str, dir_fd: int | None) -> list[str]:
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=dir_fd)
    try:
        return os.listdir(opened)
    finally:
        os.close(opened)
