"""What the library rich prints of mappings. It calls, so it is there: only then it is imported."""

from __future__ import annotations

from procmaps._color import palette
from procmaps._excerpt import ends, largest, name_of, summary
from procmaps._table import Row, table
from procmaps._usage_table import Row as UsageRow
from procmaps._usage_table import table as usage_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from procmaps._map import Map
    from procmaps._maps import Maps
    from procmaps.smaps import Usages


class Hex(int):
    """An int that shows itself in hexadecimal."""

    def __repr__(self) -> str:
        return f"{int(self):#x}"


def maps_text(maps: Maps, room: int) -> Iterator[object]:
    """Yield the lines of a listing."""
    first, left_out, last = ends(maps)
    rows = [Row(m.begin_address, m.end_address, m) for m in [*first, *last]]
    lines = list(table(rows, room=room, palette=palette()))
    if left_out:
        lines.insert(1 + len(first), f"... {left_out:,} more ...")
    return _texts([summary(maps), *lines])


def usages_text(usages: Usages, room: int) -> Iterator[object]:
    """Yield the lines of what mappings use."""
    found, left_out = largest(usages)
    rows = [UsageRow(name_of(group.name), group.total.count, group.total) for group in found]
    total = UsageRow("total", len(usages), usages.total())
    lines = list(usage_table(rows, total, room=room, palette=palette()))
    if left_out:
        lines.insert(-1, f"... {left_out:,} more ...")
    return _texts([summary(usages.maps), *lines])


def fields(m: Map) -> Iterator[tuple[str, object]]:
    """Yield the names and values of a mapping, addresses in hexadecimal."""
    for name in m.__match_args__:
        value = getattr(m, name)
        yield name, Hex(value) if name in ("begin_address", "end_address", "offset") else value


def _texts(lines: Iterable[str]) -> Iterator[object]:
    from rich.text import Text

    for line in lines:
        yield Text.from_ansi(line, no_wrap=True)
