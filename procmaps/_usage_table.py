"""The table of what mappings use: rows in, lines out. Nothing is printed here."""

from __future__ import annotations

from procmaps._color import PLAIN
from procmaps._escape import cut, width
from procmaps._table import human

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from procmaps._amounts import Amounts
    from procmaps._color import Palette

COLUMNS = ("MAPS", "SIZE", "RSS", "PSS", "DIRTY", "SWAP", "THP")
_ROOM_FOR_NAMES = 20
_BAR = 6


class Row:
    """What one line is about.

    Attributes:
        name: Its name, fit to be shown.
        count: How many mappings it has; None if it is not known.
        amounts: What it uses.
        is_part: Whether it is a part of the row above.
        meanings: What it is, in the words of the palette.
    """

    __slots__ = ("amounts", "count", "is_part", "meanings", "name")

    def __init__(
        self,
        name: str,
        count: int | None,
        amounts: Amounts,
        is_part: bool = False,
        meanings: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.count = count
        self.amounts = amounts
        self.is_part = is_part
        self.meanings = meanings


def table(
    rows: Sequence[Row],
    total: Row,
    *,
    room: int | None = None,
    encoding: str = "utf-8",
    header: bool = True,
    palette: Palette = PLAIN,
) -> Iterator[str]:
    """Yield the lines of a table, the total last.

    Args:
        rows: What is added up.
        total: The sum.
        room: The columns of the terminal: names that do not fit are cut, zeros are dots, and a bar
            shows the part of each row. None for all in full.
        encoding: What the lines will be encoded in.
        header: Whether the first line names the columns.
        palette: The colours.
    """
    is_plain = "utf" not in encoding.lower()
    zero = "0" if is_plain or room is None else "·"
    branches = ("  |- ", "  `- ") if is_plain else ("  ├ ", "  └ ")
    every = [*rows, total]
    words = [row.meanings for row in every]
    names = [_branch(row, following, branches) + row.name for row, following in zip(every, [*every[1:], None])]
    cells = [_cells(row, zero) for row in every]
    if header:
        names, cells, words = ["MAPPING", *names], [list(COLUMNS), *cells], [["header"], *words]
    widths = [max(map(len, column)) for column in zip(*cells)]
    left, has_bars = max(map(width, names)), False
    if room is not None:
        room -= sum(widths) + len(widths)
        has_bars = not is_plain and room >= _ROOM_FOR_NAMES + 1 + _BAR
        left = min(left, max(_ROOM_FOR_NAMES, room - (1 + _BAR) * has_bars))
    bars = [*[""] * header, *(_bars(rows) if has_bars else [""] * len(rows)), ""]
    for name, row_cells, bar, meanings in zip(names, cells, bars, words):
        shown = cut(name, left, "..." if is_plain else "…")
        numbers = [cell.rjust(size) for cell, size in zip(row_cells, widths)]
        yield palette.paint(" ".join([shown + " " * (left - width(shown)), *numbers, *[bar] * bool(bar)]), *meanings)


def _branch(row: Row, following: Row | None, branches: tuple[str, str]) -> str:
    if not row.is_part:
        return ""
    return branches[0 if following and following.is_part else 1]


def _cells(row: Row, zero: str) -> list[str]:
    used = row.amounts
    amounts = (used.size, used.rss, used.pss, used.dirty, used.swap, used.thp)
    count = "-" if row.count is None else f"{row.count:,}"
    return [count, *["-" if amount is None else human(amount) if amount else zero for amount in amounts]]


def _bars(rows: Sequence[Row]) -> list[str]:
    """Return for each row a bar as long as its part of the largest."""
    amounts = [row.amounts.pss or 0 for row in rows]
    largest = max(amounts, default=0) or 1
    return ["█" * round(_BAR * amount / largest) for amount in amounts]
