"""What a mapping uses, what several use together, what a process uses: the value types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procmaps._amounts import Amounts, Number, fields_of
from procmaps._counted import counted
from procmaps._map import Map, _number
from procmaps._of_type import all_of_type, of_type
from procmaps._procmaps import USAGE_FIELDS, UsageTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Callable

    from procmaps._amounts import Fields
    from procmaps._procmaps import UsageRow

_THP_ELIGIBLE = USAGE_FIELDS.index("thp_eligible")
_VM_FLAGS = USAGE_FIELDS.index("vm_flags")


class Usage(Amounts):
    """What one mapping uses, as one block of /proc/PID/smaps has it.

    An immutable value. Which fields there are depends on the kernel: what it does not print is
    None, and 0 is 0.

    Args:
        map: The mapping.
        fields: What it uses, by name.

    Raises:
        TypeError, ValueError: There is no such field, or it cannot have that value.

    >>> usage = Usage(Map(0x1000, 0x3000, "rw-p", pathname="[heap]"), rss=8192, private_dirty=4096)
    >>> usage
    <Usage of 0x1000-0x3000 rw-p [heap]: rss=8192, pss=None, swap=None>
    >>> usage.map.kind, usage.uss, usage.vm_flags
    ('heap', 4096, None)
    """

    __slots__ = ("_maps",)

    # Where its mapping is, at the index of its row.
    _maps: Sequence[Map]
    _row: UsageRow

    def __new__(cls, map: Map, **fields: Any) -> Usage:  # noqa: A002
        unknown = sorted(fields.keys() - set(USAGE_FIELDS))
        if unknown:
            raise TypeError(f"Usage has no field {unknown[0]!r}")
        return _usage(of_type("map", map, Map), tuple([_checked(name, fields.get(name)) for name in USAGE_FIELDS]))

    @property
    def map(self) -> Map:
        """The mapping."""
        return self._maps[self._row.index]

    kernel_page_size: Number = Number("The size of the pages that the kernel allots, bytes. Linux 2.6.29+")
    mmu_page_size: Number = Number("The size of the pages that the processor sees, bytes. Linux 2.6.29+")
    protection_key: Number = Number("The key of pkeys(7), where the processor has them. Linux 4.6+")

    @property
    def thp_eligible(self) -> bool | None:
        """Whether it can be put into transparent huge pages. Linux 5.0+."""
        value = self._row[_THP_ELIGIBLE]
        return None if value is None else bool(value)

    @property
    def vm_flags(self) -> tuple[str, ...] | None:
        """The codes of its flags, two letters each, as printed: see `describe`. Linux 3.8+."""
        flags: tuple[str, ...] | None = self._row[_VM_FLAGS]
        return flags

    def _identity(self) -> tuple[Any, ...]:
        return self.map, *super()._identity()

    def __reduce__(self) -> tuple[Callable[..., Usage], tuple[Any, ...]]:
        return _usage, (self.map, fields_of(self._row))

    def _title(self) -> str:
        m = self.map
        name = f" {m.pathname}" if m.pathname else ""
        return f"Usage of {m.begin_address:#x}-{m.end_address:#x} {m.perms}{name}"


class Total(Amounts):
    """What several mappings use together. An amount that none of them has is None.

    Args:
        usages: What each uses.

    >>> usages = Usage(Map(0x1000, 0x3000), rss=8192), Usage(Map(0x5000, 0x6000), rss=4096, swap=0)
    >>> Total(usages)
    <Total of 2 mappings: rss=12288, pss=None, swap=0>
    """

    __slots__ = ("_count",)

    _count: int
    _row: Fields

    def __new__(cls, usages: Iterable[Usage] = ()) -> Total:
        table = UsageTable([usage._row for usage in all_of_type("Total", usages, Usage)])
        return total_of(table.total(), len(table))

    @property
    def count(self) -> int:
        """How many mappings they are."""
        return self._count

    def _identity(self) -> tuple[Any, ...]:
        return self._count, *super()._identity()

    def __reduce__(self) -> tuple[Callable[..., Total], tuple[Any, ...]]:
        return total_of, (self._row, self._count)

    def _title(self) -> str:
        return f"Total of {counted(self._count, 'mapping')}"


class Rollup(Amounts):
    """What a process uses, all its mappings together, as the kernel adds it up.

    `size` is not among it. Of a process without memory of its own all is None. Made by `rollup`.

    See /proc/PID/smaps_rollup in proc(5), Linux 4.14+.
    """

    __slots__ = ("_without_memory",)

    _without_memory: str | None

    @property
    def without_memory(self) -> str | None:
        """Why there is nothing, "kernel thread" or "zombie"; None if there is something."""
        return self._without_memory

    def _identity(self) -> tuple[Any, ...]:
        return self._without_memory, *super()._identity()

    def __reduce__(self) -> tuple[Callable[..., Rollup], tuple[Any, ...]]:
        return rollup_of, (fields_of(self._row), self._without_memory)

    def _title(self) -> str:
        return super()._title() + (f" of a {self._without_memory}" if self._without_memory else "")


def usage_of(maps: Sequence[Map], row: UsageRow) -> Usage:
    """Return the Usage of a row, whose mapping is among others."""
    self = _new(Usage)
    self._maps, self._row = maps, row
    return self


def total_of(row: Fields, count: int) -> Total:
    """Return the Total that a row has of so many mappings."""
    self = _new(Total)
    self._row, self._count = row, count
    return self


def rollup_of(row: UsageRow | Fields | None, without_memory: str | None) -> Rollup:
    """Return the Rollup of a row, or of nothing."""
    self = _new(Rollup)
    self._row, self._without_memory = row or (None,) * len(USAGE_FIELDS), without_memory
    return self


_new = object.__new__


def _usage(m: Map, fields: Fields) -> Usage:
    return usage_of((m,), UsageTable([fields])[0])


def _checked(name: str, value: Any) -> Any:
    """Return the value of a field, or raise TypeError or ValueError."""
    if value is None:
        return None
    if name == "vm_flags":
        return _codes(value)
    return dict(value) if name == "other" else _number(name, value)


def _codes(value: Iterable[str]) -> list[str]:
    codes = list(value)
    if isinstance(value, str) or any([len(code) != 2 or " " in code for code in codes]):
        raise ValueError(f"vm_flags are codes of two letters such as ('rd', 'wr'), not {value!r}")
    return codes
