"""The list that a dynamic linker keeps for debuggers of what it has loaded, in that order.

The dynamic section of a program has the address of a `struct r_debug` (DT_DEBUG), and that has the address
of the first `struct link_map`: link.h of the GNU C library; musl has the same. Since version 2.35 the
former links the lists of further namespaces (dlmopen(3)).
"""

from __future__ import annotations

from procmaps._elf_files import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps._module import Module

_DT_DEBUG = 21

# More than any process loads: what is behind it is a loop, or no list.
_MOST = 100_000


class Memory:
    """Numbers in the memory of a process, as wide as its addresses.

    Args:
        descriptor: Of /proc/PID/mem.
        module: The program: it has the width and order of bytes.
    """

    def __init__(self, descriptor: int, module: Module) -> None:
        assert module.elf is not None
        self.word = module.elf.bits // 8
        self._byteorder = module.elf.byteorder
        self._descriptor = descriptor

    def words(self, address: int, count: int) -> list[int]:
        """Return some words; fewer where memory ends."""
        data = part(self._descriptor, address, count * self.word)
        ends = range(self.word, len(data) + 1, self.word)
        return [int.from_bytes(data[end - self.word : end], self._byteorder) for end in ends]

    def int_of(self, word: int) -> int:
        """Return the int of 32 bits that a word begins with."""
        return word >> 32 if self.word == 8 and self._byteorder == "big" else word & 0xFFFFFFFF


def in_load_order(descriptor: int, modules: list[Module]) -> list[Module] | None:
    """Return the modules in the order in which the dynamic linker has loaded them.

    Those that it has not are last. None if there is no dynamic linker, or no list of it.

    Raises:
        OSError: The memory cannot be read.
    """
    for module in modules:
        table = _table(descriptor, module)
        if table:
            places = _places(Memory(descriptor, module), table)
            order = {place: i for i, place in enumerate(places)}
            return sorted(modules, key=lambda module: order.get(_dynamic(module), len(order)))
    return None


def _dynamic(module: Module) -> int:
    """Return the address of the dynamic section, -1 if there is none."""
    if module.elf is None or module.bias is None or module.elf.dynamic is None:
        return -1
    return module.elf.dynamic[0] + module.bias


def _table(descriptor: int, module: Module) -> int:
    """Return the address of the `struct r_debug` that a module knows, 0 if it knows none."""
    if module.elf is None or module.elf.dynamic is None:
        return 0
    memory = Memory(descriptor, module)
    words = memory.words(_dynamic(module), min(module.elf.dynamic[1] // memory.word, 8192))
    return next((value for tag, value in zip(words[::2], words[1::2]) if tag == _DT_DEBUG), 0)


def _places(memory: Memory, table: int) -> Iterator[int]:
    """Yield the addresses of the dynamic sections of what was loaded, namespace by namespace."""
    # A list that comes back to where it was is none, nor is one that is too long.
    seen: set[int] = set()
    while table and table not in seen and len(seen) < _MOST:
        seen.add(table)
        # int version; link_map *first; (*break)(); enum state; base; r_debug_extended *next
        version, entry, _, _, _, following = [*memory.words(table, 6), *[0] * 6][:6]
        while entry and entry not in seen and len(seen) < _MOST:
            seen.add(entry)
            # bias; char *name; dynamic section; link_map *next
            link = memory.words(entry, 4)
            yield from link[2:3]
            entry = link[3] if len(link) == 4 else 0
        table = following if memory.int_of(version) > 1 else 0
