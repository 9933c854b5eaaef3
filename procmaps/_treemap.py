"""The picture of memory use: an area for each module, in proportion to what it uses."""

from __future__ import annotations

from procmaps._counted import counted
from procmaps._leaves import leaves
from procmaps._legend import draw_head
from procmaps._parts import CATEGORIES
from procmaps._squares import squares
from procmaps._svg import Drawing, fitted, text_width
from procmaps._table import human

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from procmaps._leaves import Leaf
    from procmaps._parts import Part
    from procmaps._squares import Box

WIDTH = 1200
_HEIGHT = 640
_MARGIN = 20

_FONTS = (24, 20, 16, 13, 11)
_PADDING = 7
_LINE = 1.25
_FEWEST_LETTERS = 6

# What is said of what is measured.
_MEASURES = {
    "pss": "in memory (PSS: of a page that n processes share, the n-th part)",
    "rss": "in memory (RSS: pages that others share are counted in full)",
    "size": "mapped, whether or not it is in memory",
}


def draw_treemap(every: Sequence[Part], measure: str, amounts: Sequence[int], title: str, theme: str) -> str:
    """Return the picture of memory use.

    Args:
        every: The mappings.
        measure: What is measured: "pss", "rss" or "size".
        amounts: How much of it each mapping has.
        title: What is written above.
        theme: The colours.
    """
    drawing = Drawing(WIDTH, theme, f"{title}: memory use")
    found = leaves(every, amounts)
    total = sum(amounts)
    y = draw_head(drawing, _MARGIN, title, [_note(every, amounts, measure)], _legend(found))
    box = (_MARGIN, y, WIDTH - 2 * _MARGIN, _HEIGHT)
    sums = [sum([leaf.amount for leaf in group]) for group in found.values()]
    for (category, group), place in zip(found.items(), squares(sums, box)):
        for leaf, area in zip(group, squares([leaf.amount for leaf in group], place)):
            _draw_leaf(drawing, leaf, category, area, measure, total)
        drawing.box(*place, "frame")
    return drawing.svg(y + _HEIGHT * bool(found) + _MARGIN)


def _note(every: Sequence[Part], amounts: Sequence[int], measure: str) -> str:
    empty = [part for part, amount in zip(every, amounts) if not amount]
    note = f"{human(sum(amounts))} {_MEASURES[measure]}, of {counted(len(every) - len(empty), 'mapping')}"
    if not empty:
        return note
    of = human(sum([part.map.size for part in empty]))
    why = "cannot be accessed" if measure == "size" else "have nothing in memory"
    return f"{note}; {len(empty):,} more ({of}) {why}"


def _legend(found: Mapping[str, Sequence[Leaf]]) -> list[tuple[str, str]]:
    return [
        (_class(category), f"{CATEGORIES[category]} {human(sum([leaf.amount for leaf in group]))}")
        for category, group in found.items()
    ]


def _class(category: str) -> str:
    return "rodata" if category == "none" else category


def _draw_leaf(drawing: Drawing, leaf: Leaf, category: str, area: Box, measure: str, total: int) -> None:
    about = [
        leaf.full_name,
        f"{measure.upper() if measure != 'size' else 'size'} {human(leaf.amount)}, {leaf.amount / total:.1%}",
        counted(leaf.mappings, "mapping") + (f" of {human(leaf.size)}" if measure != "size" else ""),
    ]
    drawing.box(*area, f"{_class(category)} edge", about, leaf.mappings)
    _write(drawing, leaf.name, human(leaf.amount), area)


def _write(drawing: Drawing, name: str, amount: str, area: Box) -> None:
    """Write a name and an amount below it, as large as there is room for; or what of it says something."""
    x, y, w, h = area
    room = w - 2 * _PADDING
    lines, size = _label(name, amount, room, h - _PADDING)
    for i, line in enumerate(lines):
        drawing.text(x + _PADDING, y + _PADDING / 2 + (i + 0.9) * _LINE * size, line, room, "on", size)


def _label(name: str, amount: str, room: float, height: float) -> tuple[list[str], int]:
    """Return the lines that fit, and the size of their font: both, or one, or none."""
    # What is said of a name, "(by shape)", may have a line of its own.
    split = [[name], name.replace(" (", "\n(", 1).split("\n")]
    for size in _FONTS:
        for lines in split:
            if _is_room([*lines, amount], size, room, height):
                return [*lines, amount], size
    part = fitted(name, room, size)
    # Few letters of a name say less than nothing.
    short = part if part == name or len(part) >= _FEWEST_LETTERS else ""
    for lines in ([short, amount], [short], [amount]):
        if all(lines) and _is_room(lines, size, room, height):
            return lines, size
    return [], size


def _is_room(lines: Sequence[str], size: int, room: float, height: float) -> bool:
    return len(lines) * _LINE * size <= height and max([text_width(line, size) for line in lines]) <= room
