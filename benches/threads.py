"""Measures how many readings several threads make in the time in which one makes one.

    python benches/threads.py

Each thread reads a process of its own, or parses its listing, again and again. The kernel is a program in Rust that
reads the same files in as many threads. A Python without a GIL shows how much of it was the GIL.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import threading
import time
from array import array
from contextlib import ExitStack
from functools import partial
from statistics import median

import environment
import figures
import report
import samples
import targets
from floor_of_host import Floor

import procmaps

MAPPINGS = 480
NUMBERS = (1, 2, 4)
FULL = {"rounds": 11, "readings": 300}
SHORT = {"rounds": 2, "readings": 2}


def read(pid):
    return lambda: procmaps.from_pid(pid)


def build(pid):
    return lambda: list(procmaps.from_pid(pid))


def parse(pid):
    text = samples.text(pid)
    return lambda: procmaps.from_str(text)


def find(pid):
    maps, addresses = procmaps.from_pid(pid), array("Q", samples.addresses(pid, 10_000))
    return lambda: maps.find_indices(addresses)


WAYS = {
    "from_pid, no Map object made": read,
    "from_pid, every Map object made": build,
    "from_str, no Map object made": parse,
    "find_indices, 10,000 in a buffer": find,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="see that it works; the figures mean nothing")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--cache", metavar="DIR", default=environment.default_cache(), help="where the floor is built")
    options = parser.parse_args()
    effort = SHORT if options.short else FULL
    print(report.machine_line(report.machine()), flush=True)
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="procmaps-benches-"))
        running = [targets.running(MAPPINGS, os.path.join(directory, str(i))) for i in range(max(NUMBERS))]
        pids = [stack.enter_context(process) for process in running]
        found = dict(ways(stack, pids, effort["readings"], options.cache))
        times = {name: {number: [] for number in NUMBERS} for name in found}
        for _ in range(effort["rounds"]):
            for name, run in found.items():
                for number in NUMBERS:
                    times[name][number].append(run(number))
    records = list(records_of(times))
    print("\n".join(line(r) for r in records))
    report.keep(options.json, {"records": records})


def ways(stack, pids, readings, cache):
    """Yield what is measured, each a function that returns the nanoseconds for a reading by so many threads."""
    program = environment.floor(cache)
    if program is None:
        print("not measured: kernel: no cargo to build it")
    else:
        floors = {n: stack.enter_context(Floor(program, n)) for n in NUMBERS}
        yield "kernel", lambda number: floors[number](pids[:number] * readings) / (number * readings)
    for name, way in WAYS.items():
        yield name, partial(together, [way(pid) for pid in pids], readings)


def together(calls, readings, number):
    """Return the nanoseconds for a reading when so many threads make them."""
    barrier = threading.Barrier(number + 1)

    def work(call):
        barrier.wait()
        for _ in range(readings):
            call()

    threads = [threading.Thread(target=work, args=(call,)) for call in calls[:number]]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter_ns()
    for thread in threads:
        thread.join()
    return (time.perf_counter_ns() - start) / (number * readings)


def records_of(times):
    """Yield a record for each way and number of threads, compared with one thread."""
    for name, by_number in times.items():
        for number, taken in by_number.items():
            yield {
                "job": "threads",
                "title": f"readings of {MAPPINGS} mappings by several threads, {python()}",
                "mappings": None,
                "reader": f"{name}, {threads(number)}",
                "ns": median(taken),
                "speedup": figures.ratio(by_number[1], taken),
                "times": taken,
            }


def threads(number):
    return f"{number} threads" if number > 1 else "one thread"


def python():
    """Return what runs, and how: without a GIL, threads do not wait for one another."""
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    return f"Python {platform.python_version()}" + ("" if has_gil else " without a GIL")


def line(r):
    return f"{r['reader']:48} {report.duration(r['ns']):>10} {r['speedup']:8.2f} x one thread"


if __name__ == "__main__":
    main()
