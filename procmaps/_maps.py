"""All the mappings of one listing."""

from __future__ import annotations

import sys
from _operator import index

from procmaps._names import encode
from procmaps._sequence import MapSequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from os import PathLike
    from typing import Any

    import numpy
    from typing_extensions import Self

    from procmaps._audit import Finding
    from procmaps._columns import Columns
    from procmaps._diff import Diff
    from procmaps._map import Map
    from procmaps._measures import Measure
    from procmaps._palette import Theme
    from procmaps._procmaps import Table
    from procmaps._sequence import Origin
    from procmaps.modules import Location, Module
    from procmaps.picture import Kind

_MAX = 2**64 - 1

# What a buffer of unsigned 64-bit ints in this machine's order may call its format.
_U64 = ("Q", "L", "@Q", "@L", "=Q", "<Q" if sys.byteorder == "little" else ">Q")


class Maps(MapSequence):
    """The mappings of a process or of a saved listing, in its order.

    An immutable sequence of `Map`: it slices, adds and compares like the list that it
    stands for, and answers questions about addresses. Map objects are made when they
    are first touched, and kept: the same index gives the same object.

    Args:
        maps: The mappings, in the order in which they are to be.

    >>> maps = Maps([Map(0x1000, 0x3000, "r--p"), Map(0x5000, 0x6000, "rw-p", pathname="[heap]")])
    >>> maps
    <Maps: 2 mappings, 0x1000-0x6000>
    >>> 0x5fff in maps, 0x4000 in maps, maps[0] in maps
    (True, False, True)
    >>> print(maps[1:], end="")
    00005000-00006000 rw-p 00000000 00:00 0                                  [heap]
    """

    __slots__ = ()

    # As a reading of a process

    @property
    def pid(self) -> int | None:
        """The number of the process that was read; None if none was.

        Slices and filters of a reading keep it; a sum of two readings has none.
        """
        return self._origin[0]

    @property
    def attempts(self) -> int | None:
        """How many readings it took to have a consistent one; None if no process was read."""
        return self._origin[1]

    @property
    def without_memory(self) -> str | None:
        """Why a process has no mappings, "kernel thread" or "zombie"; else None."""
        return self._origin[2]

    # Text

    def __repr__(self) -> str:
        return f"<Maps: {self._summary()}>"

    def _summary(self) -> str:
        """Return how many there are, and where; or why there are none."""
        if not self:
            return f"no mappings{f', {self.without_memory}' if self.without_memory else ''}"
        begin, end = self[0].begin_address, self[-1].end_address
        return f"{len(self)} mapping{'s' * (len(self) > 1)}, {begin:#x}-{end:#x}"

    def __str__(self) -> str:
        return self.text()

    def __bytes__(self) -> bytes:
        return encode(self.text())

    def text(self, bits: int = 64) -> str:
        """Return the listing as a kernel prints it: `Map.line` and a newline, for each.

        The inverse of `from_str`, and what `str(maps)` gives; O(n).

        Args:
            bits: 64 or 32, as for `Map.line`.
        """
        if bits not in (32, 64):
            raise ValueError(f"bits is 32 or 64, not {bits!r}")
        return self._indexed().text(bits)

    # Against another reading

    def __sub__(self, old: Maps) -> Diff:
        """Return what changed since another reading: `procmaps.diff(old, self)`."""
        from procmaps._diff import diff

        return diff(old, self) if isinstance(old, Maps) else NotImplemented

    # Questions about addresses

    @property
    def is_ordered(self) -> bool:
        """Whether no mapping begins before the end of the one above it.

        Every listing that `from_pid` gives is. A text may be one that was torn while it
        was read, or was edited.
        """
        return self._indexed().is_ordered

    @property
    def size(self) -> int:
        """The sum of the sizes of the mappings, bytes; O(n)."""
        return sum([m.size for m in self])

    def find(self, address: int) -> Map | None:
        """Return the mapping that holds an address, or None.

        O(log n). In a listing that is not `is_ordered`, O(n), and where mappings overlap
        it is the one listed last.

        >>> import procmaps
        >>> procmaps.from_pid().find(id(procmaps)).is_writable
        True
        """
        # The parts of _indexed() and _at() that are mostly needed: this is called in loops.
        table = self._table
        i = (self._indexed() if table is None else table)[address]
        if i is None:
            return None
        every = self._every
        if every is not None:
            return every[i]
        some = self._some
        m = None if some is None else some[i]
        return self._make(i) if m is None else m

    def find_all(self, addresses: Iterable[int]) -> list[Map | None]:
        """Return for each address the mapping that holds it, or None; O(log n) each.

        Args:
            addresses: Ints, or a buffer of unsigned 64-bit ints in this machine's order,
                such as `array("Q")` or a numpy array of uint64.
        """
        return [None if i < 0 else self._at(i) for i in self.find_indices(addresses)]

    def find_indices(self, addresses: Iterable[int]) -> memoryview:
        """Return for each address the index of the mapping that holds it, or -1.

        For a buffer no Python object is made: a million addresses take milliseconds.

        Args:
            addresses: As for `find_all`.

        Returns:
            Signed 64-bit ints: `list(...)` or `numpy.asarray(...)` reads them.

        >>> maps = Maps([Map(0x1000, 0x3000), Map(0x5000, 0x6000)])
        >>> list(maps.find_indices([0x5000, 0x4000, 0x1fff]))
        [1, -1, 0]
        """
        table = self._indexed()
        try:
            view = memoryview(addresses)  # type: ignore[arg-type]
        except TypeError:
            return memoryview(table.find_many(addresses)).cast("q")
        if view.itemsize != 8 or view.format not in _U64:
            raise TypeError(f"a buffer of addresses holds unsigned 64-bit ints, not format {view.format!r}")
        if view.ndim != 1:
            view = memoryview(view.tobytes()).cast("Q")
        return memoryview(table.find_packed(view)).cast("q")

    def between(self, begin: int, end: int) -> Self:
        """Return the mappings that have an address in `begin` to `end` (exclusive), whole.

        O(log n + what is returned); O(n) if not `is_ordered`.
        """
        begin, end = max(0, index(begin)), min(index(end), _MAX)
        found = self._indexed().between(begin, end) if begin < end else (0, 0)
        near = self if found is None else self._pick(range(*found))
        return self._those(m for m in near if max(begin, m.begin_address) < min(end, m.end_address))

    def gaps(self) -> list[tuple[int, int]]:
        """Return the unmapped ranges between the first mapping and the last.

        O(n log n).

        Returns:
            Pairs of first address and first address past it, lowest first.

        >>> Maps([Map(0x1000, 0x3000), Map(0x5000, 0x6000)]).gaps()
        [(12288, 20480)]
        """
        gaps = []
        mapped_to = None
        for begin, end in sorted([(m.begin_address, m.end_address) for m in self]):
            if mapped_to is None:
                mapped_to = end
            if begin > mapped_to:
                gaps.append((mapped_to, begin))
            mapped_to = max(mapped_to, end)
        return gaps

    # Questions about programs and libraries: procmaps.modules

    def modules(self, root: str | PathLike[str] | None = None) -> list[Module]:
        """Return the programs and libraries that are loaded, those at low addresses first.

        For the maps of a process the headers of the files are read, now: those of the very files that are
        mapped, or else what of them is in memory. What may not be read is told from the listing alone, and
        `procmaps.modules.Module.reason` says why. A part of the maps has only what is whole in it.

        The answer is kept: asking again costs nothing.

        Args:
            root: A directory, such as `/`, below which to look for the files of a saved listing; those that have
                another inode or device than is listed are not taken. A mapping whose inode is 0 has
                the file at its path. None to read no file of a saved listing.

        >>> import procmaps
        >>> all(module.base in module for module in procmaps.from_pid().modules())
        True
        """
        from procmaps._modules import modules_of

        return modules_of(self, root)

    def locate(self, address: int, *, symbol: bool = False) -> Location | None:
        """Return where an address is: mapping, module, file offset and ELF address; None if unmapped.

        The first time it finds the `modules`, after that O(log n).

        Args:
            address: Any int.
            symbol: Whether to find the function or variable that is there, too. The symbols of a file are read
                when the first address in it is asked for: see `procmaps.symbols`.

        >>> import procmaps
        >>> procmaps.from_pid().locate(0) is None
        True
        """
        from procmaps._modules import locate

        return locate(self, address, symbol)

    def locate_all(self, addresses: Iterable[int], *, symbol: bool = False) -> list[Location | None]:
        """Return for each address where it is, as `locate` does.

        Args:
            addresses: As for `find_all`.
            symbol: As for `locate`.
        """
        from procmaps._modules import locate_all

        return locate_all(self, addresses, symbol)

    # Pictures

    def to_svg(
        self, kind: Kind = "space", *, measure: Measure | None = None, theme: Theme = "auto", title: str | None = None
    ) -> str:
        """Return a picture: the address space, or as a treemap what is mapped; O(n log n).

        What is in memory is not in the listing: `procmaps.smaps.from_pid(pid).to_svg()` shows it.

        Args:
            kind: "space" or "treemap".
            measure: As for `procmaps.picture.to_svg`.
            theme: "light", "dark", or "auto": as the one who looks prefers.
            title: What is written above it; None for the number of the process.

        Returns:
            An SVG document; see `procmaps.picture`.

        >>> Maps([Map(0x1000, 0x3000, "r--p")]).to_svg(theme="dark")[:4]
        '<svg'
        """
        from procmaps.picture import to_svg

        return to_svg(self, kind, measure=measure, theme=theme, title=title)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: a summary, the picture, the first and last mappings."""
        from procmaps._html import maps_html

        return maps_html(self)

    def __rich_console__(self, console: object, options: Any) -> Iterator[object]:
        """Yield what rich prints: a summary and the first and last mappings."""
        from procmaps._rich import maps_text

        return maps_text(self, options.max_width)

    # Parts

    def filter(
        self,
        predicate: Callable[[Map], object] | None = None,
        *,
        perms: str | None = None,
        pathname: str | None = None,
        kind: str | Iterable[str] | None = None,
        deleted: bool | None = None,
        anonymous: bool | None = None,
    ) -> Self:
        """Return the mappings for which everything that is given holds; O(n).

        Args:
            predicate: Called with a Map; kept if it returns something true.
            perms: Letters to be there, `-` for one to be absent, `?` for any:
                `"r-x?"`. What is left out at the end is any.
            pathname: The whole name, such as `"[heap]"`, or a pattern for it as in fnmatch(3): `*`
                (also over slashes), `?`, `[abc]`; upper and lower case differ. Nameless
                mappings match none.
            kind: A kind, or several, of those that `Map.kind` lists.
            deleted: Whether `Map.is_deleted`.
            anonymous: Whether `Map.is_anonymous`.

        Raises:
            ValueError: `perms` or `kind` is none that could be.

        >>> maps = Maps([Map(0x1000, 0x3000, "r-xp", pathname="/lib/libc.so.6"), Map(0x5000, 0x6000, "rw-p")])
        >>> maps.filter(perms="r-x?")
        <Maps: 1 mapping, 0x1000-0x3000>
        >>> maps.filter(lambda m: m.size == 4096, anonymous=True)
        <Maps: 1 mapping, 0x5000-0x6000>
        """
        from procmaps._selection import selection

        if predicate is not None and not callable(predicate):
            raise TypeError(f"predicate is a function of a Map, not {type(predicate).__name__}")
        wanted = selection(
            None if perms is None else [perms], None if pathname is None else [pathname], None, kind, deleted, anonymous
        )
        found = self._pick(self._indexed().select(wanted))
        return found if predicate is None else found._those(filter(predicate, found))

    def audit(self, ignore: Iterable[str] = ()) -> list[Finding]:
        """Return what can be code that nobody meant to run, as far as the listing tells; O(n).

        `procmaps.host.audit` looks at the files of a live process, too: whether they are gone, and who may
        change them. It says what is found and what cannot be.

        Args:
            ignore: Rules that do not matter, as for `procmaps.host.audit`.

        Raises:
            ValueError: There is no such rule.

        >>> from procmaps import Map
        >>> [finding.rule.name for finding in Maps([Map(0x1000, 0x3000, "rwxp")]).audit()]
        ['writable-code']
        """
        from procmaps._audit import audit_maps

        return audit_maps(self, ignore)

    def by_pathname(self) -> dict[str | None, Self]:
        """Return the mappings of each name, in the order of first appearance; O(n).

        Those without a name are under None. One name is not one load of a library: the
        same file can be loaded twice.

        >>> maps = Maps([Map(0x1000, 0x3000, pathname="/a"), Map(0x5000, 0x6000), Map(0x6000, 0x7000, pathname="/a")])
        >>> maps.by_pathname()
        {'/a': <Maps: 2 mappings, 0x1000-0x7000>, None: <Maps: 1 mapping, 0x5000-0x6000>}
        """
        groups: dict[str | None, list[Map]] = {}
        for m in self:
            groups.setdefault(m.pathname, []).append(m)
        return {name: self._those(maps) for name, maps in groups.items()}

    # As data

    def records(self) -> list[dict[str, Any]]:
        r"""Return a dict of built-in values for each mapping; O(n).

        The keys are the columns that `__arrow_c_stream__` has. `pathname` and `path` are text in
        any case: for a name that is not UTF-8 they have U+FFFD for what is not, and
        `pathname_bytes` has the name. It is None for the others.

        >>> fields = Maps([Map(0x1000, 0x3000, pathname="/bin/caf\udce9 (deleted)")]).records()[0]
        >>> fields["size"], fields["kind"], fields["is_deleted"], fields["pathname_bytes"]
        (8192, 'file', True, b'/bin/caf\xe9 (deleted)')
        """
        from procmaps._rows import rows

        return rows(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the columns, for whatever takes Arrow data: pyarrow, pandas, DuckDB, polars.

        They are made natively, without Map objects, and do not change. `docs/data.md` lists them.
        The interface is Arrow's PyCapsule interface.

        Args:
            requested_schema: Has no effect: what takes the columns converts them.
        """
        return self.arrow().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Return the types of the columns, as `__arrow_c_stream__` has them."""
        return self.arrow().__arrow_c_schema__()

    def arrow(self, *, signed: bool = False) -> Columns:
        """Return an object that has the columns as this one has, and is nothing else.

        For signed numbers, and for what takes a collection for the objects that are in it.

        Args:
            signed: Whether numbers are signed, with the same bits, for engines that have no
                others: an address from 2**63 on, such as that of `[vsyscall]`, is negative.
        """
        from procmaps._columns import Columns

        return Columns([self], signed=signed)

    def to_numpy(self) -> numpy.ndarray:
        """Return the numbers of each mapping as a structured array, read-only; needs numpy.

        The fields are named as the columns of `__arrow_c_stream__`; those that are text are not
        there, but for `perms`, which is bytes. Row i is of `maps[i]`.
        """
        from procmaps._columns import numbers

        return numbers(self)

    def to_parquet(self, path: str | PathLike[str]) -> None:
        """Write the columns to a Parquet file; needs pyarrow: `pip install procmaps[arrow]`.

        Raises:
            ImportError: There is no pyarrow.
        """
        from procmaps._columns import write_parquet

        write_parquet(self, path)


def maps_of_table(table: Table, origin: Origin = (None, None, None, None)) -> Maps:
    """Return the Maps of rows that the native layer has."""
    # Not by Maps(), which looks at what it is given: this is a good part of what it takes to read a small process.
    maps = _new(Maps)
    maps._table, maps._some, maps._every, maps._origin, maps._modules = table, None, None, origin, None
    return maps


_new = object.__new__
