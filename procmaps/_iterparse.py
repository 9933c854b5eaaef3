"""Listings of any length, a part at a time."""

from __future__ import annotations

import os

from procmaps._errors import ParseError
from procmaps._lines import LONGEST_LINE, part_of, too_long
from procmaps._maps import maps_of_table
from procmaps._names import ENCODING
from procmaps._procmaps import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

    from procmaps._map import Map
    from procmaps._read import Dialect


def iterparse(
    source: str | bytes | os.PathLike[str] | os.PathLike[bytes] | BinaryIO, *, dialect: Dialect = "linux"
) -> Iterator[Map]:
    r"""Iterate over the mappings that a file lists, however long it is.

    For archives and pipes: a file of a gigabyte takes no more memory than one of a
    megabyte, if the mappings are not kept. What `from_path` gives all at once is the same.

    Args:
        source: The file, or a file object that reads bytes and stays open.
        dialect: As for `from_str`.

    Raises:
        OSError: The file cannot be read; if it cannot be opened, at once.
        ParseError: A line is none that could have been printed, or is longer than a mebibyte.
            Mappings of lines above it may have been given by then.
        TypeError: The file object reads text.

    >>> import io, procmaps
    >>> listing = io.BytesIO(b"1000-3000 r--p 00000000 00:00 0\n" * 100_000)
    >>> sum(m.size for m in procmaps.iterparse(listing))
    819200000
    """
    if hasattr(source, "read"):
        return _maps(source.read, dialect)
    return _maps_and_close(open(os.fsdecode(source), "rb", buffering=0), dialect)


def _maps_and_close(file: BinaryIO, dialect: Dialect) -> Iterator[Map]:
    with file:
        yield from _maps(file.read, dialect)


def _maps(read: Callable[[int], Any], dialect: Dialect) -> Iterator[Map]:
    lines = 0
    for part in _whole_lines(read):
        if not lines and part.startswith(b"#"):
            heading, part = _without_heading(part)
            lines += heading
        try:
            table = parse(part, ENCODING, dialect)
        except ParseError as error:
            raise ParseError(lines + error.lineno, *error.args[1:]) from None
        if len(table) == 1 and len(part) > LONGEST_LINE:
            raise too_long(part.removesuffix(b"\n"), lines + 1)
        yield from maps_of_table(table)
        lines += len(table)


def _without_heading(part: bytes) -> tuple[int, bytes]:
    """Return how many lines a snapshot begins with, and what follows."""
    from procmaps._heading import heading_of

    heading = heading_of(part)
    if heading is None:
        return 0, part
    if heading.kind != "maps":
        raise ParseError(1, 1, "snapshot", "one of maps; from_path reads those with memory", part.partition(b"\n")[0])
    return 1, heading.listing


def _whole_lines(read: Callable[[int], Any]) -> Iterator[bytes]:
    """Yield what is read, cut where lines end. The last part may lack its newline, or be too long a line."""
    begun: list[bytes] = []
    size = 0
    for part in iter(lambda: part_of(read), b""):
        end = part.rfind(b"\n") + 1
        if end:
            yield b"".join([*begun, part[:end]])
            begun, size = [], 0
        begun.append(part[end:])
        size += len(begun[-1])
        if size > LONGEST_LINE:
            break
    if size:
        yield b"".join(begun)
