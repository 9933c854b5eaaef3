"""Where listings come from: a process, a file, a text. All input of the core is here."""

from __future__ import annotations

import errno
import os
from _operator import index

from procmaps._errors import InconsistentError, ParseError, UnsupportedError
from procmaps._maps import Maps, maps_of_table
from procmaps._names import ENCODING
from procmaps._procmaps import parse, parse_smaps, read_process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Dialect = Literal["linux", "cygwin"]

# PyPy 3.11 has no name for it. The number is that of all Linux machines but Alpha, PA-RISC and SPARC.
O_PATH: int = getattr(os, "O_PATH", 0o10000000)


def from_pid(
    pid: int | None = None,
    *,
    settled: bool = False,
    attempts: int = 20,
    proc: str | os.PathLike[str] | None = None,
) -> Maps:
    """Return the mappings of a process, complete and in order.

    The kernel makes the listing while the process goes on, so a single reading can
    repeat mappings, overlap them, or end early because the process did. Such a reading
    is never returned. What is:

    - The listing is complete, and of one program of one process: if the process exits
      meanwhile, that is an error, if it execs, the new program is read, and the number
      of the process cannot pass to another unseen.
    - No mapping overlaps another or comes twice: a reading in which one does is made again.
    - A mapping that existed all the time, where it is, is there. One that was made, removed or
      moved meanwhile may be there or not, and one that moved far may be there twice or not
      at all. `settled` reads until two listings in a row are equal, which leaves that only to
      a process that moves something and moves it back.

    A program that is only being loaded has few mappings: the kernel maps the stack first. A
    process without memory of its own has no mappings: `Maps.without_memory` says if it is a
    kernel thread or a zombie.

    Reading costs the process next to nothing: up to Linux 6.16 its own mmap(2) and munmap(2) wait
    while a page of the listing is made, tens of microseconds; from 6.17 on they do not.

    The process must be of the reader's user and group in all its ids, and dumpable (see
    prctl(2), PR_SET_DUMPABLE); or the reader has CAP_SYS_PTRACE, or from Linux 6.15 on
    CAP_PERFMON. kernel.yama.ptrace_scope is of no matter.

    Args:
        pid: The number of the process; None for this one.
        settled: Whether to read until two listings in a row are equal: at least two
            readings.
        attempts: How many readings may be made at the most, at least 1, or 2 for a settled
            one. How many were needed is in `Maps.attempts`.
        proc: Where the proc file system is mounted; None for what the environment has in
            PROCMAPS_PROC, else in HOST_PROC, else `/proc`.

    Raises:
        ProcessLookupError: There is no such process, or none that this user may see
            (hidepid), or it ended while it was read.
        PermissionError: Its maps may not be read by this user.
        InconsistentError: No attempt gave a consistent listing; has the last one.
        ParseError: The kernel prints what is not known to be a line.
        OSError: A line is longer than a mebibyte (EFBIG): somebody has mapped a file below thousands of directories.
        UnsupportedError: There is no proc file system here.
        TypeError, ValueError: `pid` is no int, a bool, not above 0, or above 2**31 - 1.

    >>> import procmaps
    >>> maps = procmaps.from_pid()
    >>> [m.perms for m in maps if m.pathname == "[stack]"]
    ['rw-p']

    See proc_pid_maps(5), ptrace(2) (PTRACE_MODE_READ_FSCREDS).
    """
    pid = checked_pid(pid)
    attempts = checked_attempts(attempts, least=1 + bool(settled))
    root = proc_root(proc)
    try:
        table, made, is_consistent, without_memory = read_process(root, pid, attempts, bool(settled), ENCODING)
    except OSError as error:
        raise explained(error, root, pid) from None
    maps = maps_of_table(table, (pid or own_pid(root), made, without_memory, root))
    if not is_consistent:
        raise inconsistent(maps, os.path.join(root, str(pid or "self"), "maps"))
    return maps


def from_path(path: str | bytes | os.PathLike[str] | os.PathLike[bytes], *, dialect: Dialect = "linux") -> Maps:
    """Return the mappings that a file lists: a saved one, a snapshot, or one in another /proc.

    The file is read once, as it is. For a process that is running `from_pid` is better:
    this cannot tell a listing that was torn or cut short (but `Maps.is_ordered` tells
    one with overlaps).

    Args:
        path: The file.
        dialect: As for `from_str`.

    Raises:
        OSError: The file cannot be read; `FileNotFoundError`, `PermissionError`, ...
        ParseError: It is not a listing, or a line is longer than a mebibyte. A text without end, such as
            that of a device, is not read to it.

    >>> import procmaps
    >>> procmaps.from_path("/proc/self/maps").find(id(procmaps)).is_writable
    True
    """
    return _maps(read_file(path), ENCODING, dialect)


def from_str(maps_data: str | bytes | bytearray | memoryview, *, dialect: Dialect = "linux") -> Maps:
    r"""Return the mappings that a text lists.

    Only a newline ends a line, and nothing is stripped: a carriage return or a blank at
    the end of a line belongs to the name. The last newline may be missing. The widths of
    numbers do not matter, as they differ between kernels and emulators. For text that
    was pasted, indented or sent by mail there is `procmaps.lenient`.

    Args:
        maps_data: The text. As bytes it is what the kernel made; in a str, what did not
            decode is expected as `os.fsdecode` leaves it.
        dialect: "linux" for every kernel from 2.4 on, with and without MMU, for what
            qemu-user, gVisor, WSL and the Linux emulations of FreeBSD and NetBSD print, and for
            pprof's and breakpad's copies; "cygwin" for Cygwin, which also has permissions
            like `===p` (reserved) and `rw-g` (guard page).

    Raises:
        ParseError: A line is none that could have been printed; no part is returned.

    >>> maps = from_str("00400000-0040b000 r-xp 00000000 08:11 6553896    /bin/cat\n")
    >>> maps[0].pathname
    '/bin/cat'
    """
    if isinstance(maps_data, str):
        try:
            data = maps_data.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise unencodable(maps_data, error.start) from None
        return _maps(data, "utf-8", dialect)
    return _maps(as_bytes(maps_data, "maps_data"), ENCODING, dialect)


def as_bytes(data: bytes | bytearray | memoryview, name: str) -> bytes:
    """Return what an argument holds that is not a str."""
    if type(data) is bytes:
        return data
    try:
        return bytes(memoryview(data))
    except TypeError:
        raise TypeError(f"{name} is a str or bytes, not {type(data).__name__}") from None


def _maps(data: bytes, encoding: str, dialect: Dialect) -> Maps:
    """Return the mappings of a text, which may be a snapshot."""
    if not data.startswith(b"#"):
        return maps_of_table(parse(data, encoding, dialect))
    from procmaps._heading import below_heading, heading_of

    heading = heading_of(data)
    try:
        if heading is None:
            return maps_of_table(parse(data, encoding, dialect))
        if heading.kind == "smaps":
            return maps_of_table(parse_smaps(heading.listing, encoding)[0])
        return maps_of_table(parse(heading.listing, encoding, dialect))
    except ParseError as error:
        raise (below_heading(error) if heading else error) from None


# Few listings are longer.
_USUAL = 1 << 20


def read_file(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> bytes:
    """Return what a file holds; of what is no listing, no more than tells that.

    Raises:
        ParseError: A line is longer than a mebibyte.
    """
    name = os.fsdecode(path)
    with open(name, "rb") as file:
        try:
            text = file.read(_USUAL)
            if len(text) < _USUAL:
                return text
            from procmaps._lines import listing

            return listing(file.read, text)
        except OSError as error:
            error.filename = name
            raise


_NAMES = ("PROCMAPS_PROC", "HOST_PROC")
# As the dict behind os.environ has them.
_VARIABLES = frozenset(_NAMES if os.name == "nt" else map(os.fsencode, _NAMES))


def proc_root(proc: str | os.PathLike[str] | None) -> str:
    """Return where the proc file system is: as said, or as the environment has it."""
    if proc is not None:
        return os.fsdecode(proc)
    # To find nothing in os.environ takes a microsecond each, half of what the kernel takes to answer
    # a query; in the dict behind it, if there is one, next to nothing.
    known = getattr(os.environ, "_data", None)
    if known is not None and known.keys().isdisjoint(_VARIABLES):
        return "/proc"
    return os.environ.get("PROCMAPS_PROC") or os.environ.get("HOST_PROC") or "/proc"


def own_pid(root: str) -> int:
    """Return the number of this process in a proc file system, which may be of another pid namespace."""
    try:
        return int(os.readlink(os.path.join(root, "self")))
    except (OSError, ValueError):
        return os.getpid()


def checked_pid(pid: int | None) -> int | None:
    if pid is None:
        return None
    if isinstance(pid, bool):
        raise TypeError("pid is an int or None, not a bool")
    try:
        number = index(pid)
    except TypeError:
        raise TypeError(f"pid is an int or None, not {type(pid).__name__}") from None
    if 0 < number < 2**31:
        return number
    raise ValueError(f"pid is from 1 to 2**31 - 1, or None for this process, not {number}")


def checked_attempts(attempts: int, least: int = 1) -> int:
    number = index(attempts)
    if least <= number < 2**32:
        return number
    raise ValueError(f"attempts is from {least} to 2**32 - 1, not {number}")


def explained(error: OSError, root: str, pid: int | None) -> OSError:
    """Return what a caller can act on in place of what the system call said."""
    path = error.filename or os.path.join(root, str(pid or "self"))
    if error.errno in (errno.ENOENT, errno.ESRCH):
        # A link, which leads nowhere from another pid namespace.
        if not os.path.lexists(os.path.join(root, "self")):
            return UnsupportedError(errno.ENOSYS, f"no proc file system at {root}; this needs Linux", path)
        if pid is None:
            return ProcessLookupError(errno.ESRCH, f"this process is not in {root}: another pid namespace", path)
        ended = "it ended while it was read" if error.errno == errno.ESRCH else "it ended, or is hidden from this user"
        return ProcessLookupError(errno.ESRCH, f"No such process {pid}: {ended}", path)
    if error.errno in (errno.EACCES, errno.EPERM):
        text = f"{os.strerror(error.errno)}: run as the user of the process or as root, or with CAP_SYS_PTRACE"
        return PermissionError(error.errno, text, path)
    if error.errno == errno.EFBIG:
        return OSError(error.errno, "a line is longer than a mebibyte: a file below thousands of directories?", path)
    if error.errno is None:
        return UnsupportedError(errno.ENOSYS, "no proc file system on this system; this needs Linux", path)
    return error


def inconsistent(maps: Maps, path: str) -> InconsistentError:
    text = f"the mappings changed in each of {maps.attempts} readings; allow more attempts"
    error = InconsistentError(errno.EAGAIN, text, path)
    error.maps, error.attempts = maps, maps.attempts or 0
    return error


def unencodable(text: str, at: int) -> ParseError:
    """Return the error for a surrogate that stands for no byte."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0].encode("utf-8", "surrogatepass")
    column = len(text[start:at].encode("utf-8", "surrogatepass")) + 1
    return ParseError(text.count("\n", 0, at) + 1, column, "pathname", "a str that stands for bytes", line)
