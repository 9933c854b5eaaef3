"""How near the processes of a host are to the most mappings that one may have. See `procmaps.host.limits`."""

from __future__ import annotations

import heapq
import os
from typing import NamedTuple

from procmaps._answer import Answer
from procmaps._map import Map
from procmaps._proc_files import content_or_nothing, number
from procmaps._procmaps import GATE
from procmaps._read import proc_root
from procmaps._scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from procmaps._maps import Maps
    from procmaps._scan import ProcessMaps

#: Why two neighbours are two mappings and not one, as far as the listing tells.
REASONS = {
    "gap": "nothing is mapped between them",
    "guard": "one of them is a guard: it may not be accessed",
    "perms": "their permissions differ",
    "file": "they are of different files, or one is of none",
    "names": "their names differ",
    "offset": "they are of one file, but do not continue in it",
    "unseen": "nothing in the listing: flags as by madvise(2) or mlock(2), a NUMA policy, or both were written to "
    "before they met",
}


class Shape(NamedTuple):
    """What many mappings are.

    Attributes:
        kind: As `Map.kind` has it.
        perms: Their permissions.
        size: Their size, bytes.
    """

    kind: str
    perms: str
    size: int


class Count(NamedTuple):
    """How many mappings a process has, and why so many.

    Attributes:
        process: The process; its `maps` are all.
        mappings: How many the kernel counts: all but the one of its own, `[vsyscall]`.
        limit: How many it may have, vm.max_map_count; None if that is not told.
    """

    process: ProcessMaps
    mappings: int
    limit: int | None

    @property
    def used(self) -> float | None:
        """The share of what it may have, from 0 to 1."""
        return self.mappings / self.limit if self.limit else None

    def kinds(self) -> dict[str, int]:
        """Return how many there are of each kind, the most first; O(n)."""
        return _counted([m.kind for m in self.process.maps])

    def shapes(self) -> dict[Shape, int]:
        """Return how many are alike in kind, permissions and size, the most first; O(n)."""
        return _counted([Shape(m.kind, m.perms, m.size) for m in self.process.maps])

    def reasons(self) -> dict[str, int]:
        """Return for how many neighbours each of the reasons is why they are not one mapping; O(n).

        The reasons are those of `procmaps.host.REASONS`, the most frequent first. The kernel makes one
        mapping of two that are adjacent and alike in all that it knows of them: vma_merge_new_range() and
        is_mergeable_vma() in mm/vma.c.
        """
        maps = self.process.maps
        return _counted([_apart(lower, upper) for lower, upper in zip(maps[:-1], maps[1:])])

    def record(self) -> dict[str, Any]:
        """Return it as a dict that JSON can hold."""
        shapes = list(self.shapes().items())[:5]
        return {
            **self.process.record(),
            "mappings": self.mappings,
            "limit": self.limit,
            "used": self.used,
            "kinds": self.kinds(),
            "shapes": [{**shape._asdict(), "count": count} for shape, count in shapes],
            "reasons": self.reasons(),
        }


def limits(
    pids: Iterable[int] | None = None,
    *,
    top: int | None = 10,
    progress: Callable[[int, int], object] | None = None,
    proc: str | os.PathLike[str] | None = None,
) -> Answer[Count]:
    """Return the processes that have the most mappings, and how many they may have.

    A process that has as many as vm.max_map_count allows gets no more: mmap(2), and an munmap(2) or
    mprotect(2) that would cut a mapping in two, fail with ENOMEM, however much memory is free.

    Args:
        pids: As for `procmaps.host.scan`.
        top: How many processes; None for all.
        progress: As for `procmaps.host.scan`.
        proc: As for `procmaps.from_pid`.

    Returns:
        The one with the most first.

    Raises:
        UnsupportedError: There is no proc file system here.

    >>> import procmaps.host, os
    >>> (count,) = procmaps.host.limits([os.getpid()])
    >>> sum(count.kinds().values()) - count.mappings in (0, 1)
    True

    See max_map_count in Documentation/admin-guide/sysctl/vm.rst.
    """
    root = proc_root(proc)
    found = scan(pids, progress=progress, proc=root)
    limit = max_map_count(root)
    counts = (Count(process, _count(process.maps), limit) for process in found)
    if top is None:
        return Answer(sorted(counts, key=_most), found)
    return Answer(heapq.nsmallest(top, counts, key=_most), found)


def max_map_count(root: str) -> int | None:
    """Return how many mappings a process may have; None if that is not told."""
    return number(content_or_nothing(os.path.join(root, "sys/vm/max_map_count")).strip())


def _most(count: Count) -> tuple[int, int]:
    return -count.mappings, count.process.pid


def _count(maps: Maps) -> int:
    """Return how many the kernel counts: its own page is above all else, so only the last can be it."""
    # The Map objects of all the others need not be made.
    return len(maps) - (maps[-1].begin_address == GATE[0] != 0)


def _counted(things: list[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for thing in things:
        counts[thing] = counts.get(thing, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _apart(lower: Map, upper: Map) -> str:
    """Return why two neighbours are not one mapping."""
    if lower.end_address != upper.begin_address:
        return "gap"
    if lower.perms != upper.perms:
        return "guard" if "---" in (lower.perms[:3], upper.perms[:3]) else "perms"
    if (lower.device, lower.inode) != (upper.device, upper.inode):
        return "file"
    if lower.pathname != upper.pathname:
        return "names"
    if lower.inode and lower.offset + lower.size != upper.offset:
        return "offset"
    return "unseen"
