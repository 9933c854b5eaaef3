"""Mappings as rows of a table: dicts of the columns that `rust/columns.rs` has."""

from __future__ import annotations

from _operator import index
from collections.abc import Mapping

from procmaps._map import Map
from procmaps._maps import Maps
from procmaps._names import ENCODING, ERRORS, encode
from procmaps._of_type import of_type

_DIGITS = "0123456789abcdef"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def rows(maps: Maps) -> list[dict[str, Any]]:
    """Return a dict for each mapping. See `Maps.records`."""
    return [_row(m, maps.pid) for m in maps]


def _row(m: Map, pid: int | None) -> dict[str, Any]:
    pathname, pathname_bytes = _texts(m.pathname)
    return {
        "pid": pid,
        "begin_address": m.begin_address,
        "end_address": m.end_address,
        "size": m.size,
        "perms": m.perms,
        "is_readable": m.is_readable,
        "is_writable": m.is_writable,
        "is_executable": m.is_executable,
        "is_shared": m.is_shared,
        "offset": m.offset,
        "device_major": m.device[0],
        "device_minor": m.device[1],
        "inode": m.inode,
        "kind": m.kind,
        "path": _texts(m.path)[0],
        "is_deleted": m.is_deleted,
        "pathname": pathname,
        "pathname_bytes": pathname_bytes,
    }


def _texts(name: str | None) -> tuple[str | None, bytes | None]:
    """Return a name as text, and its bytes if they are not that text."""
    if name is None or name.isascii():
        return name, None
    name_bytes = encode(name)
    try:
        return name_bytes.decode("utf-8"), None
    except UnicodeDecodeError:
        return name_bytes.decode("utf-8", "replace"), name_bytes


def from_records(records: Iterable[Mapping[str, Any]]) -> Maps:
    """Return the mappings that records are of: the inverse of `Maps.records`.

    Rows of other libraries are such records: pyarrow's `table.to_pylist()`, `frame.to_dicts()` of
    polars; and so are those that the command writes: `json.load(file)["maps"]` of `--json`, the lines of
    `--jsonl`, in which addresses and bytes are text and a `device` is a pair.

    `begin_address` and `end_address` must be there; of the rest, what is missing is as in `Map()`, and
    what `Map` finds out by itself (`size`, `kind`, ...) is not looked at. Numbers may be signed, as
    `Maps.arrow` can make them.

    Args:
        records: A mapping of names to values for each.

    Returns:
        The Maps. Its `pid` is None: no process was read.

    Raises:
        ValueError: A record is of no mapping that could be. The message says which.

    >>> import procmaps
    >>> procmaps.from_records([{"begin_address": 0x1000, "end_address": 0x3000, "perms": "rw-p"}])[0].size
    8192
    """
    return Maps([_checked(number, fields) for number, fields in enumerate(records)])


def _checked(number: int, fields: Mapping[str, Any]) -> Map:
    if not isinstance(fields, Mapping):
        raise ValueError(f"record {number}: it is a mapping of names to values, not {type(fields).__name__}")
    try:
        return _map(fields)
    except (KeyError, TypeError, ValueError) as error:
        why = f"no {error} in it" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"record {number}: {why}") from None


def _map(fields: Mapping[str, Any]) -> Map:
    return Map(
        _unsigned("begin_address", fields["begin_address"], 64),
        _unsigned("end_address", fields["end_address"], 64),
        fields.get("perms", "---p"),
        _unsigned("offset", fields.get("offset", 0), 64),
        _device(fields),
        _unsigned("inode", fields.get("inode", 0), 64),
        _name(fields.get("pathname"), fields.get("pathname_bytes")),
    )


def _device(fields: Mapping[str, Any]) -> tuple[int, int]:
    names = ("device_major", "device_minor")
    numbers = fields.get("device", [fields.get(name, 0) for name in names])
    if not isinstance(numbers, (list, tuple)) or len(numbers) != 2:
        raise TypeError(f"device is a pair of ints, not {numbers!r:.40}")
    major, minor = [_unsigned(name, number, 32) for name, number in zip(names, numbers)]
    return major, minor


def _unsigned(name: str, value: Any, bits: int) -> int:
    if isinstance(value, str) and value[:2] == "0x" and 2 < len(value) <= 18 and not value[2:].strip(_DIGITS):
        return int(value, 16)
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{name} is an int or text such as '0x1f', not {value!r:.40}") from None
    return number + 2**bits if -(2 ** (bits - 1)) <= number < 0 else number


def _name(text: str | None, name: bytes | str | None) -> str | None:
    if isinstance(name, str):
        try:
            name = bytes.fromhex(name)
        except ValueError:
            raise ValueError(f"pathname_bytes is of type bytes or hexadecimal, not {name!r:.40}") from None
    if name is None and text is None:
        return None
    if name is None:
        name = of_type("pathname", text, str).encode("utf-8", ERRORS)
    return of_type("pathname_bytes", name, bytes).decode(ENCODING, ERRORS)
