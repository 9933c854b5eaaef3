"""The verb `libs`: the programs and libraries that a process has loaded."""

from __future__ import annotations

import argparse

from procmaps._escape import escaped, shown
from procmaps._module_names import is_called, stem_of
from procmaps._table import human
from procmaps.cli import _output
from procmaps.cli._columns import aligned
from procmaps.cli._errors import Refused
from procmaps.cli._parser import add_files_arguments, add_output_arguments
from procmaps.cli._target import HELP, read, root_of
from procmaps.modules import load_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps.cli._target import Reading
    from procmaps.modules import Module

# Of a build ID, which has 40 as a rule.
_DIGITS = 12

USAGE = "[OPTION]... TARGET [NAME]"

DESCRIPTION = f"""\
Show the programs and libraries that a process has loaded, each load by itself: a file that is loaded
twice is two, and one that is only read is none.

examples:
  procmaps libs 1234
  procmaps libs 1234 libssl              libssl.so, libssl.so.3, libssl-1a2b3c4d.so.3, ...
  procmaps libs 1234 --duplicates        of what there are several copies
  procmaps libs ./saved.maps --root /    a saved listing, with the files on this machine

The columns: the first address; the size, with what is unmapped between its parts; the first {_DIGITS} digits
of the build ID (- for none, ? for not known; all in JSON); the path. Copies are loads of one file,
or of libraries of one name: their soname or file name without version and hash.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="TARGET", help=HELP)
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="only those of a name: a file name or soname, or its part before .so"
    )
    group = parser.add_argument_group("libraries")
    group.add_argument("--duplicates", action="store_true", help="only those of which there are several copies")
    group.add_argument("--load-order", action="store_true", help="as the dynamic linker has loaded them [by address]")
    add_files_arguments(parser)
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Show them, and return 0 if there was one to show."""
    reading = read(options)
    modules = [m for m in _modules(reading, options) if options.name is None or _is_called(m, options.name)]
    copies = _copies(modules) if options.duplicates else dict.fromkeys(modules, 1)
    if not options.quiet:
        _output.write(_lines(reading, copies, options))
        _complain(reading, copies, options)
    return 0 if copies else 1


def _modules(reading: Reading, options: argparse.Namespace) -> list[Module]:
    root = root_of(reading, options)
    if not options.load_order:
        return reading.maps.modules(root)
    modules = load_order(reading.maps)
    if modules is None:
        raise Refused(
            f"the order in which {reading.title} has loaded its libraries is not known",
            "That takes a process with a dynamic linker, and to be allowed to read its memory: run as root.",
        )
    return modules


def _is_called(module: Module, name: str) -> bool:
    return is_called(module.name, name) or is_called(module.soname, name)


def _copies(modules: list[Module]) -> dict[Module, int]:
    """Return the modules that are not the only one of their name, and how many are of it, by name."""
    groups: dict[object, list[Module]] = {}
    for module in modules:
        groups.setdefault(_key(module), []).append(module)
    several = sorted([group for group in groups.values() if len(group) > 1], key=lambda group: _title(group[0]))
    return {module: len(group) for group in several for module in group}


def _key(module: Module) -> object:
    """Return what copies of a library have in common."""
    # The extension modules of Python have no soname, and often the name of another, such as lib.cpython-313.so.
    if module.soname or (module.name.startswith("lib") and not module.name.startswith("lib.")):
        return _title(module)
    return module.device, module.inode, module.pathname


def _title(module: Module) -> str:
    name = module.soname or module.name
    return stem_of(name) or name


def _lines(reading: Reading, copies: dict[Module, int], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        records = [_record(module, count, options) for module, count in copies.items()]
        return _output.data_lines(options, {"pid": reading.pid}, "modules", records)
    titles = [*["COPIES", "LIBRARY"] * options.duplicates, "BASE", "SIZE", "BUILD-ID", "PATHNAME"]
    rows = [_row(module, count, options) for module, count in copies.items()]
    return aligned(rows, titles, header=options.header, palette=_output.colors(options))


def _row(module: Module, count: int, options: argparse.Namespace) -> list[str]:
    encoding = _output.encoding()
    return [
        *[str(count), shown(_title(module), encoding)] * options.duplicates,
        f"{module.base:#x}",
        human(module.size),
        _build_id(module),
        shown(module.pathname, encoding),
    ]


def _build_id(module: Module) -> str:
    if module.elf is None:
        return "?"
    return (module.build_id or b"").hex()[:_DIGITS] or "-"


def _record(module: Module, count: int, options: argparse.Namespace) -> dict[str, object]:
    from procmaps._records import text_fields

    return {
        "base": f"{module.base:#x}",
        "end_address": f"{module.end_address:#x}",
        "size": module.size,
        "bias": None if module.bias is None else f"{module.bias:#x}",
        "build_id": None if module.build_id is None else module.build_id.hex(),
        **text_fields("soname", module.soname),
        "architecture": module.architecture,
        "source": module.source,
        "reason": module.reason,
        "device": list(module.device),
        "inode": module.inode,
        "maps": len(module.maps),
        **({"copies": count} if options.duplicates else {}),
        **text_fields("pathname", module.pathname),
    }


def _complain(reading: Reading, copies: dict[Module, int], options: argparse.Namespace) -> None:
    """Say why there is nothing, or why something is not known."""
    if not copies:
        of = "" if options.name is None else f" called {options.name}"
        what = f"no library{of} is loaded more than once" if options.duplicates else f"no module{of}"
        _output.complain(f"procmaps: {reading.title}: {escaped(what)}")
    for reason in dict.fromkeys([module.reason for module in copies if module.reason]):
        names = [module.name for module in copies if module.reason == reason]
        of = names[0] if len(names) == 1 else f"{len(names)} of these"
        _output.complain(f"procmaps: {escaped(of)}: from the listing alone: {escaped(reason)}")
