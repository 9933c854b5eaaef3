"""Mappings as JSON: exact, and harmless wherever it is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

import strategies
from procmaps import Map, Maps, from_path
from procmaps._names import ENCODING, ERRORS
from procmaps._records import SCHEMA, document, lines, record

CAPTURES = sorted(Path(__file__).parent.glob("data/captures/*.maps"))

M = Map(0x7F00, 2**64 - 1, "r-xs", 2**63, (259, 2**32 - 1), 2**64 - 1, "/bin/x (deleted)")


def map_of(fields: dict) -> Map:
    """Return the mapping that a record is of: what a reader of the JSON can do."""
    name = fields["pathname"]
    if "pathname_bytes" in fields:
        name = bytes.fromhex(fields["pathname_bytes"]).decode(ENCODING, ERRORS)
    return Map(
        int(fields["begin_address"], 16),
        int(fields["end_address"], 16),
        fields["perms"],
        int(fields["offset"], 16),
        tuple(fields["device"]),
        fields["inode"],
        name,
    )


def test_fields():
    assert record(M) == {
        "begin_address": "0x7f00",
        "end_address": "0xffffffffffffffff",
        "size": 2**64 - 1 - 0x7F00,
        "perms": "r-xs",
        "offset": "0x8000000000000000",
        "device": [259, 2**32 - 1],
        "inode": 2**64 - 1,
        "kind": "file",
        "is_deleted": True,
        "pathname": "/bin/x (deleted)",
    }


@pytest.mark.parametrize(
    ("pathname", "expected"),
    [
        (None, {"pathname": None}),
        ("/日本 \x1b\u2028", {"pathname": "/日本 \x1b\u2028"}),
        ("/caf\udce9", {"pathname": "/caf\ufffd", "pathname_bytes": "2f636166e9"}),
    ],
    ids=["none", "text", "bytes"],
)
def test_names(pathname, expected):
    fields = record(Map(0, 0, pathname=pathname))
    assert {key: value for key, value in fields.items() if key.startswith("pathname")} == expected


@given(strategies.maps())
def test_a_record_says_all_that_the_mapping_is(m):
    text = "".join(lines(Maps([m]), None))
    fields = json.loads(text)
    assert map_of(fields) == m
    assert (fields["kind"], fields["is_deleted"], fields["size"]) == (m.kind, m.is_deleted, m.size)
    fields["pathname"] is None or fields["pathname"].encode("utf-8")


@given(strategies.maps())
def test_json_is_text_that_no_terminal_obeys(m):
    for text in (*lines(Maps([m]), 7), *document(Maps([m]), 7, Maps([m]))):
        assert text.isascii()
        assert text.isprintable()


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_documents_of_captures(path):
    maps = from_path(path)
    whole = json.loads("\n".join(document(maps, 42, maps)))
    assert list(whole) == ["schema", "pid", "attempts", "without_memory", "maps"]
    assert whole["schema"] == SCHEMA == "procmaps/1"
    assert Maps(map(map_of, whole["maps"])) == maps
    each = [json.loads(line) for line in lines(maps, 42)]
    assert each == [{"schema": SCHEMA, "pid": 42, **fields} for fields in whole["maps"]]


def test_there_are_captures():
    assert len(CAPTURES) > 10


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_document_of_any_size(count):
    every = from_path(CAPTURES[0])
    every._origin = (42, 3, "zombie", None)
    whole = json.loads("\n".join(document(every[:count], None, every)))
    assert len(whole.pop("maps")) == count
    assert whole == {"schema": SCHEMA, "pid": None, "attempts": 3, "without_memory": "zombie"}
    assert len(list(document(every[:count], None, every))) == (count + 2 if count else 1)
