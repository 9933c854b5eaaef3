"""A thread of a process that goes on: what /proc/PID says of it, /proc/PID/task/TID says, too."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


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
    try:
        threads = _listed(tasks, dir_fd)
    except OSError:  # it has ended
        return
    yield from [os.path.join(tasks, thread) for thread in threads]


def _listed(path: str, dir_fd: int | None) -> list[str]:
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=dir_fd)
    try:
        return os.listdir(opened)
    finally:
        os.close(opened)
