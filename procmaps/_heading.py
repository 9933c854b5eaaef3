r"""The line above the listing in a snapshot: what kind of listing follows, and what is known of it.

`# procmaps snapshot 1 of maps {...}`, with one JSON object in ASCII; below it is what the kernel printed,
byte for byte, so that `tail -n +2` gives the file that other programs read. No kernel prints a line
that begins with `#`.
"""

from __future__ import annotations

from procmaps._errors import ParseError

MAGIC = b"# procmaps snapshot "
KINDS = ("maps", "smaps")


class Heading:
    """What stands above a listing.

    Attributes:
        kind: "maps" or "smaps".
        about: What is known of the listing, as JSON.
        listing: What follows.
    """

    __slots__ = ("about", "kind", "listing")

    def __init__(self, kind: str, about: bytes, listing: bytes) -> None:
        self.kind = kind
        self.about = about
        self.listing = listing


def heading_of(data: bytes) -> Heading | None:
    r"""Return the heading of a text; None if it has none, as what the kernel prints.

    Raises:
        ParseError: It is a heading of another version.

    >>> heading_of(b"# procmaps snapshot 1 of maps {}\n1000-2000 r--p 0 0:0 0\n").kind
    'maps'
    """
    if not data.startswith(MAGIC):
        return None
    line, _, listing = data.partition(b"\n")
    version, _, kind, about = [*line[len(MAGIC) :].split(b" ", 3), b"", b"", b""][:4]
    if version != b"1" or kind.decode("latin-1") not in KINDS:
        expected = "1 of maps or 1 of smaps; a later version of procmaps may have written it"
        raise ParseError(1, len(MAGIC) + 1, "snapshot", expected, line)
    return Heading(kind.decode("ascii"), about, listing)


def below_heading(error: ParseError) -> ParseError:
    """Return the error for a line of a listing that has a heading."""
    return ParseError(error.lineno + 1, *error.args[1:])
