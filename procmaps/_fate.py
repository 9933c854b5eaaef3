"""What became of the files that the processes of a host map: each is looked at once for all that share it."""

from __future__ import annotations

import os
from typing import NamedTuple

from procmaps._elf import elf_of
from procmaps._procmaps import read_elf
from procmaps.identity import identify_in
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from procmaps._elf import Segment
    from procmaps._map import Map
    from procmaps._scan import ProcessMaps
    from procmaps.identity import Identity

    State = Literal["current", "deleted", "replaced", "overwritten", "unsure", "no_file"]
    Key = tuple[object, ...]

_STATES: dict[str, State] = {
    "present": "current",
    "named_so": "current",
    "unlinked": "deleted",
    "replaced": "replaced",
    "never_a_file": "no_file",
    "unknown": "unsure",
}

_GONE = "the mapping is not there any more"

# The start of a process is known to a clock tick, and the time of a file to a tick of another clock.
_SLACK = 0.1


class Fate(NamedTuple):
    """What became of a mapped file.

    Attributes:
        state: One of these words:

            - "current": the file is at its path, and nobody wrote to it since the process started.
            - "deleted": its name was removed, and nothing is there.
            - "replaced": its name was removed, or is hidden by a mount, and another file is there.
            - "overwritten": the file is at its path, but was written anew since: what is mapped is not
              what was loaded.
            - "unsure": it cannot be told; `reason` says why.
            - "no_file": memory of the kernel's that has a name like a file's (memfd, System V, ...).
        reason: Why we think so, in words.
        path: The path that the file has or had in the mount namespace of the process; None if that
            cannot be told.
    """

    state: State
    reason: str
    path: str | None


class Look(NamedTuple):
    """A file as it was found.

    Attributes:
        identity: Who it is.
        written: When it was last written to, in seconds since 1970; None if that cannot be told.
        doubt: Why it may not be what a new process would load, though it is at its path.
    """

    identity: Identity
    written: float | None = None
    doubt: str = ""


class Fates:
    """Looks at files, and remembers what it saw.

    Args:
        root: The proc file system.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._looks: dict[Key, Look] = {}

    def of(self, process: ProcessMaps, m: Map, started: float | None = None) -> Fate | None:
        """Return the fate of the file of a mapping; None if it is not mapped any more.

        Args:
            process: The process.
            m: A mapping of it.
            started: Since when it may have had it: if the file was written later, it is not
                current. None for when the process started.
        """
        key = key_of(process, m)
        look = self._looks.get(key)
        if look is None:
            try:
                look = self._look(process, m)
            except ProcessLookupError:
                return None
            except OSError as error:
                return Fate("unsure", f"its process could not be asked: {error.strerror}", None)
            if look.identity.reason == _GONE:
                return None
            self._looks[key] = look
        return _fate(m, look, process.start_time if started is None else started)

    def _look(self, process: ProcessMaps, m: Map) -> Look:
        with Process(process.pid, proc=self.root) as handle:
            identity = identify_in(handle, m)
        if identity.state not in ("present", "named_so") or identity.local_path is None:
            return Look(identity)
        return Look(identity, _written(identity.local_path), _doubt(identity))


def key_of(process: ProcessMaps, m: Map) -> Key:
    """Return what two mappings have in common if the same is true of the files of both."""
    # Where the mount namespace is not told, another process may see other files.
    namespace = -process.pid if process.mount_namespace is None else process.mount_namespace
    return namespace, m.device, m.inode, m.pathname


def _fate(m: Map, look: Look, started: float | None) -> Fate:
    identity, written, doubt = look
    state = _STATES[identity.state]
    if state == "current" and written is not None and started is not None and written > started + _SLACK:
        if _is_refuted(m, str(identity.local_path)):
            return Fate(
                "overwritten", "its file was written to since: what is there now is not laid out so", identity.path
            )
        return Fate("unsure", _WRITTEN, identity.path)
    if state == "current" and doubt:
        return Fate("unsure", doubt, identity.path)
    return Fate(state, identity.reason, identity.path)


_WRITTEN = "its file was written to after the process started: if it was mapped by then, what runs is a mixture of both"


def _written(path: str) -> float | None:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None


def _is_refuted(m: Map, path: str) -> bool:
    """Whether a loader would not map any part of a program so: what was mapped was another one."""
    try:
        fields = read_elf(path)
    except (OSError, ValueError):
        return False
    if fields is None:
        return False
    page = os.sysconf("SC_PAGE_SIZE")
    return not any([_is_in(m, segment, page) for segment in elf_of(fields).segments])


def _is_in(m: Map, segment: Segment, page: int) -> bool:
    if m.is_executable and not segment.flags & 1:
        return False
    end = -(-(segment.offset + segment.file_size) // page) * page
    return segment.offset // page * page <= m.offset and m.offset + m.size <= end


def _doubt(identity: Identity) -> str:
    """Return why a library may have been put aside for another one, judging by its soname; '' if it was not.

    The soname is the name by which programs ask for it; beside it, in its directory, that is the file itself,
    or a link to it.
    """
    path = str(identity.local_path)
    if path != identity.path:
        # In the view of another process; a link there may lead somewhere else from here.
        return ""
    try:
        fields = read_elf(path)
        soname = elf_of(fields).soname if fields else None
        asked = os.path.join(os.path.dirname(path), soname or "")
        if not soname or "/" in soname or soname == os.path.basename(path) or os.path.samefile(asked, path):
            return ""
    except (OSError, ValueError):
        return ""
    return f"programs ask for {soname!r}, and that is another file in its directory: it was put aside, or is older"
