"""Pictures of growth: readings until somebody or something ends them, and then a picture."""

from __future__ import annotations

import io
import os
import sys

from procmaps._counted import counted
from procmaps._errors import ParseError
from procmaps.cli import _output
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._holding import warn
from procmaps.cli._target import number_of, pid_of, title_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from procmaps._measures import Measure
    from procmaps.growth import Sums

#: What matplotlib is asked for, by the end of the file's name.
FORMATS = ("svg", "png", "pdf")

# So many names are told apart.
_MOST = 8


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
    sums = _until_interrupted(number, title, options)
    _output.save(_picture(sums, kind, options, options.title or title), options.output)
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


def _until_interrupted(pid: int, title: str, options: argparse.Namespace) -> Sums:
    """Return what readings come to, until there are no more or somebody has enough."""
    from procmaps.growth import Series, readings

    series = Series(options.by or "category", options.measure)
    measure: Measure = options.measure or "pss"
    every = options.every or 1.0
    try:
        for when, maps in readings(pid, every=every, seconds=options.seconds, measure=measure, proc=options.proc):
            series.add(when, maps)
            _tell(len(series), when)
    except KeyboardInterrupt:
        if len(series) < 2:
            raise
    except ParseError as error:
        raise Unparsed(title, error) from None
    except ValueError as error:
        raise Refused(str(error)) from None
    finally:
        _tell(0, 0)
    if len(series) < 2:
        raise Refused(f"{title}: {counted(len(series), 'reading')} made; growth is seen of two at the least", status=1)
    return series.sums(_MOST)


def _tell(count: int, seconds: float) -> None:
    """Tell a terminal how far it is, or with 0 that it is over."""
    if _output.terminal_width(sys.stderr) is not None:
        text = f"\r{counted(count, 'reading')} in {seconds:.0f} s; Ctrl-C ends it and draws " if count else "\n"
        print(text, end="", file=sys.stderr, flush=True)


def _picture(sums: Sums, kind: str, options: argparse.Namespace, title: str) -> bytes:
    from procmaps._growth_plot import draw as draw_sums

    ax = draw_sums(sums, None, title, "dark" if options.theme == "dark" else "light")
    file = io.BytesIO()
    ax.figure.savefig(file, format=kind, dpi=120)
    picture = file.getvalue()
    return picture.decode("utf-8").encode("ascii", "xmlcharrefreplace") if kind == "svg" else picture
