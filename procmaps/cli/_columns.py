"""Rows of text as aligned columns, the last of which may be of any length."""

from __future__ import annotations

from procmaps._color import PLAIN
from procmaps._escape import width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from procmaps._color import Palette


def aligned(
    rows: Sequence[Sequence[str]],
    header: Sequence[str] | None = None,
    *,
    palette: Palette = PLAIN,
    meanings: Sequence[Sequence[str]] = (),
) -> Iterator[str]:
    """Yield a line for each row; all have as many cells.

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
    for (*cells, last), meaning in zip(every, words):
        padded = [cell + " " * (size - width(cell)) for cell, size in zip(cells, widths)]
        yield palette.paint(" ".join([*padded, last]), *meaning)
