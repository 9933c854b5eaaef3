"""Processes that stay: `host_target.py NUMBER MAPPINGS DIRECTORY`.

Maps so many mappings as target.py does, half of them of libraries, and forks until there are NUMBER
processes. Prints their numbers in one line, and ends, with all of them, when its standard input does.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

import target

PR_SET_PDEATHSIG = 1


def stay():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    while True:
        signal.pause()


def main(number, mappings, directory):
    libraries = int(target.missing(mappings) / 2) // 5
    files = target.open_libraries(directory, min(libraries, target.FILES)) if libraries > 0 else []
    for i in range(libraries):
        target.map_library(target.LIBRARIES_AT + i * 6 * target.PAGE, files[i % target.FILES])
    for i in range(target.missing(mappings) // 2):
        target.map_arena(target.ARENAS_AT + i * 2 * target.PAGE)
    pids = [os.getpid()]
    for _ in range(number - 1):
        pid = os.fork()
        if not pid:
            stay()
        pids.append(pid)
    print(*pids, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
