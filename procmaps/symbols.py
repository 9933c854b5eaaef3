"""From an address to the name of a function, its line, and how far into it: many at once.

>>> import procmaps.symbols
>>> symbolizer = procmaps.symbols.Symbolizer()          # of this process; Symbolizer(1234) of another
>>> symbolizer.symbolize([0])
[None]
>>> symbolizer.unknown
{'in no module': 1}

The tables of symbols are made once a file, and shared by all that ask about it.
"""

from __future__ import annotations

from _operator import index
from _thread import RLock, allocate_lock
from array import array
from typing import NamedTuple

from procmaps._maps import _U64, Maps
from procmaps._modules import Index
from procmaps._procmaps import Space, Symbol
from procmaps._read import from_pid
from procmaps._symbol import Frame
from procmaps._symbol_files import Reading, lines_of, perf_map_of, symbols_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from procmaps._module import Location, Module
    from procmaps._procmaps import Lines

__all__ = ["Frame", "Resolved", "Symbol", "Symbolizer"]

#: Why there is no symbol, in the order in which the native layer counts them.
REASONS = ("in no module", "symbols not read", "in no symbol")

_MAX = 2**64 - 1


class Resolved(NamedTuple):
    """The symbols of many addresses, in columns.

    Attributes:
        symbols: Those that were met, each once, with offset 0; in the order in which the `Symbolizer` first met them.
        indices: For each address the index of its symbol, signed 32-bit; negative if there is none:
            `REASONS[-index - 1]` has why.
        offsets: For each address how far it is from the begin of its symbol, unsigned 64-bit.
    """

    symbols: list[Symbol]
    indices: memoryview
    offsets: memoryview


class Symbolizer:
    """Symbols for the addresses of one process, as it is mapped when this is made.

    Files are read when an address in them is first asked about. Symbols are those of the ELF file, of a
    separate file with its debug information (below /usr/lib/debug, here or in the process's root), of
    .gnu_debugdata, and, for code that was made at run time, of /tmp/perf-PID.map.

    Where several symbols hold an address, it is the one that begins last; of those that begin at the
    same place one with a size, then a global one before a weak before a local one, a function before a
    variable, then the one with the fewest underscores in front, the shortest name, and by the alphabet.

    Args:
        target: The number of a process, None for this one; or its `Maps`.
        root: For a saved listing, the directory below which to look for its files: see `Maps.modules`.
        proc: As for `procmaps.from_pid`.

    Attributes:
        maps: The mappings.
        modules: Its programs and libraries.
        unknown: For how many addresses there was no symbol so far, by the reason:

            - "in no module": nothing is mapped there, or it is memory of its own.
            - "symbols not read": `problems` says why.
            - "in no symbol": no symbol of the module holds it.
        problems: What could not be read, by the name of the module, and why.

    Raises:
        ProcessLookupError, PermissionError, UnsupportedError: As `procmaps.from_pid`.

    >>> import procmaps
    >>> symbolizer = Symbolizer(procmaps.from_pid())
    >>> [m.name for m in symbolizer.modules] == [m.name for m in symbolizer.maps.modules()]
    True
    """

    __slots__ = (
        "_extending",
        "_index",
        "_known",
        "_lines",
        "_loading",
        "_numbers",
        "_space",
        "_tried",
        "maps",
        "modules",
        "problems",
        "unknown",
    )

    maps: Maps
    modules: list[Module]
    problems: dict[str, str]
    unknown: dict[str, int]

    def __init__(
        self,
        target: Maps | int | None = None,
        *,
        root: str | os.PathLike[str] | None = None,
        proc: str | os.PathLike[str] | None = None,
    ) -> None:
        self.maps = target if isinstance(target, Maps) else from_pid(target, proc=proc)
        self.modules = self.maps.modules(root)
        self.problems = {}
        self.unknown = {}
        self._numbers = {id(module): number for number, module in enumerate(self.modules)}
        self._space = Space(self._areas())
        self._tried: set[int] = set()
        self._known: list[Symbol] = []
        self._extending = allocate_lock()
        self._loading = RLock()
        self._lines: dict[int, Lines | None] = {}
        self._index: Index | None = None

    def symbolize(self, addresses: Iterable[int], *, lines: bool = False) -> list[Symbol | None]:
        """Return for each address its symbol, None if there is none; O(log n) each.

        Why there is none is counted in `unknown`.

        Args:
            addresses: Ints, or a buffer of unsigned 64-bit ints in this machine's order,
                such as `array("Q")` or a numpy array of uint64.
            lines: Whether to tell file, line and inlined functions, too: the debug information of each file is
                then read, which can take much longer and much memory.
        """
        packed = _packed(addresses)
        self._load(packed)
        found, unknown = self._space.find(packed)
        self._count(unknown)
        return self._with_lines(packed, found) if lines else found

    def find(self, address: int, *, lines: bool = False) -> Symbol | None:
        """Return the symbol of one address, None if there is none."""
        return self.symbolize([address], lines=lines)[0]

    def locate(self, addresses: Iterable[int], *, lines: bool = False) -> list[Location | None]:
        """Return for each address where it is, with its symbol: as `Maps.locate_all` does.

        Args:
            addresses: As for `symbolize`.
            lines: As for `symbolize`.
        """
        addresses = list(addresses)
        if self._index is None:
            self._index = Index(self.modules)
        found = zip(addresses, self.maps.find_all(addresses), self.symbolize(addresses, lines=lines))
        return [
            None if m is None else self._index.locate(index(at), m)._replace(symbol=symbol) for at, m, symbol in found
        ]

    def resolve(self, addresses: Iterable[int]) -> Resolved:
        """Return the symbols of many addresses in columns: no object is made for an address.

        Args:
            addresses: As for `symbolize`.

        >>> resolved = Symbolizer().resolve([0, 1])
        >>> list(resolved.indices), [REASONS[-i - 1] for i in resolved.indices]
        ([-1, -1], ['in no module', 'in no module'])
        """
        packed = _packed(addresses)
        self._load(packed)
        indices, offsets = self._space.find_packed(packed)
        with self._extending:
            self._known += self._space.symbols(len(self._known))
        return Resolved(self._known, memoryview(indices).cast("i"), memoryview(offsets).cast("Q"))

    def _areas(self) -> list[tuple[int, int, int, int]]:
        areas = []
        for number, module in enumerate(self.modules):
            bias, end = (module.bias or 0) & _MAX, module.end_address
            areas += [(m.begin_address, min(m.end_address, end), bias, number) for m in module.maps]
        taken = {area[0] for area in areas}
        made = [m for m in self.maps if m.is_executable and m.kind != "vsyscall" and m.begin_address not in taken]
        return areas + [(m.begin_address, m.end_address, 0, len(self.modules)) for m in made]

    def _load(self, packed: bytes) -> None:
        """Read the symbols of the modules that hold some of the addresses."""
        if self._tried.issuperset(self._space.unloaded(packed)):
            return
        # Another thread that asks about a file meanwhile waits, instead of finding nothing in it.
        with self._loading:
            for number in sorted(set(self._space.unloaded(packed)) - self._tried):
                self._load_one(number)
                self._tried.add(number)

    def _load_one(self, number: int) -> None:
        module = self.modules[number] if number < len(self.modules) else None
        reading = self._reading(module)
        if reading.problem is not None:
            self.problems[module.pathname if module is not None else "code made at run time"] = reading.problem
        if reading.table is not None:
            self._space.load(number, reading.table, module)

    def _reading(self, module: Module | None) -> Reading:
        if module is None:
            return perf_map_of(self.maps)
        if module.bias is None:
            return Reading(None, module.reason)
        return symbols_of(module)

    def _count(self, unknown: list[int]) -> None:
        with self._extending:
            for reason, count in zip(REASONS, unknown):
                if count:
                    self.unknown[reason] = self.unknown.get(reason, 0) + count

    def _with_lines(self, packed: bytes, found: list[Symbol | None]) -> list[Symbol | None]:
        """Return the symbols with what the debug information tells of them."""
        of_module: dict[int, list[int]] = {}
        for i, symbol in enumerate(found):
            if symbol is not None and symbol.module is not None:
                of_module.setdefault(self._numbers[id(symbol.module)], []).append(i)
        for number, places in of_module.items():
            lines = self._lines_of(number)
            if lines is not None:
                bias = self.modules[number].bias or 0
                addresses = memoryview(packed).cast("Q")
                # As the native layer does it: a file can claim to reach beyond the last address.
                asked = array("Q", [(addresses[i] - bias) & _MAX for i in places])
                for i, frames in zip(places, lines.frames(asked.tobytes())):
                    found[i] = _with_frames(found[i], frames)  # type: ignore[arg-type]
                self._add_problem(self.modules[number], lines.problem)
        return found

    def _lines_of(self, number: int) -> Lines | None:
        if number not in self._lines:
            self._lines[number], problem = lines_of(self.modules[number])
            self._add_problem(self.modules[number], problem)
        return self._lines[number]

    def _add_problem(self, module: Module, of_lines: str | None) -> None:
        """Tell why lines cannot be read, beside what is told of symbols."""
        before = self.problems.get(module.pathname)
        if of_lines is not None and of_lines not in (before or ""):
            self.problems[module.pathname] = "; ".join(filter(None, [before, f"line numbers: {of_lines}"]))


def _with_frames(symbol: Symbol, frames: list[tuple[str | None, str | None, int | None]]) -> Symbol:
    if not frames:
        return symbol
    _, file, line = frames[0]
    places = tuple([Frame(*frame) for frame in frames])
    fields = (symbol.name, symbol.offset, symbol.size, symbol.source, symbol.module, symbol.elf_address)
    return Symbol(*fields, file, line, places)


def _packed(addresses: Iterable[int]) -> bytes:
    """Return addresses as the native layer takes them; one that cannot be is the last one, where nothing is."""
    try:
        view = memoryview(addresses)  # type: ignore[arg-type]
    except TypeError:
        addresses = list(addresses)
        try:
            return array("Q", addresses).tobytes()
        except OverflowError:
            return array("Q", [address if 0 <= address <= _MAX else _MAX for address in addresses]).tobytes()
    if view.itemsize != 8 or view.format not in _U64:
        raise TypeError(f"a buffer of addresses holds unsigned 64-bit ints, not format {view.format!r}")
    return view.tobytes()
