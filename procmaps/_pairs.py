"""Which mapping of one listing is which of another.

In place, that is in one process at two times, a mapping is the same if it has an address in common
with the other and is of the same file, or both are of none. The kernel splits a mapping when a part
of it gets other permissions, and joins two that have become alike: so a mapping of one listing may be
several of the other, and what belongs together is a group.

In two processes the addresses differ from run to run (ASLR). There mappings are the same that
have the same place in the same load of a file; what has a special name is the same by that, and what
has no name by its permissions and size, or by the file that it follows immediately.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from procmaps._map import Map

    # What identifies a mapping in any process.
    Key = tuple[Any, ...]


class Group:
    """Mappings of two listings that are the same memory, by their indices.

    Attributes:
        pairs: Which are the same in part or as a whole, in order; empty if one side is.
        olds: Those of the old listing.
        news: Those of the new listing.
        common: How many bytes of addresses they have in common.
    """

    __slots__ = ("common", "news", "olds", "pairs")

    def __init__(self, olds: list[int], news: list[int], pairs: list[tuple[int, int]], common: int = 0) -> None:
        self.olds = olds
        self.news = news
        self.pairs = pairs
        self.common = common


def in_place(old: Sequence[Map], new: Sequence[Map], *, unchanged: bool = True) -> list[Group]:
    """Return the groups of two listings of one process; O(n log n).

    Args:
        old: The mappings as they were.
        new: The mappings as they are.
        unchanged: Whether those that are as they were are groups too.

    Raises:
        ValueError: Mappings of a listing overlap.
    """
    olds, news = _ordered(old), _ordered(new)
    # Most have not changed at all: they are found faster.
    indices = {old[i]._row: i for i in olds}
    equal = {j: indices.pop(row) for j, row in [(j, new[j]._row) for j in news] if row in indices}
    done = set(equal.values())
    olds, news = [i for i in olds if i not in done], [j for j in news if j not in equal]
    groups = _joined(old, new, _overlaps(old, new, olds, news))
    groups += list(_alone(groups, olds, news))
    return groups + [Group([i], [j], [(i, j)], new[j].size) for j, i in equal.items() if unchanged]


def normalized(old: Sequence[Map], new: Sequence[Map]) -> list[Group]:
    """Return the groups of listings of two processes, of two mappings at the most; O(n log n)."""
    groups: list[Group] = []
    old_keys, new_keys = _keys(old), _keys(new)
    for which in (0, 1):
        waiting: dict[Key, list[int]] = {}
        for j, keys in reversed(list(new_keys.items())):
            waiting.setdefault(keys[which], []).append(j)
        for i, keys in list(old_keys.items()):
            found = waiting.get(keys[which])
            if found:
                j = found.pop()
                groups.append(Group([i], [j], [(i, j)], min(old[i].size, new[j].size)))
                del old_keys[i], new_keys[j]
    return [*groups, *_alone(groups, range(len(old)), range(len(new)))]


def _alone(groups: list[Group], olds: Iterable[int], news: Iterable[int]) -> Iterator[Group]:
    """Yield a group for each mapping that is in none."""
    paired = {i for group in groups for i in group.olds}, {j for group in groups for j in group.news}
    yield from [Group([i], [], []) for i in olds if i not in paired[0]]
    yield from [Group([], [j], []) for j in news if j not in paired[1]]


# In place


def _joined(old: Sequence[Map], new: Sequence[Map], overlaps: Iterator[tuple[int, int]]) -> list[Group]:
    """Return the groups of those that overlap, if they are of the same memory."""
    groups: list[Group] = []
    for i, j in overlaps:
        if not _is_same(old[i], new[j]):
            continue
        last = groups[-1] if groups else None
        # They come in order: what has a mapping in common with any has it with the last.
        if last and i == last.olds[-1]:
            last.news.append(j)
        elif last and j == last.news[-1]:
            last.olds.append(i)
        else:
            last = Group([i], [j], [])
            groups.append(last)
        last.pairs.append((i, j))
        last.common += _common(old[i], new[j])
    return groups


def _overlaps(old: Sequence[Map], new: Sequence[Map], olds: list[int], news: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the indices of mappings that have addresses in common, in order of address."""
    i = j = 0
    while i < len(olds) and j < len(news):
        a, b = old[olds[i]], new[news[j]]
        if a.overlaps(b) or a == b:
            yield olds[i], news[j]
        if a.end_address <= b.end_address:
            i += 1
        else:
            j += 1


def _common(a: Map, b: Map) -> int:
    return min(a.end_address, b.end_address) - max(a.begin_address, b.begin_address)


def _ordered(maps: Sequence[Map]) -> list[int]:
    """Return the indices of the mappings in order of address."""
    order = sorted(range(len(maps)), key=lambda i: maps[i].begin_address)
    for i, j in zip(order, order[1:]):
        if maps[i].end_address > maps[j].begin_address:
            raise ValueError(f"mappings overlap at {maps[j].begin_address:#x}: the listing was torn, or edited")
    return order


def _is_same(a: Map, b: Map) -> bool:
    """Return whether two mappings at one address are of the same memory."""
    if a.pathname == b.pathname or (a.path is not None and a.path == b.path):
        return True
    # Renamed; or anonymous memory that has got a name.
    return (a.device, a.inode) == (b.device, b.inode) and (a.inode > 0 or a.path is b.path is None)


# In two processes


def _keys(maps: Sequence[Map]) -> dict[int, tuple[Key, Key]]:
    """Return for each index, in order of address, what identifies the mapping, exactly and less so."""
    keys: dict[int, tuple[Key, Key]] = {}
    loads: dict[str, tuple[int, int]] = {}
    file: Key | None = None
    end = -1
    for i in sorted(range(len(maps)), key=lambda i: maps[i].begin_address):
        m = maps[i]
        by_size = None, m.perms, m.size
        if m.path is not None:
            file = m.path, _load(loads, m.path, m.offset)
            keys[i] = (*file, m.offset), (*file, m.perms)
        elif m.pathname is None and file and m.begin_address == end:
            keys[i] = (*file, "behind"), by_size
        else:
            file = None
            keys[i] = ((m.pathname,) if m.pathname else by_size), by_size
        end = m.end_address
    return keys


def _load(loads: dict[str, tuple[int, int]], path: str, offset: int) -> int:
    """Return which load of a file a mapping is of: the loader maps a file from its begin to its end."""
    load, last = loads.get(path, (0, -1))
    load += offset <= last
    loads[path] = load, offset
    return load
