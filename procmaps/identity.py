r"""What became of the file behind a mapping: deleted, replaced, or just called so?

The listing cannot tell. ` (deleted)` at the end of a line is the kernel's word for a name that is
gone, or the end of a file's name; and a path without it may lead to another file by now. On a live
process it can be found out.

>>> import procmaps, procmaps.identity
>>> stack = procmaps.from_pid().filter(kind="stack")[0]
>>> procmaps.identity.identify(stack).state
'never_a_file'
"""

from __future__ import annotations

import os
from typing import NamedTuple

from procmaps._map import Map
from procmaps._mapped import MappedFile, Sight, current
from procmaps._of_type import of_type
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal["present", "named_so", "unlinked", "replaced", "never_a_file", "unknown"]

__all__ = ["Identity", "identify"]

_TRIES = 10


class Identity(NamedTuple):
    """What became of the file behind a mapping.

    Attributes:
        state: One of these words:

            - "present": the file is at its path.
            - "named_so": so it is, and the ` (deleted)` is the end of its name.
            - "unlinked": its name is gone, and nothing is there.
            - "replaced": its name is gone, or hidden by a mount, and another file is there.
            - "never_a_file": memory of some kind (see `Map.kind`), whatever it is called.
            - "unknown": it cannot be told; `reason` says why.
        reason: Why we think so, in words.
        path: The path that the file has or had, with a newline as a newline and without
            the kernel's ` (deleted)`. It begins at the root of the process's mount
            namespace. None if there is no file or its name cannot be told.
        local_path: A path that leads to the mapped file from here, None if there is none or this
            user may not know it. Of a deleted file, a link of the kernel's.
    """

    state: State
    reason: str
    path: str | None = None
    local_path: str | None = None


def identify(m: Map, pid: int | None = None, *, proc: str | os.PathLike[str] | None = None) -> Identity:
    """Return what became of the file behind a mapping of a live process.

    The file itself is compared with what is at its path, in the process's mount namespace. That
    takes CAP_CHECKPOINT_RESTORE (Linux 5.9+) or CAP_SYS_ADMIN. Without, the numbers that the
    kernel prints for the file are compared, which works but for some file systems that have
    other numbers for stat(2): overlayfs on older kernels is "unknown".

    A file that was written over in place is "present": it is the same file, with other
    content. Only a build ID tells, if one was kept: `procmaps.query.Process.build_id`.

    Args:
        m: The mapping.
        pid: The number of its process; None for this one.
        proc: As for `procmaps.from_pid`.

    Raises:
        ProcessLookupError, PermissionError, UnsupportedError: As `procmaps.from_pid`.

    >>> import procmaps
    >>> identify(procmaps.from_pid().filter(kind="vdso")[0]).reason
    'vdso: memory that no file stands for'
    """
    with Process(pid, proc=proc) as process:
        return identify_in(process, m)


def identify_in(process: Process, m: Map) -> Identity:
    """Return the same, by a handle that is open."""
    of_type("m", m, Map)
    for _ in range(_TRIES):
        try:
            now = current(process, m)
            verdict = _identify_now(process, now)
        except LookupError:
            return Identity("unknown", "the mapping is not there any more")
        if process.find(now.begin_address) == now:
            return verdict
    return Identity("unknown", "its name changes all the time")


def _identify_now(process: Process, m: Map) -> Identity:
    never = Identity("never_a_file", f"{m.kind}: memory that no file stands for")
    if m.pathname is None or m.pathname[0] != "/":
        return never
    with MappedFile(process, m) as file:
        # A file can be called like the memory that the kernel keeps in file systems of its own.
        if m.kind != "file" and not file.is_mounted():
            return never
        try:
            names = file.names()
        except ProcessLookupError:
            raise
        except OSError as error:
            return Identity("unknown", f"its name cannot be told: {error.strerror}")
        return _of_one_name(file, names[0]) if len(names) == 1 else _of_two_names(file, *names)


def _of_one_name(file: MappedFile, name: bytes) -> Identity:
    """Judge a file of which the kernel does not say that it was deleted."""
    sight = file.look(name)
    if sight.state == "same":
        return _found(file, "present", "it is the file at its path", name, sight)
    if sight.state == "other":
        return _lost(file, "replaced", "another file is at its path, by a mount or on its server", name)
    if sight.state == "absent":
        return _lost(file, "unknown", "no file is at its path, by an unmount or on its server", name)
    return _lost(file, "unknown", sight.note, name)


def _of_two_names(file: MappedFile, whole: bytes, name: bytes) -> Identity:
    """Judge a file that the kernel says is deleted, or that is called so."""
    sight = file.look(whole)
    if sight.state == "same":
        return _found(file, "named_so", "the file at its path is called so", whole, sight)
    if sight.state == "unclear":
        return _lost(file, "unknown", sight.note, whole)
    sight = file.look(name)
    if sight.state == "same":
        return _found(file, "present", "its name was removed and given to it again", name, sight)
    if sight.state == "other":
        return _lost(file, "replaced", "its name was removed and is another file's now", name)
    if sight.state == "absent":
        links = file.links()
        more = f"; it has another name still ({links} links)" if links else ""
        return _lost(file, "unlinked", f"its name was removed{more}", name)
    return _lost(file, "unknown", sight.note, name)


def _found(file: MappedFile, state: State, reason: str, name: bytes, sight: Sight) -> Identity:
    if sight.note:
        reason += f", {sight.note}"
    return Identity(state, reason, os.fsdecode(name), file.path_of(sight.descriptor, name))


def _lost(file: MappedFile, state: State, reason: str, name: bytes) -> Identity:
    return Identity(state, reason, os.fsdecode(name), file.link)
