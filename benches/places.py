"""Fills the places of pages that show some of what a run has measured.

A place begins with `<!-- measured: JOB -->`, where a JOB may be the beginning of several, and ends with
`<!-- end -->`. Numbers behind the job leave processes with other numbers of mappings out.
"""

from __future__ import annotations

import re

import goals
import page
import report

PLACE = re.compile(r"(<!-- measured: (\w+)([ \d]*) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(path, run):
    """Write what was measured into the places of a page, if it has some."""
    with open(path, encoding="utf-8") as file:
        old = file.read()
    new = PLACE.sub(lambda place: "\n".join([place[1], *lines(place[2], place[3].split(), run), place[4]]), old)
    if new != old:
        with open(path, "w", encoding="utf-8") as file:
            file.write(new)


def lines(job, sizes, run):
    """Yield the tables of a job, with what they hold for."""
    yield f"{report.machine_line(run['machine'])}."
    records = [r for r in run["records"] if r["job"].startswith(job) and is_wanted(r, sizes)]
    for title, group in page.grouped(records).items():
        yield f"\n{page.heading(title)}:\n"
        yield from page.table(group)
    yield ""


def is_wanted(r, sizes):
    return not sizes or any([goals.is_near(r["mappings"], int(size)) for size in sizes])
