"""Measures symbols for the addresses of a process, beside blazesym and beside nm(1) and bisection.

    python benches/symbols.py

A Python that has imported numpy, if that is installed, is asked about 100,000 addresses of its code, drawn
evenly with a fixed seed. "Cold" begins without anything read; "warm" asks again. blazesym is asked for names
of symbols only: not demangled, and without lines. Those who are compared have their turns in each round.
Then the answers are compared, address by address, and every kind of difference is counted.
"""

from __future__ import annotations

import argparse
import bisect
import gc
import random
import statistics
import subprocess
import sys
import time
from array import array
from collections import Counter

import environment
import figures
import report

import procmaps
from procmaps.symbols import Symbolizer

TARGET = """
import contextlib, ssl, sqlite3, sys
with contextlib.suppress(ImportError):
    import numpy, numpy.linalg
print(flush=True)
sys.stdin.read()
"""


def main():
    options = arguments()
    program = environment.program("symbolizers", options.cache)
    with subprocess.Popen([sys.executable, "-c", TARGET], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as target:
        try:
            target.stdout.readline()
            addresses = sample(target.pid, options.addresses)
            measure(target.pid, addresses, program, options)
        finally:
            target.kill()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--addresses", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--cache", metavar="DIR", default=environment.default_cache(), help="where blazesym is built")
    return parser.parse_args()


def sample(pid, number):
    """Return addresses of the code of the files that a process has mapped."""
    code = procmaps.from_pid(pid).filter(perms="r-x?", kind="file")
    generator = random.Random(1)
    chosen = generator.choices(code, [m.size for m in code], k=number)
    return array("Q", [generator.randrange(m.begin_address, m.end_address) for m in chosen])


def measure(pid, addresses, program, options):
    times = {}
    for _ in range(options.rounds):
        answers = [ours(pid, addresses, times), theirs(program, pid, addresses, times)]
    by_nm(pid, addresses, times)
    number = len(addresses)
    print(f"{number:,} addresses, {options.rounds} rounds, medians")
    for name, (cold, warm) in times.items():
        cold_ms, warm_ns = statistics.median(cold) / 1e6, statistics.median(warm) / number
        print(f"{name:24} cold {cold_ms:8.1f} ms   warm {warm_ns:8.1f} ns each")
    for name in list(times)[2:]:
        print(f"{name} takes {ratios(times, name)}")
    print("answers:", ", ".join([f"{kind} {count:,}" for kind, count in compared(*answers).most_common()]))
    report.keep(options.json, {"records": records(times, number)})


def records(times, number):
    """Return the figures of each way; columns are the first."""
    columns, objects = times["ours, columns"], times["ours, objects"]
    return [
        {
            "job": f"symbols_{state}",
            "title": f"symbols of {number:,} addresses, {state}",
            "mappings": None,
            "reader": name,
            "unit": "address",
            "ns": statistics.median(taken[i]),
            "ns_per_unit": statistics.median(taken[i]) / number,
            "per_ours": figures.ratio(taken[i], columns[i]),
            "per_objects": figures.ratio(taken[i], objects[i]),
            "times": taken[i],
        }
        for i, state in enumerate(["cold", "warm"])
        for name, taken in times.items()
    ]


def ratios(times, name):
    texts = []
    for mine, what in [("ours, objects", "objects"), ("ours, columns", "columns")]:
        cold, warm = [figures.ratio(times[name][i], times[mine][i]) for i in (0, 1)]
        texts.append(f"{cold:.1f} times as long cold and {warm:.1f} warm as ours with {what}")
    return ", ".join(texts)


def ours(pid, addresses, times):
    """Time both ways, and return the symbols."""
    for name, method in [("ours, objects", Symbolizer.symbolize), ("ours, columns", Symbolizer.resolve)]:
        gc.collect()
        begin = time.perf_counter_ns()
        symbolizer = Symbolizer(pid)
        answers = method(symbolizer, addresses)
        cold = time.perf_counter_ns() - begin
        if method is Symbolizer.symbolize:
            kept = answers
        del answers
        begin = time.perf_counter_ns()
        method(symbolizer, addresses)
        note(times, name, cold, time.perf_counter_ns() - begin)
    return kept


def theirs(program, pid, addresses, times):
    if program is None:
        return []
    done = subprocess.run([program, str(pid), "1"], input=addresses.tobytes(), stdout=subprocess.PIPE, check=True)
    first, *lines = done.stdout.decode().splitlines()
    note(times, "blazesym", *map(int, first.split()))
    return [None if line == "-" else (line.rpartition(" ")[0], int(line.rpartition(" ")[2])) for line in lines]


def by_nm(pid, addresses, times):
    """What one would write by hand: nm(1) of each file, and bisection."""
    begin = time.perf_counter_ns()
    modules = procmaps.from_pid(pid).modules()
    bases = [module.base for module in modules]
    tables = [table_of(module.path) if module.path is not None else ([], []) for module in modules]
    cold = time.perf_counter_ns()
    answers = []
    for address in addresses:
        i = bisect.bisect_right(bases, address) - 1
        begins, names = tables[i]
        elf_address = address - modules[i].bias
        j = bisect.bisect_right(begins, elf_address) - 1
        answers.append((names[j], elf_address - begins[j]) if j >= 0 else None)
    end = time.perf_counter_ns()
    note(times, "nm and bisection", end - begin, end - cold)


def table_of(path):
    symbols = [line.split() for option in ([], ["-D"]) for line in nm(path, option)]
    table = sorted([(int(parts[0], 16), parts[2]) for parts in symbols if len(parts) == 3])
    return [begin for begin, _ in table], [name for _, name in table]


def nm(path, option):
    done = subprocess.run(["nm", *option, "--defined-only", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode().splitlines()


def note(times, name, cold, warm):
    times.setdefault(name, ([], []))[0].append(cold)
    times[name][1].append(warm)


def compared(mine, other):
    """Count what of the answers is alike."""
    kinds = Counter()
    for a, b in zip(mine, other):
        if a is None or b is None:
            kinds["none" if a is b else f"theirs only ({b[0]})" if a is None else f"ours only ({a.source})"] += 1
        elif (a.name, a.offset) == b:
            kinds["same"] += 1
        else:
            begins = "at the same place" if a.offset == b[1] else "within ours" if b[1] < a.offset else "before ours"
            kinds[f"theirs begins {begins}"] += 1
    return kinds


if __name__ == "__main__":
    main()
