"""The verb `query`: which mapping of a process holds an address, now."""

from __future__ import annotations

from procmaps._color import meanings
from procmaps._escape import shown
from procmaps.cli import _output
from procmaps.cli._columns import aligned
from procmaps.cli._parser import add_output_arguments, add_proc_argument, address
from procmaps.cli._target import PROCESS_HELP, process_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Any

    from procmaps._map import Map
    from procmaps.query import Process

USAGE = "[OPTION]... PROCESS ADDR..."

DESCRIPTION = """\
Tell which mapping of a process holds an address, without reading all of them (Linux 6.11+; on older
kernels they are read). Each answer is of the moment in which it was asked for.

examples:
  procmaps query 1234 7f955be45678
  procmaps query 1234 7f955be45678 7f955bd5a000 --build-id --json
  procmaps query 1234 0 --next         the first mapping

The columns: the address, its distance from the begin of the mapping, the offset of the address in
the file (what perf and uprobes count in; - if there is no file), the permissions, the name.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="PROCESS", help=PROCESS_HELP)
    parser.add_argument("addresses", metavar="ADDR", nargs="+", type=address, help="an address, in hexadecimal")
    group = parser.add_argument_group("questions")
    group.add_argument("--next", action="store_true", help="if nothing holds it, tell the first mapping above")
    group.add_argument("--build-id", action="store_true", help="also tell the build ID of the file")
    add_proc_argument(group)
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell it, and return 0 if there is a mapping for each address."""
    with process_of(options) as process:
        ask = process.next if options.next else process.find
        answers = [(at, ask(at)) for at in options.addresses]
        if not options.quiet:
            _output.write(_lines(process, answers, options))
    return 0 if all([m for _, m in answers]) else 1


def _lines(process: Process, answers: list[tuple[int, Map | None]], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        head = {"pid": process.pid, "backend": process.backend}
        records = [_record(process, at, m, options) for at, m in answers]
        return _output.data_lines(options, head, "answers", records)
    titles = ["ADDRESS", "AT", "OFFSET", "PERMS", *["BUILD-ID"] * options.build_id, "PATHNAME"]
    rows = [_row(process, at, m, options) for at, m in answers]
    return aligned(
        rows,
        titles,
        header=options.header,
        palette=_output.colors(options),
        meanings=[meanings(m) for _, m in answers],
    )


def _row(process: Process, at: int, m: Map | None, options: argparse.Namespace) -> list[str]:
    distance = offset = perms = build_id = "-"
    name = "(unmapped)"
    if m is not None:
        distance = f"{at - m.begin_address:+#x}"
        file_offset = m.file_offset(at) if at in m else None
        offset = "-" if file_offset is None else f"{file_offset:#x}"
        perms = m.perms
        name = "[anon]" if m.pathname is None else shown(m.pathname, _output.encoding())
        build_id = (options.build_id and _build_id(process, m)) or "-"
    return [f"{at:#x}", distance, offset, perms, *[build_id] * options.build_id, name]


def _record(process: Process, at: int, m: Map | None, options: argparse.Namespace) -> dict[str, Any]:
    from procmaps._records import record

    found: dict[str, Any] = {"address": f"{at:#x}", "map": None if m is None else record(m)}
    if options.build_id:
        found["build_id"] = None if m is None else _build_id(process, m)
    return found


def _build_id(process: Process, m: Map) -> str | None:
    try:
        found = process.build_id(m)
    except (LookupError, PermissionError):
        # It changed meanwhile, or it may not be known: one row is no reason to lose the others.
        return None
    return found.hex() if found else None
