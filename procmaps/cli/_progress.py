"""How far long work has come: a line on the terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
import time

from procmaps._counted import counted
from procmaps._escape import cut, escaped
from procmaps.cli._output import terminal_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_PATIENCE = 0.5  # seconds before the first line, for what is done by then
_PAUSE = 0.1


class Progress:
    """A line on standard error that is written over, and taken away in the end.

    It is there only if standard error is a terminal, and the work takes its time.

    >>> with Progress() as progress:
    ...     progress.tell("1 of 2 processes")
    """

    def __init__(self) -> None:
        self._room = terminal_width(sys.stderr)
        self._next = time.monotonic() + _PATIENCE
        self._told = False

    def tell(self, text: str) -> None:
        """Say how far it is."""
        if self._room is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        self._told = True
        text = cut(escaped(text), self._room - 1, "...")
        self._write(f"\r{text}{' ' * (self._room - 1 - len(text))}\r")

    def tell_processes(self, done: int, total: int) -> None:
        """Say how many processes are done, as a scan of the host does."""
        self.tell(f"{done:,} of {counted(total, 'process', 'processes')}")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._told and self._room is not None:
            self._write(f"\r{' ' * (self._room - 1)}\r")

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._room = None


def told(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, and say how many there were so far."""
    with Progress() as progress:
        for number, line in enumerate(lines, 1):
            yield line
            if number % 1000 == 0:
                progress.tell(counted(number, "line"))
