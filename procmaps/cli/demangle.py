"""The verb `demangle`: the names that compilers mangled, as arguments or in any text."""

from __future__ import annotations

import os
import sys

from procmaps._demangle import demangle, demangle_text
from procmaps._names import ERRORS
from procmaps._procmaps import unfinished_name
from procmaps.cli import _output
from procmaps.cli._errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_PART = 64 << 10
# No mangled name is longer.
_LONGEST_NAME = 1 << 20

USAGE = "[OPTION]... [NAME]..."

DESCRIPTION = """\
Print the names of C++ and Rust that symbols stand for. Without NAME it is a filter: it copies
standard input, with each mangled name in it replaced.

examples:
  procmaps demangle _ZN7mangled3fooEd         mangled::foo(double)
  nm -D libstdc++.so.6 | procmaps demangle
  procmaps demangle < backtrace.txt
"""
STATUSES = """\
exit status:
  0  all was copied, or each NAME is a mangled name
  1  a NAME is none: it is printed as it is
  2  the command line is wrong, or the output cannot be written
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="a symbol, such as _Z3foov")
    group = parser.add_argument_group("output")
    group.add_argument(
        "-v", "--verbose", action="store_true", help="show std::string in full, and the hashes of Rust symbols"
    )


def run(options: argparse.Namespace) -> int:
    """Print the names, and return 0 if there was nothing else."""
    if options.names:
        return 0 if all([_is_printed(os.fsencode(name), options) for name in options.names]) else 1
    for part in _parts():
        _output.write_bytes(demangle_text(part, verbose=options.verbose))
    return 0


def _is_printed(name: bytes, options: argparse.Namespace) -> bool:
    """Print what a name stands for, or itself and why it is none."""
    try:
        demangled = demangle(name, verbose=options.verbose).encode("utf-8", ERRORS)
    except ValueError as error:
        _output.write_bytes(name + b"\n")
        _output.complain(f"procmaps: {error}")
        return False
    _output.write_bytes(demangled + b"\n")
    return True


def _parts() -> Iterator[bytes]:
    """Yield standard input as it comes, cut between names."""
    if sys.stdin is None:
        raise Refused("standard input is closed")
    rest = b""
    while part := sys.stdin.buffer.read1(_PART):  # type: ignore[union-attr] # it is a BufferedReader
        rest += part
        size = len(rest) - unfinished_name(rest)
        if size or len(rest) > _LONGEST_NAME:
            size = size or len(rest)
            yield rest[:size]
            rest = rest[size:]
    yield rest
