"""The memory of one result, in a process that makes nothing else: `memory.py READER JOB PID`.

Prints how much resident memory the result keeps, how much was added at the most while it was made, and how
many nanoseconds longer a collection of garbage takes while it is there.
"""

from __future__ import annotations

import gc
import os
import sys
import time

import worker


def resident(field):
    """Return a field of the status of this process, in bytes."""
    with open("/proc/self/status") as file:
        (line,) = [line for line in file if line.startswith(field)]
    return 1024 * int(line.split()[1])


def forget_peak():
    """Let the peak be what is resident now. See proc_pid_clear_refs(5)."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def collecting():
    """Return how long a collection takes, in nanoseconds."""
    times = []
    for _ in range(5):
        start = time.perf_counter_ns()
        gc.collect()
        times.append(time.perf_counter_ns() - start)
    return min(times)


def main(path, job, pid):
    make = getattr(worker.load(path), job)
    # What is made once, at the first reading of any process, is not of the result.
    make(os.getpid())()
    call = make(pid)
    gc.collect()
    forget_peak()
    before, collection = resident("VmRSS:"), collecting()
    kept = call()
    gc.collect()
    print(resident("VmRSS:") - before, resident("VmHWM:") - before, collecting() - collection)
    del kept


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
