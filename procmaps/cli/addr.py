"""The verb `addr`: what is at an address, by each of the numbers and names that tools want."""

from __future__ import annotations

import argparse

from procmaps._color import meanings
from procmaps._escape import escaped, shown
from procmaps.cli import _output
from procmaps.cli._errors import Refused
from procmaps.cli._parser import add_files_arguments, add_output_arguments, address
from procmaps.cli._symbol_text import filtered, named, readable
from procmaps.cli._target import HELP, lines_of_standard_input, read, root_of, standard_input
from procmaps.symbols import Symbolizer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps._color import Palette
    from procmaps._module import Location, Module
    from procmaps._procmaps import Symbol
    from procmaps.cli._target import Reading

USAGE = "[OPTION]... TARGET [ADDR...]"

DESCRIPTION = """\
Tell what is at addresses of a process: the module, the two numbers that tools want, the symbol. The
addresses are arguments or, without any, words of standard input.

examples:
  procmaps addr 1234 7f955be45678
  procmaps addr 1234 --lines < addresses.txt
  procmaps addr 1234 --filter < backtrace.txt    names in place of bare addresses
  procmaps addr ./saved.maps 7f955be45678 --root /

The file offset is where it is in the file; the ELF address is where the file itself says that it is. They
are the same in some files only. With --filter, an address becomes MODULE+ELF address (SYMBOL+OFFSET);
numbers that are in no module stay as they are, and so do the ends of ranges. The exit status is 1 if
an address is not mapped, or the filter found none.
"""

_INDENT = " " * 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="TARGET", help=HELP)
    parser.add_argument("addresses", metavar="ADDR", nargs="*", type=address, help="an address, in hexadecimal")
    group = parser.add_argument_group("addresses")
    group.add_argument("--filter", action="store_true", help="copy standard input, with names in place of addresses")
    group.add_argument("--lines", action="store_true", help="also tell file and line, and what is inlined there (slow)")
    add_files_arguments(parser)
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell it, and return 0 if all addresses are mapped, or the filter found one."""
    if options.filter and (options.addresses or _output.is_data(options)):
        raise Refused("--filter copies standard input: it takes no addresses and knows no other form")
    if options.target == "-" and not options.addresses:
        raise Refused("the listing and the addresses cannot both be standard input")
    reading = read(options)
    symbolizer = Symbolizer(reading.maps, root=root_of(reading, options))
    if options.filter:
        return _copy(symbolizer, options)
    return _run(reading, symbolizer, options)


def _copy(symbolizer: Symbolizer, options: argparse.Namespace) -> int:
    count = 0
    for text in lines_of_standard_input():
        data, found = filtered(symbolizer, text, options.lines)
        count += found
        if not options.quiet:
            _output.write_bytes(data)
    if not options.quiet:
        _complain(symbolizer)
    return 0 if count else 1


def _run(reading: Reading, symbolizer: Symbolizer, options: argparse.Namespace) -> int:
    addresses = options.addresses or _words(standard_input())
    if not addresses and not options.quiet:
        _output.complain("procmaps: no addresses: standard input has none")
    locations = symbolizer.locate(addresses, lines=options.lines)
    if not options.quiet:
        _output.write(_lines(reading, list(zip(addresses, locations)), options))
        _complain(symbolizer)
    return 0 if addresses and all(locations) else 1


def _complain(symbolizer: Symbolizer) -> None:
    for name, problem in symbolizer.problems.items():
        _output.complain(f"procmaps: {escaped(name)}: symbols: {escaped(problem)}")


def _words(text: bytes) -> list[int]:
    try:
        return [address(word) for word in text.decode("utf-8", "backslashreplace").split()]
    except argparse.ArgumentTypeError as error:
        raise Refused(f"standard input: {error}", "To have addresses replaced in a text: --filter") from None


def _lines(reading: Reading, answers: list[tuple[int, Location | None]], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        return _output.data_lines(options, {"pid": reading.pid}, "addresses", [_record(*answer) for answer in answers])
    palette = _output.colors(options)
    return (line for answer in answers for line in _block(*answer, palette))


def _block(at: int, location: Location | None, palette: Palette) -> Iterator[str]:
    """Yield the lines of what people read of an address."""
    if location is None:
        yield palette.paint(f"{at:#x}  (unmapped)", *meanings(None))
        return
    encoding = _output.encoding()
    m, module, symbol = location.map, location.module, location.symbol
    name = module.name if module is not None else (m.path or m.pathname or "[anon]").rpartition("/")[2]
    function = [] if symbol is None else [shown(named(symbol), encoding)]
    title = "  ".join([f"{at:#x}", shown(name, encoding), m.perms, *function])
    yield palette.paint(title, "header", *meanings(m))
    for title, value in _details(location):
        yield f"{_INDENT}{title:12} {shown(value, encoding)}"


def _details(location: Location) -> Iterator[tuple[str, str]]:
    module, symbol = location.module, location.symbol
    if location.file_offset is not None:
        yield "file offset", f"{location.file_offset:<#18x} (uprobes, perf, blazesym)"
    if location.elf_address is not None:
        yield "ELF address", f"{location.elf_address:<#18x} (addr2line, gdb, objdump, IDA, Ghidra)"
    for frame in symbol.frames if symbol is not None else ():
        yield "source", f"{frame.file or '?'}:{frame.line or '?'}  {readable(frame.function or '?')}"
    if module is not None and module.build_id is not None:
        yield "build ID", module.build_id.hex()
    if location.map.path is not None:
        yield "path", location.map.path
        if location.map.is_deleted:
            yield "", "(deleted: another file may be at this path)"


def _record(at: int, location: Location | None) -> dict[str, object]:
    from procmaps._records import record

    if location is None:
        fields = ("file_offset", "elf_address", "symbol", "module", "map")
        return {"address": f"{at:#x}", **dict.fromkeys(fields)}
    return {
        "address": f"{at:#x}",
        "file_offset": _hex(location.file_offset),
        "elf_address": _hex(location.elf_address),
        "symbol": None if location.symbol is None else _of_symbol(location.symbol),
        "module": None if location.module is None else _of_module(location.module),
        "map": record(location.map),
    }


def _of_symbol(symbol: Symbol) -> dict[str, object]:
    from procmaps._records import text_fields

    return {
        **text_fields("name", symbol.name),
        "offset": symbol.offset,
        "size": symbol.size,
        "elf_address": _hex(symbol.elf_address),
        "source": symbol.source,
        "file": symbol.file,
        "line": symbol.line,
        "frames": [frame._asdict() for frame in symbol.frames],
    }


def _of_module(module: Module) -> dict[str, object]:
    return {
        "base": _hex(module.base),
        "bias": _hex(module.bias),
        "build_id": None if module.build_id is None else module.build_id.hex(),
    }


def _hex(number: int | None) -> str | None:
    return None if number is None else f"{number:#x}"
