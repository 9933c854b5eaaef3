"""Rows of text as aligned columns, the last of which may be of any length; on a terminal it is cut."""

from __future__ import annotations

import sys

from procmaps._color import PLAIN
from procmaps._escape import cut, width
from procmaps.cli import _output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from procmaps._color import Palette

_LEAST_ROOM = 20  # with less it is better to see all of it in several lines

# The columns of numbers: these are aligned at the right, texts and addresses at the left.
_NUMBERS = {"AT", "COPIES", "EXECUTABLE", "LIMIT", "MAPPINGS", "MAPS", "OFFSET", "PID", "SIZE", "USED", "WRITABLE"}


def aligned(
    rows: Sequence[Sequence[str]],
    titles: Sequence[str],
    *,
    header: bool = True,
    palette: Palette = PLAIN,
    meanings: Sequence[Sequence[str]] = (),
) -> Iterator[str]:
    """Yield a line for each row, in full but on a terminal that has no room for the last cell; no rows, no lines.

    Args:
        rows: What is printed, a cell for each title.
        titles: The titles of the columns.
        header: Whether the first line is the titles.
        palette: The colours.
        meanings: For each row what it means, in the words of the palette; empty if nothing has a
            meaning. The header has its own.
    """
    if not rows:
        return
    widths = [max(map(width, column)) for column in zip(*[titles] * header, *rows)]
    if titles[-1] not in _NUMBERS:
        widths[-1] = 0
    room = (_output.terminal_width(sys.stdout) or 0) - sum(widths[:-1]) - len(widths[:-1])
    ellipsis = "…" if "utf" in _output.encoding().lower() else "..."
    words = meanings or [()] * len(rows)
    for row, meaning in [*[(titles, ["header"])] * header, *zip(rows, words)]:
        *cells, last = [_padded(cell, size, title) for cell, size, title in zip(row, widths, titles)]
        shown = cut(last, room, ellipsis) if room >= _LEAST_ROOM else last
        yield palette.paint(" ".join([*cells, shown]), *meaning)


def _padded(cell: str, size: int, title: str) -> str:
    blanks = " " * (size - width(cell))
    return blanks + cell if title in _NUMBERS else cell + blanks
