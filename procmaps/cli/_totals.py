"""What the mappings of each kind come to: `show --totals`."""

from __future__ import annotations

import sys

from procmaps._counted import counted
from procmaps._escape import cut, escaped
from procmaps._table import human
from procmaps.cli import _output
from procmaps.cli._columns import aligned

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from procmaps._maps import Maps
    from procmaps.cli._target import Reading

    # How many mappings, their size, and what of it can be written, and what executed; in bytes.
    Total = tuple[int, int, int, int]

_TITLES = ["KIND", "MAPS", "SIZE", "WRITABLE", "EXECUTABLE"]


def lines(reading: Reading, matches: Maps, options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the totals, the largest kind first."""
    totals = sorted(_totals(matches).items(), key=lambda item: -item[1][1])
    if _output.is_data(options):
        return _output.data_lines(options, {"pid": reading.pid}, "kinds", [_record(*total) for total in totals])
    return _table(reading, totals, matches, options)


def _totals(maps: Maps) -> dict[str, Total]:
    totals: dict[str, Total] = {}
    for m in maps:
        count, size, writable, executable = totals.get(m.kind, (0, 0, 0, 0))
        totals[m.kind] = (
            count + 1,
            size + m.size,
            writable + m.size * m.is_writable,
            executable + m.size * m.is_executable,
        )
    return totals


def _record(kind: str, total: Total) -> dict[str, object]:
    return {"kind": kind, "maps": total[0], "size": total[1], "writable": total[2], "executable": total[3]}


def _table(
    reading: Reading, totals: list[tuple[str, Total]], matches: Maps, options: argparse.Namespace
) -> Iterator[str]:
    if not totals:
        return
    room = _output.terminal_width(sys.stdout)
    if options.header and room is not None:
        count = f": {counted(len(matches), 'mapping')}, {human(matches.size)}"
        yield cut(escaped(reading.title, _output.encoding()), max(20, room - len(count)), "...") + count
    every: Total = tuple([sum(column) for column in zip(*[total for _, total in totals])])
    rows = [_row(*total) for total in [*totals, ("total", every)]]
    meanings = [[kind] if kind in ("heap", "stack") else [] for kind, _ in totals] + [["header"]]
    yield from aligned(rows, _TITLES, header=options.header, palette=_output.colors(options), meanings=meanings)


def _row(kind: str, total: Total) -> list[str]:
    return [kind, f"{total[0]:,}", *[human(size) if size else "0" for size in total[1:]]]
