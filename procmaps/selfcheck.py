"""Shows on this machine what a listing of a busy process is worth: `python -m procmaps.selfcheck`.

A child changes its own maps as fast as it can. It is read in the plain way, one reading
after the other, and with `from_pid`; both are counted. Whether plain readings tear at all
depends on the kernel (Linux 6.17+ does within one read(2)) and on chance: a run that
sees none has failed in nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from procmaps._errors import InconsistentError, UnsupportedError
from procmaps._read import from_path, from_pid, proc_root
from procmaps.query import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from procmaps._maps import Maps

# Areas of ten pages: in each storm area the middle pages change without end; in the
# quiet ones each other page is an anchor that is never touched again.
_CHILD = r"""
import ctypes, mmap, threading
libc = ctypes.CDLL(None)
for name in "mmap", "mremap":
    getattr(libc, name).restype = ctypes.c_void_p
page, none, read, write = mmap.PAGESIZE, 0, 1, 3
private, fixed = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 0x10
at, size = ctypes.c_void_p, ctypes.c_size_t

def area(pages):
    return libc.mmap(None, size(pages * page), none, private, -1, size(0))

def split_and_merge(begin):
    while True:
        libc.mprotect(at(begin + 3 * page), size(2 * page), read)
        libc.mprotect(at(begin + 3 * page), size(2 * page), write)

def map_and_unmap(begin):
    while True:
        libc.munmap(at(begin + 2 * page), size(3 * page))
        libc.mmap(at(begin + 2 * page), size(3 * page), write, private | fixed, -1, size(0))

def grow_and_shrink(begin):
    libc.munmap(at(begin + 4 * page), size(6 * page))
    while True:
        libc.mremap(at(begin), size(4 * page), size(8 * page), 0)
        libc.mremap(at(begin), size(8 * page), size(4 * page), 0)

anchors = area(200)
for i in range(0, 200, 2):
    libc.mprotect(at(anchors + i * page), size(page), read)
for storm in (split_and_merge, map_and_unmap, grow_and_shrink):
    begin = area(10)
    libc.mprotect(at(begin), size(10 * page), write)
    threading.Thread(target=storm, args=(begin,), daemon=True).start()
print(anchors, page, flush=True)
input()
import os
os._exit(0)
"""


class Storm:
    """A child that changes its maps without end, but for its anchors.

    Attributes:
        pid: The child.
        anchors: The ranges of addresses that never change, each a mapping of its own.
    """

    pid: int
    anchors: list[tuple[int, int]]

    def __enter__(self) -> Storm:
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._child.stdout is not None
        begin, page = map(int, self._child.stdout.readline().split())
        self.pid = self._child.pid
        self.anchors = [(begin + i * page, begin + (i + 1) * page) for i in range(0, 200, 2)]
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._child.kill()
        self._child.communicate()

    def lost(self, maps: Maps) -> int:
        """Return how many anchors a reading lacks."""
        return len(self.anchors) - len({(m.begin_address, m.end_address) for m in maps}.intersection(self.anchors))


class Tally:
    """What a number of readings were like."""

    def __init__(self) -> None:
        self.readings: int = 0
        self.out_of_order: int = 0
        self.lost_anchors: int = 0
        self.given_up: int = 0
        self.attempts: int = 0

    def add(self, maps: Maps, storm: Storm) -> None:
        """Count one reading."""
        self.readings += 1
        self.attempts += maps.attempts or 1
        self.out_of_order += not maps.is_ordered
        self.lost_anchors += storm.lost(maps) > 0


def compare(readings: int, settled: bool = False) -> tuple[Tally, Tally]:
    """Return the tally of plain readings and that of ours, made in turn on one storm."""
    plain, ours = Tally(), Tally()
    with Storm() as storm:
        path = os.path.join(proc_root(None), str(storm.pid), "maps")
        for _ in range(readings):
            plain.add(from_path(path), storm)
            try:
                ours.add(from_pid(storm.pid, settled=settled), storm)
            except InconsistentError:
                ours.given_up += 1
    return plain, ours


def features() -> Iterator[tuple[str, bool]]:
    """Yield what this kernel and this user can do, by name."""
    own = os.path.join(proc_root(None), "self")
    yield "read /proc/self/maps", _works(lambda: open(os.path.join(own, "maps"), "rb").close())
    yield (
        "read /proc/self/smaps_rollup (Linux 4.14+)",
        _works(lambda: open(os.path.join(own, "smaps_rollup"), "rb").close()),
    )
    yield "ask for one address: PROCMAP_QUERY (Linux 6.11+)", _works(lambda: Process(backend="ioctl").close())
    yield "list /proc/self/map_files (Linux 4.3+)", _works(lambda: os.listdir(os.path.join(own, "map_files")))
    yield (
        "follow /proc/self/map_files (CAP_CHECKPOINT_RESTORE)",
        _works(lambda: _follow(os.path.join(own, "map_files"))),
    )
    yield "read the maps of process 1 (CAP_SYS_PTRACE)", _works(lambda: from_pid(1))


def _works(action: Callable[[], object]) -> bool:
    try:
        action()
    except OSError:
        return False
    return True


def _follow(directory: str) -> None:
    for name in os.listdir(directory):
        os.stat(os.path.join(directory, name))


def main() -> int:
    """Print a report; the exit status is 1 only if a reading of ours was wrong."""
    readings = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    try:
        from_pid()
    except UnsupportedError as error:
        print(f"procmaps.selfcheck: {error.strerror}", file=sys.stderr)
        return 2
    print(f"{os.uname().sysname} {os.uname().release}, Python {sys.version.split()[0]}")
    for name, works in features():
        print(f"  {'yes' if works else 'no ':3}  {name}")
    start = time.monotonic()
    plain, ours = compare(readings=readings)
    print(f"{readings} readings of a process that changes its maps without end, {time.monotonic() - start:.1f} s:")
    print(f"  plain:     {plain.out_of_order} out of order, {plain.lost_anchors} that lost a mapping that stayed")
    print(
        f"  from_pid:  {ours.out_of_order} out of order, {ours.lost_anchors} that lost one; {ours.given_up} given up;"
    )
    print(f"             {ours.attempts / max(ours.readings, 1):.3f} attempts a reading")
    return 1 if ours.out_of_order or ours.lost_anchors else 0


if __name__ == "__main__":
    sys.exit(main())
