"""The arguments of the verb `show`, for argparse."""

from __future__ import annotations

import argparse

from procmaps._maps import Maps
from procmaps._selection import KINDS
from procmaps.cli._parser import add_output_arguments, add_proc_argument, address, some_of
from procmaps.cli._target import HELP


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="TARGET", help=HELP)
    parser.add_argument("name", metavar="NAME", nargs="?", help="show what has this in its name ([anon] if nameless)")
    _add_filters(parser.add_argument_group("filters, which combine"))
    group = parser.add_argument_group("surroundings")
    group.add_argument("-B", "--before", metavar="N", type=_count, default=0, help="also show N rows before a match")
    group.add_argument("-A", "--after", metavar="N", type=_count, default=0, help="also show N rows after a match")
    group.add_argument("-C", "--context", metavar="N", type=_count, help="both; a match is marked with >")
    group.add_argument("--gaps", action="store_true", help="also show the unmapped ranges between two matches")
    group.add_argument("--totals", action="store_true", help="show a row for each kind in place of the mappings")
    group = parser.add_argument_group("reading")
    group.add_argument("--settled", action="store_true", help="read the process until two readings are the same")
    group.add_argument(
        "--dialect",
        metavar="WHOSE",
        choices=("linux", "cygwin"),
        help="what wrote the listing: linux, the default, or cygwin",
    )
    add_proc_argument(group)
    add_output_arguments(parser)


def _add_filters(group: argparse._ArgumentGroup) -> None:
    kinds = sorted(KINDS)
    group.add_argument(
        "-p", "--perms", metavar="PATTERN", type=_perms, help="by permissions, such as r-xp, ?w?s or rw; ? is any"
    )
    group.add_argument("--pathname", metavar="GLOB", help="by the whole name, such as '*/libc[.-]*'")
    group.add_argument("--kind", metavar="KIND,...", type=some_of("kind", kinds), help=f"by kind: {', '.join(kinds)}")
    group.add_argument(
        "--deleted", action=argparse.BooleanOptionalAction, help="files of which the kernel says that they are deleted"
    )
    group.add_argument("--anonymous", action=argparse.BooleanOptionalAction, help="what has no name")
    group.add_argument(
        "-a", "--address", metavar="ADDR", type=address, help="what holds an address, in hexadecimal, and where in it"
    )


def _count(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number of rows, not {text!r}")


def _perms(text: str) -> str:
    try:
        Maps().filter(perms=text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
