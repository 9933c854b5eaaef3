"""The verb `plot`: pictures of processes and listings, and where they go."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import procmaps.smaps
from procmaps import growth
from procmaps.cli import plot
from procmaps.cli._parser import parser_of
from support.children import sleeping
from support.command import LISTING, linux, run, unix
from support.pictures import Picture

SMAPS = (Path(__file__).parent.parent / "data" / "smaps" / "nasty-x86_64-6.1.smaps").read_bytes()


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "saved.smaps"
    path.write_bytes(SMAPS)
    return path


@linux
def test_a_process(command):
    with sleeping() as pid:
        status, out, err = command("plot", pid)
        assert (status, err) == (0, "")
        assert Picture(out).words[0].endswith(f"(pid {pid})")
        status, out, err = command("plot", pid, "--kind", "treemap")
        assert (status, err) == (0, "")
        assert "PSS" in Picture(out).words[1]
        out = command("plot", pid, "--kind", "treemap", "--measure", "size")[1]
        assert "mapped" in Picture(out).words[1]


def test_a_listing(command, listing):
    status, out, err = command("plot", listing)
    assert (status, err) == (0, "")
    assert Picture(out).count == 7
    assert out == command("plot", listing, "--kind", "space", "--theme", "auto", "--measure", "size")[1]
    assert "mapped" in command("plot", listing, "--kind", "treemap")[1]


def test_smaps(command, saved):
    usages = procmaps.smaps.from_str(SMAPS)
    assert Picture(command("plot", saved)[1]).count == len(usages)
    for measure, says in ((None, "(PSS"), ("pss", "(PSS"), ("rss", "(RSS"), ("size", "mapped")):
        options = ["--measure", measure] if measure else []
        assert says in Picture(command("plot", saved, "--kind", "treemap", *options)[1]).words[1]


def test_what_a_listing_does_not_tell(command, listing):
    status, out, err = command("plot", listing, "--kind", "treemap", "--measure", "pss")
    assert (status, out) == (2, "")
    assert err.startswith("procmaps: pss is not known of <Maps: 7 mappings")


def test_standard_input(command, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LISTING)))
    status, out, _ = command("plot", "-")
    assert (status, Picture(out).words[0]) == (0, "standard input")


@linux
def test_a_snapshot_has_the_name_of_its_process(command, tmp_path):
    path = tmp_path / "snapshot"
    with sleeping() as pid:
        assert command("snapshot", pid, "-o", path)[0] == 0
    status, out, _ = command("plot", path)
    assert status == 0
    assert f"{pid}" in Picture(out).words[0]


def test_a_file(command, listing, tmp_path):
    path = tmp_path / "picture.svg"
    assert command("plot", listing, "-o", path) == (0, "", "")
    assert path.read_text() == command("plot", listing)[1] == command("plot", listing, "-o", "-")[1]


def test_the_title_and_the_theme(command, listing):
    out = command("plot", listing, "--title", "caf\u00e9 <&>", "--theme", "dark")[1]
    assert out.isascii()
    assert Picture(out).words[0] == "caf\u00e9 <&>"
    assert 'class="procmaps-dark"' in out


def test_a_file_that_cannot_be_written(command, listing, tmp_path):
    path = tmp_path / "missing" / "x.svg"
    status, _, err = command("plot", listing, "-o", path)
    assert (status, err) == (2, f"procmaps: cannot write {path}: No such file or directory\n")


def test_a_picture_is_not_for_a_terminal(command, listing, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    status, out, err = command("plot", listing)
    assert (status, out) == (2, "")
    assert "-o FILE" in err


def test_what_is_no_listing(command, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"hello\n")
    assert command("plot", path)[0] == 5
    # As far as it can be read tells what it was to be.
    path.write_bytes(SMAPS + b"Rss: many\n")
    status, _, err = command("plot", path)
    assert status == 5
    assert f"line {SMAPS.count(10) + 1}, " in err
    path.write_bytes(LISTING + b"hello\n")
    assert "line 8, " in command("plot", path)[2]
    assert command("plot", tmp_path / "none")[0] == 2


def test_nothing_to_draw(command, proc, tmp_path):
    (proc.add(7, b"", flags=0x200000) / "comm").write_bytes(b"kswapd0\n")
    status, out, err = command("plot", 7, "--proc", proc.root)
    assert (status, out, err) == (1, "", "procmaps: kswapd0 (pid 7): no mappings\n")
    (tmp_path / "empty").write_bytes(b"")
    assert command("plot", tmp_path / "empty")[0] == 1


def test_a_broken_process(command, proc):
    proc.add(7, b"hello\n")
    assert command("plot", 7, "--proc", proc.root)[0] == 5
    assert command("plot", 8, "--proc", proc.root)[0] == 4


def test_a_large_process_is_warned_for(command, proc):
    directory = proc.add(7, LISTING)
    (directory / "smaps").write_bytes(SMAPS)
    (directory / "status").write_bytes(b"VmRSS:\t%d kB\n" % (8 << 20))
    warned = "process 7 has 8G in memory"
    assert warned in command("plot", 7, "--kind", "treemap", "--proc", proc.root)[2]
    assert warned not in command("plot", 7, "--kind", "treemap", "--yes", "--proc", proc.root)[2]
    assert warned not in command("plot", 7, "--proc", proc.root)[2]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--every", "1s"], "--every is for --kind growth"),
        (["--for", "1s"], "--for is for --kind growth"),
        (["--by", "module"], "--by is for --kind growth"),
        (["--measure", "pss"], "--measure is for --kind treemap and growth"),
        (["-o", "space.PNG"], "pictures are SVG: name it space.svg"),
        (["-o", "dir.d/use.pdf", "--kind", "treemap"], "pictures are SVG: name it dir.d/use.svg"),
        (
            ["--kind", "growth", "--every", "soon"],
            "expected a time from 10ms to 480h, such as 1s",
        ),
    ],
)
def test_options_that_do_not_go_together(command, listing, options, says):
    status, out, err = command("plot", listing, *options)
    assert (status, out) == (2, "")
    assert says in err


def test_the_examples_of_the_help_are_right():
    lines = plot.DESCRIPTION.partition("examples:\n")[2].partition("\n\n")[0].splitlines()
    assert len(lines) == 4
    for line in lines:
        arguments = shlex.split(line.strip().partition("   ")[0].partition(" > ")[0])[2:]
        assert parser_of(plot, "plot").parse(arguments).target


# Growth


def test_without_matplotlib(command, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    status, out, err = command("plot", "self", "--kind", "growth")
    assert (status, out) == (2, "")
    assert err.startswith("procmaps: pictures of growth need matplotlib (")
    assert 'Try: pip install "procmaps[plot]"' in err


@pytest.fixture
def clock(monkeypatch):
    """Have a clock that goes on while somebody sleeps, and not while the machine is busy."""
    now = [100.0]
    monkeypatch.setattr(growth.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(growth.time, "sleep", lambda seconds: now.append(now.pop() + seconds))


@pytest.fixture
def matplotlib():
    return pytest.importorskip("matplotlib", reason="needs matplotlib, as `tox -e notebook` has")


@linux
@pytest.mark.usefixtures("matplotlib", "clock")
@pytest.mark.parametrize(("end", "begins"), [("svg", b"<?xml"), ("PNG", b"\x89PNG"), ("pdf", b"%PDF")])
def test_growth(command, tmp_path, end, begins):
    path = tmp_path / f"growth.{end}"
    with sleeping() as pid:
        options = ["--kind", "growth", "--every", "50ms", "--for", "150ms", "--measure", "size"]
        assert command("plot", pid, *options, "-o", path) == (0, "", "")
        assert path.read_bytes().startswith(begins)


@linux
@pytest.mark.usefixtures("matplotlib", "clock")
def test_growth_on_standard_output(command):
    with sleeping() as pid:
        status, out, _ = command("plot", pid, "--kind", "growth", "--every", "50ms", "--for", "100ms", "--by", "module")
    assert status == 0
    assert out.isascii()
    assert "</svg>" in out


@pytest.fixture
def interrupted(monkeypatch):
    """Press Ctrl-C when so many readings are made."""

    def after(count):
        sleeps = iter(range(1, count + 1))
        monkeypatch.setattr(
            growth.time, "sleep", lambda _: signal.raise_signal(signal.SIGINT) if next(sleeps) == count else None
        )

    # Who is started in the background ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield after
    signal.signal(signal.SIGINT, before)


@linux
@pytest.mark.usefixtures("matplotlib")
def test_growth_until_it_is_interrupted(command, interrupted, tmp_path):
    """What was read until then is drawn."""
    interrupted(3)
    options = ["--kind", "growth", "--measure", "size", "-o", tmp_path / "x.svg"]
    assert command("plot", "self", *options) == (0, "", "")
    assert "</svg>" in (tmp_path / "x.svg").read_text()
    interrupted(1)
    assert command("plot", "self", *options[:-1], tmp_path / "y.svg") == (130, "", "")
    assert not (tmp_path / "y.svg").exists()


@linux
@pytest.mark.usefixtures("matplotlib")
def test_growth_tells_a_terminal_how_far_it_is(command, interrupted, monkeypatch, tmp_path):
    interrupted(3)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = command("plot", "self", "--kind", "growth", "--measure", "size", "-o", tmp_path / "x.svg")[2]
    assert re.fullmatch(r"(\r\d readings? in \d+ s; Ctrl-C ends it and draws ){3}\n", err)


@linux
@pytest.mark.usefixtures("matplotlib", "clock")
def test_growth_of_what_cannot_be_read(command, proc):
    directory = proc.add(7, b"hello\n")
    options = ["--kind", "growth", "--every", "10ms", "--for", "30ms", "--proc", proc.root]
    assert command("plot", 7, *options, "--measure", "size")[0] == 5
    (directory / "smaps").write_bytes(b"1000-3000 rw-p 00000000 00:00 0 \nRss:   8 kB\n")
    status, _, err = command("plot", 7, *options, "--measure", "pss")
    assert (status, "pss is not known of" in err) == (2, True)
    assert command("plot", 7, *options)[0] == 0


@linux
@pytest.mark.usefixtures("matplotlib", "clock")
def test_one_reading_is_no_growth(command):
    with sleeping() as pid:
        status, _, err = command("plot", pid, "--kind", "growth", "--every", "10s", "--for", "1s")
    assert (status, "1 reading made" in err) == (1, True)


@pytest.mark.parametrize(
    ("target", "options", "says"),
    [
        ("LISTING", [], "a listing does not grow"),
        ("self", ["-o", "x.jpg"], "x.jpg names no picture of growth: it ends in .svg, .png, .pdf"),
    ],
)
@pytest.mark.usefixtures("matplotlib")
def test_what_has_no_growth(command, listing, target, options, says):
    status, _, err = command("plot", listing if target == "LISTING" else target, "--kind", "growth", *options)
    assert (status, says in err) == (2, True)


@unix
def test_a_closed_pipe_is_silent(listing):
    done = subprocess.run(
        ["sh", "-c", f"{shlex.quote(sys.executable)} -m procmaps plot {listing}; echo $? >&2"],
        stdout=closed_pipe(),
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    assert done.stderr == b"141\n"


def closed_pipe():
    read, write = os.pipe()
    os.close(read)
    return write


def test_it_loads_nothing_that_it_does_not_need(listing):
    done = run("plot", listing, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert b"matplotlib" not in done.stderr
