"""What a notebook shows of mappings: a summary, a picture, and a table of a few rows."""

from __future__ import annotations

from html import escape

from procmaps._excerpt import ends, largest, name_of, summary
from procmaps._table import human
from procmaps.picture import to_svg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from procmaps._map import Map
    from procmaps._maps import Maps
    from procmaps._usage import Total
    from procmaps.smaps import Usages

_MAPS_COLUMNS = ("begin", "end", "perms", "size", "offset", "pathname")
_USAGES_COLUMNS = ("mappings", "size", "rss", "pss", "dirty", "swap", "module")

_LEFT = "text-align:left"


def maps_html(maps: Maps) -> str:
    """Return what a notebook shows of a listing."""
    first, left_out, last = ends(maps)
    rows = [_row(_map_cells(m)) for m in first]
    if left_out:
        rows.append(_note(f"{left_out:,} more", len(_MAPS_COLUMNS)))
    rows += [_row(_map_cells(m)) for m in last]
    return _page(summary(maps), to_svg(maps) if maps else "", _MAPS_COLUMNS, rows)


def usages_html(usages: Usages) -> str:
    """Return what a notebook shows of what mappings use."""
    found, left_out = largest(usages)
    rows = [_row([*_amount_cells(group.total), name_of(group.name)]) for group in found]
    if left_out:
        rows.append(_note(f"{left_out:,} more", len(_USAGES_COLUMNS)))
    return _page(summary(usages.maps), to_svg(usages, "treemap") if len(usages) else "", _USAGES_COLUMNS, rows)


def _page(title: str, picture: str, columns: Sequence[str], rows: Iterable[str]) -> str:
    head = "".join([f'<th style="{_LEFT}">{column}</th>' for column in columns])
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f"<div><p>{escape(title)}</p>{picture}{table if picture else ''}</div>"


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join([_cell(cell) for cell in cells])}</tr>"


def _cell(text: str) -> str:
    return f'<td style="{_LEFT};font-family:monospace;white-space:pre">{escape(text)}</td>'


def _note(text: str, columns: int) -> str:
    return f'<tr><td colspan="{columns}" style="{_LEFT}"><i>{text}</i></td></tr>'


def _map_cells(m: Map) -> list[str]:
    begin, end = f"{m.begin_address:#x}", f"{m.end_address:#x}"
    return [begin, end, m.perms, human(m.size), f"{m.offset:#x}", name_of(m.pathname)]


def _amount_cells(total: Total) -> list[str]:
    amounts = (total.size, total.rss, total.pss, total.dirty, total.swap)
    return [f"{total.count:,}", *["-" if amount is None else human(amount) for amount in amounts]]
