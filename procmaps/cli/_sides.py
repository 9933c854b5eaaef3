"""The two things that are compared, or one that is watched."""

from __future__ import annotations

import argparse

from procmaps._errors import ParseError
from procmaps._escape import escaped
from procmaps.cli._errors import Unparsed
from procmaps.cli._target import listing_of, number_of, pid_of, read, title_of, titled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from procmaps._maps import Maps
    from procmaps._usages import Usages

    Listing = Union[Maps, Usages]


class Side:
    """A listing to compare.

    Attributes:
        listing: The mappings, or what they use.
        title: What it is, to print.
        pid: The number of the process that was read, None if none was.
    """

    def __init__(self, listing: Listing, title: str, pid: int | None) -> None:
        self.listing = listing
        self.title = title
        self.pid = pid

    @property
    def record(self) -> dict[str, Any]:
        """What it is, as data."""
        return {"title": self.title, "pid": self.pid, "maps": len(self.listing)}


def read_side(target: str, options: argparse.Namespace) -> Side:
    """Return what a target names, with what it uses if the options ask for it."""
    options = argparse.Namespace(**{**vars(options), "target": target, "settled": False, "dialect": None})
    if not options.memory:
        reading = read(options)
        return Side(reading.maps, reading.title, reading.pid)
    pid = pid_of(options)
    return _memory_of_text(target) if pid is None else _memory_of_process(pid, options)


def _memory_of_process(pid: int | str, options: argparse.Namespace) -> Side:
    from procmaps import smaps

    number = number_of(pid, options)
    try:
        usages = smaps.from_pid(number, proc=options.proc)
    except ParseError as error:
        raise Unparsed(title_of(pid, options), error) from None
    return Side(usages, title_of(pid, options), number)


def _memory_of_text(target: str) -> Side:
    from procmaps import smaps

    title = "standard input" if target == "-" else escaped(target)
    data = listing_of(target)
    try:
        return Side(smaps.from_str(data), titled(title, data), None)
    except ParseError as error:
        raise Unparsed(title, error) from None
