"""Native core of procmaps: bytes in, built-in types out. Not a public interface."""

from collections.abc import Iterable
from typing import final

from procmaps._map import Row

__version__: str

@final
class Table:
    """The mappings of one listing: an immutable sequence of flat tuples."""

    def __new__(cls, rows: list[Row]) -> Table:
        """Build from flat rows."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Row: ...
    def rows(self) -> list[Row]:
        """All rows, as a list. Neighbours share equal strings and numbers."""

    @property
    def is_ordered(self) -> bool:
        """Whether no mapping begins before the end of the one before it."""

    def find(self, address: object) -> int | None:
        """The index of the row that holds an address, or None. Any int may be asked for.

        Raises TypeError for what is no int.
        """

    def find_packed(self, addresses: bytes) -> bytes:
        """The indices of the rows that hold addresses, packed: u64 in, i64 out (-1 for none), native order."""

    def find_many(self, addresses: Iterable[int]) -> bytes:
        """The same for an iterable of ints, any of them."""

    def between(self, begin: int, end: int) -> tuple[int, int] | None:
        """The range of indices of the rows that share an address with a range; None if out of order."""

    def text(self, bits: int) -> bytes:
        """The listing, as a kernel with pointers of so many bits prints it."""

def parse(data: bytes, encoding: str = "utf-8", dialect: str = "linux") -> Table:
    """Parse a listing. Raises `ParseError` at the first line that is none."""

def read_file(path: str) -> bytes:
    """Read a whole file, in one go and without the GIL."""

def read_process(
    root: str, pid: int | None, attempts: int, settled: bool, encoding: str
) -> tuple[Table, int, bool, str | None]:
    """Read the maps of a process: `(table, attempts, is_consistent, without_memory)`."""
