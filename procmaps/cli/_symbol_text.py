"""Symbols, for people to read: demangled, and in place of addresses in a text."""

from __future__ import annotations

import re

from procmaps._demangle import demangle
from procmaps._escape import escaped
from procmaps.cli import _output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._module import Location
    from procmaps._procmaps import Symbol
    from procmaps.symbols import Symbolizer

# With 0x, or of eight digits at least; no part of a word, and no end of a range or part of a UUID. What the
# kernel tells of a segmentation fault ends with a range, too: `in libc.so.6[7f955bdf9000+156000]`.
_ADDRESS = re.compile(rb"(?<![\w-])(?:0[xX][0-9a-fA-F]{1,16}|[0-9a-fA-F]{8,16})(?!\w|-\w|\+[0-9a-f]+\])")


def readable(name: str) -> str:
    """Return the name of a function as its source has it."""
    return demangle(name, strict=False)


def named(symbol: Symbol) -> str:
    """Return a symbol as `name+0x12`."""
    return f"{readable(symbol.name)}+{symbol.offset:#x}"


def filtered(symbolizer: Symbolizer, text: bytes, lines: bool) -> tuple[bytes, int]:
    """Return a text with names in place of the addresses that are in a module, and how many there were."""
    addresses = sorted({int(match[0], 16) for match in _ADDRESS.finditer(text)})
    names = {
        address: _name(location).encode(_output.encoding(), "backslashreplace")
        for address, location in zip(addresses, symbolizer.locate(addresses, lines=lines))
        if location is not None and (location.module is not None or location.symbol is not None)
    }
    count = 0

    def replaced(match: re.Match[bytes]) -> bytes:
        nonlocal count
        name = names.get(int(match[0], 16))
        count += name is not None
        return match[0] if name is None else name

    return _ADDRESS.sub(replaced, text), count


def _name(location: Location) -> str:
    module, symbol = location.module, location.symbol
    if module is None:
        return escaped(named(symbol)) if symbol is not None else ""
    if location.elf_address is not None:
        place = f"{escaped(module.name)}+{location.elf_address:#x}"
    else:
        place = f"{escaped(module.name)} at file offset {location.file_offset or 0:#x}"
    if symbol is None:
        return place
    source = f" at {symbol.file}:{symbol.line or '?'}" if symbol.file is not None else ""
    return f"{place} ({escaped(named(symbol) + source)})"
