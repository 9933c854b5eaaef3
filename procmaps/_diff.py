"""What changed between two listings: `procmaps.diff`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

from procmaps._amounts import AMOUNTS
from procmaps._counted import counted
from procmaps._map import Map
from procmaps._maps import Maps
from procmaps._of_type import all_of_type
from procmaps._pairs import in_place, normalized
from procmaps._usages import Usages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, SupportsIndex, Union

    from procmaps._pairs import Group
    from procmaps._snapshot import Snapshot
    from procmaps._usage import Usage

    Listing = Union[Maps, Usages, Snapshot, Iterable[Map]]

#: What can have happened to a mapping, in the order in which a change names it.
WORDS = ("added", "removed", "grown", "shrunk", "perms", "offset", "replaced", "deleted", "renamed", "memory")

# By these alone what a process uses counts as changed: the rest follows, or depends on who else maps the same.
_TELLING = ("rss", "dirty", "swap")
_USED = (*[name for name in AMOUNTS if name != "size"], "uss", "dirty", "thp")


class Change(NamedTuple):
    """What happened to one mapping.

    A mapping that the kernel has split, or joined from several, has a change for each part of which
    more than the size differs, and the size and the memory of the whole are told in the first.

    Attributes:
        what: One or more of these words, in this order: "added", "removed"; "grown", it has addresses
            that it had not; "shrunk", it has lost some; "perms", its permissions differ; "offset",
            it begins elsewhere in its file; "replaced", it is of another file of that path (device or
            inode differ); "deleted", its file is, as the kernel says; "renamed", its name differs
            otherwise; "memory", what of it is in memory, in swap or dirty differs.
        old: The mapping as it was; None if it was added.
        new: The mapping as it is; None if it was removed.
        size_change: How many bytes of addresses there are more; fewer if negative.
        memory: How many bytes more are used, by the names of `procmaps.smaps.Usage`, where that is
            not 0; empty if it is not known.

    >>> old = Maps([Map(0x1000, 0x3000, "rw-p", pathname="[heap]")])
    >>> new = Maps([Map(0x1000, 0x7000, "rw-p", pathname="[heap]")])
    >>> change = (new - old)[0]
    >>> change.what, change.size_change, change.map.size
    (('grown',), 16384, 24576)
    """

    what: tuple[str, ...]
    old: Map | None
    new: Map | None
    size_change: int
    memory: dict[str, int]

    @property
    def map(self) -> Map:
        """The mapping as it is, or if it was removed as it was."""
        m = self.new or self.old
        assert m is not None
        return m


class Diff(Sequence[Change]):
    """What changed between two listings, in order of address; false if nothing did.

    An immutable sequence of `Change`. `str(diff)` is a table.

    >>> old = Maps([Map(0x1000, 0x3000, "rw-p", pathname="[heap]"), Map(0x8000, 0x9000, "rw-p")])
    >>> new = Maps([Map(0x1000, 0x7000, "rw-p", pathname="[heap]"), Map(0xa000, 0xb000, "r--p")])
    >>> diff = new - old
    >>> diff
    <Diff: 3 changes, 1 added, 1 removed, 1 grown>
    >>> diff.added, diff.removed, diff.size_change
    (<Maps: 1 mapping, 0xa000-0xb000>, <Maps: 1 mapping, 0x8000-0x9000>, 16384)
    >>> print(diff)
      BEGIN  END    PERMS SIZE CHANGE WHAT    PATHNAME
    ~ 0x1000 0x7000 rw-p   24K   +16K grown   [heap]
    - 0x8000 0x9000 rw-p    4K    -4K removed [anon]
    + 0xa000 0xb000 r--p    4K    +4K added   [anon]
    """

    __slots__ = ("_changes",)

    _changes: tuple[Change, ...]

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self._changes = tuple(all_of_type("Diff", changes, Change))

    def __len__(self) -> int:
        return len(self._changes)

    @overload
    def __getitem__(self, item: SupportsIndex) -> Change: ...
    @overload
    def __getitem__(self, item: slice) -> Diff: ...

    def __getitem__(self, item: SupportsIndex | slice) -> Change | Diff:
        return Diff(self._changes[item]) if isinstance(item, slice) else self._changes[item]

    def __eq__(self, other: object) -> bool:
        return self._changes == other._changes if isinstance(other, Diff) else NotImplemented

    def __repr__(self) -> str:
        parts = [counted(len(self), "change"), *[f"{count} {word}" for word, count in self._counts().items()]]
        return f"<Diff: {', '.join(parts)}>"

    def __str__(self) -> str:
        from procmaps._diff_table import table

        return "\n".join(table(self))

    def of(self, *words: str) -> Diff:
        """Return the changes that are one of some words: see `Change.what`; O(n).

        Raises:
            ValueError: There is no such word.
        """
        for word in words:
            if word not in WORDS:
                raise ValueError(f"a change is one of {', '.join(WORDS)}, not {word!r}")
        return Diff([change for change in self if not set(words).isdisjoint(change.what)])

    def _counts(self) -> dict[str, int]:
        """Return how many changes are one of each word, of those that there are."""
        counts = {word: len(self.of(word)) for word in WORDS}
        return {word: count for word, count in counts.items() if count}

    @property
    def added(self) -> Maps:
        """The mappings that are new."""
        return Maps([change.map for change in self.of("added")])

    @property
    def removed(self) -> Maps:
        """The mappings that are gone."""
        return Maps([change.map for change in self.of("removed")])

    @property
    def size_change(self) -> int:
        """How many bytes of addresses there are more; fewer if negative."""
        return sum([change.size_change for change in self])

    @property
    def memory(self) -> dict[str, int]:
        """How many bytes more are used, by the names of `procmaps.smaps.Usage`, where that is not 0."""
        sums: dict[str, int] = {}
        for change in self:
            for name, amount in change.memory.items():
                sums[name] = sums.get(name, 0) + amount
        return {name: amount for name, amount in sums.items() if amount}

    def records(self) -> list[dict[str, Any]]:
        """Return the changes as dicts that JSON can hold, addresses as strings in hexadecimal."""
        from procmaps._diff_records import change_record

        return [change_record(change) for change in self]


def diff(old: Listing, new: Listing, *, normalize: bool = False) -> Diff:
    """Return what changed from one listing to another; `new - old` is the same.

    Both are of one process: a mapping is the same if it is at the same addresses, in part at least, and
    of the same file or of none. Two processes, or two runs of a program, have the same things at
    other addresses (ASLR); for these there is `normalize`.

    If both are `Usages`, or snapshots with memory, what they use is compared too; O(n log n).

    Args:
        old: The mappings as they were: `Maps`, `procmaps.smaps.Usages`, a `Snapshot`, or Map objects.
        new: The mappings as they are.
        normalize: Whether mappings are the same that have the same offset in the same load of a
            file, whatever their address; or the same special name. Those without a name are the
            same if they follow the same file immediately, or have the same permissions and size.

    Raises:
        ValueError: Mappings of a listing overlap, and `normalize` is not set.
        TypeError: `old` or `new` is no listing: the number of a process, say.

    >>> import mmap, procmaps
    >>> before = procmaps.from_pid()
    >>> block = mmap.mmap(-1, 1 << 26)
    >>> change = procmaps.diff(before, procmaps.from_pid()).of("added", "grown")[-1]
    >>> change.size_change >= 1 << 26
    True
    """
    old_maps, new_maps = _maps(old), _maps(new)
    usages = _usages(old), _usages(new)
    has_memory = None not in usages
    groups = normalized(old_maps, new_maps) if normalize else in_place(old_maps, new_maps, unchanged=has_memory)
    changes: list[Change] = []
    for group in groups:
        changes += _changes(group, old_maps, new_maps, usages, not normalize)
    return Diff(sorted(changes, key=lambda change: (change.map.begin_address, change.new is not None)))


def _maps(listing: Any) -> list[Map]:
    maps = getattr(listing, "maps", listing)
    if isinstance(maps, (str, bytes)) or not hasattr(maps, "__iter__"):
        raise TypeError(f"diff compares listings, such as procmaps.from_pid(1234), not {listing!r}")
    return list(maps if isinstance(maps, Maps) else Maps(maps))


def _usages(listing: Any) -> Usages | None:
    """Return what the mappings use, if that is known."""
    return listing if isinstance(listing, Usages) else getattr(listing, "usages", None)


def _changes(
    group: Group, old: list[Map], new: list[Map], usages: tuple[Usages | None, Usages | None], is_in_place: bool
) -> list[Change]:
    """Return what happened to the mappings of a group."""
    size = sum([new[j].size for j in group.news]) - sum([old[i].size for i in group.olds])
    memory = _memory(group, *usages)
    if not group.pairs:
        a = old[group.olds[0]] if group.olds else None
        b = new[group.news[0]] if group.news else None
        return [Change(("added" if a is None else "removed",), a, b, size, memory)]
    whole = _words_of_whole(group, old, new, memory)
    changes = []
    for i, j in group.pairs:
        words = [*whole, *_words(old[i], new[j], is_in_place)]
        if words:
            changes.append(Change(tuple([word for word in WORDS if word in words]), old[i], new[j], size, memory))
            whole, size, memory = [], 0, {}  # told
    return changes


def _words_of_whole(group: Group, old: list[Map], new: list[Map], memory: dict[str, int]) -> list[str]:
    words = []
    if sum([new[j].size for j in group.news]) > group.common:
        words.append("grown")
    if sum([old[i].size for i in group.olds]) > group.common:
        words.append("shrunk")
    if any([name in memory for name in _TELLING]):
        words.append("memory")
    return words


def _words(a: Map, b: Map, is_in_place: bool) -> list[str]:
    """Return what differs between a mapping and itself, but for its size."""
    if a == b:
        return []
    words = ["perms"] * (a.perms != b.perms)
    if a.path is not None and b.path is not None:
        shift = b.begin_address - a.begin_address if is_in_place else 0
        words += ["offset"] * (b.offset - a.offset != shift)
        words += ["replaced"] * ((a.device, a.inode) != (b.device, b.inode))
    if a.pathname != b.pathname:
        words.append("deleted" if b.is_deleted and a.pathname == b.path else "renamed")
    return words


def _memory(group: Group, old: Usages | None, new: Usages | None) -> dict[str, int]:
    """Return how many bytes more the mappings of a group use."""
    if old is None or new is None:
        return {}
    olds, news = [old[i] for i in group.olds], [new[j] for j in group.news]
    names = _USED
    if group.pairs and not any([_difference(name, olds, news) for name in _TELLING]):
        names = ()
    amounts = {name: _difference(name, olds, news) for name in names}
    return {name: amount for name, amount in amounts.items() if amount}


def _difference(name: str, olds: Sequence[Usage], news: Sequence[Usage]) -> int:
    """Return the difference of an amount; 0 if a kernel did not print it."""
    before, after = [[getattr(usage, name) for usage in usages] for usages in (olds, news)]
    return 0 if None in before or None in after else sum(after) - sum(before)
