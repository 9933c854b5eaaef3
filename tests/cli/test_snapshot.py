"""The verb `snapshot`: where it saves, what it says of it, what it cannot."""

from __future__ import annotations

import json
import os

import pytest

import procmaps
from procmaps.cli import main
from support.children import reaped, sleeping
from support.command import LISTING, linux, run

pytestmark = linux


@pytest.fixture(scope="module")
def child():
    with sleeping() as pid:
        yield pid


def test_to_a_file(command, child, tmp_path):
    path = tmp_path / "be,fore\n"
    status, out, err = command("snapshot", child, "-o", path)
    taken = procmaps.Snapshot.from_path(path)
    assert (status, err, taken.pid, taken.usages) == (0, "", child, None)
    header, row = out.splitlines()
    assert header.split() == ["PID", "MAPS", "SIZE", "PATH"]
    assert row.split()[:2] == [str(child), str(len(taken.maps))]
    assert row.endswith("be,fore\\x0a")
    assert taken.about["command"]
    assert taken.maps == procmaps.from_pid(child)


def test_to_standard_output(child):
    for where in ([], ["-o", "-"]):
        done = run("snapshot", child, "--memory", "--no-command", *where)
        taken = procmaps.Snapshot.parse(done.stdout)
        assert (done.returncode, done.stderr, taken.about["command"]) == (0, b"", None)
        assert taken.usages.total().rss > 0


def test_every_verb_reads_it(command, child, tmp_path):
    command("snapshot", child, "-m", "-o", tmp_path / "x")
    title = f"{tmp_path / 'x'}: {procmaps.Snapshot.from_path(tmp_path / 'x').about['name']} (pid {child}) on "
    assert command(tmp_path / "x")[0] == command("mem", tmp_path / "x")[0] == 0
    assert command(tmp_path / "x", "nothing")[2].startswith(f"procmaps: {title}")
    assert run("-", stdin=(tmp_path / "x").read_bytes()).returncode == 0


@pytest.mark.parametrize("about", [b"3", b"[3]", b'"x"', b"{", b"[" * 100_000])
def test_a_heading_that_says_nothing(command, tmp_path, about):
    (tmp_path / "x").write_bytes(b"# procmaps snapshot 1 of maps " + about + b"\n" + LISTING)
    assert command(tmp_path / "x", "nothing")[2] == f"procmaps: {tmp_path / 'x'}: none of 7 mappings matches\n"


def test_the_title_is_harmless(command, tmp_path):
    (tmp_path / "x").write_bytes(b'# procmaps snapshot 1 of maps {"name": "\\u001b[2J", "pid": "\\n"}\n' + LISTING)
    assert "x: \\x1b[2J (pid \\x0a) on unknown, unknown: none of" in command(tmp_path / "x", "nothing")[2]


def test_several(command, child, tmp_path):
    status, out, err = command("snapshot", child, os.getpid(), "-o", tmp_path / "d", "--json")
    names = [f"{child}.snapshot", f"{os.getpid()}.snapshot"]
    assert (status, err) == (0, "")
    records = json.loads(out)["snapshots"]
    assert [os.path.basename(record["path"]) for record in records] == names
    assert [record["about"]["pid"] for record in records] == [child, os.getpid()]
    assert sorted(os.listdir(tmp_path / "d")) == sorted(names)


def test_one_of_several_is_not_there(command, child, tmp_path):
    gone = reaped()
    status, out, err = command("snapshot", child, gone, "-o", tmp_path / "d", "--no-header")
    assert (status, out.split()[0]) == (4, str(child))
    assert err == f"procmaps: 1 of 2 processes could not be found, or ended: {gone}\n"
    assert command("snapshot", gone, reaped(), "-o", tmp_path / "d", "-q")[:2] == (4, "")
    assert command("snapshot", gone, "-o", tmp_path / "x")[0] == 4


def test_one_of_several_cannot_be_meant(command, child, tmp_path):
    saving = ("-o", tmp_path / "d", "--no-header")
    status, out, err = command("snapshot", "no process is called so", child, "../x", *saving)
    assert (status, out.split()[0]) == (4, str(child))
    lines = err.splitlines()
    assert lines[0] == "procmaps: no process is called no process is called so, and no file"
    assert lines[-1] == "procmaps: ../x is no process: a listing is saved already"
    assert command("snapshot", "../x", child, *saving)[0] == 2


def test_all(command, proc, tmp_path):
    proc.add(12, LISTING)
    proc.add(13, LISTING)
    proc.add(2, b"", flags=0x200000)
    status, out, _ = command("snapshot", "--all", "--proc", proc.root, "-o", tmp_path / "d", "-q")
    assert (status, out) == (0, "")
    assert sorted(os.listdir(tmp_path / "d")) == ["12.snapshot", "13.snapshot"]
    assert procmaps.from_path(tmp_path / "d" / "12.snapshot") == procmaps.from_str(LISTING)


def test_all_but_one_that_cannot_be_understood(command, proc, tmp_path):
    proc.add(12, b"x\n")
    saving = ("snapshot", "--all", "--proc", proc.root, "-o", tmp_path / "d")
    why = "processes have a listing that cannot be understood (procmaps PID says where): 12"
    assert command(*saving) == (5, "", f"procmaps: 1 of {why.replace('processes', '1 process')}\n")
    proc.add(13, LISTING)
    status, out, err = command(*saving, "--no-header")
    assert (status, out.split()[0], err) == (0, "13", f"procmaps: 1 of 2 {why}\n")


def test_none_of_all_has_memory(command, proc, tmp_path):
    proc.add(2, b"", flags=0x200000)
    status, out, err = command("snapshot", "--all", "--proc", proc.root, "-o", tmp_path / "d")
    assert (status, out, err) == (1, "", "procmaps: none of 1 process has memory of its own\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "which process? Name some, or give --all"),
        (["--all", "1"], "which process? Name some, or give --all"),
        (["--all"], "several snapshots need a directory: -o DIRECTORY"),
        (["self", "1", "-o", "-"], "several snapshots need a directory: -o DIRECTORY"),
        (["self", "--json"], "--json, --jsonl and --csv tell where snapshots were saved: -o FILE"),
        (["./x"], "./x is no process: a listing is saved already"),
        (["self", "-o", "/missing/x"], "cannot write /missing/x: No such file or directory"),
        (["self", "1", "-o", "/dev/null/x"], "cannot make the directory /dev/null/x: Not a directory"),
    ],
)
def test_what_cannot_be_done(command, arguments, expected):
    assert command("snapshot", *arguments) == (2, "", f"procmaps: {expected}\n")


def test_a_listing_of_an_unknown_kernel(command, proc, tmp_path):
    proc.add(12, b"x\n")
    assert command("snapshot", 12, "--proc", proc.root, "-o", tmp_path / "x")[0] == 5


def test_a_full_disk(child):
    with open("/dev/full", "wb") as full:
        done = run("snapshot", child, stdout=full)
    assert (done.returncode, done.stderr) == (2, b"procmaps: cannot write: No space left on device\n")


def test_no_standard_output(child, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout", None)
    assert main(["snapshot", str(child)]) == 2
    assert capsys.readouterr().err == "procmaps: cannot write: Bad file descriptor\n"


def test_names_are_not_sent_to_a_terminal(child, monkeypatch, capsys):
    monkeypatch.setattr("procmaps.cli._output.terminal_width", lambda _: 80)
    assert main(["snapshot", str(child)]) == 2
    assert "which are not for a terminal: -o FILE" in capsys.readouterr().err
