"""The verb `snapshot`: save the listings of processes, with what is known of them."""

from __future__ import annotations

import argparse
import os
import sys

from procmaps._counted import counted
from procmaps._errors import InconsistentError, ParseError
from procmaps._escape import escaped, shown
from procmaps._read import proc_root
from procmaps._snapshot import Snapshot, snapshot
from procmaps._table import human
from procmaps.cli import _output
from procmaps.cli._columns import aligned
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._explain import explain
from procmaps.cli._parser import add_output_arguments, add_proc_argument
from procmaps.cli._progress import Progress
from procmaps.cli._target import PROCESS_HELP, number_of, pid_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    # Where one was saved, and how large it is.
    Saved = tuple[str, int, Snapshot]
    # What was to be saved, and why it is not.
    Failed = tuple[str, Exception]

USAGE = "[OPTION]... PROCESS... -o FILE"

DESCRIPTION = """\
Save the listing of a process as the kernel prints it, under one line that says whose it is.

examples:
  procmaps snapshot 1234 -o before
  procmaps diff before 1234            what has changed since
  procmaps show ./before --kind heap   every verb that reads listings reads it
  procmaps snapshot 1234 --memory > before
  procmaps snapshot --all -o snapshots/

The line has, as JSON: the process (pid, name, command, when it was started), the system (host, kernel,
machine, boot ID), and when it was read. `tail -n +2` leaves what /proc/PID/maps had. Command lines
may hold secrets: --no-command leaves them out.
"""
STATUSES = """\
exit status:
  0  all were saved; with --all, those that could be
  1  with --all: no process has memory of its own
  2  the command line is wrong, or names no file that can be read; or the output cannot be written
  3  permission denied
  4  no such process
  5  the text is no listing
  6  a process changed its mappings in every reading
If several fit, the highest: one that was named wrong does not stop the others.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("targets", metavar="PROCESS", nargs="*", help=PROCESS_HELP)
    group = parser.add_argument_group("saving")
    group.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="where, in place of standard output; for several processes a directory, in which each "
        "has a file PID.snapshot. What is there is replaced",
    )
    group.add_argument("--all", action="store_true", help="every process that has memory of its own")
    group.add_argument("-m", "--memory", action="store_true", help="save what is used too: smaps, which is not free")
    group.add_argument("--no-command", dest="command", action="store_false", help="leave the command line out")
    add_proc_argument(group)
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Save them, and return 0 if all were."""
    if options.all == bool(options.targets):
        raise Refused("which process? Name some, or give --all")
    if options.output is None or options.output == "-":
        return _print(options)
    if options.all or len(options.targets) > 1:
        return _save_many(options)
    saved = [_save(_one(options.targets[0], options), options.output)]
    _tell(saved, options)
    return 0


def _print(options: argparse.Namespace) -> int:
    if options.all or len(options.targets) > 1:
        raise Refused("several snapshots need a directory: -o DIRECTORY")
    if _output.is_data(options):
        raise Refused("--json, --jsonl and --csv tell where snapshots were saved: -o FILE")
    if _output.terminal_width(sys.stdout) is not None:
        raise Refused("a snapshot has names as they are, which are not for a terminal: -o FILE")
    _output.write_bytes(bytes(_one(options.targets[0], options)))
    return 0


def _one(target: str, options: argparse.Namespace) -> Snapshot:
    pid = pid_of(argparse.Namespace(**{**vars(options), "target": target}))
    if pid is None:
        raise Refused(f"{target} is no process: a listing is saved already")
    return _snapshot(number_of(pid, options), options)


def _snapshot(pid: int, options: argparse.Namespace) -> Snapshot:
    try:
        return snapshot(pid, memory=options.memory, command=options.command, proc=options.proc)
    except ParseError as error:
        raise Unparsed(f"process {pid}", error) from None


def _save(taken: Snapshot, path: str) -> Saved:
    try:
        taken.save(path)
    except OSError as error:
        raise Refused(f"cannot write {path}: {error.strerror}") from None
    return path, os.path.getsize(path), taken


def _save_many(options: argparse.Namespace) -> int:
    """Save what can be, and say what cannot."""
    try:
        os.makedirs(options.output, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot make the directory {options.output}: {error.strerror}") from None
    targets = _every(options) if options.all else options.targets
    saved, failed = _save_each(targets, options)
    _tell(saved, options)
    every = counted(len(targets), "process", "processes")
    status = _tell_failed(failed, every)
    # That some end or are of others is to be expected of all, but not of those that were named.
    if options.all and saved:
        return 0
    if options.all and not failed:
        raise Refused(f"none of {every} has memory of its own", status=1)
    return status


def _save_each(targets: list[str], options: argparse.Namespace) -> tuple[list[Saved], list[Failed]]:
    saved: list[Saved] = []
    failed: list[Failed] = []
    with Progress() as progress:
        for number, target in enumerate(targets, 1):
            progress.tell_processes(number, len(targets))
            try:
                taken = _one(target, options)
            except (PermissionError, ProcessLookupError, InconsistentError, Refused, Unparsed) as error:
                failed.append((target, error))
                continue
            if not (options.all and taken.about["without_memory"]):
                saved.append(_save(taken, os.path.join(options.output, f"{taken.pid}.snapshot")))
    return saved, failed


def _tell_failed(failed: list[Failed], every: str) -> int:
    """Say what could not be saved, those of one reason together, and return the highest exit status."""
    statuses = [0]
    alike: dict[type[Exception], list[str]] = {}
    for target, error in failed:
        if isinstance(error, Refused):
            statuses.append(explain(error))
        else:
            alike.setdefault(type(error), []).append(target)
    for kind, targets in alike.items():
        status, why = _FAILURES[kind]
        statuses.append(status)
        _output.complain(f"procmaps: {len(targets):,} of {every} {why}: {_some(targets)}")
    return max(statuses)


# The exit status, and what is said of them.
_FAILURES: dict[type[Exception], tuple[int, str]] = {
    PermissionError: (3, "may not be read (run as root, or with CAP_SYS_PTRACE)"),
    ProcessLookupError: (4, "could not be found, or ended"),
    Unparsed: (5, "have a listing that cannot be understood (procmaps PID says where)"),
    InconsistentError: (6, "changed in every reading"),
}


def _every(options: argparse.Namespace) -> list[str]:
    names = os.listdir(proc_root(options.proc))
    return sorted([name for name in names if name.isascii() and name.isdigit()], key=int)


def _some(targets: list[str]) -> str:
    return escaped(" ".join(targets[:10]) + " ..." * (len(targets) > 10))


def _tell(saved: list[Saved], options: argparse.Namespace) -> None:
    if not options.quiet:
        _output.write(_lines(saved, options))


def _lines(saved: list[Saved], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        return _output.data_lines(options, {}, "snapshots", [_record(*one) for one in saved])
    rows = [
        [str(taken.pid), f"{len(taken.maps):,}", human(size), shown(path, _output.encoding())]
        for path, size, taken in saved
    ]
    titles = ["PID", "MAPS", "SIZE", "PATH"]
    return aligned(rows, titles, header=options.header, palette=_output.colors(options))


def _record(path: str, size: int, taken: Snapshot) -> dict[str, object]:
    from procmaps._records import text_fields

    return {**text_fields("path", path), "size": size, "maps": len(taken.maps), "about": taken.about}
