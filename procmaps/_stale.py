"""Which processes run code of files that are gone. See `procmaps.host.stale`."""

from __future__ import annotations

from typing import NamedTuple

from procmaps._answer import Answer
from procmaps._fate import Fate, Fates, key_of
from procmaps._read import proc_root
from procmaps._scan import scan
from procmaps._stale_rules import rule_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from procmaps._fate import Key
    from procmaps._map import Map
    from procmaps._scan import ProcessMaps, Scan
    from procmaps._stale_rules import Rule

_KINDS = ("file", "memfd", "sysv", "shared", "hugepage", "drm", "dmabuf", "aio", "secretmem", "ashmem")


class Stale(NamedTuple):
    """A file whose code a process runs, though it is not what a new process would load.

    Attributes:
        process: The process; its `maps` are all of its code that has a name.
        map: The first mapping of code of the file.
        fate: What became of the file.
        rule: Why that is no sign of an upgrade, if it is none.
    """

    process: ProcessMaps
    map: Map
    fate: Fate
    rule: Rule | None = None

    @property
    def path(self) -> str:
        """The path that the file has or had in the mount namespace of the process; if it cannot be told, as printed."""
        return self.fate.path or str(self.map.pathname)

    def record(self) -> dict[str, Any]:
        """Return it as a dict that JSON can hold."""
        from procmaps._records import text_fields

        return {
            **self.process.record(),
            "state": self.fate.state,
            "reason": self.fate.reason,
            **text_fields("pathname", self.map.pathname),
            **text_fields("path", self.path),
            "device": list(self.map.device),
            "inode": self.map.inode,
            "begin_address": f"{self.map.begin_address:#x}",
            "ignored": self.rule.id if self.rule else None,
        }


class StaleAnswer(Answer[Stale]):
    """What is stale, and what only looks so. Made by `stale`.

    Attributes:
        scan: As for `Answer`.
        ignored: What only looks stale; `Stale.rule` says why.
    """

    def __init__(self, found: Iterable[Stale], ignored: Iterable[Stale], scan: Scan) -> None:
        super().__init__(found, scan)
        self.ignored: list[Stale] = list(ignored)


def stale(
    pids: Iterable[int] | None = None,
    *,
    progress: Callable[[int, int], object] | None = None,
    proc: str | os.PathLike[str] | None = None,
) -> StaleAnswer:
    """Return which processes run code of files that were deleted, replaced or written over.

    That is what an upgrade leaves behind: they go on with the old code until they are started anew. Of a
    file only mappings with the permission to execute count. Each file is compared with what is at its
    path, in the mount namespace of its process, as `procmaps.identity` does it; what cannot be told is
    "unsure", with the reason.

    A file that was written over in place is the same file with other content, and the memory of its
    processes has changed with it. The time of the last write is all that tells; whether the process had
    it mapped by then is not known, so it is "unsure".

    Scripts are not mapped: what a Python or Perl program was read from is not seen here.

    Args:
        pids: As for `procmaps.host.scan`.
        progress: As for `procmaps.host.scan`.
        proc: As for `procmaps.from_pid`.

    Raises:
        UnsupportedError: There is no proc file system here.

    >>> import procmaps.host, os
    >>> answer = procmaps.host.stale([os.getpid()])
    >>> answer.scan.read
    1
    """
    root = proc_root(proc)
    found = scan(pids, perms="??x", kind=_KINDS, progress=progress, proc=root)
    processes = list(found)
    since = _since(processes)
    fates = Fates(root)
    entries = [entry for process in processes for entry in _entries(process, fates, since)]
    return StaleAnswer(
        [entry for entry in entries if entry.rule is None],
        [entry for entry in entries if entry.rule is not None],
        found,
    )


def _entries(process: ProcessMaps, fates: Fates, since: dict[Key, float]) -> Iterator[Stale]:
    for m in {key_of(process, m): m for m in reversed(process.maps)}.values():
        fate = fates.of(process, m, since.get(_place(process, m)))
        if fate is None or fate.state == "current":
            continue
        yield Stale(process, m, fate, rule_for(m, fate.state, fate.path))


def _since(processes: list[ProcessMaps]) -> dict[Key, float]:
    """Return since when each mapping may be there: a child has it of its parent, at the same address."""
    since: dict[Key, float] = {}
    for process in processes:
        if process.start_time is not None:
            for m in process.maps:
                place = _place(process, m)
                since[place] = min(process.start_time, since.get(place, process.start_time))
    return since


def _place(process: ProcessMaps, m: Map) -> Key:
    return (*key_of(process, m), m.begin_address)
