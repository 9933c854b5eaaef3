"""The verb `watch`: what changes in a process while it runs."""

from __future__ import annotations

import argparse
import os
import sys
import time

from procmaps._counted import counted
from procmaps._diff import WORDS, Diff
from procmaps._diff_table import signed, summary, table
from procmaps._escape import cut, width
from procmaps._origin import utc
from procmaps._table import human
from procmaps._usages import Usages
from procmaps.cli import _output
from procmaps.cli._errors import Refused
from procmaps.cli._parser import add_output_arguments, add_proc_argument, duration, some_of
from procmaps.cli._target import PROCESS_HELP
from procmaps.cli._watched import Watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Union

    from procmaps._diff import Change
    from procmaps._maps import Maps
    from procmaps.cli._screen import Screen

    Listing = Union[Maps, Usages]
    Lines = Callable[["Watched", argparse.Namespace], Iterator[str]]


USAGE = "[OPTION]... PROCESS"

DESCRIPTION = """\
Show what changes in the mappings of a process, until it ends or Ctrl-C.

examples:
  procmaps watch 1234
  procmaps watch 1234 --every 5s --memory
  procmaps watch 1234 > changes.jsonl  one JSON document a change
  procmaps watch 1234 --what added | jq -r .new.pathname

On a terminal it shows what has changed since the beginning, in the columns of `procmaps diff`, and in
LAST by how much the size (with --memory, what is in memory) changed the last time it was read. In a
pipe each change is printed when it is seen. What comes and goes between two readings is not seen.
"""
STATUSES = """\
exit status:
  0  the process has ended, or so many readings were made as were asked for
  1  it has no memory of its own
  2  the command line is wrong, or names no file that can be read; or the output cannot be written
  3  permission denied
  4  no such process
  5  the text is no listing
  6  the process changed its mappings in every reading, at the beginning
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="PROCESS", help=PROCESS_HELP)
    group = parser.add_argument_group("watching")
    group.add_argument(
        "--every",
        metavar="TIME",
        type=duration,
        default=1.0,
        help="the time between readings: 1s, the default; 200ms, 5m",
    )
    group.add_argument("--count", metavar="N", type=_count, help="end after so many readings")
    group.add_argument("-m", "--memory", action="store_true", help="what is used too: reads smaps, which is not free")
    group.add_argument(
        "--what", metavar="WORD,...", type=some_of("change", WORDS), help=f"some changes only: {', '.join(WORDS)}"
    )
    add_proc_argument(group)
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Show it, and return 0 when the process has ended, or the last reading was made."""
    if options.json or options.csv:
        raise Refused("what is watched has no end, and so is no document: --jsonl has a document for each change")
    watched = Watched(options)
    if watched.last.without_memory:
        raise Refused(f"{watched.title}: a {watched.last.without_memory}, which has no mappings", status=1)
    room = _output.terminal_width(sys.stdout)
    if options.jsonl or room is None or options.quiet:
        return _stream(watched, options, _documents)
    if os.environ.get("TERM", "dumb") == "dumb":
        return _stream(watched, options, _rows)
    return _show(watched, options)


def _ticks(watched: Watched, options: argparse.Namespace) -> Iterator[float]:
    """Yield how many seconds to wait for each reading. Those that come too late are not made up for."""
    made, due = 0, 0.0
    while options.count is None or made < options.count:
        due = max(due + options.every, watched.seconds)
        yield due - watched.seconds
        made += 1


# In a pipe


def _stream(watched: Watched, options: argparse.Namespace, lines: Lines) -> int:
    for seconds in _ticks(watched, options):
        _output.wait(seconds)
        if not watched.read():
            break
        if not options.quiet:
            _output.write(lines(watched, options))
    return 0


def _documents(watched: Watched, _: argparse.Namespace) -> Iterator[str]:
    from procmaps._records import documents

    head = {"time": utc(time.time()), "pid": watched.pid}
    return documents(head, "changes", watched.changes.records(), one_a_line=True)


def _rows(watched: Watched, options: argparse.Namespace) -> Iterator[str]:
    return table(watched.changes, palette=_output.colors(options), encoding=_output.encoding(), header=False)


# On a terminal


def _show(watched: Watched, options: argparse.Namespace) -> int:
    from procmaps.cli._screen import Ended, Screen

    status = 0
    try:
        with Screen() as screen:
            _follow(watched, options, screen)
    except Ended as ended:
        status = 128 + ended.number
    finally:
        # What was seen stays on the terminal.
        _output.write(_end(watched, options))
    return status


def _follow(watched: Watched, options: argparse.Namespace, screen: Screen) -> None:
    for seconds in _ticks(watched, options):
        due = time.monotonic() + seconds
        while True:
            screen.draw(_frame(watched, options, *_output.terminal_size()))
            left = due - time.monotonic()
            screen.wait(left)
            if time.monotonic() >= due:
                break
        if not watched.read():
            return


def _frame(watched: Watched, options: argparse.Namespace, columns: int, lines: int) -> Iterator[str]:
    """Yield the lines that a terminal of some size shows."""
    palette, encoding = _output.colors(options), _output.encoding()
    changes = watched.changes_since_first()
    right = f"every {options.every:g} s, Ctrl-C ends"
    title = cut(f"{watched.title}: {_amounts(watched.last)}", columns, "...")
    yield f"{title}{right:>{columns - width(title)}}" if width(title) + len(right) + 2 <= columns else title
    yield palette.paint(cut(_told(watched, changes), columns, "..."), "header")
    yield ""
    # The title, what changed, a blank line, the header, how many are left out.
    room = max(1, lines - 5)
    most = sorted(changes, key=_importance)[:room]
    chosen = set(map(id, most))
    shown = [change for change in changes if id(change) in chosen]
    yield from table(
        shown, room=columns, palette=palette, encoding=encoding, header=options.header, last=watched.changes
    )
    if len(changes) > len(shown):
        yield f"... and {len(changes) - len(shown):,} more, of less"


def _end(watched: Watched, options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines that stay when it is over."""
    changes = watched.changes_since_first()
    room = _output.terminal_size()[0]
    yield from table(
        changes, room=room, palette=_output.colors(options), encoding=_output.encoding(), header=options.header
    )
    ended = "" if watched.is_there else " has ended"
    yield f"{watched.title}{ended}: {_told(watched, changes)}"


def _told(watched: Watched, changes: Diff) -> str:
    """Return what has changed so far, and how fast, in a line."""
    amount = changes.memory.get("rss", changes.size_change)
    rate = int(amount / watched.seconds) if watched.seconds >= 1 else 0
    fast = f" ({signed(rate)}/s)" if rate else ""
    torn = f"; {watched.torn} readings were torn" if watched.torn else ""
    return f"{summary(changes)}{fast} in {watched.seconds:.0f} s{torn}"


def _amounts(listing: Listing) -> str:
    rss = f", {human(listing.total().rss or 0)} in memory" if isinstance(listing, Usages) else ""
    maps = listing.maps if isinstance(listing, Usages) else listing
    return f"{counted(len(maps), 'mapping')}, {human(maps.size)}{rss}"


def _importance(change: Change) -> tuple[int, int]:
    """Return what sorts changes, the largest first."""
    return -abs(change.memory.get("rss", 0)), -abs(change.size_change)


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number of readings, not {text!r}")
