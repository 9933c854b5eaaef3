"""The mappings of a process in groups, with what each uses: the rows of `procmaps mem`."""

from __future__ import annotations

from procmaps._shapes import shapes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._amounts import Amounts
    from procmaps._map import Map
    from procmaps._shapes import Shape
    from procmaps._usage import Total
    from procmaps._usages import Key, Usages

    # What is guessed to be in a group: its name, how many of it there are, what they use.
    Part = tuple[str, int, Total]

#: What is not recognised.
OTHER = "other"


class Group:
    """Some mappings.

    Attributes:
        name: What they have in common; None if it is that they have no name.
        total: What they use.
        parts: What they seem to be, "other" for the rest; empty if nothing is recognised.
    """

    __slots__ = ("name", "parts", "total")

    def __init__(self, name: str | None, total: Total, parts: list[Part]) -> None:
        self.name = name
        self.total = total
        self.parts = parts


def groups(usages: Usages, key: Key) -> list[Group]:
    """Return the groups of a key of `Usages.by`, those that use most first."""
    nameless = "anonymous" if key == "kind" else None
    parts = _parts(usages, [value == nameless for value in usages._values(key)])
    found = [Group(name, total, parts if name == nameless else []) for name, total in usages.by(key).items()]
    return sorted(found, key=lambda group: order(group.total))


def order(amounts: Amounts) -> tuple[int, ...]:
    """Return what sorts amounts, the most first."""
    return tuple([-(amount or 0) for amount in (amounts.pss, amounts.rss, amounts.size)])


def _parts(usages: Usages, are_nameless: list[bool]) -> list[Part]:
    """Return what the mappings without a name seem to be, "other" last; nothing if that is all."""
    every = zip(usages.maps, shapes_of(usages), are_nameless)
    seen = {m: shape for m, shape, is_nameless in every if is_nameless}
    counts: dict[str, int] = {}
    for name, _ in {shape for shape in seen.values() if shape}:
        counts[name] = counts.get(name, 0) + 1
    if not counts:
        return []
    totals = usages.by(lambda usage: _part(usage.map, seen))
    parts = [(name, counts.get(name, total.count), total) for name, total in totals.items() if name]
    return sorted(parts, key=lambda part: (part[0] == OTHER, order(part[2])))


def _part(m: Map, seen: dict[Map, Shape | None]) -> str | None:
    if m not in seen:
        return None
    shape = seen[m]
    return shape[0] if shape else OTHER
