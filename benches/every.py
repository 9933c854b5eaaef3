"""Measures all that is measured here, one after the other, and writes the page of the documentation.

    python benches/every.py docs

That is run.py, host.py, threads.py, symbols.py and demangle.py, and page.py of what they have found. It takes half an
hour.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile

import environment
import page
import report

SCRIPTS = ("run", "host", "threads", "symbols", "demangle")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", metavar="DIR", help="where the page and its picture are written")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--cache", metavar="DIR", default=environment.default_cache(), help="where peers are installed")
    parser.add_argument("--threads", metavar="PYTHON", help="one without a GIL that has procmaps, for threads.py, too")
    options = parser.parse_args()
    parts = [measured(sys.executable, script, options.cache) for script in SCRIPTS]
    if options.threads:
        parts.append(measured(options.threads, "threads", options.cache))
    figures = merged(parts)
    report.keep(options.json, figures)
    page.write(figures, options.directory)


def measured(python, script, cache):
    """Run one of the benchmarks, and return what it has found."""
    with tempfile.TemporaryDirectory(prefix="procmaps-benches-") as directory:
        path = os.path.join(directory, "figures.json")
        command = [python, os.path.join(environment.HERE, f"{script}.py"), "--json", path, "--cache", cache]
        subprocess.run(command, check=True)
        with open(path) as file:
            return json.load(file)


def merged(parts):
    """Return the first with the records of all."""
    return {**parts[0], "records": [record for part in parts for record in part["records"]]}


if __name__ == "__main__":
    main()
