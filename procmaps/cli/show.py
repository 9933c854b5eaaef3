"""The verb `show`: the mappings of one process or listing, as a table or as records."""

from __future__ import annotations

import sys

from procmaps._color import DEFAULT as THEME
from procmaps._color import PLAIN
from procmaps._counted import counted
from procmaps._escape import cut, escaped, width
from procmaps._table import human, table
from procmaps.cli import _output
from procmaps.cli._errors import Refused
from procmaps.cli._select import matching, rows
from procmaps.cli._target import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from typing import Any

    from procmaps._color import Palette
    from procmaps._maps import Maps
    from procmaps.cli._target import Reading

_WITHOUT_MEMORY = {
    "kernel thread": "a kernel thread, which has no memory of its own",
    "zombie": "a zombie, whose memory is gone",
}

USAGE = "[OPTION]... TARGET [NAME]"

DESCRIPTION = r"""Show the memory map of a process, or of a saved listing of /proc/PID/maps.

examples:
  procmaps 1234                        process 1234
  procmaps self                        procmaps itself
  procmaps python3 libssl              the process called python3: what has libssl in its name
  procmaps show ./saved.maps --gaps    a saved listing, with the unmapped ranges
  ssh host cat /proc/1234/maps | procmaps -
  procmaps 1234 -p '?wx'               what is writable and executable
  procmaps 1234 -a 7f955be45678 -C2    what holds an address, and two rows around it
  procmaps 1234 --kind heap,stack --json
  procmaps 1234 --totals               how many mappings of each kind, and their size

The columns: the first address, the first past it, the permissions, the size, the offset
in the file, the name. Sizes are in powers of 1024, with a decimal if they are not whole.
What cannot be shown of a name is written as its bytes, such as \x1b; JSON is exact.
On a terminal names that do not fit are cut in the middle, and what memory without a name
seems to be, by its shape or its place, is told with a question mark; elsewhere neither is.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    from procmaps.cli._show_arguments import add_arguments

    add_arguments(parser)


def plain(argv: Sequence[str]) -> Any:
    """Return the options of `procmaps TARGET [NAME]` as argparse does; None if there are others.

    To import argparse and to describe the arguments to it takes longer than all else.
    """
    if not 1 <= len(argv) <= 2 or any([argument.startswith("-") for argument in argv]):
        return None
    return _Plain(*argv)


def run(options: argparse.Namespace) -> int:
    """Show it, and return 0 if there was a mapping to show."""
    if options.context is not None:
        options.before = options.after = options.context
    if (_output.is_data(options) or options.totals) and (options.gaps or options.before or options.after):
        raise Refused("--gaps, -A, -B and -C are for the table, not for JSON, CSV and --totals")
    reading = read(options)
    matches = matching(reading.maps, options)
    if not options.quiet:
        _output.write(_lines(reading, matches, options))
        if not matches:
            _output.complain(f"procmaps: {_why_nothing(reading, options)}")
    return 0 if matches else 1


def _lines(reading: Reading, matches: Maps, options: argparse.Namespace) -> Iterator[str]:
    if options.totals:
        from procmaps.cli import _totals

        return _totals.lines(reading, matches, options)
    if options.json:
        from procmaps._records import document

        return document(matches, reading.pid, reading.maps)
    if options.jsonl:
        from procmaps._records import lines

        return lines(matches, reading.pid)
    if options.csv:
        from procmaps._records import record

        return _output.data_lines(options, {"pid": reading.pid}, "maps", [record(m) for m in matches])
    return _table_lines(reading, matches, options)


def _table_lines(reading: Reading, matches: Maps, options: argparse.Namespace) -> Iterator[str]:
    room = _output.terminal_width(sys.stdout)
    selected = rows(reading.maps, matches, options, _guesses(reading.maps) if room is not None else None)
    if not selected:
        return
    palette = _output.colors(options)
    if options.header and room is not None:
        yield from _head(reading, matches, palette, room)
    yield from table(
        selected,
        address=options.address,
        marks=bool(options.before or options.after),
        room=room,
        palette=palette,
        encoding=_output.encoding(),
        header=options.header,
    )


def _guesses(maps: Maps) -> dict[int, str]:
    """Return what mappings seem to be: for people, who know that it is a guess, not for programs."""
    from procmaps._guesses import guesses

    return guesses(maps, _output.encoding())


def _head(reading: Reading, matches: Maps, palette: Palette, room: int) -> Iterator[str]:
    """Yield what is above the table on a terminal: what it is of, and what the colours mean."""
    of = len(reading.maps)
    count = counted(of, "mapping") if len(matches) == of else f"{len(matches):,} of {counted(of, 'mapping')}"
    amount = f": {count}, {human(matches.size)}"
    title = cut(escaped(reading.title, _output.encoding()), max(20, room - len(amount)), "...") + amount
    legend = width(PLAIN.legend())
    if not palette:
        yield title
    elif width(title) + 4 + legend <= room:
        yield f"{title}{' ' * (room - width(title) - legend)}{palette.legend()}"
    else:
        yield title
        yield palette.legend()


def _why_nothing(reading: Reading, options: argparse.Namespace) -> str:
    maps, address = reading.maps, options.address
    if not maps:
        return f"{reading.title}: {_WITHOUT_MEMORY.get(maps.without_memory or '', 'no mappings')}"
    if address is not None and address not in maps:
        return f"{reading.title}: {address:#x} is not mapped{_neighbours(maps, address)}"
    return f"{reading.title}: none of {counted(len(maps), 'mapping')} matches"


def _neighbours(maps: Maps, address: int) -> str:
    """Return the ends nearest to an address that is not mapped, in words."""
    below = max([m.end_address for m in maps if m.end_address <= address], default=None)
    above = min([m.begin_address for m in maps if m.begin_address > address], default=None)
    parts = []
    if below is not None:
        parts.append(f"the mapping below it ends at {below:#x}, {human(address - below)} away")
    if above is not None:
        parts.append(f"the mapping above it begins at {above:#x}, {human(above - address)} away")
    return "; ".join(["", *parts])


class _Plain:
    """A target, maybe a name, and of all else what it is if nothing is said."""

    def __init__(self, target: str, name: str | None = None) -> None:
        self.target = target
        self.name = name
        self.perms = self.pathname = self.kind = self.deleted = self.anonymous = self.address = None
        self.before = self.after = 0
        self.context = None
        self.gaps = self.totals = False
        self.settled = False
        self.dialect = self.proc = None
        self.json = self.jsonl = self.csv = self.quiet = False
        self.color = "auto"
        self.theme = THEME
        self.header = True
