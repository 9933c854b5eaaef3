"""Writes the page of the documentation with what a run has measured: `page.py FIGURES.json DIRECTORY`.

FIGURES.json is what `run.py --json` wrote; the page is `speed.md` in the directory, its picture `speed.svg`.
"""

from __future__ import annotations

import json
import os
import sys

import picture
import report

INTRODUCTION = """\
# What it costs

`python benches/run.py` measured this on one machine, and measures it on yours: {machine}. All readers of a table
had their turns in the same rounds. Times are medians; ratios are medians of the ratios within each round, so
they hold where times drift. `benches/README.md` says what each reader does.

**kernel** is the floor: a program in Rust that opens the file and reads it to its end, for nothing. No reader of
the text can take less.

![The time of from_pid beside the kernel's and that of others](speed.svg)
"""


def main(figures, directory):
    with open(figures) as file:
        run = json.load(file)
    with open(os.path.join(directory, "speed.md"), "w") as file:
        file.write("\n".join(lines(run)) + "\n")
    with open(os.path.join(directory, "speed.svg"), "w") as file:
        file.write(picture.svg(run))


def lines(run):
    """Yield the lines of the page."""
    yield INTRODUCTION.format(machine=report.machine_line(run["machine"]))
    for title, records in grouped(run["records"]).items():
        yield f"## {title[0].upper()}{title[1:]}\n"
        yield from table(records)
        yield ""
    for name, reason in run["absent"].items():
        yield f"Not measured: {name}: {reason}."


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
    if r.get("per_floor"):
        return f"{words}, {r['per_floor']:.2f} x kernel"
    if "peak" in r:
        return f"{words}, {report.duration(r['ns_per_unit'])} a mapping, {r['peak'] / 2**20:.1f} MiB of memory"
    if r.get("per_ours"):
        unit = f"{report.duration(r['ns_per_unit'])} an address" if r["unit"] == "address" else words
        return f"{unit}, {r['per_ours']:.2f} x procmaps"
    return f"{words}, {report.duration(r['ns_over_first'])} over the first"


if __name__ == "__main__":
    main(*sys.argv[1:])
