"""The figures of a run, as lines for people, and what machine they hold for."""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys

WIDTHS = (34, 12, 12, 10, 12)


def machine():
    """Return what the figures hold for."""
    with open("/proc/cpuinfo") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return {
        "date": datetime.date.today().isoformat(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "cpu": models[0] if models else None,
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "executable": sys.executable,
    }


def machine_line(machine):
    cpu = f"{machine['cpus']} CPUs ({machine['cpu'] or machine['machine']})"
    return (
        f"{machine['date']}, Linux {machine['kernel']}, {cpu}, load {machine['load']:.1f}, Python {machine['python']}"
    )


def keep(path, found):
    """Write what was found as JSON, if there is a path."""
    if path:
        with open(path, "w") as file:
            json.dump(found, file, indent=1)


def duration(nanoseconds):
    """Return a time in a unit that suits it."""
    for unit, factor in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if abs(nanoseconds) >= factor:
            return f"{nanoseconds / factor:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def call_lines(records):
    """Yield the lines of one job at one process."""
    first = records[0]
    yield from _head(first["title"], first["mappings"], ("a call", f"one {first['unit']}", "x kernel", "x procmaps"))
    for r in records:
        ratios = [f"{ratio:.2f}" if ratio else "-" for ratio in (r["per_floor"], r["per_ours"])]
        yield _line(r["reader"], duration(r["ns"]), duration(r["ns_per_unit"]), *ratios)


def process_lines(records):
    """Yield the lines of some commands, each beside the first."""
    yield from _head(records[0]["title"], records[0]["mappings"], ("a process", "over first", "x first"))
    for r in records:
        yield _line(r["reader"], duration(r["ns"]), duration(r["ns_over_first"]), f"{r['per_first']:.2f}")


def memory_lines(records):
    """Yield the lines of what results take in memory."""
    yield from _head(records[0]["title"], records[0]["mappings"], ("kept", "peak", "collection"))
    for r in records:
        yield _line(
            r["reader"], f"{r['kept_per_unit']:.0f} B", f"{r['peak_per_unit']:.0f} B", duration(r["ns_of_collection"])
        )


def archive_lines(records):
    """Yield the lines of passes over a long file."""
    yield from _head(
        records[0]["title"], records[0]["mappings"], ("a pass", "one mapping", "x procmaps", "peak memory")
    )
    for r in records:
        peak = f"{r['peak'] / 2**20:.1f} MiB"
        yield _line(r["reader"], duration(r["ns"]), duration(r["ns_per_unit"]), f"{r['per_ours']:.2f}", peak)


def _head(title, mappings, columns):
    yield ""
    yield title + (f": {mappings:,} mappings" if mappings else "")
    yield _line("", *columns)


def _line(name, *cells):
    return "  ".join([name.ljust(WIDTHS[0]), *[cell.rjust(width) for cell, width in zip(cells, WIDTHS[1:])]]).rstrip()
