"""The verb `mem`: the table and the JSON of memory use, what it costs, what it refuses."""

from __future__ import annotations

import json
import os
import sys

import pytest

import procmaps.smaps
from procmaps.cli import mem
from support.children import reaped, sleeping, stopped, zombie
from support.command import linux, run

SMAPS = b"""\
00400000-0040b000 r-xp 00000000 08:11 6553896                            /bin/caf\xe9 x
Size:                 44 kB
Rss:                  40 kB
Pss:                  20 kB
Private_Clean:        40 kB
Private_Dirty:         0 kB
Shared_Dirty:          0 kB
AnonHugePages:         0 kB
Swap:                  0 kB
VmFlags: rd ex mr mw me\x20
0060b000-0062c000 rw-p 00000000 00:00 0                                  [heap]
Size:                132 kB
Rss:                   8 kB
Pss:                   8 kB
Private_Clean:         0 kB
Private_Dirty:         8 kB
Shared_Dirty:          0 kB
AnonHugePages:         0 kB
Swap:                  4 kB
New:             \xe9
7f0000000000-7f0000021000 rw-p 00000000 00:00 0\x20
Size:                132 kB
Rss:                 100 kB
Pss:                 100 kB
Private_Clean:         0 kB
Private_Dirty:       100 kB
Shared_Dirty:          0 kB
AnonHugePages:         0 kB
Swap:                  0 kB
7f0000021000-7f0004000000 ---p 00000000 00:00 0\x20
Size:              65404 kB
Rss:                   0 kB
7f0008000000-7f0008200000 rw-p 00000000 00:00 0\x20
Size:               2048 kB
Rss:                2048 kB
Pss:                2048 kB
Private_Clean:         0 kB
Private_Dirty:      2048 kB
Shared_Dirty:          0 kB
AnonHugePages:      2048 kB
Swap:                  0 kB
"""
ROLLUP = b"""\
00400000-7f0008200000 ---p 00000000 00:00 0                              [rollup]
Rss:                2196 kB
Pss:                2176 kB
Private_Dirty:      2156 kB
Shared_Dirty:          0 kB
Swap:                  4 kB
"""
TABLE = """\
MAPPING                       MAPS  SIZE  RSS  PSS DIRTY SWAP THP
[anon]                           3   66M 2.1M 2.1M  2.1M    0  2M
  ├ glibc arena TIMES1 (by shape)    2   64M 100K 100K  100K    0   0
  └ other                        1    2M   2M   2M    2M    0  2M
/bin/caf\\xe9 x                   1   44K  40K  20K     0    0   0
[heap]                           1  132K   8K   8K    8K   4K   0
total                            5 66.2M 2.1M 2.1M  2.1M   4K  2M
""".replace("TIMES", "\N{MULTIPLICATION SIGN}")


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "smaps"
    path.write_bytes(SMAPS)
    return path


@pytest.fixture
def seven(proc):
    if sys.platform != "linux":
        pytest.skip("needs openat(2)")
    directory = proc.add(7, b"", comm="x")
    (directory / "comm").write_bytes(b"seven\n")
    (directory / "smaps").write_bytes(SMAPS)
    (directory / "smaps_rollup").write_bytes(ROLLUP)
    return proc


# The table


def test_the_table(command, saved):
    assert command("mem", saved) == (0, TABLE, "")


def test_a_process(command, seven):
    status, out, err = command("mem", 7, "--proc", seven.root)
    assert (status, out) == (0, TABLE)
    assert err.startswith("Reading smaps took ")
    assert err.endswith(
        " ms: so long the process had to wait if it mapped memory. --fast reads the roll-up: totals only.\n"
    )


def test_a_process_by_name(command, seven):
    assert command("mem", "seven", "--proc", seven.root)[:2] == (0, TABLE)


def test_standard_input():
    done = run("mem", "-", stdin=SMAPS, PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, TABLE, b"")


def test_by_mapping(command, saved):
    status, out, _ = command("mem", saved, "--by", "mapping")
    assert status == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == [
        "MAPPING",
        "0x7f0008000000-0x7f0008200000 rw-p [anon]",
        "0x7f0000000000-0x7f0000021000 rw-p [anon] glibc arena (by shape)",
        "0x400000-0x40b000 r-xp /bin/caf\\xe9 x",
        "0x60b000-0x62c000 rw-p [heap]",
        "0x7f0000021000-0x7f0004000000 ---p [anon] glibc arena (by shape)",
        "total",
    ]
    assert out.splitlines()[-2].split()[-7:] == ["1", "63.9M", "0", "-", "-", "-", "-"]


def test_by_kind(command, saved):
    status, out, _ = command("mem", saved, "--by", "kind", "--no-header")
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["anonymous", "3"],
        ["├", "glibc"],
        ["└", "other"],
        ["file", "1"],
        ["heap", "1"],
        ["total", "5"],
    ]


def test_fast(command, seven):
    status, out, err = command("mem", 7, "--fast", "--proc", seven.root)
    assert (status, out) == (
        0,
        "MAPPING MAPS SIZE  RSS  PSS DIRTY SWAP THP\ntotal      -    - 2.1M 2.1M  2.1M   4K   -\n",
    )
    assert err.startswith("Reading smaps_rollup took ")
    assert err.endswith(" ms: so long the process had to wait if it mapped memory.\n")


def test_in_ascii(saved):
    done = run("mem", saved, PYTHONIOENCODING="ascii")
    assert done.stdout.decode("ascii").splitlines()[2:4] == [
        "  |- glibc arena x1 (by shape)    2   64M 100K 100K  100K    0   0",
        "  `- other                        1    2M   2M   2M    2M    0  2M",
    ]


def test_the_time_it_took_is_told_as_exactly_as_makes_sense(monkeypatch, command, seven):
    times = iter([1.0, 1.0042, 2.0, 2.042])
    monkeypatch.setattr(mem.time, "perf_counter", lambda: next(times))
    assert "took 4.2 ms" in command("mem", 7, "--proc", seven.root)[2]
    assert "took 42 ms" in command("mem", 7, "--proc", seven.root)[2]


def test_quiet(command, seven, saved):
    assert command("mem", 7, "-q", "--proc", seven.root) == (0, "", "")
    assert command("mem", saved, "-q") == (0, "", "")


# JSON


def test_json(command, seven):
    status, out, err = command("mem", 7, "--json", "--proc", seven.root)
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert (document["schema"], document["pid"], document["source"]) == ("procmaps/1", 7, "smaps")
    assert document["seconds"] > 0
    assert document["without_memory"] is None
    total = document["total"]
    assert (total["rss"], total["swap"], total["thp"], total["ksm"]) == (2196 << 10, 4096, 2 << 20, None)
    anonymous, cat, heap = document["groups"]
    assert (anonymous["name"], anonymous["maps"], anonymous["rss"], anonymous["uss"]) == (
        None,
        3,
        2148 << 10,
        2148 << 10,
    )
    assert [(part["name"], part["count"], part["maps"], part["rss"]) for part in anonymous["parts"]] == [
        ("glibc arena", 1, 2, 100 << 10),
        ("other", 1, 1, 2 << 20),
    ]
    assert (cat["name"], cat["name_bytes"], cat["parts"]) == ("/bin/caf\ufffd x", "2f62696e2f636166e92078", [])
    assert (heap["name"], heap["dirty"], heap["swap"]) == ("[heap]", 8192, 4096)


def test_json_of_mappings(command, saved):
    status, out, _ = command("mem", saved, "--json", "--by", "mapping")
    document = json.loads(out)
    assert status == 0
    assert (document["pid"], document["seconds"]) == (None, None)
    cat, heap, arena, *_ = document["maps"]
    assert (cat["begin_address"], cat["perms"], cat["kind"], cat["pathname"]) == (
        *("0x400000", "r-xp", "file", "/bin/caf\ufffd x"),
    )
    assert (cat["size"], cat["rss"], cat["locked"], cat["thp_eligible"]) == (44 << 10, 40 << 10, None, None)
    assert cat["vm_flags"] == ["rd", "ex", "mr", "mw", "me"]
    assert (heap["other"], heap["vm_flags"], heap["shape"]) == ({"New": "\ufffd"}, None, None)
    assert (arena["shape"], arena["kernel_page_size"], arena["protection_key"]) == ("glibc arena", None, None)


def test_json_has_the_size_even_if_the_kernel_does_not_say_it(command, tmp_path):
    path = tmp_path / "smaps"
    path.write_bytes(b"1000-3000 r-xp 00000000 00:00 107598 /bin/cat\nPss:     1 kB\n")
    _, out, _ = command("mem", path, "--json", "--by", "mapping")
    (m,) = json.loads(out)["maps"]
    assert (m["size"], m["rss"], m["pss"]) == (8192, None, 1024)


def test_json_lines(command, saved, seven):
    status, out, _ = command("mem", saved, "--jsonl")
    assert status == 0
    assert [json.loads(line)["name"] for line in out.splitlines()] == [None, "/bin/caf\ufffd x", "[heap]"]
    status, out, err = command("mem", 7, "--fast", "--jsonl", "--proc", seven.root)
    (line,) = out.splitlines()
    assert (status, err) == (0, "")
    assert json.loads(line)["pss"] == 2176 << 10


def test_json_of_the_rollup(command, seven):
    status, out, _ = command("mem", 7, "--fast", "--json", "--proc", seven.root)
    document = json.loads(out)
    assert status == 0
    assert (document["source"], document["groups"]) == ("smaps_rollup", [])
    assert (document["total"]["pss"], document["total"]["size"]) == (2176 << 10, None)


# What it costs others


def with_rss(proc, kilobytes):
    status = b"Name:\tx\nVmRSS:\t%8d kB\n" % kilobytes
    (proc.root / "7" / "status").write_bytes(status)


@pytest.mark.parametrize("option", [[], ["--fast"]])
def test_a_large_process_is_warned_for(command, seven, option):
    with_rss(seven, 8 << 20)
    _, out, err = command("mem", 7, *option, "--proc", seven.root)
    assert out
    assert err.splitlines()[0] == (
        "procmaps: process 7 has 8G in memory: it will be held up for about 84 ms when it maps memory meanwhile. "
        "(--yes: do not say so.)"
    )
    assert "process 7" not in command("mem", 7, *option, "--yes", "--proc", seven.root)[2]


def test_others_are_not(command, seven):
    with_rss(seven, 4 << 20)
    assert "process 7" not in command("mem", 7, "--proc", seven.root)[2]


def test_the_own_process_is_not(command, seven):
    with_rss(seven, 8 << 20)
    (seven.root / "self").rmdir()
    (seven.root / "self").symlink_to("7")
    for target in ("7", "self"):
        assert command("mem", target, "--proc", seven.root)[2].startswith("Reading smaps took")


# Nothing to show


@linux
@pytest.mark.parametrize("option", [[], ["--fast"]])
def test_without_memory(command, proc, option):
    directory = proc.add(7, b"", flags=0x200000)
    for name in ("smaps", "smaps_rollup"):
        (directory / name).write_bytes(b"")
    (directory / "comm").write_bytes(b"kthreadd\n")
    arguments = ("mem", 7, *option, "--proc", proc.root)
    assert command(*arguments) == (1, "", "procmaps: kthreadd (pid 7): a kernel thread uses no memory\n")
    assert command(*arguments, "-q") == (1, "", "")
    status, out, _ = command(*arguments, "--json")
    assert (status, json.loads(out)["without_memory"]) == (1, "kernel thread")
    assert command(*arguments, "--jsonl")[:2] == (1, "")


def test_an_empty_text(command, tmp_path):
    path = tmp_path / "empty"
    path.touch()
    assert command("mem", path) == (1, "", f"procmaps: {path}: no mappings\n")


# Refused


def test_a_listing_without_fields(command, listing):
    status, out, err = command("mem", listing)
    assert (status, out) == (5, "")
    assert f"procmaps: {listing}, line 1, column " in err
    assert "size: expected a field in the line below" in err


def test_what_no_kernel_prints(command, seven):
    (seven.root / "7" / "smaps").write_bytes(SMAPS + b"x\n")
    lines = SMAPS.count(b"\n") + 1
    status, out, err = command("mem", 7, "--proc", seven.root)
    assert (status, out) == (5, "")
    assert err.startswith(f"procmaps: seven (pid 7), line {lines}, column 1: begin_address: expected ")


def test_no_rollup(command, seven):
    (seven.root / "7" / "smaps_rollup").unlink()
    status, out, err = command("mem", 7, "--fast", "--proc", seven.root)
    assert (status, out) == (2, "")
    assert err.splitlines()[0].startswith("procmaps: this kernel has no smaps_rollup: Linux has it from 4.14 on")
    assert err.splitlines()[1] == "  Without --fast the mappings are added up."


def test_no_smaps(command, seven):
    (seven.root / "7" / "smaps").unlink()
    status, out, err = command("mem", 7, "--proc", seven.root)
    assert (status, out) == (2, "")
    assert "this kernel has no smaps: built with CONFIG_PROC_PAGE_MONITOR" in err


def test_fast_is_for_processes(command, saved):
    status, _, err = command("mem", saved, "--fast")
    assert status == 2
    assert "--fast is for processes" in err


def test_a_torn_process(command, seven):
    (seven.root / "7" / "smaps").write_bytes(SMAPS.replace(b"0060b000-", b"00400000-"))
    status, out, err = command("mem", 7, "--proc", seven.root)
    assert (status, out) == (6, "")
    assert "the mappings changed in each of 10 readings" in err


def test_unknown_rows(command, saved):
    status, _, err = command("mem", saved, "--by", "color")
    assert status == 2
    assert "module" in err


# Living processes


@linux
def test_this_process(command):
    status, out, err = command("mem", "self")
    assert status == 0
    assert "[heap]" in out or "[anon]" in out
    assert "Reading smaps took" in err


@linux
def test_a_living_process(command):
    with sleeping() as pid, stopped(pid):
        status, out, _ = command("mem", pid, "--json")
        total = procmaps.smaps.from_pid(pid).total()
    document = json.loads(out)
    assert (status, document["pid"]) == (0, pid)
    assert (document["total"]["rss"], document["total"]["size"]) == (total.rss, total.size)
    assert sum([group["maps"] for group in document["groups"]]) == total.count
    assert sum([group["rss"] for group in document["groups"]]) == total.rss


@linux
def test_no_process(command):
    pid = reaped()
    status, out, err = command("mem", pid)
    assert (status, out) == (4, "")
    assert f"No such process {pid}" in err or f"no such process {pid}" in err
    with zombie() as dead:
        assert command("mem", dead)[0] == 1


@linux
def test_a_process_that_may_not_be_read(command):
    try:
        os.close(os.open("/proc/1/smaps", os.O_RDONLY))
    except PermissionError:
        status, out, err = command("mem", 1)
        assert (status, out) == (3, "")
        assert "cannot read /proc/1/smaps: permission denied" in err
    else:
        assert command("mem", 1)[0] == 0
