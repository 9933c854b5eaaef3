"""Which rows show an address space: neighbours that belong together, and the wide gaps between them."""

from __future__ import annotations

from itertools import groupby

from procmaps._parts import is_accessible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from procmaps._parts import Part

#: More rows than this are no picture.
MOST_ROWS = 40

# Gaps that have a line of their own: the widest, and none that is small.
_MOST_GAPS = 10
_SMALLEST_GAP = 128 << 20

# Memory that cannot be accessed is there for its neighbours, most often.
_RESERVED = 64


class Row:
    """Mappings that follow each other, with nothing but small gaps between.

    Attributes:
        stretches: The mappings, those of one owner together.
        gap: The wide gap before the row, bytes; 0 if there is none.
    """

    def __init__(self, stretches: list[list[Part]], gap: int) -> None:
        self.stretches = stretches
        self.gap = gap

    @property
    def parts(self) -> list[Part]:
        """The mappings."""
        return [part for stretch in self.stretches for part in stretch]


def rows(parts: Iterable[Part], most: int = MOST_ROWS) -> list[Row]:
    """Return the rows of an address space, lowest address first; O(n log n).

    A row is what one owner has in a row. If that makes more than `most`, only the heap, the stack and the
    largest have a row of their own, and what is between two of these is one row.
    """
    stretches, gaps = _stretches(sorted(parts, key=lambda part: part.map.begin_address))
    by_weight = sorted(range(len(stretches)), key=lambda i: _weight(stretches[i]), reverse=True)
    few, many = 0, min(len(stretches), most) + 1
    found = _joined(stretches, gaps, set())
    while many - few > 1:
        kept = (few + many) // 2
        tried = _joined(stretches, gaps, set(by_weight[:kept]))
        if len(tried) > most:
            many = kept
        else:
            few, found = kept, tried
    return found


def _stretches(parts: Sequence[Part]) -> tuple[list[list[Part]], list[int]]:
    """Return what belongs together, and the wide gap before each, 0 if there is none."""
    gaps = _gaps(parts)
    wide = {i: gap for gap, i in sorted([(gap, i) for i, gap in enumerate(gaps) if gap >= _SMALLEST_GAP])[-_MOST_GAPS:]}
    blocks, block = [], -1
    for i, part in enumerate(parts):
        if i in wide or i == 0 or _owner(part) != _owner(parts[i - 1]):
            block += 1
        blocks.append((block, i))
    stretches = [[i for _, i in group] for _, group in groupby(blocks, key=lambda pair: pair[0])]
    return [[parts[i] for i in stretch] for stretch in stretches], [wide.get(stretch[0], 0) for stretch in stretches]


def _gaps(parts: Sequence[Part]) -> list[int]:
    """Return how much is not mapped below each mapping."""
    gaps, end = [], parts[0].map.begin_address if parts else 0
    for part in parts:
        gaps.append(max(0, part.map.begin_address - end))
        end = max(end, part.map.end_address)
    return gaps


def _owner(part: Part) -> tuple[str, str]:
    return part.category, part.full_name


def _weight(stretch: Sequence[Part]) -> tuple[bool, int]:
    is_landmark = stretch[0].map.kind in ("heap", "stack")
    sizes = [part.map.size if is_accessible(part.map) else part.map.size // _RESERVED for part in stretch]
    return is_landmark, sum(sizes)


def _joined(stretches: Sequence[list[Part]], gaps: Sequence[int], kept: set[int]) -> list[Row]:
    found: list[Row] = []
    is_open = False
    for i, (stretch, gap) in enumerate(zip(stretches, gaps)):
        if is_open and not gap and i not in kept:
            found[-1].stretches.append(stretch)
        else:
            found.append(Row([stretch], gap))
        is_open = i not in kept
    return found
