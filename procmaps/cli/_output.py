"""Standard output, and what it can show."""

from __future__ import annotations

import errno
import os
import sys

from procmaps._color import PLAIN, palette
from procmaps._escape import encodable
from procmaps._proc_files import number
from procmaps.cli._errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Literal, TextIO

    from procmaps._color import Palette

_WIDEST = 2**16 - 1  # struct winsize has no more: tty_ioctl(4)


class Unwritable(Exception):
    """Standard output takes nothing more.

    Attributes:
        reason: What the system says.
    """

    def __init__(self, reason: OSError) -> None:
        super().__init__(reason)
        self.reason = reason


def write(lines: Iterable[str]) -> None:
    """Print lines; what standard output has no letters for, as its bytes.

    Raises:
        Unwritable: They cannot be written.
    """
    into = encoding()
    _put(lambda stream: stream.writelines(f"{encodable(line, into)}\n" for line in _told(lines)))


def write_text(text: str) -> None:
    """Print a text without adding a newline; what standard output has no letters for, as its bytes.

    Raises:
        Unwritable: It cannot be written.
    """
    _put(lambda stream: stream.write(encodable(text, encoding())))


def write_bytes(data: bytes) -> None:
    """Print bytes as they are.

    Raises:
        Unwritable: They cannot be written.
    """
    _put(lambda stream: stream.buffer.write(data))


def save(picture: bytes, path: str | None) -> None:
    """Write a picture to a file, or to standard output, which only takes text.

    Raises:
        Refused: The file cannot be written.
        Unwritable: Standard output takes nothing more.
    """
    if path in (None, "-"):
        write(picture.decode("ascii").splitlines())
        return
    try:
        with open(path, "wb") as file:
            file.write(picture)
    except OSError as error:
        raise Refused(f"cannot write {path}: {error.strerror}") from None


def _put(write: Callable[[TextIO], object]) -> None:
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        write(sys.stdout)
        sys.stdout.flush()
    except OSError as error:
        _abandon(sys.stdout)
        raise Unwritable(error) from None


def wait(seconds: float) -> None:
    """Wait, but only as long as somebody reads what is printed.

    Raises:
        Unwritable: Nobody does.
    """
    import select
    import time

    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError):  # Windows has no poll(); what is no file has no number
        time.sleep(max(0.0, seconds))
        return
    if any([event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(max(0.0, seconds) * 1000)]):
        error = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        _abandon(sys.stdout)
        raise Unwritable(error)


def _told(lines: Iterable[str]) -> Iterable[str]:
    """Return lines, and say on the terminal how many there were so far if they go elsewhere."""
    if terminal_width(sys.stderr) is None or terminal_width(sys.stdout) is not None:
        return lines
    from procmaps.cli._progress import told

    return told(lines)


def complain(text: str) -> None:
    """Print to standard error, or do without if it takes nothing."""
    try:
        if sys.stderr is not None:
            print(text, file=sys.stderr, flush=True)
    except OSError:
        _abandon(sys.stderr)


def encoding() -> str:
    """Return what standard output is encoded in."""
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def terminal_width(stream: TextIO | None) -> int | None:
    """Return the columns of the terminal that a stream is; None if it is none."""
    if stream is None or not stream.isatty():
        return None
    wanted = number(os.environ.get("COLUMNS", ""))
    if wanted:
        return min(wanted, _WIDEST)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def is_data(options: argparse.Namespace) -> bool:
    """Return whether the options ask for records and not for what people read."""
    return bool(options.json or options.jsonl or options.csv)


def data_lines(
    options: argparse.Namespace, head: dict[str, Any], key: str, records: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield the lines of records, as JSON or as CSV, whatever the options ask for.

    Args:
        options: The options of the verb.
        head: What is said once in a document, and in each of many.
        key: What the records are, as a whole.
        records: The records.
    """
    if options.csv:
        from procmaps._csv import csv_lines

        return csv_lines(records, head=head, header=options.header, encoding=encoding())
    from procmaps._records import documents

    return documents(head, key, records, one_a_line=options.jsonl)


def colors(options: argparse.Namespace) -> Palette:
    """Return the colours that the options and the environment ask for, if any.

    Raises:
        Refused: PROCMAPS_COLORS cannot be understood.
    """
    if not wants_color(options.color):
        return PLAIN
    try:
        return palette(options.theme, os.environ.get("PROCMAPS_COLORS", ""))
    except ValueError as error:
        raise Refused(f"PROCMAPS_COLORS: {error}") from None


def terminal_size() -> tuple[int, int]:
    """Return the columns and the lines of the terminal that standard output is."""
    try:
        _, lines = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        lines = 0
    return terminal_width(sys.stdout) or 80, lines or 24


def wants_color(choice: Literal["auto", "always", "never"]) -> bool:
    """Return whether to colour what goes to standard output."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if any([os.environ.get(name, "") not in ("", "0") for name in ("CLICOLOR_FORCE", "FORCE_COLOR")]):
        return True
    # TERM is not set on Windows, whose newer terminal is known by WT_SESSION.
    is_capable = os.environ.get("TERM", "dumb") != "dumb" or "WT_SESSION" in os.environ
    return is_capable and terminal_width(sys.stdout) is not None


def _abandon(stream: TextIO | None) -> None:
    """Let what a stream still holds go nowhere: Python would try once more when it exits, and say that it failed."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
