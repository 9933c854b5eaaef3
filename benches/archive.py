"""One pass over a long file, in a process that makes nothing else: `archive.py READER FILE`.

Prints the nanoseconds, the sum of the sizes of the mappings, and how much resident memory was added at the
most. READER is a file of `readers`, or `read` for a pass that reads and does nothing else.
"""

from __future__ import annotations

import gc
import sys
import time

import memory
import worker


def read(path):
    """Read it as a stream is read, for nothing."""
    with open(path, "rb", buffering=0) as file:
        while file.read(64 << 10):
            pass
    return 0


def main(reader, path):
    add_up = read if reader == "read" else worker.load(reader).archive
    add_up("/proc/self/maps")
    gc.collect()
    memory.forget_peak()
    before = memory.resident("VmRSS:")
    start = time.perf_counter_ns()
    total = add_up(path)
    print(time.perf_counter_ns() - start, total, memory.resident("VmHWM:") - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
