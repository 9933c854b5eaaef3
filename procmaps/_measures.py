"""How much memory mappings are, by what is measured: what is in memory, or only what is mapped."""

from __future__ import annotations

from procmaps._parts import is_accessible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from procmaps._maps import Maps
    from procmaps.smaps import Usages

    Measure = Literal["pss", "rss", "size"]

#: What can be measured, the one that says most first.
MEASURES = ("pss", "rss", "size")


def measured(maps: Maps, usages: Usages | None, measure: Measure | None) -> tuple[Measure, Sequence[int]]:
    """Return what is measured, and how much of it each mapping has, bytes.

    Of sizes only what can be accessed counts: what cannot is kept free, and uses nothing.

    Args:
        maps: The mappings.
        usages: What they use, if it is known.
        measure: What is to be measured; None for the first of `MEASURES` that is known.

    Raises:
        ValueError: That is not known of these.
    """
    if measure not in (None, *MEASURES):
        raise ValueError(f"measure is 'pss', 'rss' or 'size', not {measure!r}")
    if measure in (None, "pss") and (amounts := _amounts(usages, "pss")):
        return "pss", amounts
    if measure in (None, "rss") and (amounts := _amounts(usages, "rss")):
        return "rss", amounts
    if measure in (None, "size") or not maps:
        return measure or "size", [m.size if is_accessible(m) else 0 for m in maps]
    raise ValueError(f"{measure} is not known of {maps!r}: what procmaps.smaps reads has it, if the kernel prints it")


def _amounts(usages: Usages | None, measure: str) -> list[int]:
    """Return how much each mapping has; nothing if that is known of none."""
    amounts = [getattr(usage, measure) for usage in usages or ()]
    is_known = any([amount is not None for amount in amounts])
    return [amount or 0 for amount in amounts] if is_known else []
