"""The verb `plot`: a picture of the mappings of a process, or of how they grow."""

from __future__ import annotations

import argparse
import os
import sys

from procmaps._errors import ParseError
from procmaps._escape import escaped
from procmaps._measures import MEASURES
from procmaps._palette import THEMES
from procmaps._read import from_pid, from_str
from procmaps.cli import _output
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._holding import add_yes_argument, warn
from procmaps.cli._parser import add_proc_argument, duration
from procmaps.cli._target import HELP, listing_of, number_of, pid_of, title_of, titled
from procmaps.picture import KINDS, to_svg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._maps import Maps
    from procmaps.smaps import Usages

_OTHER_FORMATS = (".gif", ".jpeg", ".jpg", ".pdf", ".png", ".webp")

USAGE = "[OPTION]... TARGET"

DESCRIPTION = r"""Draw the memory of a process, or of a saved listing, as an SVG picture.

examples:
  procmaps plot 1234 -o space.svg                      its address space
  procmaps plot 1234 -o use.svg --kind treemap         what uses its memory
  procmaps plot ./saved.maps --theme dark > dark.svg
  procmaps plot 1234 -o growth.png --kind growth --every 1s --for 5m

The kinds: space, the address space with a row for each file, the heap, the stack and so on,
wide gaps collapsed; treemap, an area for each file or anonymous mapping in proportion to the
memory it uses; growth, which reads a process again and again, until --for is over, the process
ends, or Ctrl-C is pressed, and needs matplotlib (pip install "procmaps[plot]"). A browser shows
SVG, and tells what the mouse is over. Pictures of growth may also be PNG or PDF, by the name of
the file.

To see what is in memory (treemap and growth, but for --measure size) the kernel has to count the
pages, and meanwhile the process cannot map memory: 42 ms for 4 GiB in pages of 4 KiB, each time.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("target", metavar="TARGET", help=HELP)
    group = parser.add_argument_group("picture")
    group.add_argument("-o", "--output", metavar="FILE", help="where to; - or nothing for standard output")
    kinds = (*KINDS, "growth")
    group.add_argument(
        "--kind", metavar="KIND", choices=kinds, default="space", help="space, the default, treemap, growth"
    )
    group.add_argument(
        "--measure", metavar="WHAT", choices=MEASURES, help="of treemap and growth: pss, the default, rss or size"
    )
    group.add_argument(
        "--theme", metavar="NAME", choices=THEMES, default="auto", help="light, dark, or auto: as who looks prefers"
    )
    group.add_argument("--title", metavar="TEXT", help="what is written above it")
    _add_growth_arguments(parser.add_argument_group("growth"))
    group = parser.add_argument_group("reading")
    add_yes_argument(group)
    add_proc_argument(group)


def _add_growth_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--every", metavar="TIME", type=duration, help="from one reading to the next: 500ms, 1s (the default), 2m"
    )
    group.add_argument("--for", metavar="TIME", type=duration, dest="seconds", help="how long: 30s, 5m, 1h")
    group.add_argument("--by", metavar="WHAT", choices=("category", "module"), help="category, the default, or module")


def run(options: argparse.Namespace) -> int:
    """Draw it, and return 0 if there was something to draw."""
    _check(options)
    if options.kind == "growth":
        from procmaps.cli._growth import draw

        return draw(options)
    maps, title = _read(options)
    if not maps:
        _output.complain(f"procmaps: {escaped(title)}: no mappings")
        return 1
    measure = options.measure if options.kind == "treemap" else None
    try:
        picture = to_svg(maps, options.kind, measure=measure, theme=options.theme, title=options.title or title)
    except ValueError as error:
        raise Refused(str(error)) from None
    _output.save(picture.encode("ascii", "xmlcharrefreplace"), options.output)
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.kind != "growth":
        for name, value in (("every", options.every), ("for", options.seconds), ("by", options.by)):
            if value is not None:
                raise Refused(f"--{name} is for --kind growth")
    if options.kind == "space" and options.measure not in (None, "size"):
        raise Refused("--measure is for --kind treemap and growth: the address space is drawn by size")
    suffix = os.path.splitext(options.output or "")[1].lower()
    if options.kind != "growth" and suffix in _OTHER_FORMATS:
        raise Refused(f"pictures are SVG: name it {options.output[: -len(suffix)]}.svg", "A browser opens it.")
    if options.output in (None, "-") and _output.terminal_width(sys.stdout) is not None:
        raise Refused("a picture is not for a terminal", "Try: -o FILE, such as -o picture.svg")


def _read(options: argparse.Namespace) -> tuple[Maps | Usages, str]:
    """Return the mappings, with what they use where that is to be drawn, and what they are called."""
    pid = pid_of(options)
    if pid is None:
        return _read_text(options.target)
    number, title = number_of(pid, options), title_of(pid, options)
    try:
        if options.kind == "space" or options.measure == "size":
            return from_pid(number, proc=options.proc), title
        import procmaps.smaps

        warn(number, options)
        return procmaps.smaps.from_pid(number, proc=options.proc), title
    except ParseError as error:
        raise Unparsed(title, error) from None


def _read_text(target: str) -> tuple[Maps | Usages, str]:
    """Return what a text says, a listing or one of smaps, and what it is called."""
    import procmaps.smaps

    data = listing_of(target)
    title = "standard input" if target == "-" else target
    try:
        return procmaps.smaps.from_str(data), titled(title, data)
    except ParseError as not_smaps:
        try:
            return from_str(data), titled(title, data)
        except ParseError as error:
            raise Unparsed(escaped(title), max(error, not_smaps, key=lambda error: error.lineno)) from None
