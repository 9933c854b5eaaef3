"""What was aimed at, and what a run says of it."""

from __future__ import annotations

from collections import namedtuple

import report

# The figure is `key` of the record of a reader, whose name begins with `reader`, for a job at a process with so many
# mappings; less that of another reader, if there is one.
Goal = namedtuple("Goal", "what sense number unit job mappings reader key less", defaults=[None])
# `then` is a time as it would be on the machine of the aims, None for what is no time.
Verdict = namedtuple("Verdict", "what goal measured is_met then")

MOST, LEAST = "at most", "at least"
# Ours is the first that has this name.
OURS = "procmaps "
OLD, SPLIT, RE, PSUTIL, NUMPY = "procmaps 0.6.5", "split Python", "re Python", "psutil", "numpy.searchsorted"
PROCFS = "procfs"
KERNEL, NOTHING, FLOOR, RATIO, EACH = "kernel", "python -c pass", "per_floor", "per_ours", "ns_per_unit"

# What `python -c pass` took where the aims were set, in nanoseconds.
PASS = Goal("python -c pass", MOST, 9.4e6, "ns", "import", None, NOTHING, "ns")

GOALS = [
    Goal("37 mappings, every Map object made / kernel", MOST, 1.25, "", "build", 37, OURS, FLOOR),
    Goal("480 mappings / kernel", MOST, 1.15, "", "build", 480, OURS, FLOOR),
    Goal("1,700 mappings / kernel", MOST, 1.15, "", "build", 1_700, OURS, FLOOR),
    Goal("5,000 mappings / kernel", MOST, 1.15, "", "build", 5_000, OURS, FLOOR),
    Goal("65,530 mappings / kernel", MOST, 1.20, "", "build", 65_530, OURS, FLOOR),
    Goal("480 mappings, over the kernel, each", MOST, 220, "ns", "build", 480, OURS, EACH, KERNEL),
    Goal("from_str of 480, every Map object made, each", MOST, 180, "ns", "parse", 480, OURS, EACH),
    Goal("from_str of 480: procmaps 0.6.5 / ours", LEAST, 7, "", "parse", 480, OLD, RATIO),
    Goal("from_str of 480: pure Python, split / ours", LEAST, 5, "", "parse", 480, SPLIT, RATIO),
    Goal("from_str of 480: pure Python, re / ours", LEAST, 5, "", "parse", 480, RE, RATIO),
    Goal("from_str of 480, no Map object: crate procfs / ours", LEAST, 1, "", "parse_only", 480, PROCFS, RATIO),
    Goal("code of files at 480, by filter / kernel's text", MOST, 1.08, "", "filter_code", 480, OURS, FLOOR),
    Goal("find at 480, an address", MOST, 120, "ns", "find", 480, OURS, EACH),
    Goal("find_indices of a list at 480: bisect / ours", LEAST, 5, "", "find_in_list", 480, SPLIT, RATIO),
    Goal("find_indices of a buffer at 480: numpy / ours", LEAST, 8, "", "find_in_buffer", 480, NUMPY, RATIO),
    Goal("which mapping of 37 is it now, process not open", MOST, 6_000, "ns", "query", 37, OURS, EACH),
    Goal("which mapping of 37 is it now, process open", MOST, 2_500, "ns", "query_open", 37, OURS, EACH),
    Goal("which mapping of 65,530 is it now, process not open", MOST, 6_000, "ns", "query", 65_530, OURS, EACH),
    Goal("which mapping of 65,530 is it now, process open", MOST, 2_500, "ns", "query_open", 65_530, OURS, EACH),
    Goal("code of files at 480, by ioctl / kernel's text", MOST, 0.35, "", "walk_code", 480, OURS, FLOOR),
    Goal("smaps of 480, PSS of each / kernel", MOST, 1.15, "", "smaps", 480, OURS, FLOOR),
    Goal("smaps of 5,000, PSS of each / kernel", MOST, 1.15, "", "smaps", 5_000, OURS, FLOOR),
    Goal("smaps of 480: psutil / ours", LEAST, 3, "", "smaps", 480, PSUTIL, RATIO),
    Goal("the roll-up of 480 / kernel", MOST, 1.10, "", "rollup", 480, OURS, FLOOR),
    Goal("import procmaps, over python -c pass", MOST, 2.5e6, "ns", "import", None, "import procmaps", "ns", NOTHING),
    Goal("procmaps PID at 480, over python -c pass", MOST, 8e6, "ns", "command", 480, "procmaps PID", "ns", NOTHING),
    Goal("memory that 65,530 mappings keep, each", MOST, 160, "bytes", "memory", 65_530, OURS, "kept_per_unit"),
    Goal("1,000 processes, two threads / kernel, one thread", MOST, 0.80, "", "host", None, "scan, 2 threads", FLOOR),
    Goal("symbols, cold: blazesym / ours, columns", LEAST, 8, "", "symbols_cold", None, "blazesym", RATIO),
    Goal("symbols, cold: blazesym / ours, objects", LEAST, 8, "", "symbols_cold", None, "blazesym", "per_objects"),
    Goal("symbols, warm: blazesym / ours, columns", LEAST, 15, "", "symbols_warm", None, "blazesym", RATIO),
    Goal("symbols, warm: blazesym / ours, objects", LEAST, 15, "", "symbols_warm", None, "blazesym", "per_objects"),
    Goal("names of C++: PyPI cpp_demangle / ours", LEAST, 2, "", "demangle", None, "cpp_demangle", RATIO),
]  # fmt: skip


def verdicts(records):
    """Return what is said of each goal that was measured."""
    found = [(goal, measured(goal, records)) for goal in GOALS]
    slower = slowness(records)
    return [verdict(goal, figure, slower) for goal, figure in found if figure is not None]


def verdict(goal, figure, slower):
    is_met = figure <= goal.number if goal.sense == MOST else figure >= goal.number
    then = amount(figure / slower, goal.unit) if slower and goal.unit == "ns" else None
    return Verdict(goal.what, f"{goal.sense} {amount(goal.number, goal.unit)}", amount(figure, goal.unit), is_met, then)


def slowness(records):
    """Return how many times as long Python takes to start as where the aims were set; None if that was not measured."""
    start = measured(PASS, records)
    return start and start / PASS.number


def measured(goal, records):
    """Return the figure of a goal, None if there is none."""
    figures = [figure_of(name, goal, records) for name in (goal.reader, goal.less) if name]
    if None in figures:
        return None
    return figures[0] - sum(figures[1:])


def figure_of(reader, goal, records):
    for r in records:
        if r["job"] == goal.job and r["reader"].startswith(reader) and is_near(r["mappings"], goal.mappings):
            # Of the two ways in which memory is measured, that without Map objects.
            if not r["reader"].endswith(", build"):
                return r.get(goal.key)
    return None


def is_near(mappings, wanted):
    """Return whether a process is meant: it may have a few mappings more or less."""
    return wanted is None or abs(mappings - wanted) < 20


def amount(number, unit):
    if unit == "ns":
        return report.duration(number)
    return f"{number:.3g} {unit}".rstrip()
