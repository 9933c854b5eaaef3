"""Which rows are shown: the filters of the API, an address, its surroundings, unmapped ranges."""

from __future__ import annotations

from procmaps._table import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from procmaps._map import Map
    from procmaps._maps import Maps


def matching(maps: Maps, options: argparse.Namespace) -> Maps:
    """Return the mappings that the options ask for."""
    name: str | None = options.name
    address: int | None = options.address

    def is_wanted(m: Map) -> bool:
        # As the table shows it: what has no name is found as [anon].
        return (name is None or name in (m.pathname or "[anon]")) and (address is None or address in m)

    filters = {by: getattr(options, by) for by in ("perms", "pathname", "kind", "deleted", "anonymous")}
    if name is None and address is None and not any([value is not None for value in filters.values()]):
        return maps
    return maps.filter(is_wanted, **filters)


def rows(
    maps: Maps, matches: Maps, options: argparse.Namespace, guesses: dict[int, str] | None = None
) -> list[Row | None]:
    """Return the rows of the table, with None between groups that are not adjacent.

    Args:
        maps: All mappings.
        matches: Those that were asked for.
        options: What else was.
        guesses: What mappings seem to be, by the index.
    """
    wanted = set(map(id, matches))
    guesses = guesses or {}
    every = [Row(m.begin_address, m.end_address, m, id(m) in wanted, guesses.get(i, "")) for i, m in enumerate(maps)]
    if options.gaps:
        every = _with_gaps(maps, every, options.address)
    if options.before or options.after:
        return _with_context(every, options.before, options.after)
    return [row for row in every if row.is_match]


def _with_gaps(maps: Maps, every: list[Row], address: int | None) -> list[Row]:
    """Return the rows in order of address, and among them the unmapped ranges.

    One of these matches if both its neighbours do, or if it holds the address.
    """
    ends = {row.end for row in every if row.is_match}
    begins = {row.begin for row in every if row.is_match}
    gaps = []
    for begin, end in maps.gaps():
        is_looked_for = address is not None and begin <= address < end
        gaps.append(Row(begin, end, None, is_looked_for or (begin in ends and end in begins)))
    return sorted(every + gaps, key=lambda row: row.begin)


def _with_context(every: list[Row], before: int, after: int) -> list[Row | None]:
    near: set[int] = set()
    for i, row in enumerate(every):
        if row.is_match:
            near.update(range(max(0, i - before), min(len(every), i + after + 1)))
    shown: list[Row | None] = []
    for i in sorted(near):
        if shown and i - 1 not in near:
            shown.append(None)
        shown.append(every[i])
    return shown
