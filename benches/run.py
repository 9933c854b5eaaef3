"""Measures the procmaps that is installed beside the kernel and beside its peers.

    python benches/run.py

Everything is timed in turns: figures of one run may be compared, those of two runs may not.
See README.md beside this file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile

import environment
import report
import samples
import targets
from jobs import FULL, JOBS, OTHERS, SHORT
from measurement import Measurement
from reader import all_readers

NAMES = [job.name for job in JOBS] + OTHERS


def main():
    options = arguments()
    machine = report.machine()
    print(report.machine_line(machine), flush=True)
    peers = environment.peers(options.cache, install=not options.short)
    programs = {} if options.short else {"procfs": environment.program("procfs", options.cache)}
    programs["kernel"] = environment.floor(options.cache)
    readers, absent = all_readers(sys.executable, peers, programs)
    for name, reason in absent.items():
        print(f"not measured: {name}: {reason}", flush=True)
    try:
        records = measure(options, readers, peers)
    finally:
        for reader in readers:
            reader.close()
    report.keep(options.json, {"machine": machine, "absent": absent, "records": records})


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="see that it works; no peers but those that are there")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--jobs", nargs="+", choices=NAMES, default=NAMES, help="only these")
    parser.add_argument(
        "--targets", nargs="+", type=int, choices=targets.ALL, help="only processes with so many mappings"
    )
    parser.add_argument("--cache", metavar="DIR", default=environment.default_cache(), help="where peers are installed")
    return parser.parse_args()


def measure(options, readers, peers):
    """Print all tables, and return their records."""
    effort = SHORT if options.short else FULL
    numbers = options.targets or effort["targets"]
    measurement = Measurement(readers, peers, effort, options.jobs)
    with tempfile.TemporaryDirectory(prefix="procmaps-benches-") as directory:
        for number in numbers:
            with targets.running(number, directory) as pid:
                measurement.of_target(pid, is_largest=number == max(numbers))
                if number == max(numbers):
                    measurement.of_archive(directory, samples.text(pid))
    measurement.of_imports()
    return measurement.records


if __name__ == "__main__":
    main()
