"""The verb `limits`: how near processes are to the most mappings that one may have."""

from __future__ import annotations

import argparse

from procmaps._counted import counted
from procmaps._limits import REASONS, limits
from procmaps._table import human
from procmaps.cli import _host, _output
from procmaps.cli._columns import aligned
from procmaps.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps._answer import Answer
    from procmaps._limits import Count

# From which share on there is reason to worry.
_NEAR = 0.8
_KINDS_SHOWN = 3

USAGE = "[OPTION]... [PROCESS]..."

DESCRIPTION = """\
Tell which processes have the most mappings, and how many they may have: vm.max_map_count. One that
has as many gets ENOMEM from mmap(2), munmap(2) and mprotect(2), however much memory is free.

examples:
  sudo procmaps limits --top 3
  procmaps limits 1234 --why
  procmaps limits --over 80                   exit status 1 if a process is over 80 %
"""
STATUSES = _host.STATUSES.format(nothing="no process is over the share that is asked for", something="one is")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("targets", metavar="PROCESS", nargs="*", help="the number of a process, or its name")
    group = parser.add_argument_group("what is told")
    group.add_argument("-n", "--top", metavar="NUMBER", type=_number, default=10, help="how many processes [10]")
    group.add_argument("--over", metavar="PERCENT", type=_percent, default=100.0, help="those that use more fail [100]")
    group.add_argument("--why", action="store_true", help="also tell why the mappings do not become fewer by merging")
    _host.add_host_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell it, and return 1 if a process is over."""
    pids = _host.pids_of(options)
    with Progress() as progress:
        answer = limits(pids, top=options.top, progress=progress.tell_processes, proc=options.proc)
    if not options.quiet:
        _output.write(_lines(answer, options))
    is_over = any([(count.used or 0) * 100 > options.over for count in answer])
    return _host.status_of(answer, 1 if is_over else 0, options)


def _lines(answer: Answer[Count], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        records = [count.record() for count in answer]
        yield from _output.data_lines(options, _host.head(answer, options), "processes", records)
        return
    table = aligned(
        [_row(count) for count in answer],
        ["MAPPINGS", "LIMIT", "USED", "PID", "PROCESS", "MOSTLY"],
        header=options.header,
        palette=_output.colors(options),
        meanings=[["warning" if (count.used or 0) >= _NEAR else ""] for count in answer],
    )
    lines = list(table)
    yield from lines[: len(lines) - len(answer)]
    for count, line in zip(answer, lines[len(lines) - len(answer) :]):
        yield line
        if options.why:
            yield from _why(count)


def _row(count: Count) -> list[str]:
    shapes = [
        f"{number:,} {shape.kind} {shape.perms} of {human(shape.size)}"
        for shape, number in list(count.shapes().items())[:_KINDS_SHOWN]
    ]
    return [
        f"{count.mappings:,}",
        "?" if count.limit is None else f"{count.limit:,}",
        "?" if count.used is None else f"{count.used:.0%}",
        str(count.process.pid),
        _host.title(count.process),
        ", ".join(shapes),
    ]


def _why(count: Count) -> Iterator[str]:
    kinds = ", ".join([f"{number:,} {kind}" for kind, number in count.kinds().items()])
    yield f"  kinds: {kinds}"
    for reason, number in count.reasons().items():
        yield f"  {counted(number, 'time')}: {REASONS[reason]}"


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected how many, from 1 on, not {text!r}")


def _percent(text: str) -> float:
    digits = text.removesuffix("%")
    if digits.isascii() and digits.isdigit() and int(digits) <= 100:
        return float(digits)
    raise argparse.ArgumentTypeError(f"expected a percentage, not {text!r}")
