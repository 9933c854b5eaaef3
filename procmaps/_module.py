"""One load of a program or library, and where an address is."""

from __future__ import annotations

import io
import os
from _operator import index
from typing import NamedTuple

from procmaps._elf_files import LISTED, memory, open_in_directory, open_mapped
from procmaps._of_type import of_type
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from procmaps._elf import Elf, Segment
    from procmaps._elf_files import Answer, Source
    from procmaps._map import Map
    from procmaps._maps import Maps
    from procmaps._procmaps import Symbol

# Memory is mapped in multiples of this everywhere: what is left of the last page belongs to who has the page.
_PAGE = 4096


class Module:
    """One load of a program or library: what a dynamic linker or the kernel made of an ELF file in memory.

    A file that is loaded twice is two modules; one that is mapped to be read, as data, is none.
    Made by `Maps.modules`.

    Attributes:
        maps: Its mappings: those of the file, those that keep room between them, and memory without a
            file in place of a part of it, such as `.bss`. Where the kernel has joined the last of these
            with memory behind it, the mapping ends past the module.
        bias: What to add to an address in the ELF file's own numbering to have the address in
            memory. Below 0 if the file asks for a higher address than it got. None if it is not known.
        elf: What the headers of the file say (`segments`, `bits`, `byteorder`, `type`, ...); None if they
            could not be read.
        source: Where they were read: "file", the very file that is mapped; "memory", what is mapped of
            it; None.
        reason: Why they could not be read, and what would help; None if they were.
    """

    __slots__ = ("_root", "bias", "elf", "maps", "reason", "source")

    def __init__(self, maps: Maps, answer: Answer, bias: int | None = None, root: str | None = None) -> None:
        self.maps: Maps = maps
        self.bias: int | None = bias
        self.elf: Elf | None = answer.elf
        self.source: Source | None = answer.source
        self.reason: str | None = answer.reason
        self._root = root

    # Where it is

    @property
    def base(self) -> int:
        """The first address: that at which its file begins in memory.

        dladdr(3) calls it `dli_fbase`. It differs from `bias` where the file asks for an address, as programs
        do that are not position-independent.
        """
        return self.maps[0].begin_address

    @property
    def end_address(self) -> int:
        """The first address past it."""
        last = self.maps[-1].end_address
        if self.elf is None or self.bias is None:
            return last
        end = max([segment.end for segment in self.elf.segments]) + self.bias
        stored = max([m.end_address for m in self.maps if _is_stored(m)], default=0)
        return min(last, max(stored, -(-end // _PAGE) * _PAGE))

    @property
    def size(self) -> int:
        """The distance of `base` and `end_address`, bytes: with what it leaves unmapped between."""
        return self.end_address - self.base

    # What it is

    @property
    def pathname(self) -> str:
        """The name as printed: `Map.pathname`."""
        return self.maps[0].pathname or ""

    @property
    def path(self) -> str | None:
        """The path of the file, as uncertain as `Map.path`; None for what has none: vdso, memfd."""
        return self.maps[0].path

    @property
    def name(self) -> str:
        """The last part of the path, or the name if there is no path.

        >>> import procmaps
        >>> any(module.name.startswith(("python", "libpython", "pypy")) for module in procmaps.from_pid().modules())
        True
        """
        return (self.path or self.pathname).rpartition("/")[2]

    @property
    def device(self) -> tuple[int, int]:
        """The device of the file: `Map.device`."""
        return self.maps[0].device

    @property
    def inode(self) -> int:
        """The inode of the file: `Map.inode`."""
        return self.maps[0].inode

    @property
    def soname(self) -> str | None:
        """The name that a library asks to be known by (DT_SONAME); None if it has none or it is not known."""
        return None if self.elf is None else self.elf.soname

    @property
    def build_id(self) -> bytes | None:
        """The build ID, which names one build of it; None if it has none or it is not known."""
        return None if self.elf is None else self.elf.build_id

    @property
    def architecture(self) -> str | None:
        """The machine that it is for, such as "x86-64" or "aarch64"; None if it is not known."""
        return None if self.elf is None else self.elf.architecture

    # Addresses

    def __contains__(self, address: int) -> bool:
        """Whether an address is in one of its mappings, and not past its end."""
        address = index(address)
        return self.base <= address < self.end_address and address in self.maps

    def file_offset(self, address: int) -> int | None:
        """Return the offset in the file of an address, which uprobes and perf(1) take; None if it has none.

        What is not in the file, such as `.bss`, has none.

        Raises:
            ValueError: The address is not in this module.
        """
        m = self._map(address)
        if self.elf is not None and self.bias is not None:
            # The last page of a segment has more of the file, but memory that was made zero is not of it.
            segment = _segment(self.elf, address - self.bias)
            if segment is not None and address - self.bias - segment.address >= segment.file_size:
                return None
        return m.file_offset(address)

    def elf_address(self, address: int) -> int | None:
        """Return an address in the ELF file's own numbering, which addr2line(1) and debuggers take.

        None if `bias` is not known.

        Raises:
            ValueError: The address is not in this module.
        """
        self._map(address)
        return None if self.bias is None else address - self.bias

    def runtime_address(
        self, *, file_offset: int | None = None, elf_address: int | None = None, symbol: str | None = None
    ) -> int:
        """Return the address in memory of a place in the file.

        Args:
            file_offset: The place as an offset in the file, or
            elf_address: as an address in the file's own numbering, or
            symbol: as the name of a function or variable, as it is in the file: where it begins. A local one is
                meant only if no other is called so. Of a function that is chosen when it is linked
                (ifunc: `memcpy`), it is the code that chooses.

        Raises:
            LookupError: There is no such place in memory, or it is not known; or a name stands for several.
            TypeError: Not one of the three is given.

        >>> import procmaps
        >>> module = procmaps.from_pid().modules()[0]
        >>> module.runtime_address(file_offset=module.file_offset(module.base)) == module.base
        True
        """
        if [file_offset, elf_address, symbol].count(None) != 2:
            raise TypeError("runtime_address takes one of file_offset, elf_address and symbol")
        if symbol is not None:
            from procmaps._symbol_files import elf_address_of

            elf_address = elf_address_of(self, of_type("symbol", symbol, str))
        if elf_address is not None:
            return self._of_elf_address(index(elf_address))
        return self._of_file_offset(index(file_offset))  # type: ignore[arg-type]

    def symbols(self) -> list[Symbol]:
        """Return the symbols of the file, in the order of their addresses; O(n).

        They are read anew, unless something else that reads symbols has them: see `procmaps.symbols`.

        Raises:
            LookupError: They cannot be read.

        >>> import procmaps
        >>> names = [s.name for module in procmaps.from_pid().modules() for s in module.symbols()]
        >>> "malloc" in names
        True
        """
        from procmaps._symbol_files import listed

        return listed(self)

    def open(self) -> BinaryIO:
        """Return the ELF file, opened to be read: the very file that is mapped.

        Of a vdso it is a copy of what is in memory.

        Raises:
            OSError: It cannot be found or read: `FileNotFoundError`, `PermissionError`, ...
            LookupError: It is not loaded any more.
        """
        m = self.maps[0]
        if self._root is not None:
            descriptor = open_in_directory(self._root, m)
            try:
                return open(f"/proc/self/fd/{descriptor}", "rb")
            finally:
                os.close(descriptor)
        if self.maps.pid is None:
            raise FileNotFoundError(2, LISTED, self.pathname)
        with Process(self.maps.pid, proc=self.maps._origin[3]) as process:
            if m.kind == "vdso":
                return io.BytesIO(memory(process, m))
            return open(open_mapped(process, m), "rb")

    # As a value

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Module) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        bias = "unknown" if self.bias is None else f"{self.bias:#x}"
        return f"<Module {self.name} {self.base:#x}-{self.end_address:#x}, bias {bias}>"

    def _key(self) -> tuple[object, ...]:
        return self.maps, self.bias, self.elf

    def _map(self, address: int) -> Map:
        m = self.maps.find(address) if address in self else None
        if m is None:
            raise ValueError(f"{address:#x} is not in {self!r}")
        return m

    def _of_elf_address(self, elf_address: int) -> int:
        if self.bias is None:
            raise LookupError(f"where {self.name} has its addresses is not known: {self.reason}")
        address = elf_address + self.bias
        if address not in self:
            raise LookupError(f"ELF address {elf_address:#x} is not in memory in {self!r}")
        return address

    def _of_file_offset(self, file_offset: int) -> int:
        if self.elf is not None and self.bias is not None:
            for segment in self.elf.segments:
                address = file_offset + segment.delta + self.bias
                if segment.offset <= file_offset < segment.offset + segment.file_size and address in self:
                    return address
        for m in self.maps:
            if _is_stored(m) and m.offset <= file_offset < m.offset + m.size:
                return m.begin_address + file_offset - m.offset
        raise LookupError(f"file offset {file_offset:#x} is not in memory in {self!r}")


class Location(NamedTuple):
    """Where an address is.

    Attributes:
        address: The address.
        map: The mapping that holds it.
        module: The module that it is in, None if it is in none.
        file_offset: The offset in the file, which uprobes, perf(1) and blazesym take; None if there is no file,
            or, as for `.bss`, it has nothing of it.
        elf_address: The address in the ELF file's own numbering, which addr2line(1), gdb(1), objdump(1), IDA and
            Ghidra take; None if it is in no module or that is not known: `module.reason` has why.
        symbol: The symbol that holds it; None if it was not asked for, or there is none.
    """

    address: int
    map: Map
    module: Module | None
    file_offset: int | None
    elf_address: int | None
    symbol: Symbol | None = None

    def __repr__(self) -> str:
        # That of a tuple with names, but for the numbers: they are in hexadecimal, as everywhere.
        fields = [
            f"{name}={value:#x}" if type(value) is int else f"{name}={value!r}"
            for name, value in zip(self._fields, self)
        ]
        return f"Location({', '.join(fields)})"


def _is_stored(m: Map) -> bool:
    """Whether a mapping is of a file."""
    return (m.pathname or "").startswith("/")


def _segment(elf: Elf, address: int) -> Segment | None:
    return next((segment for segment in elf.segments if segment.address <= address < segment.end), None)
