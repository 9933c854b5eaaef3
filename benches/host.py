"""Measures a scan of 1,000 processes beside the kernel, the same without early filter, and psutil.

    python benches/host.py

All have their turns in each round, in an order that changes. Each figure is the median over the rounds of
the ratio to the floor in the same round: a program in Rust that reads the same files, and does nothing with
them, in one thread. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from statistics import median

import environment
import figures
import report
from floor_of_host import Floor

import procmaps.host

# How many processes have how many mappings: most of a host are small.
HOST = {60: 500, 150: 300, 480: 200}
SHORT = {60: 5, 150: 3}
HERE = os.path.dirname(os.path.abspath(__file__))


def timed(function):
    def measure(pids):
        start = time.perf_counter_ns()
        function(pids)
        return time.perf_counter_ns() - start

    return measure


def scan_code(pids, threads=None):
    return [process.maps for process in procmaps.host.scan(pids, perms="r-x", kind="file", threads=threads)]


def objects(processes):
    return [list(process.maps) for process in processes]


def filter_late(pids):
    """Return the same as scan_code, but every Map object is made."""
    return [process.maps.filter(perms="r-x", kind="file") for process in procmaps.host.scan(pids)]


def one_by_one(pids):
    return [list(procmaps.from_pid(pid)) for pid in pids]


def with_psutil(pids):
    import psutil

    return [psutil.Process(pid).memory_maps(grouped=False) for pid in pids]


def readers(floors, two):
    """Return what is measured, by name, the floor first."""
    found = {
        "the files read, one thread": floors[1],
        f"the files read, {two} threads": floors[two],
        "scan, one thread": timed(lambda pids: list(procmaps.host.scan(pids, threads=1))),
        f"scan, {two} threads": timed(lambda pids: list(procmaps.host.scan(pids, threads=two))),
        f"scan, every Map object made, {two} threads": timed(
            lambda pids: objects(procmaps.host.scan(pids, threads=two))
        ),
        "scan for code of files, one thread": timed(lambda pids: objects_of_code(pids, 1)),
        f"scan for code of files, {two} threads": timed(lambda pids: objects_of_code(pids, two)),
        f"scan for all, then filter, {two} threads": timed(filter_late),
        "from_pid, one by one": timed(one_by_one),
    }
    try:
        import psutil
    except ImportError:
        print("not measured: psutil: not installed for this Python")
    else:
        found[f"psutil {psutil.__version__}, memory_maps, one by one"] = timed(with_psutil)
    return found


def objects_of_code(pids, threads):
    return [list(maps) for maps in scan_code(pids, threads)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="see that it works; the figures mean nothing")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1), help="for what has several [2]")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--cache", metavar="DIR", default=environment.default_cache(), help="where the floor is built")
    options = parser.parse_args()
    print(report.machine_line(report.machine()), flush=True)
    if not options.short:
        environment.add_peers(options.cache)
    floor = environment.floor(options.cache)
    if floor is None:
        sys.exit("cargo is needed: everything is measured beside a program in Rust")
    with ExitStack() as stack:
        pids = made(stack, SHORT if options.short else HOST)
        floors = {number: stack.enter_context(Floor(floor, number)) for number in (1, options.threads)}
        found = readers(floors, options.threads)
        mappings = sum(len(procmaps.from_pid(pid)) for pid in pids)
        title = f"{len(pids):,} processes with {mappings:,} mappings"
        print(title, flush=True)
        times = measured(found, pids, 2 if options.short else options.rounds)
    records = records_of(title, times)
    for record in records:
        print(f"{record['reader']:52} {report.duration(record['ns']):>10} {record['per_floor']:8.2f}")
    report.keep(options.json, {"records": records})


def made(stack, host):
    """Start the processes, and return their numbers."""
    pids = []
    for mappings, number in host.items():
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="procmaps-benches-"))
        command = [sys.executable, os.path.join(HERE, "host_target.py"), str(number), str(mappings), directory]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(process.wait)
        stack.callback(process.kill)
        pids += map(int, process.stdout.readline().split())
    return pids


def measured(found, pids, rounds):
    """Return the times of each reader, one for each round."""
    times = {name: [] for name in found}
    for reader in found.values():
        reader(pids)
    for round_ in range(rounds):
        names = list(found)
        turn = round_ % len(names)
        for name in names[turn:] + names[:turn]:
            times[name].append(found[name](pids))
    return times


def records_of(title, times):
    """Return the median of the times, and of the ratios to the floor within each round."""
    floor = next(iter(times.values()))
    return [
        {
            "job": "host",
            "title": title,
            "mappings": None,
            "reader": name,
            "ns": median(taken),
            "per_floor": figures.ratio(taken, floor),
            "times": taken,
        }
        for name, taken in times.items()
    ]


if __name__ == "__main__":
    main()
