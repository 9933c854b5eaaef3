"""Mappings as records: dicts of built-in types, and the JSON of them."""

from __future__ import annotations

from procmaps._names import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from procmaps._map import Map
    from procmaps._maps import Maps

#: Changes with the meaning of a field. New fields may come without.
SCHEMA = "procmaps/1"


def record(m: Map) -> dict[str, Any]:
    r"""Return a mapping as a dict that JSON can hold.

    Addresses and the offset are strings in hexadecimal, since many readers of JSON have no
    number that holds them. `pathname` is text in any case: if the name is not UTF-8 it has
    U+FFFD for what is not, and `pathname_bytes` has the bytes, in hexadecimal.

    >>> from procmaps import Map
    >>> r = record(Map(0x1000, 0x3000, "r-xp", 0x2000, (8, 1), 42, "/bin/caf\udce9"))
    >>> r["begin_address"], r["size"], r["pathname_bytes"]
    ('0x1000', 8192, '2f62696e2f636166e9')
    """
    fields: dict[str, Any] = {
        "begin_address": f"{m.begin_address:#x}",
        "end_address": f"{m.end_address:#x}",
        "size": m.size,
        "perms": m.perms,
        "offset": f"{m.offset:#x}",
        "device": list(m.device),
        "inode": m.inode,
        "kind": m.kind,
        "is_deleted": m.is_deleted,
        "pathname": m.pathname,
    }
    if m.pathname is not None and not m.pathname.isascii():
        fields.update(text_fields("pathname", m.pathname))
    return fields


def document(maps: Maps, pid: int | None, of: Maps) -> Iterator[str]:
    """Yield the lines of one JSON document, with a mapping a line.

    Args:
        maps: The mappings.
        pid: The process that they are of, None if it is none.
        of: All the mappings that were read, from which those are taken.
    """
    head = _json({"schema": SCHEMA, "pid": pid, "attempts": of.attempts, "without_memory": of.without_memory})
    if not maps:
        yield f'{head[:-1]}, "maps": []}}'
        return
    yield f'{head[:-1]}, "maps": ['
    for m in maps[:-1]:
        yield f"{_json(record(m))},"
    yield f"{_json(record(maps[-1]))}"
    yield "]}"


def lines(maps: Maps, pid: int | None) -> Iterator[str]:
    """Yield a JSON document for each mapping."""
    for m in maps:
        yield _json({"schema": SCHEMA, "pid": pid, **record(m)})


def documents(head: dict[str, Any], key: str, records: list[dict[str, Any]], *, one_a_line: bool) -> Iterator[str]:
    """Yield the lines of records in one JSON document, or with a document for each.

    Args:
        head: What is said once, or before each.
        key: What the records are, as a whole.
        records: The records.
        one_a_line: Whether each is a document of its own.
    """
    head = {"schema": SCHEMA, **head}
    if one_a_line:
        for one in records:
            yield _json({**head, **one})
        return
    yield f'{_json(head)[:-1]}, "{key}": ['
    texts = [_json(one) for one in records]
    yield from [*[f"{text}," for text in texts[:-1]], *texts[-1:]]
    yield "]}"


def text_fields(key: str, text: str | None) -> dict[str, str | None]:
    """Return the field of a text as a file system or a process has it, with that of its bytes if it is not UTF-8."""
    if text is None:
        return {key: None}
    data = encode(text)
    try:
        return {key: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {key: data.decode("utf-8", "replace"), f"{key}_bytes": data.hex()}


def _json(value: dict[str, Any]) -> str:
    """Return JSON in ASCII without control characters, harmless on a terminal."""
    from json import dumps

    # The one control character in ASCII that JSON lets stand; it can be in a string only.
    return dumps(value).replace("\x7f", "\\u007f")
