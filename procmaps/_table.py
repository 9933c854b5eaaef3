"""The table that people read: rows in, lines out. Nothing is printed here."""

from __future__ import annotations

from procmaps._color import PLAIN, meanings
from procmaps._escape import shown
from procmaps._layout import Line, laid_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from procmaps._color import Palette
    from procmaps._map import Map

COLUMNS = ("BEGIN", "END", "PERMS", "SIZE", "OFFSET", "AT", "PATHNAME")
_RIGHT_ALIGNED = ("SIZE", "OFFSET", "AT")

# In the order in which a terminal that is too narrow for names goes without them.
_DISPENSABLE = ("OFFSET", "SIZE")


class Row:
    """A mapping to show, or an unmapped range.

    Attributes:
        begin: The first address.
        end: The first address past it.
        map: The mapping; None for an unmapped range.
        is_match: Whether it is what was looked for, or only stands near it.
        guess: What it seems to be, safe to print; empty if that is not known.
    """

    __slots__ = ("begin", "end", "guess", "is_match", "map")

    def __init__(self, begin: int, end: int, m: Map | None, is_match: bool = True, guess: str = "") -> None:
        self.begin = begin
        self.end = end
        self.map = m
        self.is_match = is_match
        self.guess = guess


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
    lines = [_line(row, address, marks, encoding, bool(palette)) if row else None for row in rows]
    return laid_out(
        lines,
        titles,
        right=_RIGHT_ALIGNED,
        dispensable=_DISPENSABLE,
        room=room,
        palette=palette,
        encoding=encoding,
        header=header,
    )


def human(size: int) -> str:
    """Return a size as people read it.

    In the largest of the units B K M G T P E (powers of 1024) of which there is at least one. A
    number that is not whole has one decimal, or none from 100 on: `1M` is exact, `1.0M` is not.

    >>> human(4096), human(1363149), human(1008 * 1024), human(2**47)
    ('4K', '1.3M', '1008K', '128T')
    """
    # Sums of what a text says may go beyond the last unit.
    power = min(max(0, size.bit_length() - 1) // 10, 6)
    whole, rest = divmod(size, 1 << 10 * power)
    if not rest:
        return f"{whole}{'BKMGTPE'[power]}"
    number = size / (1 << 10 * power)
    if number >= 1023.5 and power < 6:
        return f"1.0{'BKMGTPE'[power + 1]}"
    return f"{number:.{1 if number < 99.95 else 0}f}{'BKMGTPE'[power]}"


def _line(row: Row, address: int | None, marks: bool, encoding: str, has_colors: bool) -> Line:
    mark = ("> " if row.is_match else "  ") if marks else ""
    looked_for = marks and row.is_match and row.map is not None
    means = [*meanings(row.map), *["match"] * looked_for] if has_colors else []
    return Line(_cells(row, address, encoding), mark, means)


def _cells(row: Row, address: int | None, encoding: str) -> dict[str, str]:
    m = row.map
    return {
        "BEGIN": f"{row.begin:#x}",
        "END": f"{row.end:#x}",
        "PERMS": m.perms if m else "-",
        "SIZE": human(row.end - row.begin),
        "OFFSET": "-" if m is None else f"{m.offset:#x}" if m.offset else "0",
        "AT": f"+{address - row.begin:#x}" if address is not None and row.begin <= address < row.end else "-",
        "PATHNAME": _name(row, encoding),
    }


def _name(row: Row, encoding: str) -> str:
    if row.map is None:
        return "(unmapped)"
    name = "[anon]" if row.map.pathname is None else shown(row.map.pathname, encoding)
    return f"{name} {row.guess}" if row.guess else name
