"""The command `procmaps`: arguments, exit statuses, standard output.

A verb is a module of this package, named in `VERBS` and imported when it is called. It has

- `add_arguments(parser)`, which describes it to argparse, and
- `run(options)`, which does it and returns the exit status, or raises what `_explain` explains,
- maybe `plain(argv)`, which returns the options of a command line that needs no argparse.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from types import ModuleType

#: What is done, by verb. The help is made of this without importing them.
VERBS = {
    "show": "show the mappings of a process or of a saved listing (the default)",
    "query": "tell which mapping of a process holds an address, now",
    "addr": "tell module, file offset, ELF address and symbol of addresses",
    "libs": "show the programs and libraries that a process has loaded",
    "files": "tell what became of the files that a process maps",
    "mem": "show how much memory the mappings of a process use",
    "who": "tell which processes map a library, and if it is still the one at its path",
    "stale": "tell which processes run code of files that were deleted or replaced",
    "audit": "look for code in places where there should be none",
    "limits": "tell which processes have the most mappings, and how many they may have",
    "snapshot": "save the listing of a process, with what is known of it",
    "diff": "show what changed between two listings, processes or snapshots",
    "watch": "show what changes in a process while it runs",
    "plot": "draw the memory of a process as a picture",
    "completion": "print what makes a shell complete the command line",
    "manual": "print the manual page",
    "demangle": "print the names of C++ and Rust that symbols stand for, in any text",
}
DEFAULT = "show"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Args:
        argv: The arguments; None for those of this process.
    """
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        return 130


def _run(argv: list[str]) -> int:
    from procmaps._errors import ParseError
    from procmaps.cli._errors import Refused, Unparsed
    from procmaps.cli._output import Unwritable

    verb = argv.pop(0) if argv and argv[0] in VERBS else None
    module = __import__(f"procmaps.cli.{verb or DEFAULT}", fromlist=["run"])
    try:
        status: int = module.run(_options(module, verb, argv))
    except (OSError, ParseError, Refused, Unparsed, Unwritable) as error:
        from procmaps.cli._explain import explain

        if verb is None and isinstance(error, Refused):
            error.lines += _mistyped(argv)
        return explain(error)
    except SystemExit:  # after --help or --version
        return 0
    return status


def _options(module: ModuleType, verb: str | None, argv: list[str]) -> argparse.Namespace:
    options: argparse.Namespace | None = module.plain(argv) if hasattr(module, "plain") else None
    if options is not None:
        return options
    from procmaps.cli._parser import parser_of

    return parser_of(module, verb).parse(argv)


def _mistyped(argv: list[str]) -> tuple[str, ...]:
    """Return what helps if what was taken for a TARGET may have been meant for a verb."""
    from difflib import get_close_matches

    return tuple([f"There is a verb {verb}." for verb in get_close_matches(argv[0] if argv else "", VERBS, 1, 0.7)])
