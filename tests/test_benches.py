"""The benchmarks work. What they measure is for people: nothing here depends on a time."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

import pytest

import procmaps

BENCHES = Path(__file__).resolve().parent.parent / "benches"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the benchmarks read processes of Linux"),
    pytest.mark.skipif(not BENCHES.exists(), reason="the benchmarks are not beside the tests here"),
]

JOBS = ["build", "read", "touch", "parse", "parse_only", "convert", "find", "find_in_list", "find_in_buffer"]


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """What the short form prints, and what it writes."""
    directory = tmp_path_factory.mktemp("benches")
    command = [sys.executable, BENCHES / "run.py", "--short", "--cache", directory, "--json", directory / "figures"]
    printed = subprocess.run(command, check=True, cwd=directory, stdout=subprocess.PIPE, text=True).stdout
    return printed, json.loads((directory / "figures").read_text())


def labels(figures, **wanted):
    return [r["reader"] for r in figures["records"] if wanted.items() <= r.items()]


def test_every_job_is_done_at_every_process(short):
    _, figures = short
    ours = f"procmaps {procmaps.__version__}"
    sizes = sorted({r["mappings"] for r in figures["records"] if r["job"] == "build"})
    assert len(sizes) == 2
    assert abs(sizes[1] - 480) < 5
    for mappings in sizes:
        for job in JOBS:
            assert ours in labels(figures, job=job, mappings=mappings)
        assert labels(figures, job="command", mappings=mappings)[-1] == "procmaps PID"
    assert labels(figures, job="memory", mappings=sizes[1])[:2] == [f"{ours}, build", f"{ours}, read"]
    assert labels(figures, job="archive")[:2] == ["read", ours]
    assert labels(figures, job="import") == ["python -c pass", "import procmaps"]


def test_pure_python_is_beside_it(short):
    _, figures = short
    python = f"Python {sys.version.split()[0]}"
    assert {f"split {python}", f"re {python}"} <= set(labels(figures, job="build"))


def test_what_is_absent_is_said(short):
    printed, figures = short
    expected = {"procmaps_0_6_5", "psutil_", "python_ptrace", "pwntools", "numpy_searchsorted"}
    if shutil.which("cargo") is None:
        expected.add("kernel")
    else:
        assert "kernel" in labels(figures, job="build")
    if find_spec("numpy") is None:
        expected.add("ours_numpy")
    assert set(figures["absent"]) == expected
    for name in expected:
        assert f"not measured: {name}: " in printed


def test_figures_are_medians_of_all_rounds(short):
    _, figures = short
    calls = [r for r in figures["records"] if r["job"] in JOBS]
    for r in calls:
        assert len(r["times"]) == 2
        assert r["ns"] == median(r["times"]) > 0
        assert r["per_ours"] > 0
        assert r["reader"] != f"procmaps {procmaps.__version__}" or r["per_ours"] == 1
        assert r["reader"] != "kernel" or r["per_floor"] == 1


def test_the_tables_show_every_figure(short):
    printed, figures = short
    lines = printed.splitlines()
    for r in figures["records"]:
        heading = r["title"] + (f": {r['mappings']:,} mappings" if r["mappings"] else "")
        table = lines[lines.index(heading) + 2 :]
        table = table[: table.index("")] if "" in table else table
        assert any(line.startswith(r["reader"] + " ") for line in table), (heading, r["reader"])


def test_readers_that_disagree_are_not_compared():
    code = """if True:
        from measurement import Measurement

        class Reader:
            jobs = ["check"]
            def __init__(self, label):
                self.label = label
            def do(self, job, pid):
                return {"one": 1, "other": 2}[self.label]

        Measurement([Reader("one"), Reader("one")], None, {}, [])._agree(1)
        Measurement([Reader("one"), Reader("other")], None, {}, [])._agree(1)
    """
    result = subprocess.run([sys.executable, "-c", code], cwd=BENCHES, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert "the readers do not agree: {'one': 1, 'other': 2}" in result.stderr


def part(name):
    """A module of the benchmarks, which import each other by their names alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHES))
        return importlib.import_module(name)


@pytest.fixture(scope="module")
def instructions():
    return part("instructions")


def counts(compiler="1.95.0 x86_64", **per_line):
    return {"compiler": compiler, "per_line": per_line}


@pytest.mark.parametrize(
    ("now", "is_within"),
    [
        (counts(parse=1000, find=100), True),
        (counts(parse=1029, find=50), True),
        (counts(parse=1031, find=100), False),
        (counts(parse=500, find=104), False),
        (counts(parse=1000, find=100, more=7), True),
        (counts("1.96.0 x86_64", parse=2000), True),
    ],
)
def test_more_instructions_than_recorded_are_refused(instructions, now, is_within):
    lines, verdict = instructions.compared(now, counts(parse=1000, find=100))
    assert verdict is is_within
    assert any(line.startswith("not compared") for line in lines) == (now["compiler"] != "1.95.0 x86_64")


def test_recorded_is_what_is_counted(instructions):
    recorded = json.loads((BENCHES / "instructions.json").read_text())
    assert list(recorded["per_line"]) == instructions.JOBS
    assert all(count > 0 for count in recorded["per_line"].values())


def made_pages(figures, directory):
    """Have pages of the documentation made of figures that were kept, in a directory with a README."""
    (directory / "docs").mkdir()
    (directory / "figures.json").write_text(json.dumps(figures))
    command = [sys.executable, BENCHES / "every.py", "--from", directory / "figures.json", directory / "docs"]
    subprocess.run(command, check=True)


def test_places_of_other_pages_are_filled(short, tmp_path):
    text = "before\n<!-- measured: build 37 -->\nold\n<!-- end -->\nbetween\n<!-- measured: import -->\n<!-- end -->\n"
    (tmp_path / "README.md").write_text(text)
    made_pages(short[1], tmp_path)
    before, first, between, second, after = re.split(
        "(?s)(<!-- measured.*?<!-- end -->)", (tmp_path / "README.md").read_text()
    )
    assert (before, between, after) == ("before\n", "\nbetween\n", "\n")
    assert "old" not in first
    # How many `sleep` has depends on the locale.
    smallest = min(r["mappings"] for r in short[1]["records"] if r["job"] == "build")
    assert f"\nfrom_pid, every Map object made:\n\n| | {smallest} mappings |\n" in first
    assert "| import procmaps |" in second
    assert second.startswith("<!-- measured: import -->\n\n20")


def test_the_page_has_every_figure_and_its_picture(short, tmp_path):
    _, figures = short
    made_pages(figures, tmp_path)
    page = (tmp_path / "docs" / "speed.md").read_text()
    for r in figures["records"]:
        heading = f"## {part('page').heading(r['title'])}\n"
        table = page[page.index(heading) :].partition("\n\n")[2].partition("\n\n")[0]
        assert f"\n| {r['reader']} | " in table, (heading, r["reader"])
    assert all(f"Not measured: {name}" in page for name in figures["absent"])
    picture = ElementTree.fromstring((tmp_path / "docs" / "speed.svg").read_text())
    drawn = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert f"procmaps {procmaps.__version__}" in drawn


@pytest.fixture(scope="module")
def threads(tmp_path_factory):
    directory = tmp_path_factory.mktemp("threads")
    command = [sys.executable, BENCHES / "threads.py", "--short", "--cache", directory, "--json", directory / "figures"]
    printed = subprocess.run(command, check=True, cwd=directory, stdout=subprocess.PIPE, text=True).stdout
    return printed, json.loads((directory / "figures").read_text())["records"]


def test_threads_are_compared_with_one_thread(threads):
    printed, records = threads
    assert {r["reader"].rpartition(", ")[2] for r in records} == {"one thread", "2 threads", "4 threads"}
    for r in records:
        assert r["reader"] in printed
        assert r["ns"] == median(r["times"]) > 0
        assert r["speedup"] == 1 or not r["reader"].endswith("one thread")


def test_the_page_has_threads(threads):
    *_, line = part("page").table([threads[1][0]])
    assert line.endswith(" a reading, 1.00 x one thread |")


def test_what_is_aimed_at_is_measured():
    jobs, goals = part("jobs"), part("goals")
    measured = {*[job.name for job in jobs.JOBS], *jobs.OTHERS, "host", "symbols_cold", "symbols_warm", "demangle"}
    assert {goal.job for goal in goals.GOALS} <= measured
    assert {goal.mappings for goal in goals.GOALS} <= {None, *jobs.FULL["targets"]}


def figure(reader, mappings=480, job="build", **values):
    return {"job": job, "reader": reader, "mappings": mappings, **values}


@pytest.mark.parametrize(
    ("ours", "kernel", "is_met"),
    [({"per_floor": 1.10}, {}, True), ({"per_floor": 1.20}, {}, False), ({}, {"per_floor": 1.0}, None)],
)
def test_an_aim_is_met_or_not_or_was_not_measured(ours, kernel, is_met):
    records = [figure("procmaps 0.7.0", 484, **ours), figure("kernel", 484, **kernel), figure("procmaps 0.7.0", 37)]
    found = [verdict.is_met for verdict in part("goals").verdicts(records)]
    assert found == ([] if is_met is None else [is_met])


def test_aims_that_are_differences_or_lower_bounds():
    records = [
        figure("procmaps 0.7.0", ns_per_unit=1500.0),
        figure("kernel", ns_per_unit=1200.0),
        figure("procmaps 0.7.0", job="parse", per_ours=1.0),
        figure("procmaps 0.6.5", job="parse", per_ours=7.5),
    ]
    over, ratio = part("goals").verdicts(records)
    assert (over.goal, over.measured, over.is_met, over.then) == ("at most 220 ns", "300 ns", False, None)
    assert (ratio.goal, ratio.measured, ratio.is_met) == ("at least 7", "7.5", True)


def test_times_are_set_beside_those_of_the_machine_of_the_aims():
    records = [
        figure("procmaps 0.7.0", job="parse", ns_per_unit=300.0, per_ours=1.0),
        figure("procmaps 0.6.5", job="parse", per_ours=7.5),
        figure("python -c pass", None, job="import", ns=18.8e6),
    ]
    time, ratio = part("goals").verdicts(records)
    assert (time.measured, time.then, time.is_met) == ("300 ns", "150 ns", False)
    assert ratio.then is None
