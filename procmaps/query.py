"""One address of a running process, in microseconds: which mapping holds it, now?

>>> import procmaps.query
>>> with procmaps.query.Process() as process:      # this one; Process(1234) for another
...     process.find(id(process)).is_writable, process.find(0)
(True, None)

Linux 6.11+ answers such questions one at a time, by the ioctl PROCMAP_QUERY, whatever the
number of mappings. On older kernels the whole listing is read for each: the answers are the same,
and `Process.backend` says which way they come.
"""

from __future__ import annotations

import errno
import os
from _operator import index
from _warnings import warn  # the same as warnings.warn, but there until the interpreter ends

from procmaps._errors import UnsupportedError
from procmaps._map import Map, map_of
from procmaps._maps import Maps, maps_of_table
from procmaps._names import ENCODING
from procmaps._procmaps import GATE, query_once
from procmaps._procmaps import Process as NativeProcess
from procmaps._read import checked_attempts, checked_pid, explained, inconsistent, own_pid, proc_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from procmaps._procmaps import Table
    from procmaps.identity import Identity

    Backend = Literal["ioctl", "text"]

__all__ = ["Process", "find"]

_READABLE, _WRITABLE, _EXECUTABLE, _SHARED, _FILE_BACKED = 0x1, 0x2, 0x4, 0x8, 0x20


def find(pid: int | None, address: int, *, proc: str | os.PathLike[str] | None = None) -> Map | None:
    """Return the mapping of a process that holds an address, or None.

    For more than one address `Process` is faster. A process without memory of its own, a
    kernel thread or a zombie, holds none.

    Args:
        pid: The number of the process; None for this one.
        address: Any int.
        proc: As for `procmaps.from_pid`.

    Raises:
        ProcessLookupError, PermissionError, UnsupportedError: As `procmaps.from_pid`.

    >>> import os, procmaps.query
    >>> procmaps.query.find(os.getpid(), id(os)).perms
    'rw-p'
    """
    try:
        row = query_once(f"{proc_root(proc)}/{checked_pid(pid) or 'self'}/maps", address, ENCODING)
    except (OSError, UnicodeError):
        # No process, no memory, an old kernel, a long name: a handle has the answer or the error.
        pass
    else:
        if row is not None:
            return map_of(row)
        if not _is_gate(address):
            return None
    with Process(pid, proc=proc) as process:
        return process.find(address)


class Process:
    """A handle to ask one program of one process, to be closed like a file.

    It stays with the program that it was opened on: when that has ended, or has executed
    another, questions raise ProcessLookupError, even if the number is in use again. Threads may
    share a handle. What reading the maps needs (see `procmaps.from_pid`) is needed when it is
    opened, and not later.

    On kernels that take the lock of the address space for the ioctl (6.14 does, 6.18 does not) a
    question waits while the process forks or unmaps much memory, and the other threads of this
    one wait with it.

    Each answer is true of the moment in which it was given, and says what the listing would
    have said, to the letter.

    Args:
        pid: The number of the process; None for this one.
        proc: As for `procmaps.from_pid`.
        backend: "ioctl" to insist on the ioctl, "text" to read the listing for every
            question; None for the ioctl where the kernel has it.

    Attributes:
        pid: The number of the process; None for this one.
        backend: "ioctl" or "text": where the answers come from.
        without_memory: Why there are no mappings, "kernel thread" or "zombie", if it was one
            when it was opened; else None.

    Raises:
        ProcessLookupError, PermissionError: As `procmaps.from_pid`.
        UnsupportedError: There is no proc file system here; or the ioctl was insisted on,
            and the kernel lacks it (errno ENOTTY).

    >>> with Process() as process:
    ...     process.find(id(process)) == process.next(id(process))
    True

    See PROCMAP_QUERY in include/uapi/linux/fs.h, Linux 6.11+.
    """

    __slots__ = ("_has_ioctl", "_native", "_root", "backend", "pid", "without_memory")

    pid: int | None
    backend: Backend
    without_memory: str | None

    def __init__(
        self,
        pid: int | None = None,
        *,
        proc: str | os.PathLike[str] | None = None,
        backend: Backend | None = None,
    ) -> None:
        if backend not in (None, "ioctl", "text"):
            raise ValueError(f"backend is 'ioctl', 'text' or None, not {backend!r}")
        self.pid, self._root = checked_pid(pid), proc_root(proc)
        try:
            native = NativeProcess(self._root, self.pid, ENCODING)
        except OSError as error:
            raise explained(error, self._root, self.pid) from None
        if backend == "ioctl" != native.backend:
            raise UnsupportedError(errno.ENOTTY, "this kernel has no PROCMAP_QUERY; Linux has it from 6.11 on")
        self._native = native
        self.backend = backend or native.backend
        self.without_memory = native.without_memory
        self._has_ioctl = self.backend == "ioctl" and self.without_memory is None

    # Questions

    def find(self, address: int) -> Map | None:
        """Return the mapping that holds an address, or None.

        With the ioctl this takes a microsecond or two, except that for an address in
        `[vsyscall]`, which the ioctl does not know, the listing is read.

        Args:
            address: Any int.

        Raises:
            ProcessLookupError: The program has ended.
            ValueError: The handle is closed.

        >>> with Process() as process:
        ...     process.find(id(process)).perms
        'rw-p'
        """
        if self._has_ioctl:
            try:
                row = self._native.query(address, False)
            except OSError as error:
                self._let_pass(error)
            else:
                if row is not None:
                    return map_of(row)
                if not _is_gate(address):
                    return None
        return self._listing().find(address)

    def next(self, address: int) -> Map | None:
        """Return the mapping that holds an address or, if none does, the first above it.

        None if there is none above. As fast as `find`, except that above the last mapping the
        listing is read: `[vsyscall]` is there.

        Args:
            address: Any int.

        Raises:
            ProcessLookupError, ValueError: As `find`.

        >>> import procmaps
        >>> with Process() as process:
        ...     process.next(0) == procmaps.from_pid()[0]
        True
        """
        if self._has_ioctl:
            try:
                row = self._native.query(address, True)
            except OSError as error:
                self._let_pass(error)
            else:
                if row is not None:
                    return map_of(row)
                if address >= GATE[1]:
                    return None
        address = index(address)
        return next((m for m in self._listing() if m.end_address > address), None)

    def walk(
        self,
        *,
        readable: bool | None = None,
        writable: bool | None = None,
        executable: bool | None = None,
        shared: bool | None = None,
        file_backed: bool | None = None,
        attempts: int = 20,
    ) -> Maps:
        """Return the mappings that are as asked: True for so, False for not so, None for either.

        The ioctl passes over those that lack what is to be there, so that the executable
        mappings of files, say, take a fraction of the time of `procmaps.from_pid`.

        They are in order and do not overlap; a walk in which they do is made again. But each
        is asked for by itself while the process goes on, so that between the first and
        the last more can change than in a listing. Where this matters, use `procmaps.from_pid`.

        `[vsyscall]`, a page that the kernel lends to every process, is never among them.

        Args:
            readable: As `Map.is_readable`.
            writable: As `Map.is_writable`.
            executable: As `Map.is_executable`.
            shared: As `Map.is_shared`.
            file_backed: Whether there is a file behind it, if only one of the kernel's own: this
                includes shared memory, devices and sockets.
            attempts: How many walks may be made at the most. How many were needed is in
                `Maps.attempts`.

        Raises:
            InconsistentError: No attempt gave an ordered walk; has the last one.
            ProcessLookupError, ValueError: As `find`.

        >>> with Process() as process:
        ...     code = process.walk(executable=True, file_backed=True)
        >>> {m.kind for m in code}
        {'file'}
        """
        attempts = checked_attempts(attempts)
        wanted = (
            (_READABLE, readable),
            (_WRITABLE, writable),
            (_EXECUTABLE, executable),
            (_SHARED, shared),
            (_FILE_BACKED, file_backed),
        )
        present = sum([flag for flag, is_wanted in wanted if is_wanted])
        absent = sum([flag for flag, is_wanted in wanted if is_wanted is False])
        if self._has_ioctl:
            try:
                maps = self._maps(*self._native.walk(present, attempts))
            except OSError as error:
                self._let_pass(error)
            else:
                return _without(maps, absent)
        maps = self._listing(attempts)
        kept = [m for m in maps if _flags(m) & present == present and not _is_gate(m.begin_address)]
        return _without(_like(maps, kept), absent)

    def real_name(self, where: Map | int) -> bytes | None:
        r"""Return the name of a mapping as it is, or None if it has none.

        The listing, and so `Map.pathname`, writes a newline as `\012` but also has these four
        letters for themselves. Nothing is escaped here. A ` (deleted)` at the end can
        still be the kernel's word or the file's own; `identity` tells.

        Args:
            where: A mapping, or an address.

        Raises:
            LookupError: The mapping is not there any more.
            OSError: A `\012` cannot be told: on a kernel without the ioctl not always, in more than 4095 bytes never.
            ProcessLookupError, ValueError: As `find`.

        >>> with Process() as process:
        ...     process.real_name(id(process)) in (None, b"[heap]")
        True
        """
        from procmaps._mapped import real_name

        return real_name(self, where)

    def build_id(self, where: Map | int) -> bytes | None:
        """Return the build ID of the file that is mapped somewhere, or None if it has none.

        That is the ELF note `.note.gnu.build-id`, which names one build of a program or library
        whatever became of its path. It is read from the file, and takes as long as the
        file system does.

        Only regular files are asked: the kernel would read from a device or a socket, too, and
        wait. To know that a file is one takes CAP_CHECKPOINT_RESTORE, or CAP_SYS_ADMIN, or
        that it is still at its path.

        Args:
            where: A mapping, or an address.

        Raises:
            LookupError: The mapping is not there any more.
            PermissionError: Without the privilege it cannot be told whether it is a regular
                file, or the file may not be read.
            ProcessLookupError, ValueError: As `find`.

        >>> with Process() as process:
        ...     process.build_id(id(process)) is None
        True
        """
        from procmaps._mapped import build_id

        return build_id(self, where)

    def identity(self, m: Map) -> Identity:
        """Return what became of the file of a mapping: `procmaps.identity.identify`.

        >>> with Process() as process:
        ...     process.identity(process.find(id(process))).state
        'never_a_file'
        """
        from procmaps.identity import identify_in

        return identify_in(self, m)

    # The handle

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._native.closed

    def close(self) -> None:
        """Close it: every later question raises ValueError.

        One that is dropped unclosed is closed with a ResourceWarning, as a file is.
        """
        self._native.close()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"by {self.backend}"
        return f"<{__name__}.Process {'self' if self.pid is None else self.pid}, {state}>"

    def __del__(self, warn: Callable[..., None] = warn) -> None:  # at the end of Python, globals can be None
        native = getattr(self, "_native", None)
        if native is not None and not native.closed:
            warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
            native.close()

    # What the questions are made of

    def _listing(self, attempts: int = 20) -> Maps:
        """Return what the listing says."""
        if self.without_memory and not self.closed:
            return Maps()
        try:
            return self._maps(*self._native.read(attempts))
        except OSError as error:
            raise self._failure(error) from None

    def _maps(self, table: Table, attempts: int, is_consistent: bool) -> Maps:
        maps = maps_of_table(table, (self.pid or own_pid(self._root), attempts, None, self._root))
        if not is_consistent:
            raise inconsistent(maps, self._path)
        return maps

    def _let_pass(self, error: OSError) -> None:
        """Raise an error, but not one that says only that a name is too long for the ioctl."""
        if error.errno != errno.ENAMETOOLONG:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> OSError:
        if error.errno != errno.ESRCH:
            return error
        text = f"No such process {self.pid} any more: it ended, or executed another program, after it was opened"
        return ProcessLookupError(errno.ESRCH, text, self._path)

    @property
    def _path(self) -> str:
        return os.path.join(self._root, str(self.pid or "self"))


def _is_gate(address: int) -> bool:
    """Whether an address is in the page that the listing shows and the ioctl does not."""
    return GATE[0] <= address < GATE[1]


def _flags(m: Map) -> int:
    """Return the properties that the ioctl can look for."""
    # The first segment of System V has inode 0.
    has_file = m.inode or (m.pathname or "").startswith("/")
    return (
        (_READABLE if m.is_readable else 0)
        | (_WRITABLE if m.is_writable else 0)
        | (_EXECUTABLE if m.is_executable else 0)
        | (_SHARED if m.is_shared else 0)
        | (_FILE_BACKED if has_file else 0)
    )


def _without(maps: Maps, flags: int) -> Maps:
    return _like(maps, [m for m in maps if not _flags(m) & flags]) if flags else maps


def _like(maps: Maps, kept: list[Map]) -> Maps:
    """Return some mappings of a reading with what is known of it."""
    part = Maps(kept)
    part._origin = maps._origin
    return part
