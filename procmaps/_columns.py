"""Mappings in columns, for libraries that analyse data."""

from __future__ import annotations

from procmaps._maps import Maps
from procmaps._names import ENCODING, encode
from procmaps._procmaps import Table, arrow_schema, arrow_stream, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    import numpy

    from procmaps._procmaps import UsageTable
    from procmaps._usages import Usages

#: The fields of a row of `Maps.to_numpy`, in the order of `rust/packed.rs`.
FIELDS = [
    *[(name, "u8") for name in ("begin_address", "end_address", "size", "offset", "inode")],
    *[(name, "u4") for name in ("device_major", "device_minor")],
    ("perms", "S4"),
    *[(name, "?") for name in ("is_readable", "is_writable", "is_executable", "is_shared")],
]


def arrow(listings: Iterable[Maps] | Iterable[Usages], *, signed: bool = False) -> Columns:
    """Return the columns of several listings, one below the other, for whatever takes Arrow data.

    They are those that each listing has by itself (see `Maps.arrow`); the column `pid` tells the
    processes apart.

    Args:
        listings: What is in them: `Maps`, or `procmaps.smaps.Usages`, which have more columns.
        signed: As for `Maps.arrow`.

    Raises:
        TypeError: They are not of one kind.

    >>> import procmaps
    >>> every = procmaps.arrow(procmaps.from_pid() for _ in range(2))     # duckdb.sql("select ... from every")
    """
    return Columns(list(listings), signed=signed)


class Columns:
    """The columns of some mappings, for whatever takes Arrow's PyCapsule interface.

    They are made anew, natively and without Map objects, each time that they are taken.
    """

    __slots__ = ("_parts", "_signed", "_with_usages")

    def __init__(self, listings: Sequence[Maps | Usages], *, signed: bool) -> None:
        self._parts = [_part(listing) for listing in listings]
        self._signed = signed
        self._with_usages = bool(self._parts) and self._parts[0][1] is not None
        if any([(usages is not None) != self._with_usages for _, usages, _ in self._parts]):
            raise TypeError("Maps and Usages have different columns: all listings are the one or the other")

    def __arrow_c_schema__(self) -> object:
        """Return the types of the columns: a capsule of an `ArrowSchema`."""
        return arrow_schema(self._signed, self._with_usages)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the columns: a capsule of an `ArrowArrayStream`, with a batch for each listing.

        Args:
            requested_schema: Has no effect: what takes the columns converts them.
        """
        return arrow_stream(self._parts, self._signed, self._with_usages)


def _part(listing: Maps | Usages) -> tuple[Table, UsageTable | None, int | None]:
    if isinstance(listing, Maps):
        return _table_of(listing), None, listing.pid
    if not hasattr(listing, "maps"):
        raise TypeError(f"a listing is a Maps or Usages, not {type(listing).__name__}")
    return _table_of(listing.maps), listing._table, listing.pid


def numbers(maps: Maps) -> numpy.ndarray:
    """Return the numbers of each mapping. See `Maps.to_numpy`."""
    import numpy

    return numpy.frombuffer(packed(_table_of(maps)), dtype=FIELDS)


def write_parquet(maps: Maps, path: str | PathLike[str]) -> None:
    """Write the columns to a file. See `Maps.to_parquet`."""
    try:
        from pyarrow import parquet, table
    except ImportError as error:
        raise ImportError(f"{error}. It is what writes Parquet: pip install 'procmaps[arrow]'") from None
    parquet.write_table(table(maps), path)


def _table_of(maps: Maps) -> Table:
    """Return the rows with the bytes of the names as the kernel has them."""
    if ENCODING == "utf-8":
        return maps._indexed()
    # A table that is made of Map objects has the names in UTF-8, whatever they are in here.
    return Table([(*m._row[:7], _as_utf_8(m.pathname)) for m in maps])


def _as_utf_8(name: str | None) -> str | None:
    return name and encode(name).decode("utf-8", "surrogateescape")
