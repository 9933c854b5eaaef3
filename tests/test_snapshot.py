"""Snapshots: word for word what the kernel printed, under what was known of it; read back by every reader."""

from __future__ import annotations

import datetime
import io
import json
import os

import pytest

import procmaps
from procmaps import ParseError, Snapshot, lenient, smaps, snapshot
from procmaps._heading import MAGIC
from procmaps._origin import origin, start_ticks
from support.children import reaped, sleeping, stopped, talking, zombie
from support.command import LISTING, linux

SMAPS = b"1000-3000 rw-p 00000000 00:00 0 \nRss:     8 kB\n"


def made(text=LISTING, kind="maps", **about):
    return Snapshot(kind, about, text)


def test_bytes_are_the_heading_and_the_listing():
    assert bytes(made(pid=3)) == b'# procmaps snapshot 1 of maps {"pid": 3}\n' + LISTING
    assert bytes(made(SMAPS, "smaps")) == b"# procmaps snapshot 1 of smaps {}\n" + SMAPS


def test_every_reader_reads_it(tmp_path):
    taken = made(pid=3)
    taken.save(tmp_path / "x")
    maps = procmaps.from_str(LISTING)
    assert procmaps.from_path(tmp_path / "x") == maps
    assert procmaps.from_str(bytes(taken)) == procmaps.from_str(bytes(taken).decode()) == maps
    assert list(procmaps.iterparse(tmp_path / "x")) == list(procmaps.iterparse(io.BytesIO(bytes(taken)))) == maps
    assert lenient.from_str(bytes(taken)).maps == maps
    assert Snapshot.from_path(tmp_path / "x") == taken == Snapshot.parse(bytes(taken))
    assert (taken.maps, taken.usages, taken.maps.pid, taken.pid) == (maps, None, None, 3)


def test_one_with_memory_too(tmp_path):
    taken = made(SMAPS, "smaps")
    taken.save(os.fsencode(tmp_path / "x"))
    assert smaps.from_path(tmp_path / "x") == smaps.from_str(bytes(taken)) == taken.usages == smaps.from_str(SMAPS)
    assert procmaps.from_path(tmp_path / "x") == taken.maps == taken.usages.maps
    assert taken.usages[0].rss == 8192


def test_a_snapshot_without_memory_has_none():
    with pytest.raises(ParseError, match="snapshot: expected one with memory, of smaps"):
        smaps.from_str(bytes(made()))


def test_iterparse_reads_listings_only():
    with pytest.raises(ParseError, match="snapshot: expected one of maps; from_path reads those with memory"):
        list(procmaps.iterparse(io.BytesIO(bytes(made(SMAPS, "smaps")))))


@pytest.mark.parametrize(
    "read", [procmaps.from_str, Snapshot.parse, lambda data: list(procmaps.iterparse(io.BytesIO(data)))]
)
def test_errors_have_the_line_of_the_file(read):
    with pytest.raises(ParseError) as caught:
        read(MAGIC + b"1 of maps {}\n" + LISTING + b"x\n")
    assert (caught.value.lineno, caught.value.line) == (9, b"x")


def test_errors_of_memory_have_the_line_of_the_file():
    for read in (procmaps.from_str, smaps.from_str, Snapshot.parse):
        with pytest.raises(ParseError) as caught:
            read(MAGIC + b"1 of smaps {}\n" + SMAPS + b"x\n")
        assert caught.value.lineno == 4


@pytest.mark.parametrize("head", [b"2 of maps {}", b"1 of pmap {}", b"", b"1", b"1 of ma\xffps {}"])
@pytest.mark.parametrize(
    "read",
    [procmaps.from_str, smaps.from_str, Snapshot.parse, lambda data: list(procmaps.iterparse(io.BytesIO(data)))],
)
def test_a_heading_of_a_later_version(read, head):
    with pytest.raises(ParseError) as caught:
        read(MAGIC + head + b"\n" + LISTING)
    assert (caught.value.lineno, caught.value.column, caught.value.field) == (1, 21, "snapshot")


@pytest.mark.parametrize("about", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_known_is_an_object(about):
    with pytest.raises(ParseError, match="expected a JSON object"):
        Snapshot.parse(MAGIC + b"1 of maps " + about + b"\n" + LISTING)
    assert len(procmaps.from_str(MAGIC + b"1 of maps " + about + b"\n" + LISTING)) == 7


def test_what_is_none():
    for data in (LISTING, b"", b"# x\n" + LISTING):
        with pytest.raises(ParseError, match="line 1, column 1: snapshot: expected '# procmaps snapshot '"):
            Snapshot.parse(data)
    for read in (procmaps.from_str, lambda data: list(procmaps.iterparse(io.BytesIO(data)))):
        with pytest.raises(ParseError) as caught:
            read(b"# x\n" + LISTING)
        assert caught.value.lineno == 1


def test_a_value():
    taken = made(pid=3)
    assert taken == made(pid=3)
    assert taken != made(pid=4)
    assert taken != 3
    assert hash(taken) == hash(made(pid=3))
    assert repr(taken) == "<Snapshot of 'unknown (pid 3) on unknown, unknown': 7 mappings>"
    taken.about["pid"] = 4
    assert taken.pid == 3
    assert taken - made(LISTING[:-1], pid=4) == procmaps.Diff()


def test_names_as_they_are():
    listing = b"1000-2000 r--p 00000000 08:01 9" + b" " * 26 + b"/caf\xe9\x1b[2J\r\n"
    assert Snapshot.parse(bytes(made(listing))).listing == listing
    assert b"\x7f" not in bytes(made(name="\x7f\n"))
    assert Snapshot.parse(bytes(made(name="\x7f\n"))).about == {"name": "\x7f\n"}


@linux
@pytest.mark.parametrize("memory", [False, True])
def test_of_a_process(memory):
    with sleeping() as pid, stopped(pid):
        taken = snapshot(pid, memory=memory)
        with open(f"/proc/{pid}/{'smaps' if memory else 'maps'}", "rb") as file:
            printed = file.read()
    # Another process may map the same file meanwhile, which changes what is proportional.
    assert taken.listing == printed or memory
    assert taken.listing.count(b"\n") == printed.count(b"\n")
    about = taken.about
    assert (about["pid"], about["attempts"], about["without_memory"]) == (pid, 1, None)
    assert (about["host"], about["kernel"]) == os.uname()[1:3]
    assert about["command"][-2] == "-c"
    started, taken_at = [datetime.datetime.fromisoformat(about[key][:-1]) for key in ("started", "taken")]
    assert started <= taken_at + datetime.timedelta(seconds=2)
    assert abs(taken_at - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)).seconds < 60
    assert (taken.usages is not None) == memory
    json.dumps(about)


@linux
def test_of_this_process():
    taken = snapshot()
    assert (taken.pid, taken.about["start_ticks"]) == (os.getpid(), start_ticks("/proc/self"))
    assert taken.maps.find(id(taken)).is_writable


@linux
def test_the_command_line_can_be_left_out():
    assert snapshot(command=False).about["command"] is None
    assert snapshot().about["command"]


@linux
def test_a_command_line_that_is_no_text():
    with talking("print(flush=True); input()", "caf\udce9") as child:
        child.stdout.readline()
        about = snapshot(child.pid).about
        assert about["command"][-1] == "caf\ufffd"
        assert bytes.fromhex(about["command_bytes"][-1]) == b"caf\xe9"
        assert {"command_bytes"} & set(snapshot(child.pid, command=False).about) == set()


@linux
def test_without_memory():
    with zombie() as pid:
        taken = snapshot(pid)
    assert (len(taken.maps), taken.about["without_memory"], taken.listing) == (0, "zombie", b"")


@linux
def test_errors():
    with pytest.raises(ProcessLookupError):
        snapshot(reaped())
    with pytest.raises(TypeError):
        snapshot(True)
    for attempts in (0, 2**32):
        with pytest.raises(ValueError, match="attempts is from 1"):
            snapshot(attempts=attempts)


@linux
def test_another_process_under_the_number_is_noticed(monkeypatch):
    ticks = iter([1, 2])
    monkeypatch.setattr("procmaps._snapshot.start_ticks", lambda _: next(ticks))
    with pytest.raises(ProcessLookupError, match="it ended while it was read"):
        snapshot()


@linux
def test_a_reading_that_is_torn_is_none(monkeypatch):
    torn = b"1000-3000 r--p 00000000 00:00 0\n2000-4000 r--p 00000000 00:00 0\n"
    monkeypatch.setattr("procmaps._snapshot.read_text", lambda *_: (torn, 3, False, None))
    with pytest.raises(procmaps.InconsistentError) as caught:
        snapshot()
    assert len(caught.value.maps) == 2


def test_a_file_that_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFoundError):
        made().save(tmp_path / "missing" / "x")


def test_what_may_not_be_read_is_none(tmp_path):
    (tmp_path / "12").mkdir()
    about = origin(str(tmp_path), 12)
    assert set(about.values()) - {about["machine"]} == {None}
    (tmp_path / "12" / "stat").write_bytes(b"12 (a) b) S " + b"1 " * 18 + b"500 7\n")
    (tmp_path / "stat").write_bytes(b"cpu 1\nbtime 100\n")
    (tmp_path / "12" / "comm").write_bytes(b"caf\xe9\n")
    about = origin(str(tmp_path), 12)
    assert (about["start_ticks"], about["name"]) == (500, "caf\ufffd")
    if os.name != "nt":
        assert about["started"] == f"1970-01-01T00:01:{40 + 500 // os.sysconf('SC_CLK_TCK'):02}.000Z"
