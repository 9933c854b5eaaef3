#!/usr/bin/env python3
"""Write docs/facts/platforms.md from .ci/platforms.json, which `.ci/matrix.py` has left: what ran, and what did not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".ci" / "platforms.json"
PAGE = ROOT / "docs" / "facts" / "platforms.md"
IDENTIFIERS = ROOT / "tests" / "data" / "build-identifiers"
HEAD = """\
# Where it runs

What `.ci/matrix.py` has shown on one machine (x86-64), and what it has not. Made by `.ci/platforms.py`, not by hand.

## Built, installed, and tested

The suite without its slow tests, against the wheel as `pip` installs it. Where there is no /proc, as under
emulation, it is the part that needs none: parsing, and all that is done with listings.

"""
COMPILED = """
## Compiled only

For these nothing here runs what comes out.

"""
CONFIGURED = """
## Configured only

What cibuildwheel is to build or at least to test, on the services of a release, beside what is above. Nobody has
seen it do so yet. On macOS and Windows there is no /proc: listings can be parsed, processes cannot be read.

"""
USES = """
## As users do it

On a fresh Debian 12 that has Python, pip and nothing else, one after the other. (The times are of a busy machine.)

"""
SIZES = """
## Sizes

"""

Results = dict[str, dict[str, Any]]


def page(results: Results) -> str:
    return "".join(
        [
            HEAD,
            *table(("Python", "machine", "C library", "wheel for", "tests", "on", "day"), ran(results)),
            COMPILED,
            *table(("Python", "machine", "system", "by", "day"), compiled(results)),
            CONFIGURED,
            *table(("system", "machine", "Pythons"), configured(results)),
            USES,
            *table(("what", "seconds", "day"), used(results)),
            SIZES,
            *table(("file", "kB"), sizes(results)),
        ]
    )


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |\n"


def ran(results: Results) -> Iterator[tuple[str, ...]]:
    for row in sorted((row for row in results.values() if row["kind"] == "run"), key=order):
        failed = f"**{row['failed']} failed**, " if row["failed"] else ""
        tests = f"{failed}{row['passed']} passed, {row['skipped']} skipped"
        yield row["python"], row["machine"], row["libc"], f"`{tag(row['wheel'])}`", tests, row["by"], row["day"]


def order(row: dict[str, Any]) -> tuple[Any, ...]:
    implementation, _, version = row["python"].partition(" ")
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    return row["machine"] != "x86_64", row["machine"], implementation, numbers


def tag(wheel: str) -> str:
    """Return what a wheel is for, by the first of its names."""
    python, abi, platforms = Path(wheel).stem.split("-")[2:]
    return "-".join([python, abi, platforms.split(".")[0]])


def compiled(results: Results) -> Iterator[tuple[str, ...]]:
    for row in sorted((row for row in results.values() if row["kind"] == "compiled"), key=order):
        yield row["python"], row["machine"], row["libc"], row["by"], row["day"]


def configured(results: Results) -> Iterator[tuple[str, ...]]:
    """Say for each platform of cibuildwheel for which Pythons nothing was run."""
    shown = {
        ("pp311" if row["python"][:2] == "Py" else cpython(row), row["machine"])
        for row in results.values()
        if row["kind"] == "run"
    }
    rest: dict[str, list[str]] = {}
    for file in sorted(IDENTIFIERS.glob("*.txt")):
        for identifier in file.read_text(encoding="ascii").split():
            python, _, platform = identifier.partition("-")
            machine = platform.partition("linux_")[2]
            if not (platform.startswith("manylinux") and (python, machine) in shown):
                rest.setdefault(platform, []).append(python)
    alike: dict[tuple[str, str], list[str]] = {}
    for platform, pythons in rest.items():
        system, _, machine = platform.partition("_")
        alike.setdefault((system, ", ".join(pythons)), []).append(machine or "x86")
    for (system, pythons), machines in alike.items():
        yield system, ", ".join(machines), pythons


def cpython(row: dict[str, Any]) -> str:
    version = row["python"].split()[1]
    return "cp" + "".join(version.split(".")[:2]) + "t" * version.endswith("t")


def used(results: Results) -> Iterator[tuple[str, ...]]:
    for row in results.values():
        if row["kind"] == "use":
            yield row["what"], str(row["seconds"]), row["day"]


def sizes(results: Results) -> Iterator[tuple[str, ...]]:
    for name, size in sorted({(row["wheel"], row["size"]) for row in results.values() if "size" in row}):
        yield f"`{name}`", str(round(size / 1000))


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
