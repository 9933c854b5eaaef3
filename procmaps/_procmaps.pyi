"""Native core of procmaps: bytes in, built-in types out. Not a public interface."""

from collections.abc import Iterable
from typing import Any, Literal, TypeVar, final

from typing_extensions import Self, disjoint_base

from procmaps._amounts import Fields
from procmaps._elf import ElfFields
from procmaps._map import Row
from procmaps._module import Module
from procmaps._scan import Facts
from procmaps._selection import Wanted
from procmaps._symbol import Frame

_Map = TypeVar("_Map", bound=MapFields)

__all__ = [
    "GATE",
    "KINDS",
    "USAGE_FIELDS",
    "Lines",
    "MapFields",
    "Process",
    "Scan",
    "Space",
    "Symbol",
    "SymbolTable",
    "Table",
    "UsageRow",
    "UsageTable",
    "__version__",
    "arrow_schema",
    "arrow_stream",
    "demangle",
    "demangle_all",
    "demangle_text",
    "packed",
    "parse",
    "parse_smaps",
    "query_once",
    "read_build_id",
    "read_elf",
    "read_elf_in_memory",
    "read_process",
    "read_rollup",
    "read_smaps",
    "read_text",
    "unfinished_name",
]

__version__: str

@disjoint_base
class MapFields:
    """The fields of one mapping, and what follows from them alone; `Map` derives from it.

    It keeps the table alive, and makes objects of the fields when they are asked for.
    """

    def __new__(cls, row: Row | Table) -> Self:
        """Of a flat row, or of the first row of a table."""

    @property
    def begin_address(self) -> int: ...
    @property
    def end_address(self) -> int: ...
    @property
    def perms(self) -> str: ...
    @property
    def offset(self) -> int: ...
    @property
    def device(self) -> tuple[int, int]: ...
    @property
    def inode(self) -> int: ...
    @property
    def pathname(self) -> str | None: ...
    @property
    def is_readable(self) -> bool: ...
    @property
    def is_writable(self) -> bool: ...
    @property
    def is_executable(self) -> bool: ...
    @property
    def is_shared(self) -> bool: ...
    @property
    def is_private(self) -> bool: ...
    @property
    def size(self) -> int: ...
    @property
    def kind(self) -> str: ...
    def __contains__(self, address: int, /) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: MapFields, /) -> bool: ...
    def __le__(self, other: MapFields, /) -> bool: ...
    def __gt__(self, other: MapFields, /) -> bool: ...
    def __ge__(self, other: MapFields, /) -> bool: ...
    def __hash__(self) -> int: ...
    @property
    def _row(self) -> Row: ...

@final
class Table:
    """The mappings of one listing: an immutable sequence of rows."""

    def __new__(cls, rows: list[Row]) -> Table:
        """Build from flat rows."""

    @staticmethod
    def of(maps: list[_Map]) -> Table:
        """Build from such objects, which may be of several tables."""

    def __len__(self) -> int: ...
    def __getitem__(self, address: object, /) -> int | None:
        """The index of the row that holds an address, or None. Any int may be asked for.

        Raises TypeError for what is no int. It is no method, as a call of one takes twice the time.
        """

    def __contains__(self, address: object, /) -> bool: ...
    def row(self, index: int) -> Row:
        """The row at an index, flat."""

    def maps(self, derived: type[_Map], indices: list[int] | None = None) -> list[_Map]:
        """All rows, or those at some indices, as objects of a type derived from `MapFields`."""

    @property
    def is_ordered(self) -> bool:
        """Whether no mapping begins before the end of the one before it."""

    def find_packed(self, addresses: memoryview) -> bytes:
        """The indices of the rows that hold addresses, as packed i64 (-1 for none), native order.

        The memoryview has one dimension, of u64 in native order.
        """

    def find_many(self, addresses: Iterable[int]) -> bytes:
        """The same for an iterable of ints, any of them."""

    def select(self, selection: Wanted) -> list[int]:
        """The indices of the rows that are asked for."""

    def between(self, begin: int, end: int) -> tuple[int, int] | None:
        """The range of indices of the rows that share an address with a range; None if out of order."""

    def text(self, bits: int) -> str:
        """The listing, as a kernel with pointers of 32 or 64 bits prints it."""

def parse(data: bytes, encoding: str = "utf-8", dialect: str = "linux") -> Table:
    """Parse a listing. Raises `ParseError` at the first line that is none."""

def arrow_stream(parts: list[tuple[Table, UsageTable | None, int | None]], signed: bool, with_usages: bool) -> object:
    """The capsule of an `ArrowArrayStream` of the rows of some processes. Made without the GIL.

    A part has the mappings of a process, what they use if `with_usages`, and the number of the process.
    """

def arrow_schema(signed: bool, with_usages: bool) -> object:
    """The capsule of the `ArrowSchema` that such a stream has."""

def packed(table: Table) -> bytes:
    """The numbers of the rows, side by side. Made without the GIL."""

def read_process(
    root: str, pid: int | None, attempts: int, settled: bool, encoding: str
) -> tuple[Table, int, bool, str | None]:
    """Read the maps of a process: `(table, attempts, is_consistent, without_memory)`."""

def read_text(root: str, pid: int | None, attempts: int, is_smaps: bool) -> tuple[bytes, int, bool, str | None]:
    """Read the text of maps or smaps of a process: `(text, attempts, is_consistent, without_memory)`.

    OSError with ENOSYS if the kernel has no smaps.
    """

# The first address, and the first past it, that the listing has and PROCMAP_QUERY has not; (0, 0) for none.
GATE: tuple[int, int]

@final
class Process:
    """Questions to one program of one process. See `procmaps.query.Process`."""

    def __new__(cls, root: str, pid: int | None, encoding: str) -> Process: ...
    @property
    def backend(self) -> Literal["ioctl", "text"]:
        """What the kernel has for it: "ioctl" or "text"."""

    @property
    def without_memory(self) -> str | None:
        """Why it has no mappings, "kernel thread" or "zombie"; None if it has."""

    @property
    def closed(self) -> bool:
        """Whether it is closed."""

    def query(self, address: int, or_next: bool) -> Table | None:
        """By the ioctl: a table of the row that holds an address, or of the first above it, or None.

        OSError with ENAMETOOLONG for a name that only the listing has.
        """

    def real_name(self, address: int) -> tuple[Row, bytes | None] | None:
        """By the ioctl: the row that holds an address, and its name as it is; or None."""

    def build_id(self, address: int) -> tuple[Row, bytes] | None:
        """By the ioctl: the row that holds an address, nameless, and the build ID of its file; or None.

        Only for regular files: otherwise it may never return.
        """

    def walk(self, flags: int, attempts: int) -> tuple[Table, int, bool]:
        """By the ioctl: all rows with the properties in `flags`: `(table, attempts, is_consistent)`."""

    def read(self, attempts: int) -> tuple[Table, int, bool]:
        """All rows of the listing: `(table, attempts, is_consistent)`."""

    def directory(self) -> int:
        """A new descriptor of the process's directory, for the caller to close."""

    def close(self) -> None:
        """Close. What other threads ask just now is answered first."""

def query_once(listing: str, address: int, encoding: str) -> Table | None:
    """By the ioctl, from open to close: a table of the row that holds an address in the process with this listing.

    None if no mapping does.
    """

@final
class Scan:
    """Processes yet to be read, and which of their rows are asked for."""

    def __new__(
        cls, root: str, pids: list[int] | None, selection: Wanted, attempts: int, threads: int, encoding: str
    ) -> Scan:
        """Lists the processes; all of the proc file system if none are given."""

    @property
    def total(self) -> int:
        """How many processes there are to read."""

    def read(self, count: int) -> tuple[int, list[tuple[int, str, Facts, Table | None, Exception | None]]]:
        """Reads some more: how many were read by now, and what came of each but those without a match.

        That is the number, a word ("read", "vanished", "unread" with the error, "inconsistent", or as in
        `read_process` why there is no memory), the facts, and the rows.
        """

def read_build_id(path: str) -> bytes | None:
    """Read the build ID of an ELF file, without the GIL; None if it is no regular file or has none."""

def read_elf(path: str) -> ElfFields | None:
    """Read the headers of an ELF file, without the GIL; None if it is no regular file or no ELF file.

    Raises ValueError for one that is damaged.
    """

def read_elf_in_memory(path: str, pieces: list[tuple[int, int, int]]) -> ElfFields | None:
    """The same from memory, by the path of /proc/PID/mem; a piece is offset in the file, address, size."""

# The fields of smaps and of the roll-up, in the order of a `UsageRow`; "other" is the last.
USAGE_FIELDS: tuple[str, ...]

#: What `MapFields.kind` can be.
KINDS: tuple[str, ...]

@final
class UsageRow:
    """What one mapping uses: an immutable sequence of its fields, in the order of `USAGE_FIELDS`.

    They are ints, of amounts in bytes; a tuple of flags; and a dict of what is not known. What the
    kernel does not print is None.
    """

    def __len__(self) -> int: ...
    def __getitem__(self, field: int, /) -> Any:
        """The value of a field; None if there is none."""

    @property
    def index(self) -> int:
        """Its place in the listing."""

@final
class UsageTable:
    """What the mappings of one listing use: an immutable sequence of rows."""

    def __new__(cls, rows: Iterable[UsageRow | Fields]) -> UsageTable:
        """Build from rows."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> UsageRow: ...
    def total(self, indices: list[int] | None = None) -> Fields:
        """The sums of the amounts of some rows, or of all: a tuple with a field each, None for what is no amount."""

def parse_smaps(data: bytes, encoding: str) -> tuple[Table, UsageTable]:
    """Parse a text of smaps or of a roll-up. Raises `ParseError` at the first line that is none."""

def read_smaps(
    root: str, pid: int | None, attempts: int, encoding: str
) -> tuple[tuple[Table, UsageTable], int, bool, str | None]:
    """Read smaps of a process: `((maps, usages), attempts, is_consistent, without_memory)`.

    OSError with ENOSYS if the kernel has none.
    """

def read_rollup(root: str, pid: int | None, encoding: str) -> tuple[tuple[Table, UsageTable], int, bool, str | None]:
    """Read the roll-up of a process: the same, with one row or none."""

@final
class SymbolTable:
    """The symbols of one file, in the order of their addresses.

    Addresses are in the file's own numbering.
    """

    @staticmethod
    def of_file(path: str, name: str | None, roots: list[str]) -> SymbolTable | None:
        """Of an ELF file; None if it is none.

        A separate file with its debug information is looked for below the roots: by its build ID, and
        beside `name`, its path as seen from there.
        """

    @staticmethod
    def of_image(image: bytes) -> SymbolTable | None:
        """Of an ELF file in memory; None if it is none."""

    @staticmethod
    def of_perf_map(text: bytes) -> SymbolTable:
        """Of the text of a /tmp/perf-PID.map."""

    @property
    def notes(self) -> list[str]:
        """What could not be read, in words."""

    @property
    def memory(self) -> int:
        """How many bytes of memory the table takes."""

    def __len__(self) -> int: ...
    def symbol(self, index: int, module: object) -> Symbol:
        """A symbol, as one of a module."""

    def find(self, elf_address: int) -> int | None:
        """The index of the symbol that holds an address, or None."""

    def named(self, name: bytes) -> list[int]:
        """The indices of the symbols of a name."""

@final
class Space:
    """The mappings of a process, and the symbols of what is mapped there.

    Addresses come packed: u64 in native order.
    """

    def __new__(cls, areas: list[tuple[int, int, int, int]]) -> Space:
        """Of areas: `(begin, end, bias, number of the module)`; numbers from 0 on, the bias modulo 2**64."""

    def load(self, number: int, table: SymbolTable, module: object) -> None:
        """Give a module its symbols, and what stands for it in them; once for each."""

    def unloaded(self, addresses: bytes) -> list[int]:
        """The numbers of the modules that hold some of these addresses, and have no symbols yet."""

    def find_packed(self, addresses: bytes) -> tuple[bytes, bytes]:
        """What these addresses are, packed: numbers for `symbols` (i32; negative if there is none), offsets (u64).

        Without a symbol: -1 in no area, -2 in a module without a table, -3 in a module, but in no symbol.
        """

    def find(self, addresses: bytes) -> tuple[list[Symbol | None], list[int]]:
        """For each address a symbol or None; and how many are in no area, in no table, in no symbol."""

    def symbols(self, first: int) -> list[Symbol]:
        """The symbols that were found, from a number on, with offset 0."""

@final
class Symbol:
    """A function or variable, and how far into it an address is. See `procmaps.symbols.Symbol`."""

    def __new__(
        cls,
        name: str,
        offset: int,
        size: int,
        source: str,
        module: Module | None,
        elf_address: int,
        file: str | None = None,
        line: int | None = None,
        frames: tuple[Frame, ...] | None = None,
    ) -> Symbol: ...
    @property
    def name(self) -> str:
        """The name, as it is in the file."""

    @property
    def offset(self) -> int:
        """How far from its begin the address is, bytes."""

    @property
    def size(self) -> int:
        """Its size, bytes; 0 if the file has none."""

    @property
    def source(self) -> str:
        """Where it was found."""

    @property
    def module(self) -> Module | None:
        """The module that it is of; None for code that was made at run time."""

    @property
    def elf_address(self) -> int:
        """Where it begins, in the ELF file's own numbering."""

    @property
    def file(self) -> str | None:
        """The path of the source of the address."""

    @property
    def line(self) -> int | None:
        """The line in the source, from 1."""

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The functions at the address, the innermost first."""

@final
class Lines:
    """The debug information of one file."""

    @staticmethod
    def of_file(path: str, name: str | None, roots: list[str]) -> Lines | None:
        """Of an ELF file, or of its separate file; None if there is none. Arguments as `SymbolTable.of_file`."""

    def frames(self, elf_addresses: bytes) -> list[list[tuple[str | None, str | None, int | None]]]:
        """For each address (u64, packed) of the file's own numbering: `(function, file, line)`, the innermost first."""

    @property
    def problem(self) -> str | None:
        """What could not be read in any answer so far, in words; None if all was."""

def demangle(name: str | bytes, strict: bool, verbose: bool) -> str:
    """Demangle one name. If it is none: ValueError, or the name itself if not `strict`."""

def demangle_all(names: Iterable[str | bytes], strict: bool, verbose: bool) -> list[str]:
    """Demangle many names, without the GIL."""

def demangle_text(data: bytes, verbose: bool) -> bytes:
    """Replace the mangled names in a text, without the GIL."""

def unfinished_name(data: bytes) -> int:
    """How many bytes at the end of a text may be the begin of a mangled name."""
