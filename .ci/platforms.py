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

What was built, installed and tested, by `.ci/matrix.py` on one machine (Linux on x86-64), and what was not.
`.ci/platforms.py` makes this page of what that has written down.

| word | meaning |
| --- | --- |
| passed | `pip` has installed a wheel, and the suite, its slow tests aside, passes with it |
| passed, no /proc | so does what of the suite needs none, as emulators do not show it: all but reading processes |
| part | some files of the suite pass, or of what needs no /proc |
| failed | some of its tests fail: the table below says how many |
| built | there is a wheel for it, which was tested with another Python only |
| compiled | it compiles (`cargo check`); nothing was linked, nothing ran |
| configured | cibuildwheel is to build or at least to test it on the services of a release. Nobody has seen that yet |

On macOS and Windows there is no /proc: listings can be parsed, processes cannot be read.

"""
RUNS = """
## What ran

One wheel for the stable ABI serves all of CPython from 3.9 on; CPython without a GIL (3.13t) and PyPy have wheels of
their own. A test is skipped where something that it needs is not there: another library, a tool, a kind of file system.

"""
FILES = """
## Wheels, and their sizes

Each wheel that is named for manylinux or musllinux has passed `auditwheel`, `abi3audit --strict`,
`twine check --strict` and `check-wheel-contents`.

"""
USES = """
## As users do it

On a fresh Debian 12 that has Python, pip and nothing else, one after the other. (The times are of a busy machine.)

"""
# What the columns are to cibuildwheel; it has no 3.13t any more.
COLUMNS = {f"cp3{minor}": f"3.{minor}" for minor in range(9, 16)}
COLUMNS |= {"cp313t": "3.13t", "cp314t": "3.14t", "cp315t": "3.15t", "pp311": "PyPy 3.11"}
SYSTEMS = {"manylinux": "glibc", "musllinux": "musl", "macosx": "macOS", "win": "Windows", "win32": "Windows"}
# The higher, the more it says.
WORDS = ["", "configured", "compiled", "built", "part", "passed, no /proc", "passed", "failed"]

Results = dict[str, dict[str, Any]]
# C library or system, machine, column.
Cells = dict[tuple[str, str, str], str]


def page(results: Results) -> str:
    ran = ("Python", "machine", "C library", "wheel", "built by", "installed by", "suite", "where", "day")
    return "".join(
        [
            HEAD,
            *table(("C library or system", "machine", *COLUMNS.values()), overview(cells(results))),
            RUNS,
            *table(ran, runs(results)),
            FILES,
            *table(("file", "kB", "built by"), files(results)),
            USES,
            *table(("what", "seconds", "day"), uses(results)),
        ]
    )


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |\n"


def of_kind(results: Results, kind: str) -> list[dict[str, Any]]:
    return [row for row in results.values() if row["kind"] == kind]


# The overview


def overview(known: Cells) -> Iterator[tuple[str, ...]]:
    for system, machine in sorted({key[:2] for key in known}, key=rank):
        yield system, machine, *(known.get((system, machine, column), "") for column in COLUMNS)


def rank(row: tuple[str, str]) -> tuple[int, bool, str]:
    return list(SYSTEMS.values()).index(row[0]), row[1] not in ("x86_64", "AMD64"), row[1]


def cells(results: Results) -> Cells:
    """Return the word that says most, for each place of the overview."""
    known: Cells = {}
    for place, word in claims(results):
        known[place] = max(word, known.get(place, ""), key=WORDS.index)
    return known


def claims(results: Results) -> Iterator[tuple[tuple[str, str, str], str]]:
    for file in sorted(IDENTIFIERS.glob("*.txt")):
        for identifier in file.read_text(encoding="ascii").split():
            yield place_of(identifier), "configured"
    for row in of_kind(results, "compiled"):
        for column in columns(row["python"]):
            yield (row["libc"], row["machine"], column), "compiled"
    for row in of_kind(results, "built"):
        for column in columns("CPython 3.9+") if "-abi3-" in row["wheel"] else ():
            yield ("musl" if "-musllinux" in row["wheel"] else "glibc", row["machine"], column), "built"
    for row in of_kind(results, "run"):
        (column,) = columns(row["python"])
        yield (row["libc"].split()[0], row["machine"], column), word_for(row)


def place_of(identifier: str) -> tuple[str, str, str]:
    """Return the place of what cibuildwheel calls so, as cp39-manylinux_x86_64."""
    column, _, platform = identifier.partition("-")
    system, _, machine = platform.partition("_")
    machine = {"amd64": "AMD64", "arm64": "ARM64"}.get(machine, machine) if system == "win" else machine
    return SYSTEMS[system], machine or "x86", column


def columns(python: str) -> list[str]:
    """Return the columns of a Python as `.ci/matrix.py` prints it: CPython 3.9+, CPython 3.13.5t, PyPy 3.11."""
    implementation, version = python.split()
    if version == "3.9+":
        return [column for column in COLUMNS if column.startswith("cp") and not column.endswith("t")]
    numbers = "".join(re.findall(r"\d+", version)[:2])
    return [("cp" if implementation == "CPython" else "pp") + numbers + "t" * version.endswith("t")]


def word_for(row: dict[str, Any]) -> str:
    if row["failed"]:
        return "failed"
    if "(a part)" in row["by"]:
        return "part"
    return "passed, no /proc" if "without /proc" in row["by"] else "passed"


# The tables of what there was


def runs(results: Results) -> Iterator[tuple[str, ...]]:
    builder = {row["wheel"]: row["by"] for row in of_kind(results, "built")}
    for row in sorted(of_kind(results, "run"), key=order):
        failed = f"**{row['failed']} failed**, " if row["failed"] else ""
        tests = f"{failed}{row['passed']} passed, {row['skipped']} skipped"
        # What tox has built has no entry of its own.
        how = f"`{tag(row['wheel'])}`", builder.get(row["wheel"], "tox"), "pip"
        yield row["python"], row["machine"], row["libc"], *how, tests, row["by"], row["day"]


def order(row: dict[str, Any]) -> tuple[Any, ...]:
    implementation, _, version = row["python"].partition(" ")
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    return row["machine"] != "x86_64", row["machine"], implementation, numbers


def tag(wheel: str) -> str:
    """Return what a wheel is for, by the first of its names."""
    python, abi, platforms = Path(wheel).stem.split("-")[2:]
    return "-".join([python, abi, platforms.split(".")[0]])


def files(results: Results) -> Iterator[tuple[str, ...]]:
    for row in sorted(of_kind(results, "built"), key=lambda row: str(row["wheel"])):
        yield f"`{row['wheel']}`", str(round(row["size"] / 1000)) if "size" in row else "", row["by"]


def uses(results: Results) -> Iterator[tuple[str, ...]]:
    for row in of_kind(results, "use"):
        yield row["what"], str(row["seconds"]), row["day"]


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
