r"""Records as CSV: RFC 4180, but that lines end in a newline only, and that a record is one line.

What cannot be shown of a text is written as its bytes, such as `\x1b`, so that nothing of a name
breaks a line, or reaches a terminal as a command to it. What was changed so is in a column of its own
in full: beside `pathname`, `path` and `name` there is always one with their bytes in hexadecimal, empty if the
text is exact. Of a list the items follow each other, numbers with a colon between.
"""

from __future__ import annotations

from procmaps._escape import escaped
from procmaps._names import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

# Names of files, whose bytes matter.
_NAMES = ("pathname", "path", "name")


def csv_lines(
    records: Sequence[dict[str, Any]],
    *,
    head: dict[str, Any] | None = None,
    header: bool = True,
    encoding: str = "utf-8",
) -> Iterator[str]:
    """Yield a line for each record, the first with the names of the columns.

    Args:
        records: What there is; those that lack a field have nothing in its column.
        head: What is said before each.
        header: Whether the columns are named. Without records they are not known.
        encoding: What the lines will be encoded in: characters that it lacks are escaped.

    >>> list(csv_lines([{"a": 'x"y,z', "b": [8, 1]}, {"a": None, "c": True}]))
    ['a,b,c', '"x""y,z",8:1,', ',,true']
    """
    rows = [_flat({**(head or {}), **record}, encoding) for record in records]
    columns = list(dict.fromkeys([column for row in rows for column in row]))
    # What is a dict in one record, and in another nothing, has columns of its own.
    columns = [column for column in columns if not any([other.startswith(f"{column}.") for other in columns])]
    if header and columns:
        yield ",".join([_quoted(column.replace(".", "_")) for column in columns])
    for row in rows:
        yield ",".join([_quoted(row.get(column, "")) for column in columns])


def _flat(record: dict[str, Any], encoding: str, prefix: str = "") -> dict[str, str]:
    """Return the fields as text; those of a dict have the names of both."""
    row: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            row.update(_flat(value, encoding, f"{prefix}{key}."))
        elif key in _NAMES:
            row[prefix + key] = _text(value, encoding)
            row[f"{prefix}{key}_bytes"] = record.get(f"{key}_bytes") or _bytes(value, encoding)
        elif key.removesuffix("_bytes") not in _NAMES:
            row[prefix + key] = _text(value, encoding)
    return row


def _text(value: Any, encoding: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return _joined(value, encoding)
    return escaped(str(value), encoding)


def _joined(values: Sequence[Any], encoding: str) -> str:
    if any([isinstance(value, dict) for value in values]):
        from json import dumps

        return dumps(values)
    return (":" if values and isinstance(values[0], int) else " ").join([_text(value, encoding) for value in values])


def _bytes(name: str | None, encoding: str) -> str:
    return "" if name is None or escaped(name, encoding) == name else encode(name).hex()


def _quoted(text: str) -> str:
    if text.strip() == text and not any([character in text for character in ',"']):
        return text
    quotes = text.replace('"', '""')
    return f'"{quotes}"'
