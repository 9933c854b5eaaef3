"""Changes as records: dicts of built-in types that JSON can hold."""

from __future__ import annotations

from procmaps._records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from procmaps._diff import Change


def change_record(change: Change) -> dict[str, Any]:
    """Return a change as a dict; a side that there is not is None.

    >>> from procmaps import Map, Maps
    >>> r = change_record((Maps([Map(0x1000, 0x3000)]) - Maps())[0])
    >>> r["what"], r["old"], r["new"]["begin_address"], r["size_change"], r["memory_change"]
    (['added'], None, '0x1000', 8192, {})
    """
    return {
        "what": list(change.what),
        "size_change": change.size_change,
        "memory_change": change.memory,
        "old": change.old and record(change.old),
        "new": change.new and record(change.new),
    }
