"""Measures all that is measured here, one after the other, and writes the pages of the documentation.

    python benches/every.py docs

That is run.py, host.py, threads.py, symbols.py and demangle.py. What they have found becomes the page `speed.md` and
its picture, and fills the places for it in the other pages, and in the README.md beside the directory. It takes half
an hour; `--from FILE` does it anew with what `--json FILE` has kept.
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile

import environment
import page
import places
import report

SCRIPTS = ("run", "host", "threads", "symbols", "demangle")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", metavar="DIR", help="where the pages are")
    parser.add_argument("--from", dest="kept", metavar="FILE", help="measure nothing, but take these figures")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--cache", metavar="DIR", default=environment.default_cache(), help="where peers are installed")
    parser.add_argument("--threads", metavar="PYTHON", help="one without a GIL that has procmaps, for threads.py, too")
    options = parser.parse_args()
    figures = kept(options.kept) if options.kept else merged(measure(options))
    report.keep(options.json, figures)
    write(figures, options.directory)


def measure(options):
    """Yield what each of the benchmarks has found."""
    for script in SCRIPTS:
        yield measured(sys.executable, script, options.cache)
    if options.threads:
        yield measured(options.threads, "threads", options.cache)


def measured(python, script, cache):
    """Run one of the benchmarks, and return what it has found."""
    with tempfile.TemporaryDirectory(prefix="procmaps-benches-") as directory:
        path = os.path.join(directory, "figures.json")
        command = [python, os.path.join(environment.HERE, f"{script}.py"), "--json", path, "--cache", cache]
        subprocess.run(command, check=True)
        return kept(path)


def kept(path):
    with open(path) as file:
        return json.load(file)


def merged(parts):
    """Return the first with the records of all."""
    first, *others = parts
    return {**first, "records": [record for part in [first, *others] for record in part["records"]]}


def write(figures, directory):
    """Write the page and its picture, and fill the places of the others."""
    page.write(figures, directory)
    for path in [*glob.glob(os.path.join(directory, "*.md")), os.path.join(directory, os.pardir, "README.md")]:
        if os.path.exists(path):
            places.fill(path, figures)


if __name__ == "__main__":
    main()
