"""The verb `files`: what became of the files of a process."""

from __future__ import annotations

import json
import mmap
import os

import pytest

from procmaps.cli import files
from procmaps.identity import Identity
from support.children import talking
from support.command import linux

pytestmark = linux

SCRIPT = """if True:
    import mmap, os, sys
    kept = []
    for name in map(os.fsencode, sys.argv[1:]):
        fd = os.open(name, os.O_RDWR | os.O_CREAT)
        os.ftruncate(fd, 3 * mmap.PAGESIZE)
        kept += [mmap.mmap(fd, mmap.PAGESIZE, offset=i * mmap.PAGESIZE, prot=1) for i in (0, 2)]
        os.close(fd)
    os.unlink(os.fsencode(sys.argv[2]))
    kept.append(mmap.mmap(-1, mmap.PAGESIZE))
    os.write(1, b"done\\n")
    os.read(0, 1)
    """


@pytest.fixture
def child(tmp_path):
    paths = [str(tmp_path / name) for name in ("there", "gone", "x (deleted)", "caf\udce9 ")]
    with talking(SCRIPT, *paths) as child:
        assert child.stdout.readline() == b"done\n"
        yield child.pid


def own(out, tmp_path):
    return sorted(line for line in out.splitlines() if str(tmp_path) in line)


def test_states(command, child, tmp_path):
    status, out, err = command("files", child)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "STATE    MAPS PATH"
    assert own(out, tmp_path) == [
        f"named_so    2 {tmp_path}/x (deleted)",
        f"present     2 {tmp_path}/caf\\xe9\\x20",
        f"present     2 {tmp_path}/there",
        f"unlinked    2 {tmp_path}/gone",
    ]
    assert "never_a_file" not in out


def test_some_states(command, child, tmp_path):
    assert command("files", child, "--state", "unlinked,replaced", "--no-header", "--reasons") == (
        0,
        f"unlinked 2 its name was removed {tmp_path}/gone\n",
        "",
    )
    assert command("files", child, "--state", "replaced") == (1, "", "")
    status, out, _ = command("files", child, "--state", "never_a_file", "--no-header")
    assert (status, out) == (0, "never_a_file 1 /dev/zero (deleted)\n")
    assert command("files", child, "-q") == (0, "", "")


def test_json(command, child, tmp_path):
    _, out, _ = command("files", child, "--json")
    document = json.loads(out)
    found = {file["path"]: file for file in document["files"]}
    assert (document["schema"], document["pid"]) == ("procmaps/1", child)
    status = os.stat(tmp_path / "there")
    assert found[f"{tmp_path}/there"] == {
        "state": "present",
        "reason": "it is the file at its path",
        "pathname": f"{tmp_path}/there",
        "path": f"{tmp_path}/there",
        "local_path": f"{tmp_path}/there",
        "device": [os.major(status.st_dev), os.minor(status.st_dev)],
        "inode": status.st_ino,
        "maps": 2,
    }
    assert found[f"{tmp_path}/caf\ufffd "]["path_bytes"] == os.fsencode(f"{tmp_path}/caf\udce9 ").hex()
    assert found[f"{tmp_path}/gone"]["pathname"] == f"{tmp_path}/gone (deleted)"
    assert found[f"{tmp_path}/gone"]["local_path"] in (None, *map_files(child))
    _, out, _ = command("files", child, "--jsonl")
    assert {json.loads(line)["path"] for line in out.splitlines()} == set(found)
    _, out, _ = command("files", child, "--json", "--state", "replaced")
    assert json.loads(out) == {"schema": "procmaps/1", "pid": child, "files": []}


def map_files(pid):
    return [f"/proc/{pid}/map_files/{name}" for name in os.listdir(f"/proc/{pid}/map_files")]


def test_what_has_no_name_has_that_of_the_listing(command, monkeypatch):
    from procmaps.query import Process

    monkeypatch.setattr(Process, "identity", lambda *_: Identity("unknown", "as a test"))
    _, out, _ = command("files", "self", "--reasons", "--no-header")
    assert out.splitlines()[0].startswith("unknown ")
    assert "as a test /" in out.splitlines()[0]


def test_the_states_are_those_of_the_api():
    documented = [line.split('"')[1] for line in Identity.__doc__.splitlines() if line.strip().startswith('- "')]
    assert sorted(documented) == sorted(files.STATES)


def test_a_state_that_is_none(command):
    status, _, err = command("files", "self", "--state", "present,gone")
    assert status == 2
    assert "no state is called 'gone'; there are present, named_so" in err


def test_a_page(command):
    """A process that maps nothing but memory has no files to tell of."""
    with mmap.mmap(-1, mmap.PAGESIZE):
        assert command("files", "self", "--state", "named_so") == (1, "", "")
