"""Records as CSV: one line each, read back by whoever reads CSV."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from procmaps import Map
from procmaps._csv import csv_lines
from procmaps._names import encode
from procmaps._records import record


def read(lines):
    return list(csv.DictReader(io.StringIO("\n".join(lines)), strict=True))


def test_values():
    fields = {
        "a": None,
        "b": True,
        "c": False,
        "d": 2**64,
        "e": [8, 1],
        "f": ("rd", "wr"),
        "g": [],
        "h": [{"x": "\x7f"}],
    }
    assert read(csv_lines([fields])) == [
        {
            "a": "",
            "b": "true",
            "c": "false",
            "d": str(2**64),
            "e": "8:1",
            "f": "rd wr",
            "g": "",
            "h": '[{"x": "\\u007f"}]',
        }
    ]


def test_what_is_in_some_records_only():
    assert list(csv_lines([{"a": 1}, {"b": 2}], head={"pid": 3})) == ["pid,a,b", "3,1,", "3,,2"]
    assert list(csv_lines([{"a": 1}], header=False)) == ["1"]
    assert list(csv_lines([])) == []


def test_a_dict_has_columns_of_its_own_or_nothing():
    assert list(csv_lines([{"map": None, "z": 1}, {"map": {"size": 4}, "z": 2}])) == ["z,map_size", "1,", "2,4"]


def test_the_bytes_of_a_name_are_there_if_it_had_to_be_changed():
    names = ["/a", None, "/b\x1b[2J", "/caf\udce9", "/é"]
    rows = read(csv_lines([record(Map(0, 1, pathname=name)) for name in names]))
    assert [(row["pathname"], row["pathname_bytes"]) for row in rows] == [
        ("/a", ""),
        ("", ""),
        ("/b\\x1b[2J", "2f621b5b324a"),
        ("/caf\ufffd", "2f636166e9"),
        ("/é", ""),
    ]
    (row,) = read(csv_lines([{"name": "/é"}], encoding="ascii"))
    assert row == {"name": "/\\xc3\\xa9", "name_bytes": "2fc3a9"}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_name_is_one_line_and_comes_back(names):
    lines = list(csv_lines([{"n": i, "name": name} for i, name in enumerate(names)]))
    assert all(line.isprintable() for line in lines)
    rows = read(lines)
    assert [encode(name) for name in names] == [
        bytes.fromhex(row["name_bytes"]) or row["name"].encode() for row in rows
    ]
