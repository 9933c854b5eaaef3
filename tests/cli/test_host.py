"""The verbs that ask every process: what they print, and what they say of those that they could not read."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace

import pytest

import procmaps.host
import procmaps.query
from procmaps import _audit
from procmaps._audit_rules import RULES
from procmaps.cli import _host, _permissions
from procmaps.cli._progress import Progress
from support.children import reaped, sleeping
from support.command import linux
from support.fake_proc import PF_KTHREAD
from support.made_host import COMPILER, DECOYS, PLAIN, Workshop, made_host

pytestmark = [linux, pytest.mark.skipif(COMPILER is None, reason="needs a C compiler to make libraries")]

CASES = {name: PLAIN[name] for name in ("live", "deleted", "replaced", "overwritten")} | {"memfd": DECOYS["memfd"]}


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    place = tmp_path_factory.mktemp("host")
    with made_host(Workshop(place), place, CASES) as processes:
        yield {made.case: made.pid for made in processes}


def rows(out, *pids):
    """Return the lines of some processes, in single blanks."""
    lines = [" ".join(line.split()) for line in out.splitlines()]
    return [line for line in lines if set(line.split()[:3]) & {str(pid) for pid in pids}]


def use_of(uses, pid):
    """Return the one of a process: on this host there may be another run of these tests."""
    (use,) = [use for use in uses if use["pid"] == pid]
    return use


# who


def test_who(command, host):
    status, out, _ = command("who", "libdeleted.so.1")
    assert (status, out.splitlines()[0].split()) == (0, ["PID", "PROCESS", "UNIT", "STATE", "PATH"])
    (row,) = rows(out, *host.values())
    assert row.split()[:2] == [str(host["deleted"]), "made-host"]
    assert row.endswith("libdeleted.so.1")
    assert " deleted " in row


def test_who_by_state(command, host):
    status, out, _ = command("who", "lib*.so.1", "--state", "deleted,replaced", "--no-header", "--reasons")
    ours = rows(out, *host.values())
    assert status == 0
    assert [row.split()[0] for row in ours] == [str(host["deleted"]), str(host["replaced"])]
    assert "its name was removed and is another file's now" in ours[1]


@pytest.mark.parametrize("library", ["", f"fe:01:{10**20 - 1}", f"{1 << 32:x}:1:9", f"1:{1 << 64:x}:9"])
def test_who_of_what_cannot_be(command, library):
    status, out, err = command("who", library)
    assert (status, out) == (2, "")
    assert err.startswith("procmaps: LIBRARY: ")


def test_who_finds_nothing(command):
    status, out, err = command("who", "libnothing-is-called-so")
    assert (status, out) == (1, "")
    assert "processes that could be read maps it" in err
    assert command("who", "libnothing-is-called-so", "-q") == (1, "", "")


def test_who_by_numbers(command, host):
    status, out, _ = command("who", "liblive", "--json")
    use = use_of(json.loads(out)["uses"], host["live"])
    assert status == 0
    major, minor = use["device"]
    (line,) = command("who", f"{major:02x}:{minor:02x}:{use['inode']}", "--no-header")[1].splitlines()
    assert line.split()[0] == str(host["live"])


def test_who_by_build_id(command, host):
    (use,) = [use for use in procmaps.host.who("liblive") if use.process.pid == host["live"]]
    with procmaps.query.Process(host["live"]) as process:
        build_id = process.build_id(use.process.maps[0]).hex()
    assert rows(command("who", build_id.upper())[1], host["live"])
    assert command("who", "0" * 40)[0] == 1


@pytest.mark.parametrize("text", ["0:0:x", "q:1:2", ":1:2", "1::2", "08:01", "deadbeef"])
def test_who_takes_other_texts_for_names(command, text):
    assert command("who", text)[:2] == (1, "")


def test_who_refuses_a_state_that_is_none(command):
    status, _, err = command("who", "libc", "--state", "gone")
    assert status == 2
    assert "no state is called 'gone'; there are current, deleted, " in err


# stale


def test_stale(command, host):
    status, out, err = command("stale", *host.values())
    assert status == 1
    assert out.splitlines()[0].split() == ["PID", "PROCESS", "UNIT", "STATE", "PATH"]
    assert [row.split()[3] for row in rows(out, *host.values())] == ["deleted", "replaced", "unsure"]
    assert "ignored: 1 memfd (--all shows them)" in err


def test_stale_with_reasons_and_what_is_ignored(command, host):
    _, out, err = command("stale", *host.values(), "--all", "--reasons", "--no-header")
    ours = rows(out, *host.values())
    assert "ignored: memfd memory of memfd_create(2)" in ours[-1]
    assert "its file was written to after the process started" in ours[2]
    assert "ignored" not in err


def test_stale_without_what_is_unsure(command, host):
    assert command("stale", host["overwritten"], "--sure")[:2] == (0, "")
    assert command("stale", host["deleted"], "--sure")[0] == 1
    assert "nothing is stale in 1 process that could be read" in command("stale", host["live"])[2]
    assert command("stale", host["live"], "-q") == (0, "", "")


def test_stale_units(command, host):
    status, out, err = command("stale", host["deleted"], "--units")
    assert (status, out.count("\n")) == (1, len({unit for unit in [_unit(host["deleted"])] if unit}))
    assert err == ""


def test_units_are_safe_to_print(command, proc):
    """Who is given a control group can make others in it, of any name."""
    directory = proc.add(7, b"1000-2000 r-xp 00000000 08:01 9          /lib/liba.so (deleted)\n")
    (directory / "cgroup").write_bytes(b"0::/delegated/\x1b[2Jx.service\n")
    assert command("stale", "--units", "--proc", proc.root)[:2] == (1, "\\x1b[2Jx.service\n")


def _unit(pid):
    (process,) = procmaps.host.scan([pid])
    return process.unit


def test_stale_of_a_process_by_name(command):
    status, _, err = command("stale", "no process is called so")
    assert status == 4
    assert "no process is called" in err
    assert command("stale", ".//x")[0] == 2


# audit


@pytest.mark.usefixtures("quiet")
def test_audit(command, host):
    status, out, err = command("audit", host["deleted"], host["memfd"], host["live"])
    assert status == 1
    assert out.splitlines()[0].split() == ["SEVERITY", "RULE", "PID", "PROCESS", "ADDRESS", "PERMS", "WHAT"]
    assert [row.split()[:3] for row in rows(out, *host.values())] == [
        ["medium", "PM005", str(host["memfd"])],
        ["low", "PM007", str(host["deleted"])],
    ]
    assert "2 findings in 3 processes" in err


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr(_audit, "_writable_by_all", lambda *_: ())


@pytest.mark.usefixtures("quiet")
def test_audit_fails_on_what_is_severe_enough(command, host):
    assert command("audit", host["memfd"], "--fail-on", "medium")[0] == 1
    assert command("audit", host["memfd"], "--fail-on", "high")[0] == 0
    assert command("audit", host["memfd"], "--ignore", "PM005")[:2] == (0, "")
    status, _, err = command("audit", host["memfd"], host["deleted"], "--ignore", "PM005:*JITCode*")
    assert (status, "1 finding in 2" in err) == (1, True)
    assert command("audit", host["memfd"], "-q") == (1, "", "")


@pytest.mark.usefixtures("quiet")
def test_audit_as_data(command, host):
    _, out, err = command("audit", host["memfd"], "--sarif")
    assert json.loads(out)["runs"][0]["results"][0]["ruleId"] == "PM005"
    assert err == ""
    (line,) = command("audit", host["memfd"], "--jsonl")[1].splitlines()
    assert json.loads(line)["rule_name"] == "memfd-code"


def test_audit_rules(command):
    status, out, _ = command("audit", "--rules")
    assert (status, len(out.splitlines())) == (0, 12)


@pytest.mark.parametrize("words", [[], ["--all", "self"], ["self", "--ignore", "PM1"]])
def test_audit_has_to_know_of_what(command, words):
    status, _, err = command("audit", *words)
    assert (status, "Try: procmaps audit --" in err) == (2, True)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_rules_are_told_in_full_on_a_terminal(command, monkeypatch, columns):
    monkeypatch.setattr("procmaps.cli._output.terminal_width", lambda _: columns)
    _, out, _ = command("audit", "--rules", "--color", "never")
    assert max(map(len, out.splitlines())) <= columns
    assert (out.count("\n") == 12) == (columns == 200)
    for rule in RULES:
        assert f"{rule.id} {rule.severity} {rule.name} {rule.what}" in " ".join(out.split())


@pytest.mark.usefixtures("quiet")
def test_findings_are_told_in_full_on_a_terminal(command, host, monkeypatch):
    monkeypatch.setattr("procmaps.cli._output.terminal_width", lambda _: 80)
    _, out, _ = command("audit", host["memfd"], "--color", "never")
    assert not any(line.endswith(" ") for line in out.splitlines())
    assert "/memfd:JITCode:QtQml (deleted)" in " ".join(out.split())


# limits


def test_limits(command, host):
    status, out, _ = command("limits", host["live"], host["memfd"], "--top", "1", "--why")
    assert status == 0
    assert out.splitlines()[0].split() == ["MAPPINGS", "LIMIT", "USED", "PID", "PROCESS", "MOSTLY"]
    (row,) = rows(out, host["live"]) or [" ".join(line.split()) for line in out.splitlines()[1:2]]
    assert int(row.split()[0]) > 5
    assert "  kinds: " in out
    assert " times: their permissions differ" in out


def test_limits_over(command, proc):
    (proc.root / "sys" / "vm").mkdir(parents=True)
    (proc.root / "sys" / "vm" / "max_map_count").write_bytes(b"4\n")
    proc.add(7, b"".join(b"%x000-%x000 rw-p 00000000 00:00 0 \n" % (i, i + 1) for i in range(1, 4)), comm="near")
    assert command("limits", "--over", "75", "--proc", proc.root)[0] == 0
    status, out, _ = command("limits", "--over", "74%", "--proc", proc.root, "--no-header", "--color", "always")
    assert status == 1
    assert "3 4 75% 7 near 3 anonymous rw-p of 4K" in out
    assert command("limits", "--over", "74", "--proc", proc.root, "-q") == (1, "", "")


def test_numbers_are_aligned_at_the_right(command, proc):
    proc.add(7, b"1000-2000 rw-p 00000000 00:00 0 \n", comm="one")
    proc.add(12345, b"".join(b"%x000-%x800 r--p 00000000 00:00 0 \n" % (i, i) for i in range(1, 12)), comm="b")
    assert command("limits", "--proc", proc.root)[1].splitlines() == [
        "MAPPINGS LIMIT USED   PID PROCESS MOSTLY",
        "      11     ?    ? 12345 b       11 anonymous r--p of 2K",
        "       1     ?    ?     7 one     1 anonymous rw-p of 4K",
    ]


def test_limits_unknown(command, proc):
    proc.add(7, b"1000-2000 rw-p 00000000 00:00 0 \n")
    status, out, _ = command("limits", "--proc", proc.root, "--no-header")
    assert (status, out.split()[:4]) == (0, ["1", "?", "?", "7"])
    assert json.loads(command("limits", "--proc", proc.root, "--json")[1])["processes"][0]["limit"] is None


@pytest.mark.parametrize("words", [["--top", "0"], ["--top", "x"], ["--over", "101"], ["--over", "x"]])
def test_limits_refuses(command, words):
    assert command("limits", *words)[0] == 2


# What could not be read


def test_what_could_not_be_read_is_told(command, proc):
    proc.add(1, b"no line\n")
    proc.add(2, b"", flags=PF_KTHREAD)
    status, _, err = command("limits", "--proc", proc.root)
    assert status == 0
    assert "procmaps: process 1 could not be read: line 1, column 1: " in err
    assert command("limits", "--proc", proc.root, "--strict")[0] == 6
    assert command("stale", 1, "--proc", proc.root)[0] == 6
    document = json.loads(command("limits", "--proc", proc.root, "--json")[1])["scan"]
    assert (document["processes"], document["kernel_threads"], document["failed"][0]["pid"]) == (2, 1, 1)


class Refused:
    """An answer that some processes refused."""

    def __init__(self, uids):
        self.scan = SimpleNamespace(refused=[SimpleNamespace(uid=uid) for uid in uids], failed=[], total=9)


def test_who_refused_is_told(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert _host.unseen(Refused([5, 0, 5, None]), "/proc") == [
        "procmaps: 4 of 9 processes could not be read (of uid 0, 5)",
        "  Reading processes of others needs root or CAP_SYS_PTRACE. You are uid 1000.",
    ]
    assert "(of uid" not in _host.unseen(Refused(range(9)), "/proc")[0]
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert _host.unseen(Refused([5]), "/proc")[1:] == [
        "  A security module, a user namespace or missing capabilities forbid it."
    ]
    assert _host.unseen(Refused([]), "/proc") == []


def test_a_process_that_was_named_must_be_there(command, proc):
    status, _, err = command("stale", reaped(), os.getpid())
    assert status == 4
    assert "no such process" in err
    assert command("limits", os.getpid())[0] == 0
    assert command("limits", "4711", "--proc", proc.root, "-q") == (4, "", "")


def test_a_name_that_is_wrong_does_not_keep_the_others(command, proc):
    proc.add(12, b"1000-2000 rwxp 00000000 00:00 0 \n")
    looking = ("audit", 12, "nobody", "../x", "--proc", proc.root)
    status, out, err = command(*looking, "--no-header")
    assert (status, "12" in out) == (4, True)
    assert err.splitlines()[:2] == [
        "procmaps: no process is called nobody, and no file",
        "procmaps: ../x is no process",
    ]


def test_if_no_name_is_right_nothing_else_is_asked(command):
    why = "procmaps: {} is no process\n"
    assert command("limits", "../x", "../y") == (2, "", why.format("../x") + why.format("../y"))


def test_a_process_that_was_named_must_be_readable():
    options = SimpleNamespace(targets=["7"], misnamed=0, quiet=True, strict=False)
    answer = Refused([0])
    answer.scan.vanished = []
    assert _host.status_of(answer, 0, options) == 3
    answer.scan.vanished = [8]
    assert _host.status_of(answer, 0, options) == 4
    answer.scan.failed = [9]
    assert _host.status_of(answer, 0, options) == 6
    options.targets = []
    assert _host.status_of(answer, 0, options) == 0
    options.strict = True
    assert _host.status_of(answer, 0, options) == 6


def test_what_is_hidden_is_told(monkeypatch, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text("22 27 0:21 / /proc rw - proc proc rw,hidepid=invisible\n", "ascii")
    monkeypatch.setattr(_permissions, "MOUNTS", str(mounts))
    monkeypatch.setattr(_permissions, "CONTAINER_MARKS", (str(mounts),))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    lines = _host.unseen(Refused([]), "/proc")
    assert "hidepid=invisible" in lines[0]
    assert "--pid=host" in lines[1]


@pytest.mark.parametrize("words", [["who", "libx"], ["stale"], ["audit", "--all"], ["limits"]])
def test_a_long_scan_says_how_far_it_is(monkeypatch, command, proc, words):
    told = []
    monkeypatch.setattr(Progress, "tell", lambda _, text: told.append(text))
    for pid in range(1, 3):
        proc.add(pid, b"1000-2000 rw-p 00000000 00:00 0 \n")
    command(*words, "--proc", proc.root)
    assert told == ["2 of 2 processes"]


def test_a_container_is_named_in_place_of_the_unit(proc):
    groups = {1: f"/docker/{'4f' * 32}", 2: "/lxc/web", 3: "/system.slice/x.service", 4: "/"}
    for pid, path in groups.items():
        proc.add(pid, b"1000-2000 rw-p 00000000 00:00 0 \n").joinpath("cgroup").write_text(f"0::{path}\n", "ascii")
    places = [_host.place(process) for process in procmaps.host.scan(proc=proc.root)]
    assert places == ["container 4f4f4f4f4f4f", "container web", "x.service", "-"]


def test_a_process_is_one_of_all(command):
    with sleeping() as pid:
        status, out, _ = command("who", "libc", "--csv")
        assert status == 0
        assert [line for line in out.splitlines() if line.startswith(f"{pid},")]
