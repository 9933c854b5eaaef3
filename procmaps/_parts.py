"""What each mapping of a listing is for and belongs to: the ground of pictures."""

from __future__ import annotations

from typing import NamedTuple

from procmaps._escape import shown
from procmaps._shapes import STACK, shapes, shapes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from procmaps._map import Map
    from procmaps._maps import Maps
    from procmaps._shapes import Shape
    from procmaps.smaps import Usages

#: What memory is for, by the colour that it has where only this is shown.
CATEGORIES = {
    "heap": "heap",
    "stack": "stacks",
    "anonymous": "anonymous",
    "code": "program and libraries",
    "rodata": "other files",
    "shared": "shared memory",
    "none": "special",
}

_SHARED_KINDS = frozenset(["shared", "memfd", "sysv", "ashmem", "dmabuf"])
_NAMELESS_KINDS = frozenset(["anonymous", "named", "hugepage", "secretmem"])


class Part(NamedTuple):
    """A mapping, and what is known of it.

    Attributes:
        map: The mapping.
        category: What it is for, one of `CATEGORIES`.
        meaning: Its colour, one of `_palette.MEANINGS`.
        name: What it belongs to, short, fit to be shown.
        full_name: The same in full, such as the path of a file.
    """

    map: Map
    category: str
    meaning: str
    name: str
    full_name: str

    @property
    def is_wx(self) -> bool:
        """Whether it is writable and executable."""
        return self.map.is_writable and self.map.is_executable


def parts(maps: Maps, usages: Usages | None = None) -> list[Part]:
    """Return what is known of each mapping, in their order; O(n).

    Args:
        maps: The mappings.
        usages: What they use, if it is known: a few of its flags tell more.
    """
    programs = {m.pathname for m in maps if m.is_executable}
    guesses = shapes(maps) if usages is None else shapes_of(usages)
    return [_part(m, shape, m.pathname in programs) for m, shape in zip(maps, guesses)]


def largest_names(parts: Iterable[Part]) -> list[str]:
    """Return the names of some parts, each once, that of the most memory first."""
    sizes: dict[str, int] = {}
    for part in parts:
        sizes[part.name] = sizes.get(part.name, 0) + part.map.size
    return sorted(sizes, key=lambda name: -sizes[name])


def is_accessible(m: Map) -> bool:
    """Return whether memory can be read, written or executed."""
    return m.perms[:3] != "---" and m.perms[3] != "g"


def _part(m: Map, shape: Shape | None, is_program: bool) -> Part:
    if shape:
        name = f"{shape[0]} (by shape)"
        category = "stack" if shape[0] == STACK else "heap"
        return Part(m, category, category if is_accessible(m) else "none", name, name)
    category = _category(m, is_program)
    full_name = "[anon]" if m.pathname is None else shown(m.pathname)
    # The last of a path is what people know it by, and its directories what they look up.
    name = full_name.rpartition("/")[2] if m.kind == "file" else ""
    return Part(m, category, _meaning(m, category), name or full_name, full_name)


def _category(m: Map, is_program: bool) -> str:
    kind = m.kind
    if kind in ("heap", "stack"):
        return kind
    if kind == "file":
        return "code" if is_program else "rodata"
    if kind in _SHARED_KINDS:
        return "shared"
    return "anonymous" if kind in _NAMELESS_KINDS else "none"


def _meaning(m: Map, category: str) -> str:
    if not is_accessible(m):
        return "none"
    if category in ("heap", "stack"):
        return category
    if m.is_executable:
        return "code"
    if category == "shared" or (m.is_shared and m.is_writable):
        return "shared"
    if category == "anonymous":
        return "anonymous"
    return "data" if m.is_writable else "rodata"
