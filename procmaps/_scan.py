"""The maps of every process of a host, and what there is to know of each. See `procmaps.host`."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from procmaps._cgroup import container_of, path_of, units_of
from procmaps._errors import UnsupportedError
from procmaps._maps import Maps, maps_of_table
from procmaps._names import ENCODING
from procmaps._proc_files import after, number
from procmaps._procmaps import Scan as _Native
from procmaps._read import checked_pid, explained, inconsistent, proc_root
from procmaps._selection import selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from procmaps._procmaps import Table
    from procmaps._selection import File

    # Of the native layer. The name, effective uid, start in clock ticks since the boot, program, text of
    # cgroup and mount namespace of a process.
    Facts = tuple[str | None, int | None, int | None, str | None, str | None, int | None]

# How many processes are read before their objects are made.
_AT_ONCE = 64
_ATTEMPTS = 20
_MOST_THREADS = 16


class ProcessMaps(NamedTuple):
    """A process, and those of its mappings that were asked for.

    What could not be read, or is not there, is None.

    Attributes:
        pid: Its number.
        maps: The mappings.
        comm: The name of its command as the kernel keeps it, 15 bytes of it at most; the process
            may have given itself any.
        uid: The effective user.
        start_time: When it started, in seconds since 1970, exact to about a second, or a clock tick
            if it is of this system.
        exe: The path of the program that it executes, ` (deleted)` behind it as in a listing.
        cgroup: The path of its control group.
        mount_namespace: The inode of its mount namespace: processes that have the same see the same
            files mounted. See mount_namespaces(7).
    """

    pid: int
    maps: Maps
    comm: str | None
    uid: int | None
    start_time: float | None
    exe: str | None
    cgroup: str | None
    mount_namespace: int | None

    @property
    def unit(self) -> str | None:
        """The unit of systemd that it belongs to, as its control group tells."""
        return units_of(self.cgroup)[0] if self.cgroup else None

    @property
    def user_unit(self) -> str | None:
        """The unit of the user's own systemd, if it belongs to one."""
        return units_of(self.cgroup)[1] if self.cgroup else None

    @property
    def container(self) -> str | None:
        """The identifier of its container, or the name, as far as its control group tells.

        Docker, Podman, containerd and CRI-O have identifiers of 64 digits, LXC and systemd-nspawn names.
        From inside a container it cannot be told.
        """
        return container_of(self.cgroup) if self.cgroup else None

    def record(self) -> dict[str, Any]:
        """Return what is known of the process, without its mappings, as a dict that JSON can hold."""
        from procmaps._records import text_fields

        return {
            "pid": self.pid,
            **text_fields("comm", self.comm),
            "uid": self.uid,
            "start_time": self.start_time,
            **text_fields("exe", self.exe),
            **text_fields("unit", self.unit),
            **text_fields("user_unit", self.user_unit),
            **text_fields("container", self.container),
            **text_fields("cgroup", self.cgroup),
            "mount_namespace": self.mount_namespace,
        }


class Unread(NamedTuple):
    """A process that could not be read.

    Attributes:
        pid: Its number.
        comm: The name of its command; None if that is not told either.
        uid: The effective user; likewise.
        error: Why not.
    """

    pid: int
    comm: str | None
    uid: int | None
    error: Exception

    def record(self) -> dict[str, Any]:
        """Return it as a dict that JSON can hold."""
        from procmaps._escape import escaped
        from procmaps._records import text_fields

        return {"pid": self.pid, **text_fields("comm", self.comm), "uid": self.uid, "error": escaped(str(self.error))}


class Scan(Iterator[ProcessMaps]):
    """The processes of a host, read while it is iterated; then what there was beside them.

    For one thread at a time. Made by `scan`.

    Attributes:
        total: How many processes there are to read.
        done: How many have been read, or tried, by now.
        refused: Those that this user may not read.
        failed: Those that could not be read for another reason: their mappings changed in every
            reading, or a line was not understood.
        vanished: The numbers of those that ended before they were read.
        kernel_threads: The numbers of those that are threads of the kernel, which have no memory.
        zombies: The numbers of those that have ended, but were not waited for.
    """

    def __init__(self, native: _Native, root: str, progress: Callable[[int, int], object] | None) -> None:
        self.total: int = native.total
        self.done: int = 0
        self.refused: list[Unread] = []
        self.failed: list[Unread] = []
        self.vanished: list[int] = []
        self.kernel_threads: list[int] = []
        self.zombies: list[int] = []
        self.proc = root
        self._native, self._progress = native, progress
        self._ready: list[ProcessMaps] = []
        self._boot_time = _boot_time(root)
        self._without = {"vanished": self.vanished, "kernel thread": self.kernel_threads, "zombie": self.zombies}

    @property
    def read(self) -> int:
        """How many processes were read, those without a mapping that was asked for included."""
        return self.done - len(self.refused) - len(self.failed) - sum(map(len, self._without.values()))

    def __next__(self) -> ProcessMaps:
        while not self._ready:
            if self.done == self.total:
                raise StopIteration
            self._read_more()
        return self._ready.pop()

    def _read_more(self) -> None:
        self.done, results = self._native.read(_AT_ONCE)
        for pid, word, facts, table, error in results:
            self._take(pid, word, facts, table, error)
        self._ready.reverse()
        if self._progress is not None:
            self._progress(self.done, self.total)

    def _take(self, pid: int, word: str, facts: Facts, table: Table | None, error: Exception | None) -> None:
        if table is not None:
            self._ready.append(self._process(pid, facts, table))
        elif word in self._without:
            self._without[word].append(pid)
        else:
            unread = Unread(pid, facts[0], facts[1], self._reason(pid, error))
            (self.refused if isinstance(unread.error, PermissionError) else self.failed).append(unread)

    def _process(self, pid: int, facts: Facts, table: Table) -> ProcessMaps:
        comm, uid, start, exe, cgroup, namespace = facts
        started = None if start is None or self._boot_time is None else self._boot_time + start / _TICKS
        path = path_of(cgroup) if cgroup else None
        return ProcessMaps(
            pid, maps_of_table(table, (pid, None, None, self.proc)), comm, uid, started, exe, path, namespace
        )

    def _reason(self, pid: int, error: Exception | None) -> Exception:
        if error is None:
            return inconsistent(Maps(), os.path.join(self.proc, str(pid), "maps"))
        return explained(error, self.proc, pid) if isinstance(error, OSError) else error


def scan(
    pids: Iterable[int] | None = None,
    *,
    perms: str | Iterable[str] | None = None,
    pathname: str | Iterable[str] | None = None,
    files: Iterable[File] | None = None,
    kind: str | Iterable[str] | None = None,
    deleted: bool | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], object] | None = None,
    proc: str | os.PathLike[str] | None = None,
) -> Scan:
    """Return the processes of this host with the mappings that are asked for, to iterate over.

    They come in the order of their numbers, those without such a mapping left out. The listings are
    read by threads of the native core without the GIL, some processes at a time, and a mapping that is
    not asked for never becomes an object: memory is that of some processes, not of all.

    Each listing is complete and in order as that of `procmaps.from_pid`, and what is told of a process
    belongs to the program whose mappings these are. The host is not stopped: processes that start after
    the call are not seen.

    Args:
        pids: Which processes; None for all.
        perms: As for `Maps.filter`; or several patterns, of which one is enough.
        pathname: The whole name or a pattern, as for `Maps.filter`; or several, of which one is enough.
        files: Pairs of device and inode as mappings have them: `{(m.device, m.inode)}`. With
            `pathname`, one of both is enough.
        kind: As for `Maps.filter`.
        deleted: As for `Maps.filter`.
        threads: How many read at once; None for as many as this process may run at once, 16 at most.
        progress: Called now and then with how many processes are done, and how many there are.
        proc: As for `procmaps.from_pid`.

    Raises:
        UnsupportedError: There is no proc file system here.
        TypeError, ValueError: An argument is none that could be.

    >>> import procmaps.host
    >>> scan = procmaps.host.scan(perms="r-x", kind="file")
    >>> import os
    >>> os.getpid() in [process.pid for process in scan]
    True
    >>> scan.done == scan.total
    True

    See proc_pid_maps(5), proc_pid_cgroup(5).
    """
    root = proc_root(proc)
    wanted = selection(_several(perms), _several(pathname), files, kind, deleted)
    numbers = None if pids is None else sorted({_number(pid) for pid in pids})
    try:
        native = _Native(root, numbers, wanted, _ATTEMPTS, _threads(threads), ENCODING)
    except OSError as error:
        raise explained(error, root, None) from None
    if numbers is None and not native.total:
        raise UnsupportedError(errno.ENOSYS, f"no proc file system at {root}; this needs Linux", root)
    return Scan(native, root, progress)


_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def _several(value: str | Iterable[str] | None) -> Iterable[str] | None:
    return [value] if isinstance(value, str) else value


def _number(pid: int) -> int:
    number = checked_pid(pid)
    if number is None:
        raise TypeError("pids are ints")
    return number


def _threads(threads: int | None) -> int:
    if threads is None:
        return min(_MOST_THREADS, _cpus())
    if not 0 < threads <= 1024:
        raise ValueError(f"threads is from 1 to 1024, not {threads}")
    return threads


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _boot_time(root: str) -> float | None:
    """Return when the system of a proc file system started. See proc_stat(5)."""
    told = number(after(os.path.join(root, "stat"), "btime "))
    if told is None:
        return None
    ours = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    # It is told in whole seconds. If it is the boot of this system, the clocks know better.
    return ours if abs(ours - told) < 2 else float(told)
