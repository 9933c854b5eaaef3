"""Texts of which the length is not known, read only as far as they are lines."""

from __future__ import annotations

from io import BytesIO

from procmaps._errors import ParseError
from procmaps._names import ENCODING
from procmaps._procmaps import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Read = Callable[[int], Any]

# The kernel prints paths of any length, and whoever nests directories can make one: so long it is a burden only.
LONGEST_LINE = 1 << 20
# In a text that only has a listing in it, there can be anything.
LONGEST_OTHER = 64 << 20
_PART = 64 << 10


def listing(read: Read, begin: bytes = b"") -> bytes:
    """Return all that a file object has to give; of what is no listing, no more than tells that.

    Args:
        read: Its method.
        begin: What was read before.

    Raises:
        ParseError: A line is longer than a mebibyte, by a part that is read at once or more.
    """
    text = BytesIO()
    is_listing = False
    for part in _parts(read, begin, LONGEST_LINE):
        text.write(part)
        if not is_listing and text.tell() > LONGEST_LINE:
            is_listing = _begins_as_one(text.getvalue())
            if not is_listing:
                break
    return text.getvalue()


def text(read: Read) -> bytes:
    """Return all that a file object has to give, whatever text it is.

    Raises:
        ParseError: A line is longer than 64 MiB.
    """
    return b"".join(_parts(read, b"", LONGEST_OTHER))


def whole_lines(read: Read) -> Iterator[bytes]:
    """Yield all that a file object has to give, as it comes, each time some lines; the last may lack its end.

    Raises:
        ParseError: A line is longer than 64 MiB.
    """
    begun: list[bytes] = []
    for part in _parts(read, b"", LONGEST_OTHER):
        end = part.rfind(b"\n") + 1
        if end:
            yield b"".join([*begun, part[:end]])
            begun = []
        begun.append(part[end:])
    yield b"".join(begun)


def part_of(read: Read) -> bytes:
    """Return what a file object gives next; nothing at its end."""
    part = read(_PART)
    if part is None:
        raise BlockingIOError("the file object would block: one is needed that waits")
    if not isinstance(part, bytes):
        raise TypeError(f"the file object reads {type(part).__name__}, not bytes: open it with mode 'rb'")
    return part


def too_long(line: bytes, lineno: int) -> ParseError:
    """Return the error for a line that is too long, if it is a line at all."""
    try:
        # Cygwin's dialect has all that the other one has.
        parse(line, ENCODING, "cygwin")
    except ParseError as error:
        return ParseError(lineno, *error.args[1:])
    return ParseError(lineno, LONGEST_LINE + 1, "pathname", "an end of the line within a mebibyte", line)


def _parts(read: Read, begin: bytes, longest: int) -> Iterator[bytes]:
    """Yield what there is, as it comes."""
    lines = 0
    begun: list[bytes] = []
    size = 0
    part = begin or part_of(read)
    while part:
        yield part
        end = part.rfind(b"\n") + 1
        if end:
            lines += part.count(b"\n")
            begun, size = [], 0
        begun.append(part[end:])
        size += len(begun[-1])
        if size > longest:
            raise too_long(b"".join(begun), lines + 1)
        part = part_of(read)


def _begins_as_one(text: bytes) -> bool:
    """Whether the first line can be that of a listing, or the heading of a snapshot."""
    line = text.partition(b"\n")[0]
    try:
        parse(line + b"\n", ENCODING, "cygwin")
    except ParseError:
        return line.startswith(b"# procmaps snapshot ")
    return True
