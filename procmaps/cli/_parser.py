"""The arguments of a verb, and what all verbs share of them."""

from __future__ import annotations

import argparse
import sys

from procmaps import __version__
from procmaps._color import DEFAULT as DEFAULT_THEME
from procmaps._color import THEMES
from procmaps.cli import DEFAULT, VERBS
from procmaps.cli._errors import Refused
from procmaps.cli._output import terminal_width, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any, NoReturn

_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 480 * 3600.0  # poll(2) waits no longer than 24 days

_STATUSES = """\
exit status:
  0  something was found and shown
  1  nothing was: no mapping matches, or the process has none
  2  the command line is wrong, or names no file that can be read; or the output cannot be written
  3  permission denied
  4  no such process
  5  the text is no listing
  6  the process changed its mappings in every reading
"""


class _Word(str):
    """An argument behind `--`: no option, whatever it begins with."""

    __slots__ = ()


class Parser(argparse.ArgumentParser):
    """A parser that leaves it to its caller to report what goes wrong."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        raise Refused(message, f"Try: {self.prog} --help")

    def _print_message(self, message: str, file: object = None) -> None:  # noqa: ARG002 - only help and version come here
        # argparse itself passes over it in silence if the help cannot be written.
        write(message.splitlines())

    def parse(self, argv: list[str]) -> argparse.Namespace:
        """Return the options of a command line."""
        joined: list[str] = []
        for argument in argv:
            # argparse takes the value of `-p ---p` for an option.
            if joined and joined[-1] in ("-p", "--perms") and argument.startswith("-"):
                joined[-1] = f"--perms={argument}"
            else:
                joined.append(argument)
        if "--" in joined:
            end = joined.index("--") + 1
            joined[end:] = [_Word(argument) for argument in joined[end:]]
        # Intermixed: NAME may come after an option.
        return self.parse_intermixed_args(joined)

    def _parse_optional(self, arg_string: str) -> Any:
        # argparse parses intermixed arguments twice, and forgets the `--` in between.
        return None if isinstance(arg_string, _Word) else super()._parse_optional(arg_string)

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        if not action.option_strings or arg_strings != ["--"]:
            return super()._get_values(action, arg_strings)
        # Before Python 3.13 the value of `--perms=--` is an empty list.
        value = self._get_value(action, "--")
        self._check_value(action, value)
        return value


def parser_of(module: ModuleType, verb: str | None) -> Parser:
    """Return the parser of a verb, which is None if it was not written."""
    parser = Parser(
        prog=f"procmaps {verb}" if verb else "procmaps",
        usage=f"%(prog)s {module.USAGE}" + ("" if verb else "\n       %(prog)s VERB ..."),
        description=module.DESCRIPTION,
        epilog=getattr(module, "STATUSES", _STATUSES) if verb else f"{_verbs()}\n{_STATUSES}",
        formatter_class=_formatter(),  # type: ignore[arg-type]
        allow_abbrev=False,
        add_help=False,
    )
    module.add_arguments(parser)
    group = parser.add_argument_group("about the command")
    group.add_argument("-h", "--help", action="help", help="show this help")
    group.add_argument("--version", action="version", version=f"procmaps {__version__}", help="show the version")
    return parser


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how something is printed."""
    group = parser.add_argument_group("output")
    formats = group.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="print one JSON document")
    formats.add_argument("--jsonl", action="store_true", help="print a JSON document a line, for each row")
    formats.add_argument("--csv", action="store_true", help="print comma-separated values, the columns named first")
    group.add_argument(
        "--color",
        metavar="WHEN",
        choices=("auto", "always", "never"),
        default="auto",
        help="always, never, or auto, the default: on a terminal unless NO_COLOR is set, and everywhere if "
        "CLICOLOR_FORCE or FORCE_COLOR is",
    )
    group.add_argument(
        "--theme",
        metavar="NAME",
        choices=tuple(THEMES),
        default=DEFAULT_THEME,
        help=f"the colours: {', '.join(THEMES)}; PROCMAPS_COLORS sets single ones, as heap=34:rwx=1;4;31",
    )
    group.add_argument("--no-header", dest="header", action="store_false", help="print rows only")
    group.add_argument("-q", "--quiet", action="store_true", help="print no results: the exit status tells")


def add_proc_argument(group: argparse._ActionsContainer) -> None:
    """Add the option that says where processes are."""
    group.add_argument(
        "--proc", metavar="DIR", help="where the proc file system is mounted [$PROCMAPS_PROC, $HOST_PROC, /proc]"
    )


def add_files_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a verb that reads the mapped files of its target: see `root_of`."""
    group = parser.add_argument_group("reading")
    group.add_argument("--root", metavar="DIR", help="where the files of a saved listing are; / for this machine")
    add_proc_argument(group)
    parser.set_defaults(settled=False, dialect=None)


def address(text: str) -> int:
    """Return the address that an argument is."""
    digits = text[2:] if text[:2] in ("0x", "0X") else text
    if 0 < len(digits) <= 16 and not digits.strip("0123456789abcdefABCDEF"):
        return int(digits, 16)
    raise argparse.ArgumentTypeError(f"expected an address in hexadecimal, such as 0x7f955be44000, not {text!r}")


def some_of(what: str, known: Sequence[str]) -> Callable[[str], list[str]]:
    """Return what reads words that are known, with commas between; `what` says what each is."""

    def words(text: str) -> list[str]:
        found = text.split(",")
        unknown = [word for word in found if word not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {what} is called {unknown[0]!r}; there are {', '.join(known)}")
        return found

    return words


def duration(text: str) -> float:
    """Return the seconds that an argument is."""
    number = text.rstrip("hms")
    unit = _UNITS.get(text[len(number) :], 0.0)
    if number.isascii() and number.replace(".", "", 1).isdigit() and 0.01 <= float(number) * unit <= _LONGEST:
        return float(number) * unit
    raise argparse.ArgumentTypeError(f"expected a time from 10ms to 480h, such as 1s, 200ms or 5m, not {text!r}")


def _formatter() -> Callable[[str], argparse.HelpFormatter]:
    """Return what makes a formatter of a width.

    argparse makes one for every option, and without a width would import shutil to find it.
    """
    width = min(terminal_width(sys.stdout) or 80, 100) - 1
    return lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=28, width=width)


def _verbs() -> str:
    longest = max(map(len, VERBS))
    rows = [f"  procmaps {verb:{longest}}  {what}\n" for verb, what in VERBS.items()]
    return f"verbs (procmaps VERB --help tells more):\n{''.join(rows)}\nWithout a verb it is {DEFAULT}.\n"
