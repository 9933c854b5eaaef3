"""The verb `query`: an address, some addresses, what is above, build IDs, JSON."""

from __future__ import annotations

import json
import os

import pytest

import procmaps
from procmaps._procmaps import read_build_id
from support.children import reaped, sleeping, stopped, zombie
from support.command import linux
from support.fake_proc import FakeProc

LINES = b"""\
1000-3000 r-xp 00005000 08:01 42 /bin/c\xe9 \n\
5000-6000 rw-p 00000000 00:00 0 \n\
7000-8000 rw-p 00000000 00:00 0 [heap]
"""


@pytest.fixture
def seven(proc: FakeProc):
    proc.add(7, LINES)
    return proc.root


def test_addresses(command, seven):
    status, out, err = command("query", 7, "1010", "0x5000", "6000", "7fff", "--proc", seven)
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "ADDRESS     AT OFFSET PERMS PATHNAME",
        "0x1010   +0x10 0x5010 r-xp  /bin/c\\xe9\\x20",
        "0x5000    +0x0      - rw-p  [anon]",
        "0x6000       -      - -     (unmapped)",
        "0x7fff  +0xfff      - rw-p  [heap]",
    ]


def test_one_that_is_mapped(command, seven):
    arguments = ("query", 7, "1010", "--proc", seven)
    assert command(*arguments, "--no-header") == (0, "0x1010 +0x10 0x5010 r-xp /bin/c\\xe9\\x20\n", "")
    assert command(*arguments, "-q") == (0, "", "")
    assert command("query", 7, "0", "-q", "--proc", seven) == (1, "", "")


def test_the_first_mapping_above(command, seven):
    status, out, _ = command("query", 7, "3000", "8000", "--next", "--no-header", "--proc", seven)
    assert (status, out.splitlines()) == (
        1,
        ["0x3000 -0x2000 - rw-p [anon]", "0x8000       - - -    (unmapped)"],
    )


def test_json(command, seven):
    status, out, _ = command("query", 7, "1010", "6000", "--json", "--proc", seven)
    document = json.loads(out)
    answers = document.pop("answers")
    assert status == 1
    assert document == {"schema": "procmaps/1", "pid": 7, "backend": "text"}
    assert [answer["address"] for answer in answers] == ["0x1010", "0x6000"]
    assert answers[0]["map"]["pathname_bytes"] == b"/bin/c\xe9 ".hex()
    assert answers[1]["map"] is None
    _, out, _ = command("query", 7, "1010", "6000", "--jsonl", "--proc", seven)
    assert [json.loads(line) for line in out.splitlines()] == [{**document, **answer} for answer in answers]


@linux
def test_build_ids(command):
    with sleeping() as pid, stopped(pid):
        program = next(m for m in procmaps.from_pid(pid) if m.kind == "file")
        stack = procmaps.from_pid(pid).filter(kind="stack")[0]
        addresses = [f"{m.begin_address:#x}" for m in (program, stack)]
        _, out, _ = command("query", pid, "0", *addresses, "--build-id", "--jsonl")
        _, table, _ = command("query", pid, "0", *addresses, "--build-id", "--no-header")
    build_id = read_build_id(program.pathname)
    expected = [None, build_id and build_id.hex(), None]
    assert [json.loads(line)["build_id"] for line in out.splitlines()] == expected
    assert [line.split()[4] for line in table.splitlines()] == [text or "-" for text in expected]


@linux
def test_a_build_id_that_cannot_be_had(command, monkeypatch):
    from procmaps.query import Process

    def refuse(*_):
        raise PermissionError("as a test")

    monkeypatch.setattr(Process, "build_id", refuse)
    stack = procmaps.from_pid().filter(kind="stack")[0]
    status, out, err = command("query", "self", f"{stack.begin_address:x}", "--build-id", "--no-header")
    assert (status, out.split()[4:], err) == (0, ["-", "[stack]"], "")


@linux
def test_by_name_and_self(command):
    assert command("query", "self", f"{id(command):x}", "-q") == (0, "", "")
    with zombie() as pid:
        assert command("query", pid, "1000", "--no-header")[:2] == (1, "0x1000 - - - (unmapped)\n")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["7"], 2, "required: ADDR"),
        (["7", "xyz"], 2, "expected an address in hexadecimal"),
        (["./file", "0"], 2, "./file is no process: a listing cannot be asked this"),
        (["-", "0"], 2, "- is no process"),
        (["missing", "0"], 4, "no process is called missing"),
        ([str(2**31), "0"], 2, "the number of a process is from 1"),
    ],
    ids=str,
)
def test_what_cannot_be_asked(command, seven, arguments, status, said):
    found, out, err = command("query", *arguments, "--proc", seven)
    assert (found, out) == (status, "")
    assert said in err


@linux
def test_no_such_process(command):
    status, _, err = command("query", reaped(), "0")
    assert status == 4
    assert "such process" in err


@linux
def test_no_permission(command):
    try:
        os.close(os.open("/proc/1/maps", os.O_RDONLY))
    except PermissionError:
        status, out, err = command("query", "1", "0")
        assert (status, out) == (3, "")
        assert "CAP_SYS_PTRACE" in err
    else:
        assert command("query", "1", "0", "--next", "-q") == (0, "", "")
