"""The verb `manual`: the page for man(1), of what the command says of itself."""

from __future__ import annotations

import re

from procmaps import __version__
from procmaps._color import THEMES
from procmaps.cli import _output
from procmaps.cli._described import verbs

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from procmaps.cli._described import Option, Verb

USAGE = "[OPTION]"

DESCRIPTION = """\
Print the manual page of the command.

examples:
  procmaps manual | man -l -
  procmaps manual > ~/.local/share/man/man1/procmaps.1
"""
STATUSES = """\
exit status:
  0  it was printed
  2  the command line is wrong, or the output cannot be written
"""

_ENVIRONMENT = {
    "PROCMAPS_PROC, HOST_PROC": "where the proc file system is mounted, if --proc does not say it; /proc without them",
    "PROCMAPS_COLORS": "single colours, such as heap=34:rwx=1;4;31:theme=gef. The names: {names}. The values are SGR "
    "codes, as in GREP_COLORS",
    "NO_COLOR": "if not empty, no colours, but for --color=always",
    "CLICOLOR_FORCE, FORCE_COLOR": "if neither empty nor 0, colours wherever the output goes",
    "COLUMNS": "the width of the terminal",
}


def add_arguments(_: argparse.ArgumentParser) -> None:
    """There are none."""


def run(_: argparse.Namespace) -> int:
    """Print it, and return 0."""
    _output.write(page())
    return 0


def page() -> Iterator[str]:
    """Yield the lines of the page."""
    every = verbs()
    yield f'.TH PROCMAPS 1 "" "procmaps {__version__}" "User Commands"'
    yield from (".SH NAME", r"procmaps \- the memory map of a process")
    yield ".SH SYNOPSIS"
    for verb in every:
        yield from (".PP", rf"\fBprocmaps {verb.name}\fR {_text(verb.usage)}")
    yield from (".SH DESCRIPTION", f"Without a verb it is \\fB{every[0].name}\\fR.")
    for verb in every:
        yield from (".TP", rf"\fB{verb.name}\fR", _text(verb.help))
    for verb in every:
        yield f".SH PROCMAPS {verb.name.upper()}"
        yield from _paragraphs(verb.description)
        yield from _options(verb, every[0])
        yield from _paragraphs(verb.statuses)
    yield from (".SH OUTPUT", ".PP", "Verbs that print rows have in common:", *_group(every[0].groups["output"]))
    yield ".SH ENVIRONMENT"
    for name, meaning in _ENVIRONMENT.items():
        yield from (".TP", rf"\fB{name}\fR", _text(meaning.format(names=", ".join(THEMES["gef"]))))
    yield from (".SH SEE ALSO", ".BR proc_pid_maps (5),", ".BR proc_pid_smaps (5),", ".BR pmap (1)")


def _paragraphs(text: str) -> Iterator[str]:
    """Yield a text, whose paragraphs are apart by a blank line, and whose lists are indented."""
    for paragraph in text.strip("\n").split("\n\n"):
        title, _, rows = paragraph.partition("\n")
        if title.endswith(":") and rows.startswith("  "):
            yield from (".PP", _text(title[:1].upper() + title[1:]), ".PP", ".nf", ".RS 2")
            yield from [_text(row[2:]) for row in rows.splitlines()]
            yield from (".RE", ".fi")
        else:
            yield from (".PP", *[_text(line) for line in paragraph.splitlines()])


def _options(verb: Verb, common: Verb) -> Iterator[str]:
    for title, options in verb.groups.items():
        if title == "about the command" or not options:
            continue
        yield f".SS {_text(title)}"
        if title == "output" and _names(options) == _names(common.groups[title]):
            yield "See OUTPUT, below."
        else:
            yield from _group(options)


def _group(options: list[Option]) -> Iterator[str]:
    for option in options:
        yield from (".TP", _heading(option), _text(option.help))


def _names(options: list[Option]) -> list[list[str]]:
    return [option.names for option in options]


def _heading(option: Option) -> str:
    names = ", ".join([rf"\fB{_text(name)}\fR" for name in option.names])
    return names if option.value is None else rf"{names} \fI{_text(option.value)}\fR"


def _text(text: str) -> str:
    """Return a line of text with what means something to roff escaped."""
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", r"\e").replace("-", r"\-"))
