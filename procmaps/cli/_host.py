"""What the verbs share that ask every process of the host."""

from __future__ import annotations

from procmaps._counted import counted
from procmaps._escape import escaped
from procmaps._read import proc_root
from procmaps.cli import _output
from procmaps.cli._errors import Refused
from procmaps.cli._explain import explain
from procmaps.cli._parser import add_output_arguments, add_proc_argument
from procmaps.cli._permissions import on_unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from procmaps._answer import Answer
    from procmaps._scan import ProcessMaps, Scan

STATUSES = """\
exit status, of this verb:
  0  {nothing}
  1  {something}
  2  the command line is wrong, there is no proc file system, or the output cannot be written
  3  permission denied to a process that was named
  4  no such process
  6  with --strict: some processes could not be read; or one that was named, for another reason
If several fit, the highest: one that was named wrong does not stop the others.
"""


def add_host_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that all of them have."""
    group = parser.add_argument_group("processes")
    group.add_argument("--strict", action="store_true", help="fail (exit status 6) if a process could not be read")
    add_proc_argument(group)
    add_output_arguments(parser)


def pids_of(options: argparse.Namespace) -> list[int] | None:
    """Return the processes that are named by number or by name; None for all, if none is.

    What is wrong with a name is told, and `options.misnamed` has the exit status for it.

    Raises:
        Refused: No name is right.
    """
    pids, statuses = [], [0]
    for target in options.targets:
        options.target = target
        try:
            pids.append(_pid(options))
        except Refused as error:
            statuses.append(explain(error))
    options.misnamed = max(statuses)
    if options.misnamed and not pids:
        raise Refused(status=options.misnamed)
    return pids or None


def _pid(options: argparse.Namespace) -> int:
    from procmaps.cli._target import number_of, pid_of

    pid = pid_of(options)
    if pid is None:
        raise Refused(f"{options.target} is no process")
    return number_of(pid, options)


def status_of(answer: Answer[Any], status: int, options: argparse.Namespace) -> int:
    """Return the exit status, and tell what could not be seen."""
    scan, is_named = answer.scan, bool(getattr(options, "targets", None))
    if not options.quiet:
        for line in unseen(answer, proc_root(options.proc)):
            _output.complain(line)
        for pid in scan.vanished if is_named else ():
            _output.complain(f"procmaps: no such process {pid}: it ended, or is hidden from this user")
    if not is_named:
        return 6 if options.strict and (scan.refused or scan.failed) else status
    # Of what could not be read nothing is known: that is no answer about a process that was named.
    statuses = {3: scan.refused, 4: scan.vanished, 6: scan.failed}
    return max([status, int(options.misnamed), *[number for number, those in statuses.items() if those]])


def readable(scan: Scan) -> str:
    """Return how many processes could be read, in words."""
    return f"{counted(scan.read, 'process', 'processes')} that could be read"


def unseen(answer: Answer[Any], root: str) -> list[str]:
    """Return lines about the processes that could not be read, and what would help."""
    scan = answer.scan
    lines = []
    if scan.refused:
        owners = sorted({unread.uid for unread in scan.refused if unread.uid is not None})
        of = f" (of uid {', '.join(map(str, owners))})" if 0 < len(owners) <= 5 else ""
        every = counted(scan.total, "process", "processes")
        lines.append(f"procmaps: {len(scan.refused):,} of {every} could not be read{of}")
    lines += [
        f"procmaps: process {unread.pid} could not be read: {escaped(str(unread.error))}" for unread in scan.failed
    ]
    lines += [f"  {line}" for line in on_unseen(root, bool(scan.refused))]
    return lines


def head(answer: Answer[Any], options: argparse.Namespace) -> dict[str, Any]:
    """Return what records say of the scan: all in one document, nothing before each of many."""
    return {"pid": None, "scan": answer.coverage()} if options.json else {}


def title(process: ProcessMaps) -> str:
    """Return the name of a process, to print."""
    return escaped(process.comm or "?", _output.encoding())


def place(process: ProcessMaps) -> str:
    """Return the unit or the container that a process belongs to, to print."""
    container = process.container
    name = process.user_unit or process.unit
    if container is not None:
        name = f"container {container[:12] if len(container) == 64 else container}"
    return escaped(name or "-", _output.encoding())
