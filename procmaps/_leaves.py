"""What uses memory, as a treemap shows it: modules, single large mappings, and the rest of each kind."""

from __future__ import annotations

from typing import NamedTuple

from procmaps._parts import CATEGORIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from procmaps._parts import Part

#: What is less than this part of all has no area of its own.
LEAST = 1 / 2000

#: More areas than this of one category are not told apart.
MOST_LEAVES = 120


class Leaf(NamedTuple):
    """What has an area of its own.

    Attributes:
        name: Its name.
        full_name: The same in full.
        amount: How much memory it is, bytes.
        size: The size of its mappings, bytes.
        mappings: How many mappings it has.
    """

    name: str
    full_name: str
    amount: int
    size: int
    mappings: int


def leaves(parts: Sequence[Part], amounts: Sequence[int]) -> dict[str, list[Leaf]]:
    """Return by category what uses memory, the most first, in both; O(n log n).

    A file is a leaf, with all its mappings. Of anonymous memory, each mapping is. Those that are too
    small to be seen are one leaf together. What uses nothing is left out.

    Args:
        parts: The mappings.
        amounts: How much each of them uses.
    """
    least = sum(amounts) * LEAST
    found: dict[str, dict[object, list[int]]] = {}
    for i, (part, amount) in enumerate(zip(parts, amounts)):
        if amount:
            found.setdefault(part.category, {}).setdefault(_owner(part), []).append(i)
    every = {
        category: _of_category([_leaf(parts, amounts, which) for which in owners.values()], category, least)
        for category, owners in found.items()
    }
    return dict(sorted(every.items(), key=lambda pair: -sum([leaf.amount for leaf in pair[1]])))


def _owner(part: Part) -> object:
    """Return what mappings of one leaf have in common."""
    return part.map if part.category == "anonymous" else part.full_name


def _leaf(parts: Sequence[Part], amounts: Sequence[int], which: Sequence[int]) -> Leaf:
    first = parts[which[0]]
    full_name = first.full_name
    if first.category == "anonymous":
        full_name += f" {first.map.begin_address:#x}-{first.map.end_address:#x} {first.map.perms}"
    size = sum([parts[i].map.size for i in which])
    return Leaf(first.name, full_name, sum([amounts[i] for i in which]), size, len(which))


def _of_category(every: list[Leaf], category: str, least: float) -> list[Leaf]:
    every.sort(key=lambda leaf: -leaf.amount)
    most = next((i for i, leaf in enumerate(every) if leaf.amount < least), len(every))
    most = min(most, MOST_LEAVES)
    rest = every[most:]
    if len(rest) < 2:
        return every
    count = sum([leaf.mappings for leaf in rest])
    name = f"{len(rest):,} small ones"
    about = f"{name}: {CATEGORIES[category]}"
    together = Leaf(name, about, sum([leaf.amount for leaf in rest]), sum([leaf.size for leaf in rest]), count)
    return sorted([*every[:most], together], key=lambda leaf: -leaf.amount)
