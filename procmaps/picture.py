r"""Pictures of the memory of a process, as SVG: its address space, and what uses its memory.

>>> import procmaps
>>> picture = procmaps.from_pid().to_svg()
>>> picture[:4], picture[-7:]
('<svg', '</svg>\n')

A picture needs nothing but itself: a browser shows it, a page can hold it, most drawing programs
read it. What the mouse is over is told. All names are escaped: what a process calls its
files cannot become markup.

No picture grows with the process beyond measure: what is too small to be seen is one with others, and says
of how many mappings it is. Every rectangle that stands for mappings has their number in its attribute
`data-maps`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from procmaps._maps import Maps
from procmaps._measures import measured
from procmaps._palette import THEMES
from procmaps._parts import parts
from procmaps._space import draw_space
from procmaps._treemap import draw_treemap

if TYPE_CHECKING:
    from typing import Literal

    from procmaps._measures import Measure
    from procmaps._palette import Theme
    from procmaps.smaps import Usages

    Kind = Literal["space", "treemap"]

__all__ = ["KINDS", "THEMES", "to_svg"]

#: The pictures that there are.
KINDS = ("space", "treemap")


def to_svg(
    maps: Maps | Usages,
    kind: Kind = "space",
    *,
    measure: Measure | None = None,
    theme: Theme = "auto",
    title: str | None = None,
) -> str:
    """Return a picture of mappings, an SVG document; O(n log n).

    "space" is the address space, lowest address first: a row for what one file has in a row, for the heap, the
    stack and so on, with wide gaps between as lines. If that makes more than 40 rows, small neighbours
    share one. Bars are longer for more memory, but not in proportion, as sizes are from pages to
    terabytes; the scale is at the top.

    "treemap" is what uses the memory: an area for each file, for each anonymous mapping and so on, in
    exact proportion. It shows what is in memory if it is given what `procmaps.smaps` has read, and of
    `Maps` only the size of what can be accessed. The picture says which.

    Args:
        maps: What is shown: the mappings, or what they use.
        kind: "space" or "treemap".
        measure: What the areas of a treemap are in proportion to: "pss" or "rss", of usages, or "size"; None for
            the first of these that is known. The address space is always drawn by size.
        theme: "light", "dark", or "auto": as the one who looks prefers.
        title: What is written above it; None for the number of the process.

    Raises:
        ValueError: There is no such kind or theme, or the measure is not known of these.

    >>> from procmaps import Map, Maps
    >>> to_svg(Maps([Map(0x1000, 0x3000, "rw-p", pathname="[heap]")]), "treemap").count("<title>[heap]")
    1
    """
    if kind not in KINDS:
        raise ValueError(f"kind is 'space' or 'treemap', not {kind!r}")
    if theme not in THEMES:
        raise ValueError(f"theme is 'auto', 'light' or 'dark', not {theme!r}")
    if not isinstance(maps, Maps) and not hasattr(maps, "maps"):
        raise TypeError(f"maps is a Maps or Usages, not {type(maps).__name__}")
    if not isinstance(title, (str, type(None))):
        raise TypeError(f"title is a str or None, not {type(title).__name__}")
    listing, usages = (maps, None) if isinstance(maps, Maps) else (maps.maps, maps)
    heading = _title_of(listing) if title is None else title
    every = parts(listing, usages)
    if kind == "space":
        return draw_space(every, heading, theme)
    return draw_treemap(every, *measured(listing, usages, measure), heading, theme)


def _title_of(maps: Maps) -> str:
    return "A listing" if maps.pid is None else f"Process {maps.pid}"
