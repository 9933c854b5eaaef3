"""The published JSON Schema: itself, and against what the records can be.

That each verb prints what it says is in cli/test_schemas.py.
"""

from __future__ import annotations

import pytest

import procmaps
from procmaps._records import SCHEMA
from support.command import DATA_VERBS

VERSION_1 = procmaps.json_schema()


def test_it_is_a_schema():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(VERSION_1)


def test_it_is_of_this_version():
    assert VERSION_1["$defs"]["document"]["properties"]["schema"]["const"] == SCHEMA
    assert VERSION_1["$id"] == "urn:" + SCHEMA.replace("/", ":")


def test_nothing_is_defined_in_vain_and_nothing_is_missing():
    used = set()

    def look(schema):
        if isinstance(schema, dict):
            used.add(schema.get("$ref", "").rpartition("/")[2])
        for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []:
            look(part)

    look(VERSION_1)
    assert used - {""} == set(VERSION_1["$defs"])


def test_it_is_in_order():
    assert list(VERSION_1["$defs"]) == sorted(VERSION_1["$defs"])
    assert VERSION_1["anyOf"] == sorted(VERSION_1["anyOf"], key=lambda ref: ref["$ref"])


@pytest.mark.parametrize("verb", DATA_VERBS)
def test_of_one_verb(verb):
    schema = procmaps.json_schema(verb)
    assert schema["anyOf"] == [{"$ref": f"#/$defs/{verb}"}]
    assert schema["$defs"] == VERSION_1["$defs"]


@pytest.mark.parametrize("verb", ["shows", "mapping", ""])
def test_of_no_verb(verb):
    with pytest.raises(ValueError, match=rf"there is no schema of a verb '{verb}', only of .*show"):
        procmaps.json_schema(verb)
