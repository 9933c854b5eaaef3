"""What all mappings of one listing use."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from procmaps._amounts import fields_of
from procmaps._listlike import Listlike
from procmaps._maps import Maps
from procmaps._modules import names_of
from procmaps._of_type import all_of_type
from procmaps._procmaps import UsageTable
from procmaps._usage import Total, Usage, total_of, usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable, Literal, SupportsIndex

    from procmaps._amounts import Fields
    from procmaps._columns import Columns
    from procmaps._diff import Diff
    from procmaps._measures import Measure
    from procmaps._palette import Theme
    from procmaps.picture import Kind

    Key = Literal["module", "pathname", "kind"]


class Usages(Listlike[Usage]):
    """What each mapping of a process or of a saved text uses, in its order.

    An immutable sequence of `Usage`; its slices are `Usages` too.

    Args:
        usages: What each mapping uses, in the order in which it is to be.

    >>> from procmaps import Map
    >>> usages = Usages([Usage(Map(0x1000, 0x3000), rss=8192), Usage(Map(0x5000, 0x6000), rss=4096)])
    >>> usages
    <Usages: 2 mappings, 0x1000-0x6000, rss=12288>
    >>> usages.find(0x2fff).rss
    8192
    """

    __slots__ = ("_maps", "_table")

    # As many mappings as rows.
    _maps: Maps
    _table: UsageTable

    def __init__(self, usages: Iterable[Usage] = ()) -> None:
        every = all_of_type("Usages", usages, Usage)
        self._maps = Maps([usage.map for usage in every])
        self._table = UsageTable([usage._row for usage in every])

    # As a sequence

    def __len__(self) -> int:
        return len(self._maps)

    @overload
    def __getitem__(self, item: SupportsIndex) -> Usage: ...
    @overload
    def __getitem__(self, item: slice) -> Usages: ...

    def __getitem__(self, item: SupportsIndex | slice) -> Usage | Usages:
        indices = range(len(self))[item]
        return self._at(indices) if isinstance(indices, int) else Usages([self._at(i) for i in indices])

    def __iter__(self) -> Iterator[Usage]:
        maps, table = self._maps, self._table
        for i in range(len(table)):
            yield usage_of(maps, table[i])

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Usages) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Callable[..., Usages], tuple[Any, ...]]:
        return _restored, (self._maps, [fields_of(usage._row) for usage in self])

    def __repr__(self) -> str:
        return f"<Usages: {self._maps._summary()}, rss={self.total().rss}>"

    def __sub__(self, old: Usages) -> Diff:
        """Return what changed since another reading: `procmaps.diff(old, self)`."""
        from procmaps._diff import diff

        return diff(old, self) if isinstance(old, Usages) else NotImplemented

    # The reading

    @property
    def maps(self) -> Maps:
        """The mappings: what `procmaps.from_pid` would have given."""
        return self._maps

    @property
    def pid(self) -> int | None:
        """The number of the process that was read; None if none was."""
        return self._maps.pid

    @property
    def attempts(self) -> int | None:
        """How many readings it took to have a consistent one; None if no process was read."""
        return self._maps.attempts

    @property
    def without_memory(self) -> str | None:
        """Why a process has no mappings, "kernel thread" or "zombie"; None if it has some."""
        return self._maps.without_memory

    # Questions

    def find(self, address: int) -> Usage | None:
        """Return what the mapping that holds an address uses, or None: see `Maps.find`."""
        i = self._maps.find_indices([address])[0]
        return None if i < 0 else self._at(i)

    def total(self) -> Total:
        """Return what all mappings use together; O(n).

        >>> import procmaps.smaps
        >>> total = procmaps.smaps.from_pid().total()
        >>> total.size >= total.rss > 0
        True
        """
        return total_of(self._table.total(), len(self))

    def by(self, key: Key | Callable[[Usage], Any]) -> dict[Any, Total]:
        """Return what the mappings that have something in common use together; O(n).

        Args:
            key: What they have in common. "pathname": the name as printed, None for
                those without. "kind": `Map.kind`. "module": the path of the file, whether or not it is
                deleted, with ` at ` and the base where it is loaded several times; memory without
                a name that is a library's (`.bss`) is with it, as far as `Maps.modules` can
                tell. Or a function of a `Usage`.

        Returns:
            A total for each value of the key, in the order of first appearance.

        >>> import procmaps.smaps
        >>> usages = procmaps.smaps.from_pid()
        >>> usages.by("kind")["stack"].count
        1
        >>> usages.by(lambda usage: usage.map.is_writable).keys() == {True, False}
        True
        """
        groups: dict[Any, list[int]] = {}
        for i, value in enumerate(self._values(key)):
            groups.setdefault(value, []).append(i)
        return {value: total_of(self._table.total(indices), len(indices)) for value, indices in groups.items()}

    # As data

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the columns, as those of `Maps`, and the amounts behind them: see `docs/data.md`."""
        return self.arrow().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Return the types of the columns, as `__arrow_c_stream__` has them."""
        return self.arrow().__arrow_c_schema__()

    def arrow(self, *, signed: bool = False) -> Columns:
        """Return an object that has the columns as this one has, and is nothing else: see `Maps.arrow`."""
        from procmaps._columns import Columns

        return Columns([self], signed=signed)

    # Pictures

    def to_svg(
        self,
        kind: Kind = "treemap",
        *,
        measure: Measure | None = None,
        theme: Theme = "auto",
        title: str | None = None,
    ) -> str:
        """Return a picture: a treemap of what uses the memory, or the address space; O(n log n).

        Args:
            kind: "treemap" or "space".
            measure: As for `procmaps.picture.to_svg`.
            theme: "light", "dark", or "auto": as the one who looks prefers.
            title: What is written above it; None for the number of the process.

        Returns:
            An SVG document; see `procmaps.picture`.

        >>> import procmaps.smaps
        >>> "in memory (PSS" in procmaps.smaps.from_pid().to_svg()
        True
        """
        from procmaps.picture import to_svg

        return to_svg(self, kind, measure=measure, theme=theme, title=title)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: a summary, the picture, what uses most."""
        from procmaps._html import usages_html

        return usages_html(self)

    def __rich_console__(self, console: object, options: Any) -> Iterator[object]:
        """Yield what rich prints: a summary and what uses most."""
        from procmaps._rich import usages_text

        return usages_text(self, options.max_width)

    def _values(self, key: Key | Callable[[Usage], Any]) -> Iterable[Any]:
        """Return the value of a key for each mapping."""
        if callable(key):
            return map(key, self)
        if key == "pathname":
            return [m.pathname for m in self._maps]
        if key == "kind":
            return [m.kind for m in self._maps]
        if key == "module":
            return names_of(self._maps)
        raise ValueError(f"key is 'module', 'pathname', 'kind' or a function, not {key!r}")

    def _at(self, i: int) -> Usage:
        return usage_of(self._maps, self._table[i])


def usages_of(maps: Maps, table: UsageTable) -> Usages:
    """Return the Usages of rows that the native layer has, and of as many mappings."""
    usages = Usages()
    usages._maps, usages._table = maps, table
    return usages


def _restored(maps: Maps, rows: list[Fields]) -> Usages:
    """Make what was pickled."""
    return usages_of(maps, UsageTable(rows))
