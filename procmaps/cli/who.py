"""The verb `who`: which processes map a library."""

from __future__ import annotations

from procmaps._counted import counted
from procmaps._escape import shown
from procmaps._who import who
from procmaps.cli import _host, _output
from procmaps.cli._columns import aligned
from procmaps.cli._errors import Refused
from procmaps.cli._parser import some_of
from procmaps.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from procmaps._answer import Answer
    from procmaps._selection import File
    from procmaps._who import Use

STATES = ("current", "deleted", "replaced", "overwritten", "unsure", "no_file")
_MEANINGS = {"deleted": "bad", "replaced": "bad", "overwritten": "bad", "unsure": "warning"}
_FEWEST_DIGITS = 16

USAGE = "[OPTION]... LIBRARY"

DESCRIPTION = """\
Tell which processes map a library or another file, and whether it is still the one at its path.

examples:
  procmaps who libssl                         libssl.so, libssl.so.3, libssl-1a2b3c4d.so.3, ...
  procmaps who libssl.so.3                    by the name that programs ask for: libssl.so.3.0.11, too
  procmaps who 'lib*sql*'                     by a pattern for it; with a slash, for the path
  procmaps who /usr/lib/x86_64-linux-gnu/libssl.so.3
  procmaps who fe:01:133420                   by device and inode, as maps print them
  procmaps who 3d0c8d8f2a0b0dd5e7a4d2d0e9e6c1f05c6f7a11   by build ID
  procmaps who libssl --state deleted,replaced

The states: current, the file is at its path; deleted, its name was removed; replaced, so it was, and
another file has its name; overwritten, the same file has other content; unsure, it cannot be told (why
is in --reasons); no_file, memory that is only called like a file.
"""
STATUSES = _host.STATUSES.format(nothing="a process maps it", something="none does, of those that could be read")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("library", metavar="LIBRARY", help="what to look for")
    group = parser.add_argument_group("what is told")
    group.add_argument(
        "--state", metavar="STATE,...", type=some_of("state", STATES), help=f"by state: {', '.join(STATES)}"
    )
    group.add_argument("--reasons", action="store_true", help="also tell why we think so")
    _host.add_host_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell it, and return 0 if there was a process to tell of."""
    try:
        with Progress() as progress:
            answer = who(_library(options.library), progress=progress.tell_processes, proc=options.proc)
    except ValueError as error:
        raise Refused(f"LIBRARY: {error}") from None
    uses = [use for use in answer if options.state is None or use.fate.state in options.state]
    if not options.quiet:
        _output.write(_lines(answer, uses, options))
        if not uses:
            _output.complain(f"procmaps: none of {_host.readable(answer.scan)} maps it")
        if answer.untold:
            files = counted(len({use.path for use in answer.untold}), "mapped file")
            _output.complain(f"procmaps: of {files} this user cannot read the build ID")
    return _host.status_of(answer, 0 if uses else 1, options)


def _library(text: str) -> str | bytes | File:
    """Return what is looked for, which is told by how it is written."""
    if len(text) >= _FEWEST_DIGITS and len(text) % 2 == 0 and not text.lower().strip("0123456789abcdef"):
        return bytes.fromhex(text)
    major, _, rest = text.partition(":")
    minor, colon, inode = rest.partition(":")
    if colon and not (major + minor).strip("0123456789abcdef") and major and minor and _is_number(inode):
        return (int(major, 16), int(minor, 16)), int(inode)
    return text


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20


def _lines(answer: Answer[Use], uses: list[Use], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        return _output.data_lines(options, _host.head(answer, options), "uses", [use.record() for use in uses])
    titles = ["PID", "PROCESS", "UNIT", "STATE", *["REASON"] * options.reasons, "PATH"]
    rows = [
        [
            str(use.process.pid),
            _host.title(use.process),
            _host.place(use.process),
            use.fate.state,
            *[use.fate.reason] * options.reasons,
            shown(use.path, _output.encoding()),
        ]
        for use in uses
    ]
    return aligned(
        rows,
        titles,
        header=options.header,
        palette=_output.colors(options),
        meanings=[[_MEANINGS.get(use.fate.state, "")] for use in uses],
    )
