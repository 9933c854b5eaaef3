"""The exported symbols of ELF files, read for tests alone: only 64 bits, little-endian, with sections."""

from __future__ import annotations

import struct
from collections import Counter
from typing import NamedTuple

from support.linker import symbol_at

SHT_DYNSYM, SHN_UNDEF, SHN_ABS = 11, 0, 0xFFF1
STT_FUNC, STT_TLS, STT_IFUNC = 2, 6, 10


class Exported(NamedTuple):
    """A symbol of .dynsym."""

    name: str
    value: int
    size: int
    type: int


def exported(data: bytes) -> list[Exported]:
    """Return the symbols that a file defines for others, but for constants and thread-local variables."""
    section_table, count = struct.unpack_from("<Q12xH", data, 40)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, section_table + 64 * i) for i in range(count)]
    found = []
    for _, kind, _, _, offset, size, link, *_ in sections:
        if kind == SHT_DYNSYM:
            names = sections[link][4]
            for at in range(offset, offset + size, 24):
                name, info, _, section, value, length = struct.unpack_from("<IBBHQQ", data, at)
                if section not in (SHN_UNDEF, SHN_ABS) and info & 15 != STT_TLS and name:
                    end = data.index(b"\0", names + name)
                    found.append(Exported(data[names + name : end].decode(), value, length, info & 15))
    return found


def disagreements(module, symbolizer) -> tuple[Counter, list[str]]:
    """Compare with dladdr(3) at each exported symbol of a module: its begin, its middle, its last byte.

    Return how many points are of each kind, and what is explained by none:

    - "same": the same name and begin.
    - "alias": another name, which has the same begin: there are several there.
    - "inner": ours begins later, and holds the address; dladdr knows no symbol but those of .dynsym.
    - "end": past a segment, where marks such as `_etext` and `_end` are: to dladdr that is no module.
    - "sized": dladdr takes one without a size for its first byte alone, or finds nothing; ours holds the address.
    """
    with module.open() as file:
        data = file.read()
    symbols = exported(data)
    begins = {}
    for symbol in symbols:
        begins.setdefault(symbol.value, set()).add(symbol.name)
    points = sorted({s.value + at for s in symbols for at in (0, s.size // 2, max(0, s.size - 1))})
    found = symbolizer.symbolize([point + module.bias for point in points])
    kinds: Counter = Counter()
    unexplained = []
    for point, ours in zip(points, found):
        told = symbol_at(point + module.bias)
        kind = _kind(point, ours, told, module, begins)
        kinds[kind] += 1
        if kind == "different":
            unexplained.append(f"{module.name}: {point:#x}: {ours!r}, dladdr: {told}")
    return kinds, unexplained


def _kind(point, ours, told, module, begins) -> str:
    if told is None:
        return "different" if any(s.address <= point < s.end for s in module.elf.segments) else "end"
    if told[1] != module.base or ours is None:
        return "different"
    _, _, name, begin = told
    begin -= module.bias
    if name is None:
        return "sized" if ours.elf_address <= point else "different"
    if ours.elf_address == begin:
        if ours.name == name:
            return "same"
        return "alias" if name in begins.get(begin, ()) else "different"
    is_inner = begin < ours.elf_address <= point and (ours.offset < ours.size or ours.size == 0)
    return "inner" if is_inner else "different"
