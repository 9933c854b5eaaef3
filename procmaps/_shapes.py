"""What memory without a name is used for, as far as its shape tells.

The GNU C library marks nothing, but where it puts things is known. Where the kernel has names
(`[anon:NAME]`, Linux 5.17+) programs can say it themselves, and nothing is guessed.
"""

from __future__ import annotations

from procmaps._map import Map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from procmaps._usages import Usages

    # A name, and the first address of the whole thing, which tells two of them apart.
    Shape = tuple[str, int]

ARENA = "glibc arena"
STACK = "thread stack"

# HEAP_MAX_SIZE in malloc/arena.c of glibc, with 64 and with 32 bits.
_ARENA_SIZE, _ARENA_SIZE_32 = 64 << 20, 1 << 20
_LARGEST_GUARD = 64 << 10
_SMALLEST_STACK = 64 << 10


def shapes_of(usages: Usages) -> list[Shape | None]:
    """Return for each mapping what it seems to be a part of, or None: see `shapes`."""
    return shapes(usages.maps, [usage.vm_flags or () for usage in usages])


def shapes(maps: Sequence[Map], vm_flags: Iterable[tuple[str, ...]] = ()) -> list[Shape | None]:
    """Return for each mapping what it seems to be a part of, or None.

    - "glibc arena": memory for malloc(3) in threads, at a multiple of 64 MiB; a part that is
      in use, then one that is not yet, together 64 MiB. (With 32-bit addresses, of 1 MiB.)
    - "thread stack": a guard that cannot be touched and then memory, in whole MiB or a power of two,
      with or without the guard: as pthread_create(3) makes it, or who does likewise. From glibc 2.42 and
      Linux 6.13 on the guard is within the mapping, and stacks side by side are one: `vm_flags` tell (Linux 6.18+).

    Both are guesses: other programs may map the same shapes for something else.

    >>> maps = [Map(0x7F0000000000, 0x7F0000021000, "rw-p"), Map(0x7F0000021000, 0x7F0004000000, "---p")]
    >>> shapes(maps)
    [('glibc arena', 139637976727552), ('glibc arena', 139637976727552)]
    """
    found: list[Shape | None] = [None] * len(maps)
    for is_shape, name in ((_is_arena, ARENA), (_is_stack, STACK)):
        for i, (first, second) in enumerate(zip(maps, maps[1:])):
            if found[i] is found[i + 1] is None and _are_neighbours(first, second) and is_shape(first, second):
                found[i] = found[i + 1] = name, first.begin_address
    for i, (m, flags) in enumerate(zip(maps, vm_flags)):
        if found[i] is None and m.is_anonymous and "gu" in flags and m.size >= _SMALLEST_STACK:
            found[i] = STACK, m.begin_address
    return found


def _are_neighbours(first: Map, second: Map) -> bool:
    return first.is_anonymous and second.is_anonymous and first.end_address == second.begin_address


def _is_arena(used: Map, reserved: Map) -> bool:
    begin, size = used.begin_address, used.size + reserved.size
    expected = _ARENA_SIZE_32 if reserved.end_address <= 1 << 32 else _ARENA_SIZE
    # Go's heap has the same shape, at addresses that it chooses by itself.
    is_go = begin >> 32 & 0xFF == 0xC0 and begin < 0x7F << 40
    return (used.perms, reserved.perms) == ("rw-p", "---p") and begin % expected == 0 and size == expected and not is_go


def _is_stack(guard: Map, memory: Map) -> bool:
    if guard.perms != "---p" or memory.perms not in ("rw-p", "rwxp") or guard.size > _LARGEST_GUARD:
        return False
    return any([_is_stack_size(size) for size in (memory.size, guard.size + memory.size)])


def _is_stack_size(size: int) -> bool:
    return size >= _SMALLEST_STACK and (size % (1 << 20) == 0 or size & (size - 1) == 0)
