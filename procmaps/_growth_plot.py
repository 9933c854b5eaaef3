"""The picture of growth, by matplotlib: only this module imports it."""

from __future__ import annotations

from procmaps import _palette
from procmaps._parts import CATEGORIES
from procmaps._table import human

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from procmaps.growth import Sums

_LABELS = {"pss": "in memory (PSS)", "rss": "in memory (RSS)", "size": "mapped"}

_MOST_TICKS = 7

# For names that are no category, in turn.
_FURTHER = ("code", "rodata", "data", "shared")


def draw(sums: Sums, ax: Any, title: str | None, theme: str) -> Any:
    """Draw sums, stacked, and return the Axes."""
    if theme not in ("light", "dark"):
        raise ValueError(f"theme is 'light' or 'dark', not {theme!r}")
    if len(sums.times) < 2:
        raise ValueError(f"growth is seen of two readings at the least, not of {len(sums.times)}")
    if ax is None:
        ax = _new_axes()
    fills, page = (_palette.LIGHT, _palette.LIGHT_PAGE) if theme == "light" else (_palette.DARK, _palette.DARK_PAGE)
    areas = ax.stackplot(
        sums.times,
        *sums.amounts.values(),
        colors=_colors(list(sums.amounts), fills),
        edgecolor=page["page"],
        linewidth=0.6,
    )
    _write(ax, sums, title, areas, page)
    return ax


def _new_axes() -> Any:
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise ImportError(f'{error}. Pictures of growth need matplotlib: pip install "procmaps[plot]"') from error
    return Figure(figsize=(11, 6), layout="constrained").add_subplot()


def _colors(names: Sequence[str], fills: dict[str, str]) -> list[str]:
    of_category = {text: fills.get(category, fills["rodata"]) for category, text in CATEGORIES.items()}
    further = 0
    colors = []
    for name in names:
        if name not in of_category:
            of_category[name] = fills[_FURTHER[further % len(_FURTHER)]]
            further += 1
        colors.append(of_category[name])
    return colors


def _write(ax: Any, sums: Sums, title: str | None, areas: Sequence[Any], page: dict[str, str]) -> None:
    """Write what the areas are, what is measured, and where the axes are."""
    ax.set_xlim(sums.times[0], sums.times[-1])
    ax.set_ylim(bottom=0)
    ax.set_yticks(_ticks(ax.get_ylim()[1]))
    ax.yaxis.set_major_formatter(lambda amount, _: human(int(amount)))
    ax.set_xlabel("seconds", color=page["dim"])
    ax.set_ylabel(_LABELS[sums.measure], color=page["dim"])
    _plain(ax.set_title(" ", loc="left", color=page["ink"], fontsize="x-large", fontweight="bold"), title or "")
    _write_legend(ax, sums, areas, page)
    ax.figure.set_facecolor(page["page"])
    ax.set_facecolor(page["page"])
    ax.tick_params(colors=page["dim"])
    for side in ax.spines.values():
        side.set_color(page["line"])


def _ticks(top: float) -> list[int]:
    """Return the amounts that are marked: multiples of a power of two, as sizes are read."""
    step = 1 << max(0, int(top / _MOST_TICKS)).bit_length()
    return list(range(0, int(top) + 1, step))


def _write_legend(ax: Any, sums: Sums, areas: Sequence[Any], page: dict[str, str]) -> None:
    # The uppermost area is the last, and is to be the first line.
    names = [f"{name} {human(amounts[-1])}" for name, amounts in sums.amounts.items()][::-1]
    # matplotlib leaves out what begins with an underscore, so names are written afterwards.
    legend = ax.legend(areas[::-1], [" "] * len(names), loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    for text, name in zip(legend.get_texts(), names):
        _plain(text, name)
        text.set_color(page["ink"])


def _plain(text: Any, content: str) -> None:
    """Write text as it is: a dollar in a name begins no formula."""
    text.set_parse_math(False)
    text.set_text(content)
