"""How much memory each mapping of a process uses: /proc/PID/smaps and its roll-up.

>>> import procmaps.smaps
>>> usages = procmaps.smaps.from_pid()
>>> usages.by("kind")["heap"].rss > 0
True
>>> procmaps.smaps.rollup().pss > 0
True

This is not free, as `procmaps.from_pid` is: the process that is read pays. To count its pages the
kernel holds the lock of its address space, and meanwhile the process cannot map or unmap
anything, and may not get a page. Over 4 GiB in pages of 4 KiB that took 42 ms, for smaps and for
the roll-up alike; over a terabyte it takes seconds. Nothing else in this package reads these files.
"""

from __future__ import annotations

import errno
import os

from procmaps._amounts import Amounts
from procmaps._errors import InconsistentError, ParseError, UnsupportedError
from procmaps._heading import below_heading, heading_of
from procmaps._maps import maps_of_table
from procmaps._names import ENCODING
from procmaps._procmaps import parse_smaps, read_rollup, read_smaps
from procmaps._read import (
    as_bytes,
    checked_attempts,
    checked_pid,
    explained,
    own_pid,
    proc_root,
    read_file,
    unencodable,
)
from procmaps._usage import Rollup, Total, Usage, rollup_of
from procmaps._usages import Usages, usages_of
from procmaps._vmflags import VM_FLAGS, describe

__all__ = [
    "VM_FLAGS",
    "Amounts",
    "InconsistentUsagesError",
    "Rollup",
    "Total",
    "Usage",
    "Usages",
    "describe",
    "from_path",
    "from_pid",
    "from_str",
    "rollup",
]


class InconsistentUsagesError(InconsistentError):
    """A process changed its maps in every reading that was allowed.

    Attributes:
        usages: The last reading; its `maps` are that of the error.
    """

    usages: Usages


def from_pid(pid: int | None = None, *, proc: str | os.PathLike[str] | None = None, attempts: int = 10) -> Usages:
    """Return what each mapping of a process uses, complete and in order.

    What `procmaps.from_pid` promises of the mappings holds here too. The amounts are counted
    one mapping after the other while the process goes on, so they are not of one moment: a page that
    moves meanwhile can be counted twice or not at all.

    The process pays for it: while its pages are counted it cannot change its mappings, 42 ms for
    4 GiB in pages of 4 KiB, and once more for each attempt. `rollup` costs it the same, but less of
    our time where there are many mappings; `procmaps.from_pid` costs it nothing measurable.

    A process without memory of its own has no mappings: `Usages.without_memory` says why.

    Args:
        pid: The number of the process; None for this one.
        proc: As for `procmaps.from_pid`.
        attempts: How many readings may be made at the most. How many were needed is in
            `Usages.attempts`.

    Raises:
        ProcessLookupError, PermissionError, TypeError, ValueError: As `procmaps.from_pid`.
        InconsistentUsagesError: No attempt gave a consistent listing; has the last one.
        UnsupportedError: There is no proc file system here, or its kernel was built without
            CONFIG_PROC_PAGE_MONITOR.

    >>> import procmaps.smaps
    >>> stack = [usage for usage in procmaps.smaps.from_pid() if usage.map.kind == "stack"]
    >>> stack[0].private_dirty > 0, "gd" in stack[0].vm_flags
    (True, True)

    See proc_pid_smaps(5); show_smap() in fs/proc/task_mmu.c.
    """
    pid = checked_pid(pid)
    attempts = checked_attempts(attempts)
    root = proc_root(proc)
    try:
        (maps, table), made, is_consistent, without_memory = read_smaps(root, pid, attempts, ENCODING)
    except OSError as error:
        raise _failure(error, root, pid) from None
    usages = usages_of(maps_of_table(maps, (pid or own_pid(root), made, without_memory, root)), table)
    if not is_consistent:
        raise _inconsistent(usages, os.path.join(root, str(pid or "self"), "smaps"))
    return usages


def from_path(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> Usages:
    """Return what a saved smaps says, or the smaps of another /proc.

    The file is read once, as it is: one that was torn or cut short between two mappings is not
    told from a whole one. A roll-up is read as one mapping, `[rollup]`.

    Args:
        path: The file.

    Raises:
        OSError: The file cannot be read; `FileNotFoundError`, `PermissionError`, ...
        ParseError: It is not smaps; listings of maps are not.

    >>> import procmaps.smaps
    >>> len(procmaps.smaps.from_path("/proc/self/smaps_rollup"))
    1
    """
    return _parsed(read_file(path), ENCODING)


def from_str(smaps_data: str | bytes | bytearray | memoryview) -> Usages:
    r"""Return what a text of smaps says.

    Every kernel's, and those of qemu-user and WSL 1, which print less. Only a newline ends a
    line. The last newline may be missing.

    Args:
        smaps_data: The text. In a str, what did not decode is expected as `os.fsdecode`
            leaves it.

    Raises:
        ParseError: A line is none that could have been printed, a mapping has no field, or one
            field twice.

    >>> usages = from_str("1000-3000 rw-p 00000000 00:00 0 \nRss:     8 kB\nVmFlags: rd wr \n")
    >>> usages[0].rss, usages[0].pss, usages[0].vm_flags
    (8192, None, ('rd', 'wr'))
    """
    if isinstance(smaps_data, str):
        try:
            return _parsed(smaps_data.encode("utf-8", "surrogateescape"), "utf-8")
        except UnicodeEncodeError as error:
            raise unencodable(smaps_data, error.start) from None
    return _parsed(as_bytes(smaps_data, "smaps_data"), ENCODING)


def rollup(pid: int | None = None, *, proc: str | os.PathLike[str] | None = None) -> Rollup:
    """Return what a process uses, all its mappings together, as the kernel adds it up.

    To the process this costs as much as `from_pid`, and to us less. The sums are a little higher
    than those of the mappings, since these are rounded down. It does not have the page that
    some kernels lend to every process, `[vsyscall]`, which uses nothing.

    Of a process without memory of its own all amounts are None, and `Rollup.without_memory` says why.

    Args:
        pid: The number of the process; None for this one.
        proc: As for `procmaps.from_pid`.

    Raises:
        ProcessLookupError, PermissionError, TypeError, ValueError: As `procmaps.from_pid`.
        UnsupportedError: There is no proc file system here, or its kernel has no roll-up:
            Linux has it from 4.14 on, if built with CONFIG_PROC_PAGE_MONITOR. The sums are
            also to be had from `from_pid(pid).total()`.

    >>> import procmaps.smaps
    >>> used = procmaps.smaps.rollup()
    >>> used.rss >= used.pss >= used.uss > 0
    True

    See show_smaps_rollup() in fs/proc/task_mmu.c.
    """
    pid = checked_pid(pid)
    root = proc_root(proc)
    try:
        (_, table), _, _, without_memory = read_rollup(root, pid, ENCODING)
    except OSError as error:
        raise _failure(error, root, pid) from None
    return rollup_of(None if without_memory else table[0], without_memory)


def _parsed(data: bytes, encoding: str) -> Usages:
    heading = heading_of(data)
    if heading and heading.kind != "smaps":
        raise ParseError(1, 1, "snapshot", "one with memory, of smaps", data.partition(b"\n")[0])
    try:
        maps, table = parse_smaps(heading.listing if heading else data, encoding)
    except ParseError as error:
        raise (below_heading(error) if heading else error) from None
    return usages_of(maps_of_table(maps), table)


def _failure(error: OSError, root: str, pid: int | None) -> OSError:
    """Return what a caller can act on in place of what the system call said."""
    if error.errno != errno.ENOSYS:
        return explained(error, root, pid)
    name = os.path.basename(error.filename)
    since = "Linux has it from 4.14 on, " if name == "smaps_rollup" else ""
    text = f"this kernel has no {name}: {since}built with CONFIG_PROC_PAGE_MONITOR"
    return UnsupportedError(errno.ENOSYS, text, error.filename)


def _inconsistent(usages: Usages, path: str) -> InconsistentUsagesError:
    text = f"the mappings changed in each of {usages.attempts} readings; allow more attempts"
    error = InconsistentUsagesError(errno.EAGAIN, text, path)
    error.usages, error.maps, error.attempts = usages, usages.maps, usages.attempts or 0
    return error
