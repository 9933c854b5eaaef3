"""How the memory of a process grows: readings over time, added up, and a picture of them.

>>> from procmaps import Map, Maps
>>> small, large = Maps([Map(0, 4096, "rw-p", pathname="[heap]")]), Maps([Map(0, 8192, "rw-p", pathname="[heap]")])
>>> sums([(0, small), (1, large)])
Sums(times=[0, 1], amounts={'heap': [4096, 8192]}, measure='size')

The picture is made by matplotlib: `pip install "procmaps[plot]"`. Nothing else here needs it.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from procmaps._errors import InconsistentError
from procmaps._maps import Maps
from procmaps._measures import MEASURES, measured
from procmaps._parts import CATEGORIES, parts
from procmaps._read import checked_pid, explained, from_pid, proc_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Literal

    from procmaps._measures import Measure
    from procmaps._parts import Part
    from procmaps.smaps import Usages

    By = Literal["category", "module"]
    # When, in seconds, and what was read.
    Reading = tuple[float, "Maps | Usages"]

__all__ = ["LONGEST", "OTHER", "Sums", "plot", "readings", "sums"]

#: No time from one reading to the next is longer, seconds.
LONGEST = 10**9

#: What is added up of those that are not among the largest.
OTHER = "other"


class Sums(NamedTuple):
    """What readings come to.

    Attributes:
        times: When each was made, seconds.
        amounts: For each name how much it was each time, bytes. The one that was largest is first, `OTHER` last.
        measure: What the amounts are: "pss", "rss" or "size".
    """

    times: list[float]
    amounts: dict[str, list[int]]
    measure: Measure


def readings(
    pid: int | None = None,
    *,
    every: float = 1.0,
    seconds: float | None = None,
    measure: Measure = "pss",
    proc: str | os.PathLike[str] | None = None,
) -> Iterator[Reading]:
    """Yield what a process maps, or uses, again and again.

    It ends with the process: another that gets its number is not read. A reading that takes longer than
    the time to the next delays that, and those that are missed are not made up for. If the process changes its
    maps in every attempt at a reading, the last is taken: sums are near enough.

    Reading what it uses ("pss", "rss") holds the process up each time, as `procmaps.smaps` says; its maps
    alone ("size") do not.

    Args:
        pid: The number of the process; None for this one.
        every: The time from one reading to the next, seconds.
        seconds: How long it goes on; None for as long as the process lives.
        measure: "size" to read the maps only.
        proc: As for `procmaps.from_pid`.

    Yields:
        Pairs: the time since the first reading in seconds, and `Usages`, or `Maps`.

    Raises:
        ValueError: `every` is not more than 0, or is more than `LONGEST`, or there is no such measure.
        OSError: The first reading fails, or a later one does while the process lives: see `procmaps.from_pid`.

    >>> [(when, maps.pid == os.getpid()) for when, maps in readings(seconds=0, measure="size")]
    [(0.0, True)]
    """
    if not 0 < every <= LONGEST:
        raise ValueError(f"every is more than 0 and at the most {LONGEST} seconds, not {every}")
    if measure not in MEASURES:
        raise ValueError(f"measure is 'pss', 'rss' or 'size', not {measure!r}")
    return _readings(checked_pid(pid), every, seconds, measure, proc)


def sums(readings: Iterable[Reading], *, by: By = "category", measure: Measure | None = None, most: int = 8) -> Sums:
    """Return what readings come to.

    Args:
        readings: Pairs of a time in seconds and what was read then, `Maps` or `Usages`, in order.
        by: What is added up: "category" is what memory is for, as in the pictures of `procmaps.picture`; "module" is
            by file, with the heap, the stacks and the anonymous memory one each.
        measure: As for `procmaps.picture.to_svg`.
        most: How many names are told apart.

    Raises:
        ValueError: The measure is not known of all readings, or `by` is something else.
    """
    series = Series(by, measure)
    for when, maps in readings:
        series.add(when, maps)
    return series.sums(most)


def plot(
    readings: Iterable[Reading],
    ax: Any = None,
    *,
    by: By = "category",
    measure: Measure | None = None,
    most: int = 8,
    title: str | None = None,
    theme: Literal["light", "dark"] = "light",
) -> Any:
    """Draw how memory grows, what is added up on top of each other.

    Args:
        readings: As for `sums`; two at the least.
        ax: The matplotlib Axes to draw in; None for those of a new Figure.
        by: As for `sums`.
        measure: As for `sums`.
        most: As for `sums`.
        title: What is written above.
        theme: The colours, "light" or "dark".

    Returns:
        The Axes; `axes.figure.savefig(path)` saves the picture.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: There are fewer than two readings; or as `sums`.
    """
    from procmaps._growth_plot import draw

    return draw(sums(readings, by=by, measure=measure, most=most), ax, title, theme)


class Series:
    """What readings come to, as they are made: the readings themselves are not kept.

    Args:
        by: As for `sums`.
        measure: As for `sums`.
    """

    def __init__(self, by: By, measure: Measure | None) -> None:
        if by not in ("category", "module"):
            raise ValueError(f"by is 'category' or 'module', not {by!r}")
        self._by = by
        self._measure = measure
        self._found: list[tuple[float, dict[str, int]]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, when: float, maps: Maps | Usages) -> None:
        """Add up a reading. If that is interrupted, it is as if there had been none."""
        listing, usages = (maps, None) if isinstance(maps, Maps) else (maps.maps, maps)
        measure, amounts = measured(listing, usages, self._measure)
        found: dict[str, int] = {}
        for part, amount in zip(parts(listing, usages), amounts):
            name = _name(part, self._by)
            found[name] = found.get(name, 0) + amount
        if maps:  # what a process without memory uses says nothing of what is known of it
            self._measure = measure
        self._found.append((when, found))

    def sums(self, most: int) -> Sums:
        """Return the sums of all readings."""
        times = [when for when, _ in self._found]
        return Sums(times, _stacked([amounts for _, amounts in self._found], most), self._measure or "size")


def _readings(
    pid: int | None, every: float, seconds: float | None, measure: Measure, proc: str | os.PathLike[str] | None
) -> Iterator[Reading]:
    directory = _directory(pid, proc_root(proc))
    try:
        start, when, count = time.monotonic(), 0.0, 0
        maps = _read(pid, measure, proc, directory)
        while True:
            yield when, maps
            count = max(count + 1, int((time.monotonic() - start) / every) + 1)
            if seconds is not None and count * every > seconds:
                return
            time.sleep(max(0.0, start + count * every - time.monotonic()))
            when = time.monotonic() - start
            try:
                maps = _read(pid, measure, proc, directory)
            except ProcessLookupError:
                return
            if maps.without_memory:
                return
    finally:
        os.close(directory)


def _directory(pid: int | None, root: str) -> int:
    try:
        return os.open(os.path.join(root, str(pid or "self")), os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError as error:
        raise explained(error, root, pid) from None


def _read(pid: int | None, measure: Measure, proc: str | os.PathLike[str] | None, directory: int) -> Maps | Usages:
    """Read a process, that whose directory was opened and no later one of its number."""
    maps = _read_any(pid, measure, proc)
    try:
        os.stat("stat", dir_fd=directory)
    except OSError as error:
        raise explained(OSError(error.errno, error.strerror), proc_root(proc), pid) from None
    return maps


def _read_any(pid: int | None, measure: Measure, proc: str | os.PathLike[str] | None) -> Maps | Usages:
    import procmaps.smaps

    try:
        return (from_pid if measure == "size" else procmaps.smaps.from_pid)(pid, proc=proc)
    except procmaps.smaps.InconsistentUsagesError as error:
        return error.usages
    except InconsistentError as error:
        return error.maps


def _name(part: Part, by: By) -> str:
    is_file = part.category in ("code", "rodata")
    return part.name if by == "module" and is_file else CATEGORIES[part.category]


def _stacked(found: list[dict[str, int]], most: int) -> dict[str, list[int]]:
    names = {name: None for amounts in found for name, amount in amounts.items() if amount}
    ranked = sorted(names, key=lambda name: -max([amounts.get(name, 0) for amounts in found]))
    stacked = {name: [amounts.get(name, 0) for amounts in found] for name in ranked[:most]}
    rest = ranked[most:]
    if rest:
        stacked[OTHER] = [sum([amounts.get(name, 0) for name in rest]) for amounts in found]
    return stacked
