"""Small texts, one for each fact: what is taken, and what is refused and where. See data/README.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import procmaps
import reference
from agreement import bytes_of, rows_of

DATA = Path(__file__).parent / "data"
VALID = sorted(path.stem for path in (DATA / "valid").glob("*.json"))
INVALID = sorted(path.stem for path in (DATA / "invalid").glob("*.json"))


class Case:
    def __init__(self, directory: str, name: str) -> None:
        self.path = DATA / directory / f"{name}.maps"
        self.text = self.path.read_bytes()
        self.expected = json.loads((DATA / directory / f"{name}.json").read_text("utf-8"))
        self.dialect = self.expected.get("dialect", "linux")


@pytest.fixture(params=VALID)
def valid(request):
    return Case("valid", request.param)


@pytest.fixture(params=INVALID)
def invalid(request):
    return Case("invalid", request.param)


def expected_rows(case):
    return [
        reference.Row(
            int(begin, 16),
            int(end, 16),
            perms,
            int(offset, 16),
            int(major, 16),
            int(minor, 16),
            inode,
            None if name is None else bytes.fromhex(name),
        )
        for begin, end, perms, offset, major, minor, inode, name in case.expected["rows"]
    ]


@pytest.mark.parametrize(("directory", "least"), [("valid", 70), ("invalid", 100)])
def test_each_text_has_its_account_and_nothing_else_is_there(directory, least):
    files = {path.name for path in (DATA / directory).iterdir()}
    names = {name.rsplit(".", 1)[0] for name in files}
    assert files == {f"{name}.{suffix}" for name in names for suffix in ("json", "maps")}
    assert len(names) >= least


def test_what_is_taken_is_what_it_says(valid):
    assert rows_of(procmaps.from_str(valid.text, dialect=valid.dialect)) == expected_rows(valid)
    assert rows_of(procmaps.from_path(valid.path, dialect=valid.dialect)) == expected_rows(valid)


def test_the_reference_takes_it_too(valid):
    assert reference.parse(valid.text, valid.dialect) == expected_rows(valid)


def test_a_str_means_the_same(valid):
    maps = procmaps.from_str(valid.text.decode("utf-8", "surrogateescape"), dialect=valid.dialect)
    assert [m.pathname and m.pathname.encode("utf-8", "surrogateescape") for m in maps] == [
        row.name for row in expected_rows(valid)
    ]


def test_what_is_taken_prints_back(valid):
    maps = procmaps.from_str(valid.text, dialect=valid.dialect)
    assert procmaps.from_str(bytes(maps), dialect=valid.dialect) == maps
    bits = valid.expected.get("bits")
    printed = b"".join(bytes_of(m.line(bits=bits or 64)) + b"\n" for m in maps)
    assert (printed == valid.text) == (bits is not None)
    if bits != 32:
        assert bytes(maps) == bytes_of(str(maps)) == printed


def test_what_it_means(valid):
    maps = procmaps.from_str(valid.text, dialect=valid.dialect)
    assert maps.is_ordered != valid.expected.get("unordered", False)
    if "kinds" in valid.expected:
        assert [m.kind for m in maps] == valid.expected["kinds"]
    if "deleted" in valid.expected:
        assert [m.is_deleted for m in maps] == valid.expected["deleted"]


def test_accounts_say_nothing_that_is_not_checked(valid):
    assert valid.expected.keys() <= {"about", "rows", "bits", "dialect", "kinds", "deleted", "unordered"}
    assert valid.expected["about"]


def test_what_is_refused_says_where(invalid):
    for read, source in ((procmaps.from_str, invalid.text), (procmaps.from_path, invalid.path)):
        with pytest.raises(procmaps.ParseError) as caught:
            read(source, dialect=invalid.dialect)
        error = caught.value
        where = {"lineno": error.lineno, "column": error.column, "field": error.field}
        assert where == {key: invalid.expected[key] for key in where}
        assert error.line == invalid.text.split(b"\n")[error.lineno - 1]
        assert error.expected


def test_the_reference_refuses_it_too(invalid):
    with pytest.raises(reference.Refused) as caught:
        reference.parse(invalid.text, invalid.dialect)
    assert caught.value.lineno == invalid.expected["lineno"]
    assert (invalid.expected["column"], invalid.expected["field"]) in caught.value.faults


def test_accounts_of_refusals_say_nothing_that_is_not_checked(invalid):
    assert invalid.expected.keys() - {"dialect"} == {"about", "lineno", "column", "field"}
    assert invalid.expected["about"]
