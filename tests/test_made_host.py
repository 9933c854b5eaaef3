"""A host that was made for it: every verdict is what was set up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import procmaps.host
from support.children import talking
from support.made_host import COMPILER, DECOYS, PLAIN, PRIVILEGED, Workshop, made_host, may_unshare

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc"),
    pytest.mark.skipif(COMPILER is None, reason="needs a C compiler to make libraries"),
]

NOBODY = 65534
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to be somebody else")

# In turns: some of what follows dies or is born while the host is looked at.
CHURN = """if True:
    import os, sys, time
    children = []
    while True:
        children.append(os.posix_spawn("/bin/sleep", ["sleep", "0.02"], {}))
        while len(children) > 20:
            os.waitpid(children.pop(0), 0)
"""


def cases():
    return {**PLAIN, **DECOYS, **(PRIVILEGED if os.geteuid() == 0 and may_unshare() else {})}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module")
def small(shop, tmp_path_factory):
    with made_host(shop, tmp_path_factory.mktemp("host"), cases()) as host:
        yield host


def verdicts(answer, pids):
    """Return what is stale in each of some processes."""
    found = {pid: set() for pid in pids}
    for entry in answer:
        if entry.process.pid in found:
            found[entry.process.pid].add((entry.fate.state, entry.path))
    return found


def wrong(answer, host):
    found = verdicts(answer, [made.pid for made in host])
    return [(made.case, found[made.pid], made.stale) for made in host if found[made.pid] != made.stale]


def failed(answer, host):
    """Return what failed of a made host; others of this machine may be such as never stand still."""
    pids = {made.pid for made in host}
    return [unread for unread in answer.scan.failed if unread.pid in pids]


def who(what, host):
    """Return the uses by a made host alone: beside it there may be another one, of the same names."""
    pids = {made.pid for made in host}
    return [use for use in procmaps.host.who(what) if use.process.pid in pids]


def test_every_verdict_is_right(small):
    answer = procmaps.host.stale()
    assert wrong(answer, small) == []
    assert failed(answer, small) == []


def test_every_decoy_is_ignored_by_its_rule(small):
    answer = procmaps.host.stale()
    rules = {entry.process.pid: entry.rule.id for entry in answer.ignored}
    decoys = {made.pid: made.case for made in small if made.case in DECOYS}
    assert {pid: rules.get(pid) for pid in decoys} == decoys


def test_the_table_of_rules_is_all_tried():
    """But for what takes hardware, and what the kernel makes for itself."""
    assert {rule.id for rule in procmaps.host.STALE_RULES} - set(DECOYS) == {"kernel", "device"}


@pytest.mark.parametrize("case", ["live", "deleted", "replaced", "overwritten"])
def test_who_maps_a_library(small, case):
    (made,) = [made for made in small if made.case == case]
    state = {"live": "current", "overwritten": "unsure"}.get(case, case)
    stem = f"lib{case}"
    for name in (stem, f"{stem}.so.1", f"{stem}.s?.1", f"*/{stem}.so.1"):
        (use,) = who(name, small)
        assert (use.process.pid, use.fate.state) == (made.pid, state)
        assert os.path.basename(use.path) == f"{stem}.so.1"
    maps = use.process.maps
    assert {use.process.pid for use in procmaps.host.who((maps[0].device, maps[0].inode))} == {made.pid}
    assert made.pid in [use.process.pid for use in procmaps.host.who(use.path)]


def test_who_by_a_link_and_by_another_name(small, tmp_path):
    (made,) = [made for made in small if made.case == "live"]
    (use,) = who("liblive", small)
    link = tmp_path / "link.so"
    link.symlink_to(use.path)
    assert [use.process.pid for use in procmaps.host.who(str(link))] == [made.pid]
    os.link(use.path, f"{use.path}.other")
    assert [use.process.pid for use in procmaps.host.who(f"{use.path}.other")] == [made.pid]


def test_who_by_the_name_that_programs_ask_for(shop, tmp_path):
    path = shop.library(tmp_path / "libasked-2.31.so")
    (tmp_path / "libasked.so.6").symlink_to("libasked-2.31.so")
    (tmp_path / "libasked.so.5").symlink_to("nothing")
    shop.library(tmp_path / "libasked.so.4")
    other = shop.library(tmp_path / "libasked.so.3.0.11")
    child = subprocess.Popen([shop.child, "load", path, "load", other], stdout=subprocess.PIPE)
    try:
        assert child.stdout.readline().startswith(b"ready ")

        def found(name):
            return [use.path for use in procmaps.host.who(name) if use.process.pid == child.pid]

        assert found("libasked.so.6") == [path]
        assert found("libasked.so.3") == found("libasked.so.3.0") == [other]
        assert found("libasked.so.5") == found("libasked.so.4") == found("libasked.so.3.1") == []
        shop.new(path)
        assert found("libasked.so.6") == [path]
    finally:
        child.kill()
        child.communicate()


def test_who_by_the_path_of_a_deleted_file_of_any_name(small):
    (made,) = [made for made in small if made.case == "odd_names"]
    for _, path in made.stale:
        (use,) = procmaps.host.who(path)
        assert (use.process.pid, use.path, use.fate.state) == (made.pid, path, "deleted")


def test_who_by_build_id(small):
    (module,) = who("liblive", small)
    with procmaps.query.Process(module.process.pid) as process:
        build_id = process.build_id(module.process.maps[0])
    uses = procmaps.host.who(build_id)
    # Who has no rights may not look into files that are not at their path.
    found = {use.process.pid for use in [*uses, *uses.untold]}
    of_version_0 = {made.pid for made in small if made.case in ("live", "called_deleted", "by_a_link")}
    others = {made.pid for made in small if made.case in DECOYS}
    assert of_version_0 <= found
    assert not others & {use.process.pid for use in uses}
    assert {use.build_id for use in uses} == {build_id}
    # Others of this machine may map files that even root cannot get at.
    assert not of_version_0 & {use.process.pid for use in uses.untold} or os.geteuid()


def test_the_command_says_the_same(small):
    command = [sys.executable, "-m", "procmaps", "stale", "--json"]
    run = subprocess.run(command, capture_output=True, check=False)
    assert run.returncode == 1
    found = {made.pid: set() for made in small}
    for record in json.loads(run.stdout)["stale"]:
        if record["pid"] in found:
            found[record["pid"]].add((record["state"], os.path.basename(record["path"])))
    shown = {made.pid: {(state, utf8(os.path.basename(name))) for state, name in made.stale} for made in small}
    assert found == shown


def utf8(name):
    return os.fsencode(name).decode("utf-8", "replace")


def test_a_child_of_a_process_that_had_the_file_before_it_was_written_over(shop, tmp_path):
    path = shop.library(tmp_path / "libparent.so")
    words = [shop.child, "load", path, "fork", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline().startswith(b"waiting ")
        shop.write_over(path)
        time.sleep(0.2)
        parent.stdin.write(b"x")
        parent.stdin.flush()
        pids = {int(parent.stdout.readline().split()[1]) for _ in range(2)}
        answer = procmaps.host.stale()
        assert verdicts(answer, pids) == {pid: {("unsure", path)} for pid in pids}
        parent.kill()


@root
def test_overlayfs_is_never_wrong(shop, tmp_path):
    """Where the kernel prints numbers of a layer it may be unsure; what is there is never called gone."""
    for name in ("lower", "upper", "work", "merged"):
        (tmp_path / name).mkdir()
    names = ["liblive.so", "libgone.so", "libnew.so", "libcopied.so"]
    for name in names:
        shop.library(tmp_path / "lower" / name)
    loads = [word for name in names for word in ("load", tmp_path / "merged" / name)]
    words = [shop.child, "unshare", "-", "overlay", tmp_path, *loads]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        if not child.stdout.readline().startswith(b"ready "):
            pytest.skip(f"no overlayfs here: {child.stderr.read().decode()}")
        merged = Path(f"/proc/{child.pid}/root{tmp_path}/merged")
        (merged / "libgone.so").unlink()
        shop.library(merged / "other.so", 1)
        (merged / "other.so").rename(merged / "libnew.so")
        # In the upper layer there is a copy now.
        (merged / "libcopied.so").chmod(0o700)
        found = {
            os.path.basename(name): state for state, name in verdicts(procmaps.host.stale(), [child.pid])[child.pid]
        }
        child.kill()
    assert found.pop("libgone.so") in ("deleted", "unsure")
    assert found.pop("libnew.so") in ("replaced", "unsure")
    assert set(found.values()) <= {"unsure"}
    assert set(found) <= {"liblive.so", "libcopied.so"}


def as_nobody(*arguments):
    """Run the command as a user without rights, and return what it says and its exit status."""
    command = [sys.executable, "-c", AS_NOBODY, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(run.stdout), run.returncode


@root
def test_as_nobody_what_is_not_ours_is_counted(small):
    answer, status = as_nobody("stale", "--json", "--strict")
    ours = {made.pid for made in small}
    assert ours <= {record["pid"] for record in answer["scan"]["refused"]}
    assert [record for record in answer["stale"] if record["pid"] in ours] == []
    assert status == 6


@root
def test_as_nobody_every_verdict_on_processes_of_nobody_is_right():
    """Without the right to open a mapped file by way of the kernel's link to it."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        place = Path(name)
        with made_host(Workshop(place), place, {**PLAIN, **DECOYS}, user=NOBODY) as host:
            answer, status = as_nobody("stale", "--json", "--all")
            found = {made.pid: set() for made in host}
            for record in answer["stale"]:
                if record["pid"] in found and not record["ignored"]:
                    found[record["pid"]].add((record["state"], record["path"]))
            expected = {made.pid: {(state, utf8(name)) for state, name in made.stale} for made in host}
            assert found == expected
            ignored = {record["pid"]: record["ignored"] for record in answer["stale"] if record["ignored"]}
            assert [ignored.get(made.pid) for made in host if made.case in DECOYS] == list(DECOYS)
    assert status == 1


# All is imported before: the interpreter may be where only root can read.
AS_NOBODY = f"""if True:
    import contextlib, io, os, sys
    import procmaps.cli
    with contextlib.redirect_stdout(io.StringIO()):
        procmaps.cli.main([*sys.argv[1:], str(os.getpid())])
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
    sys.exit(procmaps.cli.main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_three_hundred_processes_some_of_which_come_and_go(shop, tmp_path):
    every = cases()
    copies = -(-300 // len(every))
    with made_host(shop, tmp_path, every, copies) as host, talking(CHURN):
        assert len(host) >= 300
        for _ in range(3):
            answer = procmaps.host.stale()
            assert wrong(answer, host) == []
            assert failed(answer, host) == []
        counts = procmaps.host.limits(top=None)
        assert {made.pid for made in host} <= {count.process.pid for count in counts}
        found = {finding.process.pid for finding in procmaps.host.audit()}
        assert {made.pid for made in host if made.case in ("deleted", "memfd", "sysv")} <= found
