"""The rows that are shown where nobody asked for all of them."""

from __future__ import annotations

from procmaps._escape import shown
from procmaps._groups import groups

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._groups import Group
    from procmaps._maps import Maps
    from procmaps.smaps import Usages

#: As many rows are shown at the most.
MOST = 24


def ends(maps: Maps) -> tuple[Maps, int, Maps]:
    """Return the first mappings, how many are left out, and the last."""
    if len(maps) <= MOST:
        return maps, 0, maps[:0]
    return maps[: MOST // 2], len(maps) - MOST, maps[-(MOST // 2) :]


def largest(usages: Usages) -> tuple[list[Group], int]:
    """Return the modules that use most, and how many are left out."""
    found = groups(usages, "module")
    return (found, 0) if len(found) <= MOST else (found[:MOST], len(found) - MOST)


def summary(maps: Maps) -> str:
    """Return what a listing is, in a line."""
    return f"{'Maps' if maps.pid is None else f'Process {maps.pid}'}: {maps._summary()}"


def name_of(pathname: str | None) -> str:
    """Return a name, fit to be shown."""
    return "[anon]" if pathname is None else shown(pathname)
