"""What mappings use as records: dicts of built-in types that JSON can hold."""

from __future__ import annotations

from procmaps._amounts import AMOUNTS
from procmaps._names import encode
from procmaps._records import record, text_fields
from procmaps._shapes import shapes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from procmaps._amounts import Amounts
    from procmaps._groups import Group
    from procmaps._shapes import Shape
    from procmaps._usage import Usage
    from procmaps._usages import Usages


def amounts_record(amounts: Amounts) -> dict[str, Any]:
    """Return amounts as a dict, in bytes; None is what is not known.

    >>> from procmaps import Map
    >>> from procmaps.smaps import Usage
    >>> r = amounts_record(Usage(Map(0x1000, 0x3000), private_clean=0, private_dirty=4096))
    >>> r["private_dirty"], r["uss"], r["rss"]
    (4096, 4096, None)
    """
    return {name: getattr(amounts, name) for name in (*AMOUNTS, "uss", "dirty", "thp")}


def group_record(group: Group) -> dict[str, Any]:
    """Return a group as a dict. The name of what has none is None."""
    return {
        **text_fields("name", group.name),
        "maps": group.total.count,
        **amounts_record(group.total),
        "parts": [
            {"name": name, "count": count, "maps": total.count, **amounts_record(total)}
            for name, count, total in group.parts
        ],
    }


def usage_records(usages: Usages) -> list[dict[str, Any]]:
    """Return what each mapping uses as a dict, with the fields of the mapping and what it seems to be."""
    return [_usage_record(usage, shape) for usage, shape in zip(usages, shapes_of(usages))]


def _usage_record(usage: Usage, shape: Shape | None) -> dict[str, Any]:
    return {
        **record(usage.map),
        **amounts_record(usage),
        # The kernel's own word, if it has one, is of no other size.
        "size": usage.map.size,
        "kernel_page_size": usage.kernel_page_size,
        "mmu_page_size": usage.mmu_page_size,
        "thp_eligible": usage.thp_eligible,
        "protection_key": usage.protection_key,
        "vm_flags": usage.vm_flags,
        "other": {_text(label): _text(text) for label, text in usage.other.items()},
        "shape": shape and shape[0],
    }


def _text(text: str) -> str:
    """Return a text without what did not decode, for which JSON has nothing."""
    return encode(text).decode("utf-8", "replace")
