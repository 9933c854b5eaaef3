"""Areas for amounts: a rectangle in rectangles, each as nearly square as it goes.

The method is that of Bruls, Huizing and van Wijk, "Squarified treemaps" (2000).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    # Left edge, upper edge, width, height.
    Box = tuple[float, float, float, float]


def squares(amounts: Sequence[int], box: Box) -> list[Box]:
    """Return a rectangle for each amount, of an area in proportion to it; O(n log n).

    They fill the box, and do not overlap.

    Args:
        amounts: More than nothing each, the largest first.
        box: What is divided.

    >>> squares([2, 1, 1], (0, 0, 20, 10))
    [(0, 0, 10.0, 10.0), (10.0, 0, 10.0, 5.0), (10.0, 5.0, 10.0, 5.0)]
    """
    boxes: list[Box] = []
    left = sum(amounts)
    begin = 0
    while begin < len(amounts):
        _, _, w, h = box
        end = _end_of_row(amounts, begin, left, w, h)
        row = amounts[begin:end]
        placed, box = _place(row, sum(row) / left, box)
        boxes += placed
        left -= sum(row)
        begin = end
    return boxes


def _end_of_row(amounts: Sequence[int], begin: int, total: int, w: float, h: float) -> int:
    """Return where a row ends that begins here: before the amount that would make it less square."""
    area, side = w * h, min(w, h)
    if side <= 0 or area <= 0:
        # What is left is too little for a number: it has no area.
        return len(amounts)
    so_far, worst, end = 0, float("inf"), begin
    while end < len(amounts):
        so_far += amounts[end]
        depth = area * (so_far / total) / side
        lengths = [area * (amount / total) / depth for amount in (amounts[begin], amounts[end])]
        ratio = max([max(depth / length, length / depth) for length in lengths])
        if ratio > worst:
            break
        worst, end = ratio, end + 1
    return end


def _place(row: Sequence[int], share: float, box: Box) -> tuple[list[Box], Box]:
    """Return the rectangles of a row along the shorter side of a box, and what is left of the box."""
    x, y, w, h = box
    placed: list[Box] = []
    total = sum(row)
    if w >= h:
        depth, at = w * share, y
        for amount in row:
            placed.append((x, at, depth, h * (amount / total)))
            at += h * (amount / total)
        return placed, (x + depth, y, w - depth, h)
    depth, at = h * share, x
    for amount in row:
        placed.append((at, y, w * (amount / total), depth))
        at += w * (amount / total)
    return placed, (x, y + depth, w, h - depth)
