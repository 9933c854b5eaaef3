"""A terminal that is drawn anew, and left as it was found."""

from __future__ import annotations

import os
import select
import signal

from procmaps.cli._output import terminal_size, write_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType, TracebackType
    from typing import Any

# The other screen of the terminal, without a cursor, and what is too long for a line is cut; and back.
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"


class Ended(Exception):
    """A signal asks to end.

    Attributes:
        number: Which.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Screen:
    """The whole terminal, from `with` to the end of its block, however that ends.

    While it is there, Ctrl-Z gives the terminal back until the command goes on, and a change of its size
    ends a `wait`.
    """

    def __enter__(self) -> Screen:
        self._awake, wake = os.pipe()
        os.set_blocking(wake, False)
        self._wake = wake
        self._before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signals = (signal.SIGWINCH, signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP)
        self._handlers: dict[int, Any] = {number: signal.signal(number, _note) for number in signals}
        write_text(_ENTER)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            write_text(_LEAVE)
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(self._before)
            os.close(self._awake)
            os.close(self._wake)

    def draw(self, lines: Iterable[str]) -> None:
        """Show lines in place of what is there; those that do not fit are left out."""
        _, height = terminal_size()
        shown = "\r\n".join([f"\x1b[2K{line}" for line in list(lines)[:height]])
        write_text(f"\x1b[H{shown}\x1b[J")

    def wait(self, seconds: float) -> None:
        """Wait, but not if the terminal has got another size meanwhile.

        Raises:
            Ended: A signal asks to end.
        """
        if not select.select([self._awake], [], [], max(0.0, seconds))[0]:
            return
        for number in os.read(self._awake, 1024):
            if number in (signal.SIGTERM, signal.SIGHUP):
                raise Ended(number)
            if number == signal.SIGTSTP:
                self._stop()

    def _stop(self) -> None:
        write_text(_LEAVE)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # Here it goes on, in the foreground again.
        signal.signal(signal.SIGTSTP, _note)
        write_text(_ENTER)


def _note(number: int, frame: FrameType | None) -> None:
    """Take a signal: that it came is read from the pipe."""
