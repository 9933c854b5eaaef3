"""A listing that is kept, with what is known of it: `procmaps.snapshot`."""

from __future__ import annotations

import errno
import json
import os
from time import time
from typing import TYPE_CHECKING

from procmaps._counted import counted
from procmaps._errors import ParseError
from procmaps._heading import MAGIC, below_heading, heading_of
from procmaps._maps import maps_of_table
from procmaps._names import ENCODING
from procmaps._origin import origin, start_ticks, title, utc
from procmaps._procmaps import __version__, parse, parse_smaps, read_text
from procmaps._read import checked_attempts, checked_pid, inconsistent, own_pid, proc_root, read_file
from procmaps._usages import usages_of
from procmaps.smaps import _failure

if TYPE_CHECKING:
    from typing import Any

    from procmaps._diff import Diff
    from procmaps._maps import Maps
    from procmaps._usages import Usages


class Snapshot:
    """The listing of a process, as the kernel printed it, and what was known of the process.

    An immutable value, equal to another if they have the same bytes.

    >>> import procmaps
    >>> snapshot = procmaps.snapshot()
    >>> procmaps.Snapshot.parse(bytes(snapshot)) == snapshot
    True
    >>> snapshot.maps == procmaps.from_str(bytes(snapshot))
    True
    >>> sorted(snapshot.about)[:5]
    ['attempts', 'boot_id', 'command', 'host', 'kernel']
    """

    __slots__ = ("_about", "_kind", "_maps", "_text", "_usages")

    _about: dict[str, Any]
    _kind: str
    _maps: Maps
    _text: bytes
    _usages: Usages | None

    def __init__(self, kind: str, about: dict[str, Any], text: bytes) -> None:
        self._kind = kind
        self._about = about
        self._text = text
        if kind == "maps":
            self._maps, self._usages = maps_of_table(parse(text, ENCODING)), None
        else:
            table, usages = parse_smaps(text, ENCODING)
            self._maps = maps_of_table(table)
            self._usages = usages_of(self._maps, usages)

    @classmethod
    def from_path(cls, path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> Snapshot:
        """Return the snapshot that a file is.

        Raises:
            OSError: The file cannot be read.
            ParseError: It is none. `procmaps.from_path` reads snapshots and plain listings.
        """
        return cls.parse(read_file(path))

    @classmethod
    def parse(cls, data: bytes) -> Snapshot:
        """Return the snapshot that bytes are, those of a file: `bytes(snapshot)`.

        Raises:
            ParseError: They are none.
        """
        if not isinstance(data, bytes):
            raise TypeError(f"data is bytes, not {type(data).__name__}")
        heading = heading_of(data)
        if heading is None:
            raise ParseError(1, 1, "snapshot", repr(MAGIC.decode()), data.partition(b"\n")[0])
        try:
            about = json.loads(heading.about)
        except (ValueError, RecursionError):
            about = None
        if not isinstance(about, dict):
            line = data.partition(b"\n")[0]
            raise ParseError(1, len(line) - len(heading.about) + 1, "snapshot", "a JSON object", line)
        try:
            return cls(heading.kind, about, heading.listing)
        except ParseError as error:
            raise below_heading(error) from None

    def __bytes__(self) -> bytes:
        about = json.dumps(self._about).replace("\x7f", "\\u007f")
        return b"%s1 of %s %s\n%s" % (MAGIC, self._kind.encode(), about.encode(), self._text)

    def save(self, path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> None:
        """Write it to a file, which is replaced if it exists.

        Every function that reads listings reads it: `procmaps.from_path`, the command, `from_path` of
        `procmaps.smaps` if it has memory.

        Raises:
            OSError: The file cannot be written.
        """
        with open(os.fsdecode(path), "wb") as file:
            file.write(bytes(self))

    @property
    def maps(self) -> Maps:
        """The mappings. Their `pid` is None: they are of no process that could be asked now."""
        return self._maps

    @property
    def usages(self) -> Usages | None:
        """What the mappings use; None if that was not read."""
        return self._usages

    @property
    def listing(self) -> bytes:
        """What the kernel printed: /proc/PID/maps, or /proc/PID/smaps if it has memory."""
        return self._text

    @property
    def about(self) -> dict[str, Any]:
        """What was known of the listing; as JSON has it, None for what was not.

        `pid`; `name` and `command` of the process; `host`, `kernel` (its release), `machine`, `boot_id`
        of the system; `started` and `taken`, times in UTC; `start_ticks`, which with `boot_id` and
        `pid` tells this process from all others; `attempts`, how often it was read; `without_memory`, why
        there are no mappings; `procmaps`, the version that wrote it.
        """
        return dict(self._about)

    @property
    def pid(self) -> int | None:
        """The number of the process, as it was."""
        pid: int | None = self._about.get("pid")
        return pid

    def __sub__(self, old: Snapshot) -> Diff:
        """Return what changed since another snapshot: `procmaps.diff(old, self)`."""
        from procmaps._diff import diff

        return diff(old, self) if isinstance(old, Snapshot) else NotImplemented

    def __eq__(self, other: object) -> bool:
        return bytes(self) == bytes(other) if isinstance(other, Snapshot) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        count = len(self._maps)
        return f"<Snapshot of {title(self._about)!r}: {counted(count, 'mapping')}>"


def snapshot(
    pid: int | None = None,
    *,
    memory: bool = False,
    attempts: int = 20,
    command: bool = True,
    proc: str | os.PathLike[str] | None = None,
) -> Snapshot:
    """Return the listing of a process as it is printed, with what is known of the process.

    The listing is one that `procmaps.from_pid` would have returned, with the same guarantees.

    Args:
        pid: The number of the process; None for this one.
        memory: Whether to read what each mapping uses too, which is not free: see `procmaps.smaps`.
        attempts: As for `procmaps.from_pid`.
        command: Whether to keep the command line, which may hold secrets.
        proc: As for `procmaps.from_pid`.

    Raises:
        ProcessLookupError, PermissionError, InconsistentError, UnsupportedError, TypeError, ValueError: As
            `procmaps.from_pid` and `procmaps.smaps.from_pid`.

    >>> import procmaps
    >>> procmaps.snapshot(memory=True).usages.total().rss > 0
    True
    """
    pid = checked_pid(pid)
    attempts = checked_attempts(attempts)
    root = proc_root(proc)
    directory = os.path.join(root, str(pid or "self"))
    started = start_ticks(directory)
    taken = utc(time())
    try:
        text, made, is_consistent, without_memory = read_text(root, pid, attempts, bool(memory))
    except OSError as error:
        raise _failure(error, root, pid) from None
    about = origin(root, pid or "self")
    if about["start_ticks"] != started:
        raise ProcessLookupError(errno.ESRCH, f"No such process {pid}: it ended while it was read", directory)
    if not command:
        about = {key: None if key == "command" else value for key, value in about.items() if key != "command_bytes"}
    known = {"pid": pid or own_pid(root), "taken": taken, **about, "attempts": made, "without_memory": without_memory}
    found = Snapshot("smaps" if memory else "maps", {**known, "procmaps": __version__}, text)
    if not is_consistent:
        raise inconsistent(found.maps, os.path.join(directory, found._kind))
    return found
