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

_ROOM_FOR_PROSE = 30  # with less it is below the other cells
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
    prose: bool = False,
) -> Iterator[str]:
    """Yield a line for each row, in full but on a terminal that has no room for the last cell; no rows, no lines.

    Args:
        rows: What is printed, a cell for each title.
        titles: The titles of the columns.
        header: Whether the first line is the titles.
        palette: The colours.
        meanings: For each row what it means, in the words of the palette; empty if nothing has a
            meaning. The header has its own.
        prose: Whether the last cell is to be read in full: what has no room for it in one line is in several.
    """
    if not rows:
        return
    widths = [max(map(width, column)) for column in zip(*[titles] * header, *rows)]
    if titles[-1] not in _NUMBERS:
        widths[-1] = 0
    columns = _output.terminal_width(sys.stdout)
    words = meanings or [()] * len(rows)
    for row, meaning in [*[(titles, ["header"])] * header, *zip(rows, words)]:
        *cells, last = [_padded(cell, size, title) for cell, size, title in zip(row, widths, titles)]
        for line in _fitted(" ".join(cells), last, columns, prose):
            yield palette.paint(line, *meaning)


def _fitted(head: str, last: str, columns: int | None, prose: bool) -> Iterator[str]:
    """Yield the lines of a row; columns are those of the terminal, None for any number."""
    room = (columns or 0) - width(head) - 1
    if columns is None or width(last) <= room:
        yield f"{head} {last}"
    elif prose:
        is_beside = room >= _ROOM_FOR_PROSE
        margin = " " * (width(head) + 1 if is_beside else 4)
        lines = list(_wrapped(last, columns - len(margin)))
        yield f"{head} {lines.pop(0)}" if is_beside else head.rstrip()
        yield from [margin + line for line in lines]
    else:
        ellipsis = "…" if "utf" in _output.encoding().lower() else "..."
        yield f"{head} {cut(last, room, ellipsis) if room >= _LEAST_ROOM else last}"


def _wrapped(text: str, room: int) -> Iterator[str]:
    """Yield the lines of a text, broken at blanks; a word that takes more is one line."""
    line, *words = text.split(" ")
    for word in words:
        if width(line) + 1 + width(word) > room:
            yield line
            line = word
        else:
            line += f" {word}"
    yield line


def _padded(cell: str, size: int, title: str) -> str:
    blanks = " " * (size - width(cell))
    return blanks + cell if title in _NUMBERS else cell + blanks
