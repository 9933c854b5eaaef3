#!/usr/bin/env python3
"""Say what each environment has tested, and fail if one of the Pythons is missing, has tested nothing, or failed.

summary.py DIRECTORY SECONDS "py39 coverage=py311 ..." [FAILED-STEP ...]: the directory has a JUnit report of each
environment. Where its name is not that of its Python, both are given.
The last line is that of pytest, for all of them together; a failed step counts as an error.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

# Of the tests that pass: what needs other packages or another system is a few.
SKIPPED_AT_MOST = 0.03


class Run(NamedTuple):
    """What one environment has tested."""

    name: str
    python: str
    failed: int
    passed: int
    skipped: int
    errors: int
    complaints: list[str]


def complaints(suite: ElementTree.Element) -> list[str]:
    """Name each test that has failed, and the first lines of what it said: the log above may be cut."""
    return [
        f"{case.get('classname')}::{case.get('name')}: {' | '.join(fault.get('message', '').split(chr(10))[:3])}"
        for case in suite.iter("testcase")
        for fault in [*case.iterfind("failure"), *case.iterfind("error")]
    ]


def read(report: Path) -> Run:
    """Read the report of one environment."""
    suite = next(ElementTree.parse(report).iter("testsuite"))
    tests, failed, errors, skipped = (int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
    python = suite.find("properties/property[@name='python']")
    version = "" if python is None else python.get("value", "")
    passed = tests - failed - errors - skipped
    return Run(report.stem, version, failed, passed, skipped, errors, complaints(suite))


def faults(runs: list[Run], pythons: list[str]) -> list[str]:
    """Say which Pythons did not do what they should."""
    found = {run.name: run for run in runs}
    problems = []
    for python in pythons:
        name, _, stands_for = python.partition("=")
        version = f"{(stands_for or name)[2]}.{(stands_for or name)[3:]}."
        run = found.get(name)
        if run is None or run.passed == 0:
            problems.append(f"{name} has tested nothing")
        elif not run.python.startswith(version):
            problems.append(f"{name} was tested by Python {run.python or '?'}")
        elif run.skipped > SKIPPED_AT_MOST * run.passed:
            problems.append(f"{name} has skipped {run.skipped} tests: something that they need is missing")
    return problems


def main(directory: str, seconds: str, pythons: str, *failed_steps: str) -> int:
    """Print the table and the closing line."""
    runs = [read(report) for report in sorted(Path(directory).glob("*.xml"))]
    for run in runs:
        print(
            f"{run.name:16} {run.python:8} {run.passed:6} passed {run.skipped:4} skipped "
            f"{run.failed:4} failed {run.errors:4} errors"
        )
    for run in runs:
        for complaint in run.complaints:
            print(f"FAILED {run.name} {complaint}")
    problems = faults(runs, pythons.split()) + [f"step {step} failed" for step in failed_steps]
    for problem in problems:
        print(f"ERROR {problem}")
    failed, passed, skipped = (sum(getattr(run, key) for run in runs) for key in ("failed", "passed", "skipped"))
    errors = sum(run.errors for run in runs) + len(problems)
    words = {"failed": failed, "passed": passed, "skipped": skipped, "error" + "s" * (errors > 1): errors}
    counts = ", ".join(f"{count} {word}" for word, count in words.items() if count)
    print(f" {counts or 'no tests ran'} in {seconds}.00s ".center(100, "="))
    return 1 if failed or errors or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
