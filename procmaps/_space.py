"""The picture of an address space: a row for what one file has, gaps as lines."""

from __future__ import annotations

from math import log

from procmaps._counted import counted
from procmaps._legend import draw_head
from procmaps._palette import MEANINGS
from procmaps._parts import largest_names
from procmaps._stretches import Row, rows
from procmaps._svg import Drawing, fitted, text_width
from procmaps._table import human

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from procmaps._parts import Part

WIDTH = 1200
_MARGIN = 20
_ROW, _GAP, _BAR = 20, 18, 14

# The columns: addresses end, names begin, bars begin and end, sizes end, counts end.
_ADDRESS = _MARGIN + 136
_NAME = _ADDRESS + 12
_BARS = 440
_BARS_END = 1040
_SIZE = 1100
_COUNT = WIDTH - _MARGIN

# The narrowest piece of a bar. What is narrower is one piece with its neighbours.
_PIECE = 4

_MOST_NAMES = 5

# The bar of a page, and that of the largest row; how far from each other sizes are marked.
_SMALLEST = 4096
_SHORTEST, _LONGEST = 14, _BARS_END - _BARS
_TICKS = 70


def draw_space(every: Sequence[Part], title: str, theme: str) -> str:
    """Return the picture of an address space."""
    drawing = Drawing(WIDTH, theme, f"{title}: address space")
    shown = rows(every)
    y = _draw_head(drawing, title, every)
    scale = Scale(max([_size(row.parts) for row in shown], default=0))
    if shown:
        y = _draw_scale(drawing, scale, y, sum([_ROW + _GAP * bool(row.gap) for row in shown]))
    for row in shown:
        y = _draw_row(drawing, row, scale, y)
    return drawing.svg(y + _MARGIN)


class Scale:
    """How long a bar is for a size: by a power of it, such that the smallest is seen beside the largest."""

    def __init__(self, largest: int) -> None:
        self.largest = max(largest, 4 * _SMALLEST)
        self._power = log(_LONGEST / _SHORTEST) / log(self.largest / _SMALLEST)

    def length(self, size: int) -> float:
        """Return how long the bar of a size is."""
        return max(_SHORTEST, _LONGEST * float((size / self.largest) ** self._power))

    def ticks(self) -> Iterator[int]:
        """Yield the sizes that are marked."""
        end = 0.0
        for power in range(12, self.largest.bit_length(), 2):
            x = self.length(1 << power)
            if x - end >= _TICKS:
                yield 1 << power
                end = x


def pieces(parts: Sequence[Part], length: float) -> Iterator[tuple[float, list[Part]]]:
    """Yield the pieces of a bar: how long each is, and its mappings.

    A piece is a mapping. Where these are too many to be seen, it is as many as give a piece that can be.
    What is left of the bar after the shortest piece for each is shared in proportion to sizes.
    """
    found = [[part] for part in parts]
    most = int(length / _PIECE)
    if len(found) > most:
        found = list(_grouped(parts, _size(parts) / max(most, 1)))
    total = _size(parts)
    shortest = min(_PIECE, length / len(found)) if total else length / len(found)
    for piece in found:
        yield shortest + (length - len(found) * shortest) * (_size(piece) / (total or 1)), piece


def _grouped(parts: Sequence[Part], least: float) -> Iterator[list[Part]]:
    """Yield mappings in groups of a size, but for the last."""
    group: list[Part] = []
    so_far = 0
    for part in parts:
        group.append(part)
        so_far += part.map.size
        if so_far > least:
            yield group
            group, so_far = [], 0
    if group:
        yield group


def _draw_head(drawing: Drawing, title: str, every: Sequence[Part]) -> float:
    note = f"{counted(len(every), 'mapping')}, {human(_size(every))}, lowest address first"
    if every:
        note += "; bars are longer for more memory, but not in proportion: see the scale"
    meanings = {part.meaning for part in every}
    legend = [(meaning, text) for meaning, text in MEANINGS.items() if meaning in meanings]
    if any([part.is_wx for part in every]):
        legend.append(("none wx", "writable and executable"))
    return draw_head(drawing, _MARGIN, title, [note], legend)


def _draw_scale(drawing: Drawing, scale: Scale, y: float, height: float) -> float:
    y += 12
    for size in scale.ticks():
        x = _BARS + scale.length(size)
        drawing.text(x, y, human(size), 60, "dim", 11, "middle")
        drawing.line(x, y + 4, x, y + 8 + height)
    for x, column in ((_ADDRESS, "address"), (_SIZE, "size"), (_COUNT, "mappings")):
        drawing.text(x, y, column, 100, "dim", 11, "end")
    return y + 8


def _draw_row(drawing: Drawing, row: Row, scale: Scale, y: float) -> float:
    if row.gap:
        _draw_gap(drawing, row.gap, y)
        y += _GAP
    every = row.parts
    size, baseline = _size(every), y + 14
    drawing.text(_ADDRESS, baseline, f"{every[0].map.begin_address:x}", _ADDRESS, "dim", 11, "end")
    drawing.text(_NAME, baseline, _label(every, _BARS - _NAME - 8), _BARS - _NAME - 8)
    x: float = _BARS
    for length, piece in pieces(every, scale.length(size)):
        _draw_piece(drawing, x, y + (_ROW - _BAR) / 2, length, piece)
        x += length
    drawing.text(_SIZE, baseline, human(size), _SIZE - _BARS_END, "ink", 12, "end")
    drawing.text(_COUNT, baseline, f"{len(every):,}", _COUNT - _SIZE, "dim", 12, "end")
    return y + _ROW


def _draw_gap(drawing: Drawing, gap: int, y: float) -> None:
    text = f"{human(gap)} unmapped"
    middle = y + _GAP / 2
    drawing.line(_MARGIN, middle, _NAME - 6, middle, "1 4")
    drawing.text(_NAME, middle + 4, text, _BARS - _NAME, "dim", 11)
    drawing.line(_NAME + text_width(text, 11) + 6, middle, _COUNT, middle, "1 4")


def _draw_piece(drawing: Drawing, x: float, y: float, length: float, piece: Sequence[Part]) -> None:
    meaning = _commonest([part.meaning for part in piece], [part.map.size for part in piece])
    is_wx = any([part.is_wx for part in piece])
    # What has an outline is drawn within its place.
    inset = 1 if is_wx else 0.5
    classes = f"{meaning} {'wx' if is_wx else 'edge' if meaning != 'none' else ''}".rstrip()
    drawing.box(
        x + inset, y + inset, max(length - 2 * inset, 0.5), _BAR - 2 * inset, classes, _about(piece), len(piece)
    )


def _label(parts: Sequence[Part], room: float) -> str:
    """Return the names of a row: as many as there is room for, and how many more there are."""
    names = largest_names([part for part in parts if part.category != "anonymous"]) or largest_names(parts)
    for count in range(min(len(names), _MOST_NAMES), 1, -1):
        text = _list(names, count)
        if text_width(text, 12) <= room:
            return text
    more = _list(names, 1)[len(names[0]) :]
    return fitted(names[0], room - text_width(more, 12), 12) + more


def _list(names: Sequence[str], count: int) -> str:
    more = len(names) - count
    return ", ".join(names[:count]) + (f" and {more:,} more" if more else "")


def _about(piece: Sequence[Part]) -> Iterator[str]:
    """Yield what is shown of a piece when the mouse is over it."""
    first, last = piece[0].map, piece[-1].map
    names = largest_names(piece)
    yield piece[0].full_name if len(names) == 1 else _list(names, min(_MOST_NAMES, len(names)))
    yield f"{first.begin_address:#x}-{last.end_address:#x}"
    if len(piece) == 1:
        yield f"{first.perms} {human(first.size)}"
    else:
        yield f"{counted(len(piece), 'mapping')}, {human(_size(piece))}: {_by_perms(piece)}"


def _by_perms(piece: Sequence[Part]) -> str:
    counts: dict[str, int] = {}
    for part in piece:
        counts[part.map.perms] = counts.get(part.map.perms, 0) + 1
    return ", ".join([f"{count:,} {perms}" for perms, count in sorted(counts.items(), key=lambda pair: -pair[1])])


def _commonest(values: Sequence[str], weights: Sequence[int]) -> str:
    sums: dict[str, int] = {}
    for value, weight in zip(values, weights):
        sums[value] = sums.get(value, 0) + weight
    return max(sums, key=lambda value: sums[value])


def _size(parts: Sequence[Part]) -> int:
    return sum([part.map.size for part in parts])
