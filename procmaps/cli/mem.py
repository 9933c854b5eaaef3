"""The verb `mem`: what the mappings of a process use."""

from __future__ import annotations

import argparse
import sys
import time

from procmaps._color import meanings
from procmaps._errors import ParseError, UnsupportedError
from procmaps._escape import escaped, shown
from procmaps._groups import groups, order
from procmaps._shapes import shapes_of
from procmaps._usage_table import Row, table
from procmaps.cli import _output
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._holding import add_yes_argument, warn
from procmaps.cli._parser import add_output_arguments, add_proc_argument
from procmaps.cli._target import HELP, listing_of, number_of, pid_of, title_of
from procmaps.smaps import Usages, from_pid, from_str, rollup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps._amounts import Amounts
    from procmaps._groups import Group
    from procmaps._map import Map
    from procmaps._shapes import Shape
    from procmaps.smaps import Rollup

BY = ("module", "mapping", "kind")

USAGE = "[OPTION]... TARGET"

DESCRIPTION = r"""Show what the mappings of a process use, or those of a saved /proc/PID/smaps.

examples:
  procmaps mem 1234
  procmaps mem 1234 --by mapping --json
  procmaps mem 1234 --fast             the totals, from the roll-up that the kernel makes
  procmaps mem ./saved.smaps --by kind

This is not free as the listing is: while the kernel counts its pages the process cannot map memory,
42 ms for 4 GiB in pages of 4 KiB. How long it took is told at the end.

The columns: how many mappings; the size of their addresses; what of it is in memory (RSS); the
same, but of a page that n processes share the n-th part (PSS); what was changed (DIRTY); what is
in swap; what is in transparent huge pages (THP). A dot is 0, - is not known. What has no
name is [anon]; what it seems to be by its shape, arenas of the GNU C library and the stacks of
threads, is a guess. A library that is loaded twice has a row for each, with its base.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="TARGET", help=HELP)
    group = parser.add_argument_group("rows")
    group.add_argument("--by", metavar="WHAT", choices=BY, default="module", help=f"a row for each: {', '.join(BY)}")
    group.add_argument("--fast", action="store_true", help="the totals only, from the roll-up (Linux 4.14+)")
    group = parser.add_argument_group("reading")
    add_yes_argument(group)
    add_proc_argument(group)
    add_output_arguments(parser)


class Reading:
    """What was read.

    Attributes:
        usages: What each mapping uses; None if only the roll-up was read.
        total: What all of them use.
        pid: The number of the process, None if it is none.
        seconds: How long it took, None if no process was read.
    """

    def __init__(self, used: Usages | Rollup, pid: int | None = None, seconds: float | None = None) -> None:
        self.usages: Usages | None = used if isinstance(used, Usages) else None
        self.total: Amounts = used.total() if isinstance(used, Usages) else used
        self.without_memory: str | None = used.without_memory
        self.pid = pid
        self.seconds = seconds


def run(options: argparse.Namespace) -> int:
    """Show it, and return 0 if there is something to show."""
    pid = pid_of(options)
    reading = _read_text(options) if pid is None else _read_process(pid, options)
    is_there = reading.total.rss is not None or bool(reading.usages)
    if options.quiet:
        return 0 if is_there else 1
    _output.write(_lines(reading, options) if is_there or options.json else ())
    if not is_there:
        title = options.target if pid is None else title_of(pid, options)
        _output.complain(f"procmaps: {escaped(title)}: {_why_nothing(reading)}")
    elif reading.seconds is not None and not _output.is_data(options):
        _output.complain(_cost(reading))
    return 0 if is_there else 1


def _read_text(options: argparse.Namespace) -> Reading:
    if options.fast:
        raise Refused("--fast is for processes: it asks the kernel for their totals")
    target: str = options.target
    title = "standard input" if target == "-" else escaped(target)
    try:
        return Reading(from_str(listing_of(target)))
    except ParseError as error:
        raise Unparsed(title, error) from None


def _read_process(pid: int | str, options: argparse.Namespace) -> Reading:
    number = number_of(pid, options)
    warn(number, options)
    start = time.perf_counter()
    try:
        used = rollup(number, proc=options.proc) if options.fast else from_pid(number, proc=options.proc)
    except ParseError as error:
        raise Unparsed(title_of(pid, options), error) from None
    except UnsupportedError as error:
        if options.fast and error.filename.endswith("smaps_rollup"):
            raise Refused(f"{error.strerror}", "Without --fast the mappings are added up.") from None
        raise
    return Reading(used, number, time.perf_counter() - start)


def _cost(reading: Reading) -> str:
    file, hint = "smaps", " --fast reads the roll-up: totals only."
    if reading.usages is None:
        file, hint = "smaps_rollup", ""
    milliseconds = (reading.seconds or 0) * 1000
    took = f"{milliseconds:.0f}" if milliseconds >= 10 else f"{milliseconds:.1f}"
    return f"Reading {file} took {took} ms: so long the process had to wait if it mapped memory.{hint}"


def _why_nothing(reading: Reading) -> str:
    return f"a {reading.without_memory} uses no memory" if reading.without_memory else "no mappings"


# The table


def _lines(reading: Reading, options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        return _data_lines(reading, options)
    rows = _rows(reading, options)
    count = None if reading.usages is None else len(reading.usages)
    return table(
        rows,
        Row("total", count, reading.total, meanings=["header"]),
        room=_output.terminal_width(sys.stdout),
        encoding=_output.encoding(),
        header=options.header,
        palette=_output.colors(options),
    )


def _rows(reading: Reading, options: argparse.Namespace) -> list[Row]:
    usages = reading.usages
    if usages is None:
        return []
    if options.by != "mapping":
        return [row for group in groups(usages, options.by) for row in _group_rows(group)]
    rows = [
        (usage, Row(_mapping_name(m, shape), 1, usage, meanings=meanings(m)))
        for m, shape, usage in zip(usages.maps, shapes_of(usages), usages)
    ]
    return [row for _, row in sorted(rows, key=lambda pair: order(pair[0]))]


def _group_rows(group: Group) -> Iterator[Row]:
    meaning = (group.name or "").strip("[]")
    yield Row(_shown(group.name), group.total.count, group.total, meanings=[meaning] * (meaning in ("heap", "stack")))
    times = "x" if "utf" not in _output.encoding().lower() else "\N{MULTIPLICATION SIGN}"
    for name, count, total in group.parts:
        title = name if name == "other" else f"{name} {times}{count} (by shape)"
        yield Row(title, total.count, total, is_part=True, meanings=["gap"])


def _mapping_name(m: Map, shape: Shape | None) -> str:
    guess = f" {shape[0]} (by shape)" if shape else ""
    return f"{m.begin_address:#x}-{m.end_address:#x} {m.perms} {_shown(m.pathname)}{guess}"


def _shown(name: str | None) -> str:
    return "[anon]" if name is None else shown(name, _output.encoding())


def _data_lines(reading: Reading, options: argparse.Namespace) -> Iterator[str]:
    from procmaps._usage_records import amounts_record, group_record, usage_records

    head: dict[str, object] = {
        "pid": reading.pid,
        "source": "smaps_rollup" if reading.usages is None else "smaps",
        "seconds": reading.seconds,
        "without_memory": reading.without_memory,
    }
    key, records = "groups", [] if options.json else [amounts_record(reading.total)]
    if options.json:
        head["total"] = amounts_record(reading.total)
    if reading.usages is not None and options.by == "mapping":
        key, records = "maps", usage_records(reading.usages)
    elif reading.usages is not None:
        records = [group_record(group) for group in groups(reading.usages, options.by)]
    return _output.data_lines(options, head, key, records)
