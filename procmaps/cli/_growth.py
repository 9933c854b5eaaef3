"""Pictures of growth: readings until somebody or something ends them, and then a picture."""

from __future__ import annotations

import io
import os
import sys

from procmaps._errors import ParseError
from procmaps.cli import _output
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._holding import warn
from procmaps.cli._target import number_of, pid_of, title_of
from procmaps.cli.plot import save

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Literal

    from procmaps.growth import Reading

#: What matplotlib is asked for, by the end of the file's name.
FORMATS = ("svg", "png", "pdf")


def draw(options: argparse.Namespace) -> int:
    """Read a process again and again, draw it, and return 0."""
    _need_matplotlib()
    kind = _format(options.output)
    pid = pid_of(options)
    if pid is None:
        raise Refused("--kind growth is for processes: a listing does not grow")
    number, title = number_of(pid, options), title_of(pid, options)
    if options.measure != "size":
        warn(number, options)
    found = list(_until_interrupted(number, options))
    if len(found) < 2:
        raise Refused(f"{title}: {len(found)} reading was made, and growth is seen of two at the least", status=1)
    save(_picture(found, kind, options, options.title or title), options.output)
    return 0


def _need_matplotlib() -> None:
    """Say so before the readings that it is missing."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        raise Refused(f"pictures of growth need matplotlib ({error})", 'Try: pip install "procmaps[plot]"') from None


def _format(path: str | None) -> str:
    if path in (None, "-"):
        return "svg"
    kind = os.path.splitext(path)[1][1:].lower()
    if kind not in FORMATS:
        raise Refused(f"{path} names no picture of growth: it ends in {', '.join(['.' + kind for kind in FORMATS])}")
    return kind


def _until_interrupted(pid: int, options: argparse.Namespace) -> Iterator[Reading]:
    from procmaps.growth import readings

    count = 0
    made = readings(
        pid, every=options.every or 1.0, seconds=options.seconds, measure=options.measure or "pss", proc=options.proc
    )
    is_watched = _output.terminal_width(sys.stderr) is not None
    try:
        for count, reading in enumerate(made, 1):
            yield reading
            if is_watched:
                print(f"\r{count:,} readings in {reading[0]:.0f} s; Ctrl-C ends it and draws ", end="", file=sys.stderr)
    except KeyboardInterrupt:
        if count < 2:
            raise
    except ParseError as error:
        raise Unparsed(f"process {pid}", error) from None
    finally:
        if is_watched and count:
            _output.complain("")


def _picture(found: list[Reading], kind: str, options: argparse.Namespace, title: str) -> bytes:
    from procmaps.growth import plot

    theme: Literal["light", "dark"] = "dark" if options.theme == "dark" else "light"
    try:
        ax = plot(found, by=options.by or "category", measure=options.measure, title=title, theme=theme)
    except ValueError as error:
        raise Refused(str(error)) from None
    file = io.BytesIO()
    ax.figure.savefig(file, format=kind, dpi=120)
    picture = file.getvalue()
    return picture.decode("utf-8").encode("ascii", "xmlcharrefreplace") if kind == "svg" else picture
