"""The verb `diff`: exit statuses, the table, data, memory, two runs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from procmaps import Diff
from procmaps._diff_table import summary
from support.children import sleeping, stopped
from support.command import LISTING, linux, run

GROWN = LISTING.replace(b"0060b000-0062c000", b"0060b000-0064c000")


@pytest.fixture
def after(tmp_path):
    path = tmp_path / "after"
    path.write_bytes(GROWN.replace(b"r--p 00000000 08:11 77 ", b"r--p 00000000 08:11 78 "))
    return path


def test_what_changed(command, listing, after):
    assert command("diff", listing, after) == (
        1,
        """\
  BEGIN          END            PERMS SIZE CHANGE WHAT     PATHNAME
~ 0x60b000       0x64c000       rw-p  260K  +128K grown    [heap]
~ 0x7f0000001000 0x7f0000005000 r--p   16K      0 replaced /lib/old.so (deleted) (inode 77, now 78)
""",
        "",
    )


def test_nothing_changed(command, listing):
    assert command("diff", listing, listing) == (0, "", "")
    assert command("diff", listing, listing, "-q") == (0, "", "")


def test_some_changes(command, listing, after):
    status, out, _ = command("diff", listing, after, "--what", "grown,added", "--no-header")
    assert (status, out.count("\n"), "grown" in out) == (1, 1, True)
    assert command("diff", listing, after, "--what", "added") == (0, "", "")
    assert command("diff", listing, after, "--what", "more")[2].startswith(
        "procmaps: argument --what: no change is called 'more'; there are added, removed, "
    )
    assert command("diff", listing, after, "-q") == (1, "", "")


def test_data(command, listing, after):
    document = json.loads(command("diff", listing, after, "--json")[1])
    assert document["old"] == {"title": str(listing), "pid": None, "maps": 7}
    assert (document["schema"], document["normalized"]) == ("procmaps/1", False)
    lines = [json.loads(line) for line in command("diff", listing, after, "--jsonl")[1].splitlines()]
    assert [{"schema": "procmaps/1", **change} for change in document["changes"]] == lines
    assert [change["what"] for change in lines] == [["grown"], ["replaced"]]
    rows = list(csv.DictReader(io.StringIO(command("diff", listing, after, "--csv")[1])))
    assert next((row["what"], row["new_end_address"], row["old_end_address"]) for row in rows) == (
        "grown",
        "0x64c000",
        "0x62c000",
    )
    assert json.loads(command("diff", listing, listing, "--json")[1])["changes"] == []


def test_standard_input_is_one_of_the_two(command, listing):
    done = run("diff", "-", listing, stdin=GROWN)
    assert (done.returncode, b"shrunk" in done.stdout) == (1, True)
    assert command("diff", "-", "-")[2] == "procmaps: standard input can be one of the two only\n"


def test_a_torn_listing(command, listing, tmp_path):
    (tmp_path / "torn").write_bytes(b"1000-3000 r--p 0 0:0 0 /a\n2000-4000 r--p 0 0:0 0 /b\n")
    status, out, err = command("diff", listing, tmp_path / "torn")
    assert (status, out) == (6, "")
    assert err.startswith("procmaps: mappings overlap at 0x2000: the listing was torn, or edited\n  With --normalize")
    assert command("diff", tmp_path / "torn", tmp_path / "torn", "-n")[0] == 0


def test_what_cannot_be_read(command, listing, tmp_path):
    (tmp_path / "bad").write_bytes(b"x\n")
    assert command("diff", listing, tmp_path / "bad")[0] == 5
    assert command("diff", listing, tmp_path / "bad", "-m")[0] == 5
    assert command("diff", listing, "/missing/x")[0] == 2


SMAPS = b"9000-d000 rw-p 00000000 00:00 0 [heap]\nRss: %d kB\nPrivate_Dirty: 0 kB\nShared_Dirty: 0 kB\nSwap: 0 kB\n"


def test_memory_of_saved_texts(command, tmp_path):
    (tmp_path / "a").write_bytes(SMAPS % 8)
    status, out, _ = command("diff", tmp_path / "a", tmp_path / "a", "--memory")
    assert (status, out) == (0, "")
    done = run("diff", tmp_path / "a", "-", "--memory", stdin=SMAPS % 108)
    assert done.stdout.decode().splitlines() == [
        "  BEGIN  END    PERMS SIZE CHANGE   RSS WHAT   PATHNAME",
        "~ 0x9000 0xd000 rw-p   16K      0 +100K memory [heap]",
    ]


@linux
def test_memory_of_an_unknown_kernel(command, proc):
    proc.add(12, LISTING)
    (proc.root / "12" / "smaps").write_bytes(b"x\n")
    status, out, err = command("diff", 12, 12, "--memory", "--proc", proc.root)
    assert (status, out) == (5, "")
    assert err.startswith("procmaps:  (pid 12), line 1, column 1: ")


def test_the_summary():
    assert summary(Diff()) == "no changes"


@linux
def test_a_process_and_its_snapshot(command, tmp_path):
    with sleeping() as pid, stopped(pid):
        assert command("snapshot", pid, "-m", "-o", tmp_path / "x")[0] == 0
        assert command("diff", tmp_path / "x", pid) == (0, "", "")
        status, out, err = command("diff", tmp_path / "x", pid, "-m", "--json")
        assert (status, err) == (0, "")
        assert json.loads(out)["new"]["pid"] == pid


@linux
def test_two_processes(command):
    with sleeping() as one, sleeping() as other:
        _, out, err = command("diff", one, other, "-n", "--csv")
        assert err == ""
        rows = list(csv.DictReader(io.StringIO(out)))
        _, out, err = command("diff", one, other, "--csv")
        assert err == "procmaps: these are two processes: --normalize compares them whatever their addresses\n"
        assert len(rows) * 2 < len(list(csv.DictReader(io.StringIO(out))))
        assert not [row for row in rows if row["new_kind"] == "file"]
