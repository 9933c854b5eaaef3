"""What TARGET stands for: a process or a listing."""

from __future__ import annotations

import os
import sys

from procmaps._errors import ParseError
from procmaps._escape import cut, escaped
from procmaps._proc_files import content_or_nothing, number
from procmaps._read import from_pid, from_str, own_pid, proc_root, read_file
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._output import terminal_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from io import BufferedReader

    from procmaps._maps import Maps
    from procmaps._read import Dialect
    from procmaps.query import Process

HELP = (
    "the number of a process; self, for procmaps itself; the name of a process, if it is the only one of that "
    "name; a file (with a slash in it if a process may be called so too); - for standard input"
)

PROCESS_HELP = "the number of a process; self, for procmaps itself; the name of a process, if it is the only one of it"

_NAME_MAX = 15  # the kernel keeps no more of the name of a process
_LISTED_MAX = 20


class Reading:
    """What was read.

    Attributes:
        maps: The mappings.
        title: What it is, to print.
        pid: The number of the process, None if it is none.
    """

    def __init__(self, maps: Maps, title: str, pid: int | None = None) -> None:
        self.maps = maps
        self.title = title
        self.pid = pid


def read(options: argparse.Namespace) -> Reading:
    """Return what `options.target` names.

    Raises:
        Refused: It names nothing, or too much.
        OSError, ValueError: It cannot be read, or not understood.
    """
    pid = pid_of(options)
    if pid is not None:
        return _read_process(pid, options)
    if options.settled:
        raise Refused("--settled is for processes: a listing does not change")
    return _read_listing(options.target, options.dialect or "linux")


def root_of(reading: Reading, options: argparse.Namespace) -> str | None:
    """Return where the files of a saved listing are, None if that was not said."""
    root: str | None = options.root
    if reading.pid is not None and root is not None:
        raise Refused("--root is for saved listings: the files of a process are found by themselves")
    return root


def process_of(options: argparse.Namespace) -> Process:
    """Open the process that `options.target` names.

    Raises:
        Refused: It names none, or too many.
        OSError: It cannot be opened.
    """
    from procmaps.query import Process

    pid = pid_of(options)
    if pid is None:
        raise Refused(f"{options.target} is no process: a listing cannot be asked this")
    return Process(number_of(pid, options), proc=options.proc)


def pid_of(options: argparse.Namespace) -> int | str | None:
    """Return the number of the process that `options.target` names, or "self"; None if it names a listing.

    Raises:
        Refused: It names nothing, or too much.
    """
    target: str = options.target
    return None if target == "-" or _is_path(target) else _pid(target, proc_root(options.proc))


def number_of(pid: int | str, options: argparse.Namespace) -> int:
    """Return the number of a process that may be "self"."""
    return own_pid(proc_root(options.proc)) if pid == "self" else int(pid)


def title_of(pid: int | str, options: argparse.Namespace) -> str:
    """Return what a process is called, to print."""
    name = escaped(os.fsdecode(_comm(os.path.join(proc_root(options.proc), str(pid)))))
    return f"{name} (pid {number_of(pid, options)})"


def standard_input() -> bytes:
    """Return the text that standard input holds, whatever it is."""
    return b"".join(lines_of_standard_input())


def lines_of_standard_input() -> Iterator[bytes]:
    """Yield the text of standard input, whatever it is, as it comes: each time some lines."""
    from procmaps._lines import whole_lines

    try:
        yield from whole_lines(_standard_input().read1)
    except ParseError as error:
        raise Refused(f"standard input, line {error.lineno}: it is longer than 64 MiB") from None


def listing_of(target: str) -> bytes:
    """Return what a file holds, or standard input; of what is no listing, no more than tells that.

    Raises:
        Unparsed: A line is too long.
    """
    try:
        if target != "-":
            return read_file(target)
        from procmaps._lines import listing

        return listing(_standard_input().read)
    except ParseError as error:
        raise Unparsed("standard input" if target == "-" else escaped(target), error) from None


def _standard_input() -> BufferedReader:
    if sys.stdin is None:
        raise Refused("standard input is closed")
    return sys.stdin.buffer  # type: ignore[return-value] # that of a file


def titled(title: str, data: bytes) -> str:
    """Return a title, and what the text is of if it is a snapshot that says so; safe to print."""
    from procmaps._heading import heading_of

    heading = heading_of(data)
    if heading is None:
        return title
    from json import loads

    from procmaps._origin import title as title_of_snapshot

    try:
        return f"{title}: {escaped(title_of_snapshot(loads(heading.about)))}"
    except (AttributeError, RecursionError, ValueError):  # what was written there is no such thing
        return title


def _read_listing(target: str, dialect: Dialect) -> Reading:
    title = "standard input" if target == "-" else escaped(target)
    data = listing_of(target)
    try:
        return Reading(from_str(data, dialect=dialect), titled(title, data))
    except ParseError as error:
        raise Unparsed(title, error) from None


def _read_process(pid: int | str, options: argparse.Namespace) -> Reading:
    if options.dialect:
        raise Refused("--dialect is for listings: a process is read from a Linux kernel")
    directory = os.path.join(proc_root(options.proc), str(pid))
    number = number_of(pid, options)
    try:
        maps = from_pid(None if pid == "self" else number, settled=options.settled, proc=options.proc)
    except ParseError as error:
        raise Unparsed(os.path.join(directory, "maps"), error) from None
    return Reading(maps, title_of(pid, options), number)


def _is_path(target: str) -> bool:
    return "/" in target or os.sep in target


def _pid(target: str, root: str) -> int | str | None:
    """Return the process that is meant; None if a file is."""
    if target == "self":
        return target
    if target.isascii() and target.isdigit():
        pid = number(target) or 0
        if not 0 < pid < 2**31:
            raise Refused(f"the number of a process is from 1 to {2**31 - 1}, not {target}")
        return pid
    pids = _processes_called(os.fsencode(target), root)
    if os.path.exists(target):
        if pids:
            raise Refused(f"{target} is a file and the name of process {pids[0]}: write ./{target} or {pids[0]}")
        return None
    if len(pids) == 1:
        return pids[0]
    raise _ambiguous(target, pids, root) if pids else _nothing(target, root)


def _nothing(target: str, root: str) -> Refused:
    if not os.path.exists(os.path.join(root, "self")):
        return Refused(f"there is no file {target}, and no proc file system at {root} to look for a process")
    from procmaps.cli._permissions import on_unseen

    return Refused(f"no process is called {target}, and no file", *on_unseen(root, False), status=4)


def _ambiguous(target: str, pids: list[int], root: str) -> Refused:
    rows = [f"{pid:>7}  {_command(os.path.join(root, str(pid)))}" for pid in pids[:_LISTED_MAX]]
    if len(pids) > _LISTED_MAX:
        rows.append(f"... and {len(pids) - _LISTED_MAX} more")
    return Refused(f"{len(pids)} processes are called {target}; which one?", *rows)


def _processes_called(name: bytes, root: str) -> list[int]:
    """Return the processes of a name, but for this one."""
    try:
        pids = [int(entry) for entry in os.listdir(root) if entry.isascii() and entry.isdigit()]
    except OSError:
        return []
    own = os.getpid()
    return sorted([pid for pid in pids if pid != own and _is_called(os.path.join(root, str(pid)), name)])


def _is_called(directory: str, name: bytes) -> bool:
    comm = _comm(directory)
    if comm == name:
        return True
    if comm != name[:_NAME_MAX]:
        return False
    return name in [os.path.basename(argument) for argument in _content(directory, "cmdline").split(b"\0")[:2]]


def _comm(directory: str) -> bytes:
    return _content(directory, "comm")[:-1]


def _command(directory: str) -> str:
    """Return the command line of a process, safe to print, in one line."""
    arguments = _content(directory, "cmdline").rstrip(b"\0").replace(b"\0", b" ") or b"[" + _comm(directory) + b"]"
    return cut(escaped(os.fsdecode(arguments)), (terminal_width(sys.stderr) or 100) - 10, "...")


def _content(directory: str, name: str) -> bytes:
    """Return what a file in /proc/PID holds, nothing if the process is gone or does not let it be seen."""
    return content_or_nothing(os.path.join(directory, name))
