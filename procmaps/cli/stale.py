"""The verb `stale`: which processes run code of files that are gone."""

from __future__ import annotations

from procmaps._escape import escaped, shown
from procmaps._stale import stale
from procmaps._stale_rules import RULES
from procmaps.cli import _host, _output
from procmaps.cli._columns import aligned
from procmaps.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from procmaps._stale import Stale, StaleAnswer

_MEANINGS = {"deleted": "bad", "replaced": "bad", "overwritten": "bad", "unsure": "warning"}

USAGE = "[OPTION]... [PROCESS]..."

DESCRIPTION = """\
Tell which processes run code of files that were deleted or replaced since, as after an upgrade:
they go on with the old code until they are started anew. With no PROCESS, of the whole host.

examples:
  sudo procmaps stale
  sudo procmaps stale --units                 only what to restart, one a line
  sudo procmaps stale --json                  for automation
  procmaps stale 1234 nginx --reasons

The states: deleted, the name of the file was removed; replaced, so it was, and another file has the
name; overwritten, the same file has other content; unsure, it cannot be told (why is in --reasons).
What only looks so, memory of compilers at run time for example, is counted, and shown by --all.
Scripts are not seen: a program in Python or Perl may have read files that are older than it.
"""
STATUSES = _host.STATUSES.format(
    nothing="nothing is stale, of what could be read", something="something is stale, or may be"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("targets", metavar="PROCESS", nargs="*", help="the number of a process, or its name")
    group = parser.add_argument_group("what is told")
    group.add_argument("--reasons", action="store_true", help="also tell why we think so")
    group.add_argument("--sure", action="store_true", help="leave out what is unsure")
    group.add_argument("--units", action="store_true", help="print the units of systemd to restart, and nothing else")
    group.add_argument("--all", action="store_true", help="also show what only looks stale, with the rule that says so")
    _host.add_host_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell it, and return 1 if something is stale."""
    with Progress() as progress:
        answer = stale(_host.pids_of(options), progress=progress.tell_processes, proc=options.proc)
    found = [entry for entry in answer if not (options.sure and entry.fate.state == "unsure")]
    if not options.quiet:
        entries = sorted(found + answer.ignored if options.all else found, key=_order)
        _output.write(_units(found) if options.units else _lines(answer, entries, options))
        for line in _remarks(answer, found, options):
            _output.complain(line)
    return _host.status_of(answer, 1 if found else 0, options)


def _order(entry: Stale) -> tuple[bool, str, int]:
    return entry.rule is not None, entry.process.unit or "", entry.process.pid


def _units(found: list[Stale]) -> list[str]:
    units = {unit for unit in [entry.process.unit for entry in found] if unit}
    return sorted([escaped(unit, _output.encoding()) for unit in units])


def _lines(answer: StaleAnswer, entries: list[Stale], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        return _output.data_lines(options, _host.head(answer, options), "stale", [entry.record() for entry in entries])
    titles = ["PID", "PROCESS", "UNIT", "STATE", *["REASON"] * options.reasons, "PATH"]
    return aligned(
        [_row(entry, options) for entry in entries],
        titles,
        header=options.header,
        palette=_output.colors(options),
        meanings=[["" if entry.rule else _MEANINGS[entry.fate.state]] for entry in entries],
    )


def _row(entry: Stale, options: argparse.Namespace) -> list[str]:
    reason = entry.rule.what if entry.rule else entry.fate.reason
    return [
        str(entry.process.pid),
        _host.title(entry.process),
        _host.place(entry.process),
        f"ignored: {entry.rule.id}" if entry.rule else entry.fate.state,
        *[reason] * options.reasons,
        shown(entry.path, _output.encoding()),
    ]


def _remarks(answer: StaleAnswer, found: list[Stale], options: argparse.Namespace) -> Iterator[str]:
    """Yield what is said beside the table: to a person, not among data."""
    if _output.is_data(options) or options.units:
        return
    if not found:
        yield f"procmaps: nothing is stale in {_host.readable(answer.scan)}"
    counts = [(rule.id, sum([entry.rule is rule for entry in answer.ignored])) for rule in RULES]
    ignored = ", ".join([f"{count} {name}" for name, count in counts if count])
    if ignored and not options.all:
        yield f"procmaps: ignored: {ignored} (--all shows them)"
