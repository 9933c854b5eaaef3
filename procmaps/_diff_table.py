"""The table of what changed: changes in, lines out. Nothing is printed here."""

from __future__ import annotations

from procmaps._color import PLAIN
from procmaps._escape import shown
from procmaps._layout import Line, laid_out
from procmaps._table import human

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from procmaps._color import Palette
    from procmaps._diff import Change, Diff
    from procmaps._map import Map

_COLUMNS = ("BEGIN", "END", "PERMS", "SIZE", "CHANGE", "RSS", "LAST", "WHAT", "PATHNAME")
_RIGHT_ALIGNED = ("SIZE", "CHANGE", "RSS", "LAST")
_DISPENSABLE = ("SIZE", "END")
_MARKS = {"added": "+ ", "removed": "- "}

_IN_WORDS = {
    "perms": "with other permissions",
    "offset": "with another offset",
    "memory": "with other memory use",
}


def table(
    changes: Sequence[Change],
    *,
    room: int | None = None,
    palette: Palette = PLAIN,
    encoding: str = "utf-8",
    header: bool = True,
    last: Sequence[Change] | None = None,
) -> Iterator[str]:
    """Yield the lines of a table, with `+`, `-` or `~` before each row.

    Args:
        changes: What changed.
        room: The columns of the terminal: what does not fit is left out. None for all in full.
        palette: The colours.
        encoding: What the lines will be encoded in.
        header: Whether the first line names the columns.
        last: If given, there is a column LAST with the part of each change that these had in it.
    """
    has_memory = any([change.memory for change in changes])
    latest = {change.map: change for change in last or ()}
    absent = {*["RSS"] * (not has_memory), *["LAST"] * (last is None)}
    return laid_out(
        [_line(change, latest.get(change.map), has_memory, encoding) for change in changes],
        [title for title in _COLUMNS if title not in absent],
        right=_RIGHT_ALIGNED,
        dispensable=_DISPENSABLE,
        room=room,
        palette=palette,
        encoding=encoding,
        header=header,
    )


def signed(amount: int) -> str:
    """Return a difference as people read it.

    >>> signed(4096), signed(-1363149), signed(0)
    ('+4K', '-1.3M', '0')
    """
    return f"{'-' if amount < 0 else '+'}{human(abs(amount))}" if amount else "0"


def summary(changes: Diff) -> str:
    """Return what changed in all, in a line.

    >>> from procmaps import Map, Maps
    >>> summary(Maps([Map(0x1000, 0x3000)]) - Maps())
    '1 added: +8K SIZE'
    """
    if not changes:
        return "no changes"
    counts = ", ".join([f"{count} {_IN_WORDS.get(word, word)}" for word, count in changes._counts().items()])
    memory = [f"{signed(changes.memory[name])} {name.upper()}" for name in ("rss", "swap") if name in changes.memory]
    amounts = ", ".join([f"{signed(changes.size_change)} SIZE", *memory])
    return f"{counts}: {amounts}"


def _line(change: Change, last: Change | None, has_memory: bool, encoding: str) -> Line:
    m = change.map
    mark = _MARKS.get(change.what[0], "~ ")
    cells = {
        "BEGIN": f"{m.begin_address:#x}",
        "END": f"{m.end_address:#x}",
        "PERMS": _perms(change, encoding),
        "SIZE": human(m.size),
        "CHANGE": signed(change.size_change),
        "RSS": signed(change.memory.get("rss", 0)),
        "LAST": _last(last, has_memory),
        "WHAT": ",".join(change.what),
        "PATHNAME": _name(change, encoding),
    }
    meaning = change.what[0] if mark != "~ " else "changed"
    return Line(cells, mark, [meaning, *["header"] * (last is not None)])


def _last(last: Change | None, has_memory: bool) -> str:
    """Return what a change has added the last time."""
    if last is None:
        return "-"
    return signed(last.memory.get("rss", 0) if has_memory else last.size_change)


def _perms(change: Change, encoding: str) -> str:
    if "perms" not in change.what or change.old is None:
        return change.map.perms
    arrow = "→" if "utf" in encoding.lower() else ">"
    return f"{change.old.perms}{arrow}{change.map.perms}"


def _name(change: Change, encoding: str) -> str:
    name = _shown(change.map, encoding)
    old = change.old
    if old is None or change.new is None:
        return name
    if "replaced" in change.what:
        name += f" (inode {old.inode}, now {change.new.inode})"
    if "renamed" in change.what:
        name += f" (was {_shown(old, encoding)})"
    return name


def _shown(m: Map, encoding: str) -> str:
    return "[anon]" if m.pathname is None else shown(m.pathname, encoding)
