"""A command on a terminal of its own, that is looked at while it runs."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pyte

DEADLINE = 120


def _in_the_foreground():
    """Have the terminal, and hear Ctrl-C, to which the background jobs of a script and all below them are deaf."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """The command on a terminal, of which it is the foreground.

    Attributes:
        process: The command.
        output: What it has printed.
        screen: What is to be seen.
    """

    def __init__(self, columns, lines, arguments, **environment):
        self._terminal, self._line = pty.openpty()
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.resize(columns, lines)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "procmaps", *map(str, arguments)],
            stdin=self._line,
            stdout=self._line,
            stderr=self._line,
            env={**os.environ, "TERM": "xterm-256color", **environment},
            start_new_session=True,
            preexec_fn=_in_the_foreground,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)
        os.close(self._line)

    @property
    def rows(self):
        """The lines of the screen, without blanks at their ends."""
        return [row.rstrip() for row in self.screen.display]

    @property
    def settings(self):
        """The settings of the line: what stty prints."""
        return termios.tcgetattr(self._line)

    def resize(self, columns, lines):
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def press(self, keys):
        os.write(self._terminal, keys)

    def until(self, is_seen):
        """Wait for something to be seen."""
        deadline = time.monotonic() + DEADLINE
        while not is_seen(self):
            assert time.monotonic() < deadline, self.rows
            self._read(0.05)
        return self

    def end(self):
        """Wait for the end, and return the exit status."""
        deadline = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.rows
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode

    def _read(self, seconds):
        """Take what is printed next, once: who prints all the time has no end. Return whether there was something."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return False
        data = os.read(self._terminal, 65536)
        self.output += data
        self._stream.feed(data)
        return True
