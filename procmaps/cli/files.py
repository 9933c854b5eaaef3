"""The verb `files`: what became of the files that a process maps."""

from __future__ import annotations

from procmaps._escape import shown
from procmaps.cli import _output
from procmaps.cli._columns import aligned
from procmaps.cli._parser import add_output_arguments, add_proc_argument, some_of
from procmaps.cli._target import PROCESS_HELP, process_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from procmaps._map import Map
    from procmaps.identity import Identity
    from procmaps.query import Process

    # Of one file: a mapping of it, what became of it, how many mappings it has.
    File = tuple[Map, Identity, int]

STATES = ("present", "named_so", "unlinked", "replaced", "never_a_file", "unknown")
_MEANINGS = {"unlinked": "bad", "replaced": "bad", "unknown": "warning"}

USAGE = "[OPTION]... PROCESS"

DESCRIPTION = """\
Tell what became of the files that a process maps: the listing cannot, where ` (deleted)` may be
the kernel's word or the end of a name, and another file may be at a path by now.

examples:
  procmaps files 1234
  procmaps files 1234 --state unlinked,replaced    what it should be restarted for

The states: present, at its path; named_so, the same, with a name that ends in ` (deleted)`; unlinked,
its name was removed; replaced, another file is at its path; unknown, it cannot be told (why is in
--reasons). A file that was written over in place is present. What never was a file is left out,
unless asked for by its state, never_a_file. Where file systems make up device numbers, only
root, or who has CAP_CHECKPOINT_RESTORE, can be told all.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="PROCESS", help=PROCESS_HELP)
    group = parser.add_argument_group("files")
    group.add_argument(
        "--state", metavar="STATE,...", type=some_of("state", STATES), help=f"by state: {', '.join(STATES)}"
    )
    group.add_argument("--reasons", action="store_true", help="also tell why we think so")
    add_proc_argument(group)
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell it, and return 0 if there was a file to tell of."""
    wanted = options.state or [state for state in STATES if state != "never_a_file"]
    with process_of(options) as process:
        files = [file for file in _files(process) if file[1].state in wanted]
        if not options.quiet:
            _output.write(_lines(process, files, options))
    return 0 if files else 1


def _files(process: Process) -> Iterator[File]:
    groups: dict[object, list[Map]] = {}
    for m in process.walk(file_backed=True):
        groups.setdefault((m.device, m.inode, m.pathname), []).append(m)
    for maps in groups.values():
        yield maps[0], process.identity(maps[0]), len(maps)


def _lines(process: Process, files: list[File], options: argparse.Namespace) -> Iterator[str]:
    if _output.is_data(options):
        return _output.data_lines(options, {"pid": process.pid}, "files", [_record(*file) for file in files])
    titles = ["STATE", "MAPS", *["REASON"] * options.reasons, "PATH"]
    rows = [
        [found.state, str(count), *[found.reason] * options.reasons, shown(_path(m, found), _output.encoding())]
        for m, found, count in files
    ]
    return aligned(
        rows,
        titles,
        header=options.header,
        palette=_output.colors(options),
        meanings=[[_MEANINGS.get(found.state, "")] for _, found, _ in files],
    )


def _path(m: Map, found: Identity) -> str:
    return found.path or m.pathname or "[anon]"


def _record(m: Map, found: Identity, count: int) -> dict[str, object]:
    from procmaps._records import text_fields

    return {
        "state": found.state,
        "reason": found.reason,
        **text_fields("pathname", m.pathname),
        **text_fields("path", found.path),
        **text_fields("local_path", found.local_path),
        "device": list(m.device),
        "inode": m.inode,
        "maps": count,
    }
