"""A process that is read again and again."""

from __future__ import annotations

import os
import time

from procmaps._diff import Diff, diff
from procmaps._errors import InconsistentError, ParseError
from procmaps._origin import start_ticks
from procmaps._read import from_pid, proc_root
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._target import number_of, pid_of, title_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Union

    from procmaps._maps import Maps
    from procmaps._usages import Usages

    Listing = Union[Maps, Usages]


class Watched:
    """A process and what was read of it.

    Attributes:
        title: What it is, to print.
        first: The first reading.
        last: The last reading.
        changes: What changed from the reading before to the last.
        torn: How many readings were torn, and left out.
        is_there: Whether it has not ended.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        pid = pid_of(options)
        if pid is None:
            raise Refused(f"{options.target} is no process: a listing does not change")
        self._options = options
        self._pid = number_of(pid, options)
        self._directory = os.path.join(proc_root(options.proc), str(self._pid))
        self._ticks = start_ticks(self._directory)
        self._begin = time.monotonic()
        self.title = title_of(pid, options)
        self.first = self.last = self._read()
        self.changes = Diff()
        self.torn = 0
        self.is_there = True

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._pid

    @property
    def seconds(self) -> float:
        """How long it has been watched."""
        return time.monotonic() - self._begin

    def read(self) -> bool:
        """Read it again; return whether it is still there."""
        try:
            now = self._read()
        except InconsistentError:
            self.torn += 1
            self.changes = Diff()
            return True
        except ProcessLookupError:
            self.is_there = False
            return False
        # A zombie; or another process, which has got the number.
        if now.without_memory or start_ticks(self._directory) != self._ticks:
            self.is_there = False
            return False
        self.changes = self._chosen(diff(self.last, now))
        self.last = now
        return True

    def changes_since_first(self) -> Diff:
        """Return what changed from the first reading to the last."""
        return self._chosen(diff(self.first, self.last))

    def _chosen(self, changes: Diff) -> Diff:
        """Return the changes that were asked for."""
        return changes.of(*self._options.what) if self._options.what else changes

    def _read(self) -> Listing:
        proc = self._options.proc
        try:
            if not self._options.memory:
                return from_pid(self._pid, proc=proc)
            from procmaps import smaps

            return smaps.from_pid(self._pid, proc=proc)
        except ParseError as error:
            raise Unparsed(self.title, error) from None
