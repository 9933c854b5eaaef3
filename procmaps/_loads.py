"""Which mappings of a file are one load of it: by its program headers, or by the shape of the listing."""

from __future__ import annotations

from procmaps._map import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._elf import Elf, Segment
    from procmaps._maps import Maps

# What is mapped from files. Other memory in a load was put there by who loads, or in place of a part of it.
_FILES = ("file", "ashmem")
_OF_MODULES = (*_FILES, "memfd", "vdso")

_EXECUTABLE, _WRITABLE = 1, 2


def by_headers(maps: Maps, mine: list[Map], elf: Elf) -> list[tuple[int, list[Map]]]:
    """Return the loads of a file, by its program headers: the bias and the mappings of each.

    A load is where each segment is in memory at its distance from the first, and what is to be
    executed can be. A file that is mapped as data is none: its parts are elsewhere.

    Args:
        maps: All the mappings.
        mine: Those of the file that are private, lowest address first.
        elf: What the file says.
    """
    stored = [segment for segment in elf.segments if segment.file_size]
    found: list[tuple[int, list[Map]]] = []
    # Where small loads adjoin, a part of one and a part of the next can look like a load: each mapping is
    # taken once, and first by what has its variables where they can be written.
    left = dict.fromkeys(mine)
    for flags in (_EXECUTABLE | _WRITABLE, _EXECUTABLE):
        by_origin: dict[int, list[Map]] = {}
        for m in left:
            by_origin.setdefault(_origin(m), []).append(m)
        for bias in _biases(by_origin, stored):
            if all(_is_loaded(maps, by_origin, left, segment, bias, flags) for segment in stored):
                of_file = _of_file(by_origin, left, elf, bias)
                found.append((bias, sorted({*of_file, *_of_memory(maps, of_file, elf, bias)})))
                for m in of_file:
                    del left[m]
    return found


def _origin(m: Map) -> int:
    """Return where the begin of its file would be."""
    return m.begin_address - m.offset


def _biases(by_origin: dict[int, list[Map]], stored: list[Segment]) -> list[int]:
    """Return where the first segment can be."""
    return [
        origin - stored[0].delta
        for origin, same in by_origin.items()
        if stored and any([m.offset <= stored[0].offset < m.offset + m.size for m in same])
    ]


def _is_loaded(
    maps: Maps, by_origin: dict[int, list[Map]], left: dict[Map, None], segment: Segment, bias: int, flags: int
) -> bool:
    """Whether there is in memory what a segment wants."""
    m = maps.find(segment.address + bias)
    if m is None:
        return False
    origin = segment.delta + bias
    if m.kind in _FILES and (m not in left or _origin(m) != origin):
        return False
    # What is not at its begin, where code is being patched, or relocations were, may be further on.
    wanted = segment.flags & flags
    return not wanted & ~_flags(m) or not wanted & ~_flags(
        *[n for n in by_origin.get(origin, ()) if _is_in(n, segment, bias)]
    )


def _flags(*maps: Map) -> int:
    """Return what some of the mappings allow."""
    return _EXECUTABLE * any([m.is_executable for m in maps]) | _WRITABLE * any([m.is_writable for m in maps])


def _is_in(m: Map, segment: Segment, bias: int) -> bool:
    """Whether a mapping has an address in a segment."""
    return m.begin_address < segment.end + bias and m.end_address > segment.address + bias


def _of_file(by_origin: dict[int, list[Map]], left: dict[Map, None], elf: Elf, bias: int) -> list[Map]:
    """Return the mappings of a load that are of the file, and those that keep room between its segments."""
    begin, end = elf.segments[0].address + bias, max([segment.end for segment in elf.segments]) + bias
    return [
        m
        for delta in {segment.delta for segment in elf.segments}
        for m in by_origin.get(delta + bias, ())
        if m.begin_address < end and m.end_address > begin and m in left
    ]


def _of_memory(maps: Maps, of_file: list[Map], elf: Elf, bias: int) -> list[Map]:
    """Return the mappings of a load that have no file, such as `.bss`.

    They are at the begin of a segment, or follow without a gap what is of the load: so each is looked at
    a few times only, whatever sizes the file claims.
    """
    found = []
    begins = [segment.address + bias for segment in elf.segments]
    ends = [m.end_address for m in of_file]
    while begins or ends:
        address = begins.pop() if begins else ends.pop()
        m = maps.find(address)
        if m is not None and m.kind not in _FILES and any([_is_in(m, segment, bias) for segment in elf.segments]):
            found.append(m)
            ends.append(m.end_address)
    return found


def by_shape(maps: Maps, mine: list[Map]) -> list[list[Map]]:
    """Return the loads of a file as far as the listing tells: the mappings of each.

    A load begins at the begin of the file; addresses and offsets rise; and a part of it is executable,
    or, as a library may have data only, it is called like a library and has parts with several permissions.
    What is between its parts and has no file is its too.
    """
    found: list[list[Map]] = []
    seen: set[tuple[int, str]] = set()
    last = 0
    for m in mine:
        if m.offset == 0 and (not seen or last > 0 or (0, m.perms) in seen):
            found.append([])
            seen, last = set(), 0
        elif m.offset < last or not found:
            # It begins in the middle of the file: a part of no load.
            continue
        found[-1].append(m)
        seen.add((m.offset, m.perms))
        # What may not be touched keeps a place free: its offset means nothing.
        last = m.offset if m.perms[:3] != "---" else last
    return [_with_what_is_between(maps, load) for load in found if _looks_loaded(load)]


def _looks_loaded(load: list[Map]) -> bool:
    if any([m.is_executable for m in load]):
        return True
    return ".so" in (load[0].pathname or "") and len({m.perms for m in load}) > 1


def _with_what_is_between(maps: Maps, load: list[Map]) -> list[Map]:
    if not maps.is_ordered:
        return load
    between = [m for part, following in zip(load, load[1:]) for m in _memory_between(maps, part, following)]
    return sorted({*load, *between})


def _memory_between(maps: Maps, part: Map, following: Map) -> list[Map]:
    """Return what is between two parts of a load and has no file.

    Nothing if another file is there, too: whose it is cannot be told then, and of a listing that was made for
    it each load would have what is between the parts of all.
    """
    here, there = maps.find_indices([part.begin_address, following.begin_address])
    for i in range(here + 1, there):
        if maps[i].kind in _OF_MODULES:
            return []
    return [maps[i] for i in range(here + 1, there)]


def can_be_loaded(mine: list[Map]) -> bool:
    """Whether mappings of a file can be a load of it: no code and one set of permissions are data."""
    return any([m.is_executable for m in mine]) or len({m.perms for m in mine}) > 1
