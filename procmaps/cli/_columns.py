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


def aligned(
    rows: Sequence[Sequence[str]],
    header: Sequence[str] | None = None,
    *,
    palette: Palette = PLAIN,
    meanings: Sequence[Sequence[str]] = (),
) -> Iterator[str]:
    """Yield a line for each row; all have as many cells, in full but on a terminal that has no room for the last.

    Args:
        rows: What is printed.
        header: The titles of the columns, above it; None for none.
        palette: The colours.
        meanings: For each row what it means, in the words of the palette; empty if nothing has a
            meaning. The header has its own.
    """
    every = [*([] if header is None else [header]), *rows]
    words = [*([] if header is None else [["header"]]), *(meanings or [()] * len(rows))]
    widths = [max(map(width, column)) for column in list(zip(*every))[:-1]]
    room = (_output.terminal_width(sys.stdout) or 0) - sum(widths) - len(widths)
    ellipsis = "…" if "utf" in _output.encoding().lower() else "..."
    for (*cells, last), meaning in zip(every, words):
        padded = [cell + " " * (size - width(cell)) for cell, size in zip(cells, widths)]
        shown = cut(last, room, ellipsis) if room >= _LEAST_ROOM else last
        yield palette.paint(" ".join([*padded, shown]), *meaning)
