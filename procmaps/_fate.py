"""What became of the files that the processes of a host map: each is looked at once for all that share it."""

from __future__ import annotations

import os
from typing import NamedTuple

from procmaps.identity import identify_in
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

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
        name: The path that the file has or had in the mount namespace of the process; None if that
            cannot be told.
    """

    state: State
    reason: str
    name: str | None


class Look(NamedTuple):
    """A file as it was found: who it is, when it was written, and how to open it."""

    identity: Identity
    written: float | None


class Fates:
    """Looks at files, and remembers what it saw.

    Args:
        root: The proc file system.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._looks: dict[Key, Look] = {}

    def of(self, process: ProcessMaps, maps: Iterable[Map], started: float | None = None) -> dict[Map, Fate]:
        """Return the fate of the file of each mapping; those that are gone by now are left out.

        Args:
            process: The process.
            maps: Mappings of it, one of each file is enough.
            started: Since when it may have had them: if the file was written later, it is not
                current. None for when the process started.
        """
        started = process.start_time if started is None else started
        looks = self._looked(process, list(maps))
        return {m: _fate(look, started) for m, look in looks.items()}

    def _looked(self, process: ProcessMaps, maps: list[Map]) -> dict[Map, Look]:
        new = [m for m in maps if key_of(process, m) not in self._looks]
        if new:
            self._look(process, new)
        known = [(m, self._looks.get(key_of(process, m))) for m in maps]
        return {m: look for m, look in known if look is not None}

    def _look(self, process: ProcessMaps, maps: list[Map]) -> None:
        try:
            with Process(process.pid, proc=self.root) as handle:
                for m in maps:
                    identity = identify_in(handle, m)
                    if identity.reason != _GONE:
                        self._looks[key_of(process, m)] = Look(identity, _written(identity))
        except ProcessLookupError:
            return


def key_of(process: ProcessMaps, m: Map) -> Key:
    """Return what two mappings have in common if the same is true of the files of both."""
    # Where the mount namespace is not told, another process may see other files.
    namespace = -process.pid if process.mount_namespace is None else process.mount_namespace
    return namespace, m.device, m.inode, m.pathname


def _written(identity: Identity) -> float | None:
    """Return when a file that is at its path was last written, None if that cannot be told."""
    if identity.state not in ("present", "named_so") or identity.path is None:
        return None
    try:
        return os.stat(identity.path).st_mtime
    except OSError:
        return None


def _fate(look: Look, started: float | None) -> Fate:
    identity, written = look
    state = _STATES[identity.state]
    if state == "current" and written is not None and started is not None and written > started + _SLACK:
        reason = (
            "its file was written to after the process started: if it was mapped by then, "
            "what runs is a mixture of both"
        )
        return Fate("unsure", reason, identity.name)
    return Fate(state, identity.reason, identity.name)
