"""What memory without a name seems to be, in words: by its shape, or by what it follows."""

from __future__ import annotations

from procmaps._escape import shown
from procmaps._shapes import shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from procmaps._map import Map


def guesses(maps: Sequence[Map], encoding: str = "utf-8") -> dict[int, str]:
    """Return what mappings without a name seem to be, by the index; of most nothing is known.

    What is written and follows the data of a file immediately is mostly its `.bss`, for which the file
    has no bytes: the loader puts it there. Another mapping can get there by chance.

    >>> from procmaps import Map
    >>> data = Map(0x4000, 0x5000, "rw-p", 0x3000, (8, 1), 42, "/usr/lib/libc.so.6")
    >>> guesses([data, Map(0x5000, 0x8000, "rw-p")])
    {1: '.bss of libc.so.6?'}
    """
    found = {i: f"{shape[0]}?" for i, shape in enumerate(shapes(maps)) if shape}
    for i, (data, m) in enumerate(zip(maps, maps[1:]), 1):
        if i not in found and _is_behind(data, m):
            name = str(data.path).rpartition("/")[2]
            found[i] = f".bss of {shown(name, encoding)}?"
    return found


def _is_behind(data: Map, m: Map) -> bool:
    is_data = data.path is not None and data.perms == "rw-p"
    return is_data and m.is_anonymous and m.perms == "rw-p" and m.begin_address == data.end_address
