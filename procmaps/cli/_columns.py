"""Rows of text as aligned columns, the last of which may be of any length."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a line for each row; all have as many cells."""
    widths = [max(map(len, column)) for column in list(zip(*rows))[:-1]]
    for *cells, last in rows:
        yield " ".join([*[cell.ljust(size) for cell, size in zip(cells, widths)], last])
