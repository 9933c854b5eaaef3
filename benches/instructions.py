"""Counts the instructions of the native core, and compares them with those recorded.

    python benches/instructions.py            compare with instructions.json; exit status 1 if more, 2 if not counted
    python benches/instructions.py --record   write instructions.json

Unlike times, instructions are the same on a busy machine. They differ between compilers and
processors, so what was recorded holds for one of each. It needs cargo and valgrind.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = os.path.join(HERE, "instructions.json")

JOBS = ["parse", "parse, 32 bits", "print", "find"]
LINES = 1_000  # of the listing in instructions.rs
TOLERANCE = 0.03


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--record", action="store_true", help="write what is counted, to compare with from now on")
    options = parser.parse_args()
    missing = [tool for tool in ("cargo", "valgrind") if shutil.which(tool) is None]
    if missing:
        print(f"not counted: {' and '.join(missing)} cannot be found")
        return 2
    counted = {"compiler": compiler(), "per_line": count(built())}
    if options.record:
        with open(RECORDED, "w") as file:
            file.write(json.dumps(counted, indent=2) + "\n")
    with open(RECORDED) as file:
        recorded = json.load(file)
    lines, is_within = compared(counted, recorded)
    print(*lines, sep="\n")
    return 0 if is_within else 1


def compiler():
    """Return what decides on the instructions, beside the sources."""
    text = subprocess.run(["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout
    facts = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return f"{facts['release']} {facts['host']}"


def built():
    """Build the program and return its path."""
    command = ["cargo", "build", "--quiet", "--release", "--locked", "--no-default-features", "--bench=instructions"]
    # The profile that counts is the one of Cargo.toml.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARGO_PROFILE_")}
    messages = subprocess.run(
        [*command, "--message-format=json"],
        check=True,
        cwd=os.path.dirname(HERE),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.splitlines()
    (program,) = {message["executable"] for message in map(json.loads, messages) if message.get("executable")}
    return program


def count(program):
    """Return the instructions of each job for a line: what ten times more take, less the start."""
    return {job: round((total(program, job, 11) - total(program, job, 1)) / (10 * LINES), 1) for job in JOBS}


def total(program, job, times):
    """Return how many instructions the program executes."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, job, str(times)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", result.stderr).group(1))


def compared(counted, recorded):
    """Return what to print, and whether nothing has grown by more than is tolerated."""
    lines = [f"{'instructions a line':<24}{'recorded':>10}{'now':>10}"]
    worst = 0.0
    for job, now in counted["per_line"].items():
        before = recorded["per_line"].get(job)
        growth = now / before - 1 if before else 0.0
        worst = max(worst, growth)
        lines.append(f"{job:<24}{before or 0:>10.1f}{now:>10.1f}{growth:>+9.1%}")
    if counted["compiler"] != recorded["compiler"]:
        lines.append(f"not compared: this is {counted['compiler']}, recorded was {recorded['compiler']}")
        return lines, True
    if worst > TOLERANCE:
        lines.append(f"more than {TOLERANCE:.0%} above what was recorded; if that is worth it: {sys.argv[0]} --record")
    return lines, worst <= TOLERANCE


if __name__ == "__main__":
    sys.exit(main())
