"""An immutable sequence of Map objects, made of rows when they are first touched."""

from __future__ import annotations

import os
import sys
from _collections_abc import Sequence
from _operator import index
from _thread import RLock

from procmaps._listlike import Listlike
from procmaps._map import Map
from procmaps._procmaps import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, SupportsIndex, overload

    from typing_extensions import Self

    from procmaps._modules import Index

    Origin = tuple[int | None, int | None, str | None, str | None]
else:

    def overload(function):
        return function


# Held while Map objects are made, so that two threads get the same ones. One for all: it is
# held for microseconds, and a lock in each Maps would cost more than that. Reentrant, as making
# objects can run any finalizer.
_making = RLock()
if sys.platform != "win32":  # pragma: no branch
    # A child forked while another thread held it would wait for ever.
    os.register_at_fork(after_in_child=_making._at_fork_reinit)  # type: ignore[attr-defined]


class MapSequence(Listlike[Map]):
    """What `Maps` has of the list that it stands for: it slices, adds and compares like one.

    Args:
        maps: The mappings, in the order in which they are to be.
    """

    __slots__ = ("_every", "_modules", "_origin", "_some", "_table")

    # What is not there yet is None, but never both of _table and _every: the rows in
    # columns, with an index; Map objects that were asked for one by one; all of them.
    _table: Table | None
    _some: list[Map | None] | None
    _every: list[Map] | None

    # What is known of the process that was read: pid, attempts, without_memory, where its proc file system is.
    _origin: Origin

    # What procmaps.modules found; None if it was not asked yet.
    _modules: Index | None

    def __init__(self, maps: Iterable[Map] = ()) -> None:
        every = list(maps)
        for m in every:
            if not isinstance(m, Map):
                raise TypeError(f"Maps holds Map objects, not {type(m).__name__}")
        self._table = self._some = None
        self._every = every
        self._origin = None, None, None, None
        self._modules = None

    def __len__(self) -> int:
        return len(self._indexed()) if self._every is None else len(self._every)

    @overload
    def __getitem__(self, item: SupportsIndex) -> Map: ...
    @overload
    def __getitem__(self, item: slice) -> Self: ...

    def __getitem__(self, item: SupportsIndex | slice) -> Map | Self:
        if isinstance(item, slice):
            every = self._every
            return self._pick(range(len(self))[item]) if every is None else self._those(every[item])
        i = index(item)
        if i < 0:
            i += len(self)
        if not 0 <= i < len(self):
            raise IndexError(f"there are {len(self)} mappings: index {index(item)} is out of range")
        return self._at(i)

    def __iter__(self) -> Iterator[Map]:
        return iter(self._all())

    def __reversed__(self) -> Iterator[Map]:
        return reversed(self._all())

    def __contains__(self, item: object) -> bool:
        """Whether an address is mapped, or a Map is one of these.

        O(log n) for an address, O(n) for a Map. False for what is neither.
        """
        if isinstance(item, Map):
            return item in self._all()
        try:
            return item in self._indexed()
        except TypeError:
            return False

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Return the index of the first mapping that equals `value`; O(n).

        Raises:
            ValueError: There is none.
        """
        return self._all().index(value, start, len(self) if stop is None else stop)

    def count(self, value: Any) -> int:
        """Return how many mappings equal `value`; O(n)."""
        return self._all().count(value)

    def copy(self) -> Self:
        """Return the listing itself, which does not change. A list to edit is `list(maps)`."""
        return self

    def __add__(self, other: Sequence[Map]) -> Self:
        others = _list_of(other)
        return NotImplemented if others is None else type(self)(self._all() + others)

    def __radd__(self, other: Sequence[Map]) -> Self:
        others = _list_of(other)
        return NotImplemented if others is None else type(self)(others + self._all())

    def __mul__(self, times: SupportsIndex) -> Self:
        return type(self)(self._all() * times)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        """Whether the other is a sequence of equal mappings: `Maps`, list or tuple."""
        other = _list_of(other)
        return NotImplemented if other is None else self._all() == other

    def __lt__(self, other: Sequence[Map]) -> bool:
        others = _list_of(other)
        return NotImplemented if others is None else self._all() < others

    def __le__(self, other: Sequence[Map]) -> bool:
        others = _list_of(other)
        return NotImplemented if others is None else self._all() <= others

    def __gt__(self, other: Sequence[Map]) -> bool:
        others = _list_of(other)
        return NotImplemented if others is None else self._all() > others

    def __ge__(self, other: Sequence[Map]) -> bool:
        others = _list_of(other)
        return NotImplemented if others is None else self._all() >= others

    def __hash__(self) -> int:
        return hash(tuple(self._all()))

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[Any, ...], Origin]:
        return type(self), (self._all(),), self._origin

    def __setstate__(self, origin: Origin) -> None:
        self._origin = origin

    # The rows and the objects

    def _indexed(self) -> Table:
        if self._table is None:
            self._table = Table.of(self._all())
        return self._table

    def _at(self, i: int) -> Map:
        every, some = self._every, self._some
        if every is not None:
            return every[i]
        m = None if some is None else some[i]
        return self._make(i) if m is None else m

    def _make(self, i: int) -> Map:
        return self._some_of([i])[0]

    def _some_of(self, indices: list[int]) -> list[Map]:
        with _making:
            if self._every is not None:
                return [self._every[i] for i in indices]
            table = self._indexed()
            if self._some is None:
                self._some = [None] * len(table)
            some = self._some
            missing = [i for i in indices if some[i] is None]
            for i, m in zip(missing, table.maps(Map, missing)):
                some[i] = m
            return [some[i] for i in indices]  # type: ignore[misc]

    def _all(self) -> list[Map]:
        if self._every is None:
            with _making:
                if self._every is None:
                    every = self._indexed().maps(Map)
                    if self._some is not None:
                        every = [made or new for made, new in zip(self._some, every)]
                    self._every, self._some = every, None
        return self._every

    def _pick(self, indices: Iterable[int]) -> Self:
        return self._those(self._some_of(list(indices)))

    def _those(self, maps: Iterable[Map]) -> Self:
        """Return some of these mappings, which are still of the process that was read."""
        some = type(self)(maps)
        some._origin = self._origin
        return some


def _list_of(other: object) -> list[Any] | None:
    if isinstance(other, MapSequence):
        return other._all()
    if isinstance(other, Sequence) and not isinstance(other, (str, bytes)):
        return list(other)
    return None
