"""Rows of cells as lines that fit a terminal, a name last in each. Nothing is printed here."""

from __future__ import annotations

from procmaps._color import PLAIN
from procmaps._escape import cut, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from procmaps._color import Palette

_ROOM_FOR_NAMES = 12
_GAIN = 3  # columns for the names, for which it is worth that a few rows are not aligned


class Line:
    """One row.

    Attributes:
        cells: The text of each column, by its title, none empty.
        mark: What stands before it.
        meanings: What it means, in the words of the palette.
    """

    __slots__ = ("cells", "mark", "meanings")

    def __init__(self, cells: dict[str, str], mark: str = "", meanings: Sequence[str] = ()) -> None:
        self.cells = cells
        self.mark = mark
        self.meanings = meanings


def laid_out(
    lines: Sequence[Line | None],
    titles: Sequence[str],
    *,
    right: Collection[str] = (),
    dispensable: Sequence[str] = (),
    room: int | None = None,
    palette: Palette = PLAIN,
    encoding: str = "utf-8",
    header: bool = True,
) -> Iterator[str]:
    """Yield the lines of a table; none if it has no rows.

    Args:
        lines: The rows; None for a line that separates.
        titles: The columns, that of the names last.
        right: Those that are aligned at the right.
        dispensable: Those that a terminal too narrow for names goes without, the first first.
        room: The columns of the terminal: what does not fit is left out. None for all in full.
        palette: The colours.
        encoding: What the lines will be encoded in.
        header: Whether the first line names the columns.
    """
    cells = [line.cells for line in lines if line]
    if not cells:
        return
    *titles, last = titles
    mark = max([len(line.mark) for line in lines if line])
    room = None if room is None else room - mark
    widths = _widths(titles, last, cells, dispensable, room)
    aligned = "".join([f"%({title}){'' if title in right else '-'}{size}s " for title, size in widths.items()])
    ellipsis = "…" if "utf" in encoding.lower() else "..."
    if header:
        names = dict(zip([*titles, last], [*titles, last]))
        yield palette.paint(" " * mark + aligned % names + last, "header")
    for line in lines:
        if line is None:
            yield "--"
            continue
        text = aligned % line.cells
        name = line.cells[last]
        text += name if room is None else cut(name, max(_ROOM_FOR_NAMES, room - len(text)), ellipsis)
        yield line.mark + palette.paint(text, *line.meanings)


def _widths(
    titles: Sequence[str], last: str, cells: Sequence[dict[str, str]], dispensable: Sequence[str], room: int | None
) -> dict[str, int]:
    """Return the widths of the columns before the names."""
    widths = {title: _widest(title, cells) for title in titles}
    if room is None:
        return widths
    wanted = _widest(last, cells)
    if _left(widths, room) >= wanted:
        return widths
    widths = {title: _widest(title, cells, _few(cells)) for title in widths}
    for title in dispensable:
        if title in widths and _left(widths, room) < min(wanted, _ROOM_FOR_NAMES):
            del widths[title]
    return widths


def _widest(title: str, cells: Sequence[dict[str, str]], but_for: int = 0) -> int:
    """Return the width of a column, but for so many rows that may stick out of it if that gains enough."""
    texts = [cell[title] for cell in cells]
    widths = sorted(map(len if "".join(texts).isascii() else width, texts), reverse=True)
    fewer = widths[but_for] if widths[0] - widths[but_for] >= _GAIN else widths[0]
    return max(len(title), fewer)


def _few(cells: Sequence[object]) -> int:
    """Return how many rows may stick out where names have no room.

    [vsyscall] with its 16 digits is in most listings of x86-64, huge offsets are in some: they
    are not to take the room from all others.
    """
    return max(len(cells) // 20, len(cells) > 2)


def _left(widths: dict[str, int], room: int) -> int:
    return room - sum(widths.values()) - len(widths)
