"""The table that people read: rows in, lines out. Nothing is printed here."""

from __future__ import annotations

from procmaps._color import PLAIN
from procmaps._escape import cut, shown, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from procmaps._color import Palette
    from procmaps._map import Map

COLUMNS = ("BEGIN", "END", "PERMS", "SIZE", "OFFSET", "AT", "PATHNAME")
_RIGHT_ALIGNED = ("SIZE", "OFFSET", "AT")

# In the order in which a terminal that is too narrow for names goes without them.
_DISPENSABLE = ("OFFSET", "SIZE")
_ROOM_FOR_NAMES = 12


class Row:
    """A mapping to show, or an unmapped range.

    Attributes:
        begin: The first address.
        end: The first address past it.
        map: The mapping; None for an unmapped range.
        is_match: Whether it is what was looked for, or only stands near it.
    """

    __slots__ = ("begin", "end", "is_match", "map")

    def __init__(self, begin: int, end: int, m: Map | None, is_match: bool = True) -> None:
        self.begin = begin
        self.end = end
        self.map = m
        self.is_match = is_match


def table(
    rows: Sequence[Row | None],
    *,
    address: int | None = None,
    marks: bool = False,
    room: int | None = None,
    palette: Palette = PLAIN,
    encoding: str = "utf-8",
    header: bool = True,
) -> Iterator[str]:
    """Yield the lines of a table.

    Each row has the same columns, none empty, the name last. No rows, no lines.

    Args:
        rows: What to show; None for a line that separates.
        address: If given, there is a column AT with its distance from the begin of the row that
            holds it.
        marks: Whether rows that match have a `>` before them, and others a blank.
        room: The columns of the terminal: what does not fit is left out. None for all in full.
        palette: The colours of the lines, by what the mapping is.
        encoding: What the lines will be encoded in: characters that it lacks are escaped.
        header: Whether the first line names the columns.
    """
    titles = [title for title in COLUMNS if title != "AT" or address is not None]
    cells = [_cells(row, address, encoding) for row in rows if row]
    if not cells:
        return
    room = None if room is None else room - 2 * marks
    widths = _widths(titles, cells, room)
    ellipsis = "…" if "utf" in encoding.lower() else "..."
    if header:
        titles = [*_aligned(dict(zip(COLUMNS, COLUMNS)), widths), "PATHNAME"]
        yield palette.paint("  " * marks + " ".join(titles), "header")
    following = iter(cells)
    for row in rows:
        if row is None:
            yield "--"
            continue
        cell = next(following)
        line = " ".join([*_aligned(cell, widths), ""])
        name = cell["PATHNAME"]
        line += name if room is None else cut(name, max(_ROOM_FOR_NAMES, room - len(line)), ellipsis)
        yield ("> " if row.is_match else "  ") * marks + palette.row(line, row.map)


def human(size: int) -> str:
    """Return a size as people read it.

    In the largest of the units B K M G T P E (powers of 1024) of which there is at least one. A
    number that is not whole has one decimal, or none from 100 on: `1M` is exact, `1.0M` is not.

    >>> human(4096), human(1363149), human(1008 * 1024), human(2**47)
    ('4K', '1.3M', '1008K', '128T')
    """
    power = max(0, size.bit_length() - 1) // 10
    whole, rest = divmod(size, 1 << 10 * power)
    if not rest:
        return f"{whole}{'BKMGTPE'[power]}"
    number = size / (1 << 10 * power)
    if number >= 1023.5:
        return f"1.0{'BKMGTPE'[power + 1]}"
    return f"{number:.{1 if number < 99.95 else 0}f}{'BKMGTPE'[power]}"


def plural(count: int) -> str:
    """Return a number of mappings, in words.

    >>> plural(1), plural(1234)
    ('1 mapping', '1,234 mappings')
    """
    return f"{count:,} mapping{'s' * (count != 1)}"


def _cells(row: Row, address: int | None, encoding: str) -> dict[str, str]:
    m = row.map
    return {
        "BEGIN": f"{row.begin:#x}",
        "END": f"{row.end:#x}",
        "PERMS": m.perms if m else "-",
        "SIZE": human(row.end - row.begin),
        "OFFSET": "-" if m is None else f"{m.offset:#x}" if m.offset else "0",
        "AT": f"+{address - row.begin:#x}" if address is not None and row.begin <= address < row.end else "-",
        "PATHNAME": "(unmapped)" if m is None else "[anon]" if m.pathname is None else shown(m.pathname, encoding),
    }


def _widths(titles: Sequence[str], cells: Sequence[dict[str, str]], room: int | None) -> dict[str, int]:
    """Return the widths of the columns before the names."""
    widths = {title: _widest(title, cells) for title in titles if title != "PATHNAME"}
    wanted = _widest("PATHNAME", cells)
    if room is None or _left(widths, room) >= wanted:
        return widths
    widths = {title: _widest(title, cells, _few(cells)) for title in widths}
    for title in _DISPENSABLE:
        if _left(widths, room) < min(wanted, _ROOM_FOR_NAMES):
            del widths[title]
    return widths


def _widest(title: str, cells: Sequence[dict[str, str]], but_for: int = 0) -> int:
    """Return the width of a column, but for so many rows that may stick out of it."""
    return max(len(title), sorted([width(cell[title]) for cell in cells], reverse=True)[but_for])


def _few(cells: Sequence[object]) -> int:
    """Return how many rows may stick out where names have no room.

    [vsyscall] with its 16 digits is in most listings of x86-64, huge offsets are in some: they
    are not to take the room from all others.
    """
    return max(len(cells) // 20, len(cells) > 2)


def _left(widths: dict[str, int], room: int) -> int:
    return room - sum(widths.values()) - len(widths)


def _aligned(cell: dict[str, str], widths: dict[str, int]) -> list[str]:
    return [
        cell[title].rjust(size) if title in _RIGHT_ALIGNED else cell[title].ljust(size)
        for title, size in widths.items()
    ]
