"""The few shapes of SVG that the pictures are made of, and text that fits into them.

A picture needs nothing beside itself: no font, no style sheet, no script. All text goes through
`Drawing`, which escapes it, and cuts it to the room that it is given.
"""

from __future__ import annotations

from html import escape

from procmaps._escape import cut, escaped, width
from procmaps._palette import style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# How wide a letter is at the most, in parts of the size of the font, in the fonts of the style.
_LETTER = 0.62

# Text of fewer letters says nothing.
_FEWEST_LETTERS = 3


class Drawing:
    """A picture that grows from top to bottom.

    Args:
        width: How wide it is, in its own units: pixels, if it is not scaled.
        theme: "light", "dark" or "auto".
        title: What it shows.
    """

    def __init__(self, width: int, theme: str, title: str) -> None:
        self.width = width
        self._theme = theme
        self._title = title
        self._shapes: list[str] = []

    def box(
        self, x: float, y: float, w: float, h: float, classes: str, about: Iterable[str] = (), count: int = 0
    ) -> None:
        """Draw a rectangle.

        Args:
            x: Its left edge.
            y: Its upper edge.
            w: Its width.
            h: Its height.
            classes: How it looks: classes of the style, with blanks between.
            about: The lines that are shown when the mouse is over it.
            count: How many mappings it stands for.
        """
        maps = f' data-maps="{count}"' if count else ""
        title = _title(about)
        end = f">{title}</rect>" if title else "/>"
        self._shapes.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" class="{classes}"{maps}{end}'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, dash: str = "") -> None:
        """Draw a thin line."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._shapes.append(f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" class="line"{dashes}/>')

    def text(
        self, x: float, y: float, text: str, room: float, classes: str = "ink", size: int = 12, anchor: str = "start"
    ) -> None:
        """Write text, as much of it as there is room for; nothing, if that is next to nothing.

        Args:
            x: Where it starts, ends or has its middle, as `anchor` says.
            y: Its base line.
            text: What is written.
            room: How wide it may be.
            classes: How it looks.
            size: The size of the font.
            anchor: "start", "middle" or "end".
        """
        fitting = fitted(text, room, size)
        if not fitting:
            return
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        if not fitting.isascii():
            # Letters of other scripts come from other fonts: they are told how wide to be.
            place += f' textLength="{_n(text_width(fitting, size))}" lengthAdjust="spacingAndGlyphs"'
        start = f'<text x="{_n(x)}" y="{_n(y)}" font-size="{size}" class="{classes}"{place}>'
        self._shapes.append(f"{start}{escape(fitting, quote=False)}</text>")

    def svg(self, height: float) -> str:
        """Return the picture."""
        w, h = self.width, _n(height)
        size = f'viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        label = escape(escaped(self._title))
        head = f'{size} class="procmaps-{self._theme}" role="img" aria-label="{label}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {head}>',
                f"<style>{style(self._theme)}</style>",
                f'<rect width="{w}" height="{h}" class="page"/>',
                *self._shapes,
                "</svg>\n",
            ]
        )


def text_width(text: str, size: float) -> float:
    """Return how wide printable text is at the most.

    >>> text_width("libc.so.6", 10)
    55.8
    """
    return width(text) * size * _LETTER


def fitted(text: str, room: float, size: float) -> str:
    """Return what of a text fits into some room, with an ellipsis for what does not; "" if hardly anything does.

    >>> fitted("libscipy_openblas64.so", 100, 10), fitted("libc", 15, 10)
    ('libscipy_o…64.so', '')
    """
    text = escaped(text)
    columns = int(room / (size * _LETTER))
    if width(text) <= columns:
        return text
    return cut(text, columns) if columns > _FEWEST_LETTERS else ""


def _title(lines: Iterable[str]) -> str:
    text = "\n".join([escape(escaped(line), quote=False) for line in lines])
    return f"<title>{text}</title>" if text else ""


def _n(number: float) -> str:
    """Return a number as short as a picture needs it."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
