"""The page of the documentation with all that a run has measured, and its picture: `speed.md`, `speed.svg`."""

from __future__ import annotations

import os

import goals
import picture
import report

INTRODUCTION = """\
# What it costs

`python benches/every.py docs` measured this on one machine, and measures it on yours: {machine}.

All readers of a table had their turns in the same rounds. Times are medians; ratios are medians of the ratios within
each round, so they hold where times drift. `benches/README.md` says what each reader does.

**kernel** is the floor: a program in Rust that opens the file and reads it to its end, for nothing. No reader of
the text can take less.

![The time of from_pid beside the kernel's and that of others](speed.svg)
"""
# Of these there are as many in each call.
EACH = {"address": "an address", "name": "a name"}
AIMS = """\
## What was aimed at

The aims were set before the code was written, from what the parts cost alone.
[Where the time goes](facts/where-time-goes.md) says what stands in the way of those that are not met.
"""
THEN = """\
Times were aimed at on a machine where `python -c pass` took {then}. Here it took {times:.2f} times as long, by which
the last column divides: that says more of another machine, and less than a measurement there.
"""


def write(run, directory):
    """Write the page and its picture."""
    with open(os.path.join(directory, "speed.md"), "w") as file:
        file.write("\n".join(lines(run)) + "\n")
    with open(os.path.join(directory, "speed.svg"), "w") as file:
        file.write(picture.svg(run))


def lines(run):
    """Yield the lines of the page."""
    yield INTRODUCTION.format(machine=report.machine_line(run["machine"]))
    yield from aims(run["records"])
    for title, records in grouped(run["records"]).items():
        yield f"## {heading(title)}\n"
        yield from table(records)
        yield ""
    for name, reason in run["absent"].items():
        yield f"Not measured: {name}: {reason}."


def aims(records):
    """Yield what was aimed at, and whether it is met."""
    yield AIMS
    slower = goals.slowness(records)
    if slower:
        yield THEN.format(then=report.duration(goals.PASS.number), times=slower)
    yield "| | aim | measured | | by the start of Python |"
    yield "|---|--:|--:|---|--:|"
    for what, goal, measured, is_met, then in goals.verdicts(records):
        yield f"| {what} | {goal} | {measured} | {'' if is_met else 'not met'} | {then or ''} |"
    yield ""


def heading(title):
    """Return a title that begins as a sentence does, if it does not begin with a name from the code."""
    return title if set("_.(") & set(title.split()[0]) else title[0].upper() + title[1:]


def grouped(records):
    """Return the records by title."""
    groups = {}
    for record in records:
        groups.setdefault(record["title"], []).append(record)
    return groups


def table(records):
    """Yield the lines of a table with a reader a line and a process a column."""
    sizes = sorted({r["mappings"] for r in records if r["mappings"]})
    readers = list(dict.fromkeys(r["reader"] for r in records))
    found = {(r["reader"], r["mappings"]): r for r in records}
    sizes = sizes or [None]
    yield "| | " + " | ".join(f"{size:,} mappings" if size else "" for size in sizes) + " |"
    yield "|---|" + "--:|" * len(sizes)
    for reader in readers:
        cells = [cell(found.get((reader, size))) for size in sizes]
        yield f"| {reader} | " + " | ".join(cells) + " |"


def cell(r):
    """Return what a figure says."""
    if r is None:
        return ""
    if "kept_per_unit" in r:
        collection = report.duration(max(0, r["ns_of_collection"]))
        return f"{r['kept_per_unit']:.0f} bytes a mapping; a collection takes {collection} more"
    words = report.duration(r["ns"])
    if "speedup" in r:
        return f"{words} a reading, {r['speedup']:.2f} x one thread"
    if r.get("per_floor"):
        return f"{words}, {r['per_floor']:.2f} x kernel"
    if "peak" in r:
        return f"{words}, {report.duration(r['ns_per_unit'])} a mapping, {r['peak'] / 2**20:.1f} MiB of memory"
    if r.get("per_ours"):
        each = EACH.get(r["unit"])
        time = f"{report.duration(r['ns_per_unit'])} {each}" if each else words
        return f"{time}, {r['per_ours']:.2f} x procmaps"
    return f"{words}, {report.duration(r['ns_over_first'])} over the first"
