"""The verb `diff`: what changed between two listings."""

from __future__ import annotations

import argparse
import sys

from procmaps._diff import WORDS, Diff, diff
from procmaps._diff_table import summary, table
from procmaps._escape import cut
from procmaps.cli import _output
from procmaps.cli._errors import Refused
from procmaps.cli._parser import add_output_arguments, add_proc_argument, some_of
from procmaps.cli._sides import Side, read_side
from procmaps.cli._target import HELP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

USAGE = "[OPTION]... OLD NEW"

DESCRIPTION = """\
Show what changed from one listing to another: of processes, saved listings, or snapshots.

examples:
  procmaps snapshot 1234 -o before; ...; procmaps diff before 1234
  procmaps diff before after --memory  what they use too, of snapshots with memory
  procmaps diff 1234 5678 --normalize  two runs of a program, whatever their addresses
  procmaps diff before 1234 --what grown,added --json

The columns: the first address, the first past it, the permissions, the size, by how much the size
changed, by how much what is in memory did (with --memory), what happened, the name. What happened:
added, removed; grown, shrunk; perms; offset, in the file; replaced, another file of that name; deleted,
the file; renamed; memory, what is used. With --normalize addresses are those of NEW.
"""
STATUSES = """\
exit status:
  0  nothing changed
  1  something did
  2  the command line is wrong, or names no file that can be read; or the output cannot be written
  3  permission denied
  4  no such process
  5  the text is no listing
  6  mappings of a listing overlap, so that it was torn; or the process changed them in every reading
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("old", metavar="OLD", help=HELP)
    parser.add_argument("new", metavar="NEW", help="the same; a process is read after OLD")
    group = parser.add_argument_group("comparing")
    group.add_argument(
        "-n", "--normalize", action="store_true", help="match by file and offset or name, not by address: two processes"
    )
    group.add_argument("-m", "--memory", action="store_true", help="compare what is used too: reads smaps, not maps")
    group.add_argument(
        "--what", metavar="WORD,...", type=some_of("change", WORDS), help=f"some changes only: {', '.join(WORDS)}"
    )
    add_proc_argument(group)
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Show it, and return 0 if nothing changed."""
    if options.old == options.new == "-":
        raise Refused("standard input can be one of the two only")
    old, new = read_side(options.old, options), read_side(options.new, options)
    try:
        changes = diff(old.listing, new.listing, normalize=options.normalize)
    except ValueError as error:
        raise Refused(f"{error}", "With --normalize it is compared all the same.", status=6) from None
    if options.what:
        changes = changes.of(*options.what)
    if not options.quiet:
        _output.write(_lines(old, new, changes, options))
        if changes and not options.normalize and None not in (old.pid, new.pid) and old.pid != new.pid:
            _output.complain("procmaps: these are two processes: --normalize compares them whatever their addresses")
    return 1 if changes else 0


def _lines(old: Side, new: Side, changes: Diff, options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        head = {"old": old.record, "new": new.record, "normalized": options.normalize}
        return _output.data_lines(options, head if options.json else {}, "changes", changes.records())
    return _table_lines(old, new, changes, options)


def _table_lines(old: Side, new: Side, changes: Diff, options: argparse.Namespace) -> Iterator[str]:
    room = _output.terminal_width(sys.stdout)
    palette = _output.colors(options)
    if options.header and room is not None:
        arrow = " → " if "utf" in _output.encoding().lower() else " -> "
        yield cut(old.title + arrow + new.title, room, "...")
        yield palette.paint(summary(changes), "header")
    yield from table(changes, room=room, palette=palette, encoding=_output.encoding(), header=options.header)
