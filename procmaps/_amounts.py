"""Amounts of memory: what a mapping, several, and a process have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from procmaps._procmaps import USAGE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from typing_extensions import Self

    from procmaps._procmaps import UsageRow

    # A UsageRow as a tuple.
    Fields = tuple[Any, ...]

_OTHER = USAGE_FIELDS.index("other")


class Number:
    """A field that is an int, or None if the kernel prints none."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._at = USAGE_FIELDS.index(name)

    @overload
    def __get__(self, amounts: None, owner: type) -> Number: ...
    @overload
    def __get__(self, amounts: Amounts, owner: type) -> int | None: ...

    def __get__(self, amounts: Amounts | None, owner: type) -> Number | int | None:
        return self if amounts is None else amounts._row[self._at]

    def __set__(self, amounts: Amounts, value: object) -> None:
        raise AttributeError(f"{type(amounts).__name__} is immutable")


class Amounts:
    """Amounts of memory in bytes, as the kernel counts them; None is what it does not count.

    They are multiples of 1024; `pss` and its kin are rounded down for each mapping, so that
    their sums are a little lower than the roll-up's.

    See proc_pid_smaps(5).
    """

    __slots__ = ("_row",)

    _row: UsageRow | Fields

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError(f"a {cls.__name__} is made by the functions of procmaps.smaps")

    size: Number = Number("The addresses, whatever is behind them.")
    rss: Number = Number("What is in memory, but for `shared_hugetlb` and `private_hugetlb`.")
    pss: Number = Number("`rss`, but of a page that n processes map the n-th part. Linux 2.6.25+")
    pss_dirty: Number = Number("What was changed of `pss`. Linux 6.0+")
    pss_anon: Number = Number("What is anonymous of `pss`; in the roll-up only. Linux 5.4+")
    pss_file: Number = Number("What is of files of `pss`; in the roll-up only. Linux 5.4+")
    pss_shmem: Number = Number("What is shared memory of `pss`, tmpfs included; in the roll-up only. Linux 5.4+")
    shared_clean: Number = Number("Pages that are mapped more than once, and were not changed.")
    shared_dirty: Number = Number("Pages that are mapped more than once, and were changed.")
    private_clean: Number = Number("Pages that only this process maps, and were not changed.")
    private_dirty: Number = Number("Pages that only this process maps, and were changed.")
    referenced: Number = Number("Pages marked as accessed. Linux 2.6.22+")
    anonymous: Number = Number("Pages of no file, private copies included. Linux 2.6.37+")
    ksm: Number = Number("Pages that the kernel has merged with equal ones. After Linux 6.6")
    lazy_free: Number = Number("Pages given up by madvise(MADV_FREE), but still there. Linux 4.12+")
    anon_huge_pages: Number = Number("Anonymous memory in huge pages. Linux 2.6.38+")
    shmem_pmd_mapped: Number = Number("Shared memory in huge pages. Linux 4.8+")
    file_pmd_mapped: Number = Number("Files in huge pages. Linux 5.4+")
    shared_hugetlb: Number = Number("Pages of hugetlbfs mapped more than once; in no other amount. Linux 4.4+")
    private_hugetlb: Number = Number("Pages of hugetlbfs mapped here only; in no other amount. Linux 4.4+")
    swap: Number = Number("What is in swap. Linux 2.6.26+")
    swap_pss: Number = Number("`swap`, but of a page that n processes share the n-th part. Linux 4.3+")
    locked: Number = Number("What is locked in memory, as `pss`. Linux 2.6.37+")
    nonlinear: Number = Number("What remap_file_pages(2) has put elsewhere. Linux 3.7 to 3.19")

    @property
    def uss(self) -> int | None:
        """`private_clean`, `private_dirty` and `private_hugetlb`: what is free when the process ends."""
        return added((self.private_clean, self.private_dirty, self.private_hugetlb))

    @property
    def dirty(self) -> int | None:
        """`shared_dirty` and `private_dirty`."""
        return added((self.shared_dirty, self.private_dirty))

    @property
    def thp(self) -> int | None:
        """What is in transparent huge pages: `anon_huge_pages`, `shmem_pmd_mapped`, `file_pmd_mapped`."""
        return added((self.anon_huge_pages, self.shmem_pmd_mapped, self.file_pmd_mapped))

    @property
    def other(self) -> dict[str, str]:
        """The fields that this version does not know, by what the kernel calls them, as text.

        >>> import procmaps.smaps
        >>> text = b"1000-3000 rw-p 00000000 00:00 0" + bytes([10]) + b"Name:        [anon:libc_malloc]"
        >>> procmaps.smaps.from_str(text)[0].other
        {'Name': '[anon:libc_malloc]'}
        """
        return dict(self._row[_OTHER] or ())

    def _identity(self) -> tuple[Any, ...]:
        """Return what makes two of them equal, `other` last."""
        return type(self), *fields_of(self._row)

    def __eq__(self, other: object) -> bool:
        return self._identity() == other._identity() if isinstance(other, Amounts) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity()[:-1])

    def __repr__(self) -> str:
        amounts = [f"{name}={getattr(self, name)}" for name in ("rss", "pss", "swap")]
        return f"<{self._title()}: {', '.join(amounts)}>"

    def _title(self) -> str:
        """Return what it is of, for people."""
        return type(self).__name__


def fields_of(row: UsageRow | Fields) -> Fields:
    """Return the fields of a row."""
    return tuple([row[i] for i in range(len(row))])


#: The names of the amounts, in the kernel's order: what can be added up.
AMOUNTS = tuple([name for name, field in vars(Amounts).items() if isinstance(field, Number)])


def added(amounts: Iterable[int | None]) -> int | None:
    """Return the sum of what is not None; None if nothing is."""
    present = [amount for amount in amounts if amount is not None]
    return sum(present) if present else None
