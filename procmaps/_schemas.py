"""The JSON Schema of what the command prints."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PATH = os.path.join(os.path.dirname(__file__), "schemas", "procmaps-1.json")


def json_schema(verb: str | None = None) -> dict[str, Any]:
    """Return the JSON Schema of the documents with `"schema": "procmaps/1"`.

    It is of draft 2020-12, and holds for a document that `--json` prints as for a line of
    `--jsonl`. Fields may be added to a version, so the schema lets unknown ones pass.

    Args:
        verb: What was asked: the documents of `procmaps VERB` only. None for any of them.

    Raises:
        ValueError: Nothing is known of such a verb.

    >>> import procmaps
    >>> sorted(procmaps.json_schema("show")["$defs"]["mapping"]["properties"])[:3]
    ['begin_address', 'device', 'end_address']
    """
    with open(_PATH, encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    if verb is None:
        return schema
    if {"$ref": f"#/$defs/{verb}"} not in schema["anyOf"]:
        known = ", ".join([ref["$ref"].rpartition("/")[2] for ref in schema["anyOf"]])
        raise ValueError(f"there is no schema of a verb {verb!r}, only of {known}")
    return {**schema, "anyOf": [{"$ref": f"#/$defs/{verb}"}]}
