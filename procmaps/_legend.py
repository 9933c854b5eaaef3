"""What stands above a picture: of what it is, and what the colours mean."""

from __future__ import annotations

from procmaps._svg import text_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from procmaps._svg import Drawing

_SWATCH, _SPACE, _LINE = 12, 18, 20


def draw_head(
    drawing: Drawing, margin: float, title: str, notes: Sequence[str], legend: Sequence[tuple[str, str]]
) -> float:
    """Draw a title, lines below it, and a legend; return where it ends.

    Args:
        drawing: Where to.
        margin: The space around it.
        title: The title.
        notes: A line each.
        legend: The class of a colour, and what it means.
    """
    room = drawing.width - 2 * margin
    y = margin + 14
    drawing.text(margin, y, title, room, "ink strong", 18)
    for note in notes:
        y += _LINE
        drawing.text(margin, y, note, room, "dim", 13)
    return _draw_legend(drawing, margin, y + 12, legend) + 8


def _draw_legend(drawing: Drawing, margin: float, y: float, legend: Sequence[tuple[str, str]]) -> float:
    x = margin
    for classes, text in legend:
        taken = _SWATCH + 6 + text_width(text, 13) + _SPACE
        if x + taken > drawing.width - margin and x > margin:
            x, y = margin, y + _LINE
        drawing.box(x + 1, y + 1, _SWATCH - 2, _SWATCH - 2, classes)
        drawing.text(x + _SWATCH + 6, y + 11, text, drawing.width - x - margin - _SWATCH - 6, "ink", 13)
        x += taken
    return y + _LINE
