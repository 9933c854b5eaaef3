"""What Hypothesis draws: names, rows, listings, texts that are nearly right and texts that are not.

HYPOTHESIS_PROFILE=long draws a hundred times as many examples, others each time. The short profile draws the same ones
each time: a run that is red for one commit and green for the next has met a fault of the commit, not luck.
"""

from __future__ import annotations

import os
import re

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import procmaps
from reference import Row, print_text

# Not how long it takes: that tells of the load of the machine.
STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", STEADY, derandomize=True)
settings.register_profile("long", STEADY, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

EDGES = [0xFFFF_FFFF, 2**32, 9_999_999_999, 2**47, 2**63, 10**19, 2**64 - 1]

# The parts that other readers stumble over, alone and next to each other.
NAME_PARTS = [
    b"/", b" ", b"  ", b"\t", b"\r", b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\x7f", b"\x1b[31m",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xc2\xa0", b"\xe9", b"\xff", b"\xed\xb2\x80", b"\xc0\xaf",
    b"\xf0\x9f\x98\x80", b"\\", rb"\012", b" (deleted)", b"[heap]", b"[anon:", b"]", b"0", b"-", b":",
    b"00400000-00401000 r-xp 00000000 08:01 1 ", b"lib", b"memfd:",
]  # fmt: skip


def numbers(largest: int = 2**64 - 1) -> st.SearchStrategy[int]:
    return (
        st.integers(0, 2**16) | st.sampled_from([edge for edge in EDGES if edge <= largest]) | st.integers(0, largest)
    )


def names() -> st.SearchStrategy[bytes]:
    """Draw any name that can be printed: not empty, no blank at first, no newline, no NUL."""
    parts = st.lists(st.sampled_from(NAME_PARTS) | st.binary(max_size=8), max_size=6).map(b"".join)
    printable = parts.map(lambda name: name.replace(b"\n", b"").replace(b"\0", b"").lstrip(b" "))
    return printable.filter(bool)


def perms(dialect: str = "linux") -> st.SearchStrategy[str]:
    usual = [r + w + x for r in "r-" for w in "w-" for x in "x-"]
    if dialect == "cygwin":
        return st.sampled_from([first + last for first in [*usual, "==="] for last in "psg"])
    return st.sampled_from([first + last for first in usual for last in "psS"])


def rows(dialect: str = "linux") -> st.SearchStrategy[Row]:
    """Draw any row; half of them as wide as a 64-bit kernel prints nearly all, which has a faster way."""
    device = numbers(2**32 - 1)
    usual = rows_within(dialect, st.integers(16**11, 16**12 - 1), st.integers(0, 16**8 - 1), st.integers(0, 255))
    return usual | rows_within(dialect, numbers(), numbers(), device)


def rows_within(
    dialect: str, address: st.SearchStrategy[int], offset: st.SearchStrategy[int], device: st.SearchStrategy[int]
) -> st.SearchStrategy[Row]:
    return st.builds(
        lambda ends, *rest: Row(min(ends), max(ends), *rest),
        st.tuples(address, address),
        perms(dialect),
        offset,
        device,
        device,
        numbers(),
        st.none() | names(),
    )


def listings(dialect: str = "linux", max_size: int = 7) -> st.SearchStrategy[list[Row]]:
    return st.lists(rows(dialect), max_size=max_size)


def maps_of(listing: list[Row]) -> list[procmaps.Map]:
    """Return rows as Map objects, made by hand."""
    return [
        procmaps.Map(r.begin, r.end, r.perms, r.offset, (r.major, r.minor), r.inode, r.name and name_of(r.name))
        for r in listing
    ]


def name_of(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape") if os.name == "nt" else os.fsdecode(name)


def maps(dialect: str = "linux") -> st.SearchStrategy[procmaps.Map]:
    return rows(dialect).map(lambda row: maps_of([row])[0])


def loose_lines() -> st.SearchStrategy[tuple[bytes, Row]]:
    """Draw a line in a layout that no kernel has, and what it says."""
    return st.builds(loosen, rows(), st.lists(st.integers(0, 20), min_size=6, max_size=6), st.integers(0, 30))


def loosen(row: Row, widths: list[int], blanks: int) -> tuple[bytes, Row]:
    numbers = [f"{number:x}" for number in (row.begin, row.end, row.offset, row.major, row.minor)] + [str(row.inode)]
    most = [16, 16, 16, 8, 8, 20]
    digits = [number.zfill(min(width, largest)) for number, width, largest in zip(numbers, widths, most)]
    head = "{}-{} {perms} {} {}:{} {}".format(*digits, perms=row.perms)
    return head.encode("ascii") + b" " * max(blanks, row.name is not None) + (row.name or b""), row


def oversized_lines() -> st.SearchStrategy[bytes]:
    """Draw a line whose numbers may be too large, whose end may be too low, whose name may hold a NUL."""
    return st.builds(
        lambda begin, end, offset, major, minor, inode, name: (
            b"%x-%x r-xp %x %x:%x %d /%s" % (begin, end, offset, major, minor, inode, name)
        ),
        *[st.sampled_from([1, 2**63, 2**64 - 2, 2**64 - 1, 2**64])] * 3,
        *[st.sampled_from([8, 2**32 - 2, 2**32 - 1, 2**32])] * 2,
        st.sampled_from([2**63, 2**64 - 1, 2**64, 10**20 - 1, 10**20]),
        st.sampled_from([b"", b"x", b"x\0", b"\0x"]),
    )


@st.composite
def short_listings(draw: st.DrawFn, ordered: bool) -> list[procmaps.Map]:
    """Draw mappings of a few bytes within the first few dozen addresses, to compare with brute force."""
    spans = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12))
    listing, end = [], 0
    for distance, size in spans:
        begin = end + distance
        end = begin + size
        listing.append(procmaps.Map(begin, end))
    return listing if ordered else draw(st.permutations(listing)) + draw(st.lists(short_maps(), max_size=3))


def short_maps() -> st.SearchStrategy[procmaps.Map]:
    return st.builds(lambda begin, size: procmaps.Map(begin, begin + size), st.integers(0, 60), st.integers(0, 20))


# Single bytes of the format and next to it: other case, other blanks, other digits, signs.
NEAR = b"0123456789abcdef-: rwxpsSg=\n\r\t\0AFxX+_,.\x1f\x85\xa0/["


@st.composite
def damaged_texts(draw: st.DrawFn, dialect: str = "linux") -> bytes:
    """Draw a listing with one byte replaced, put in or taken out, mostly where fields begin and lines end."""
    text = print_text(draw(st.lists(rows(dialect), min_size=1, max_size=7)))
    text = draw(st.sampled_from([text, text.replace(b" \n", b"\n")]))
    edges = [match.start() for match in re.finditer(rb"[-: ](?! )|\n", text)]
    at = draw(st.sampled_from(edges) | st.integers(0, len(text) - 1))
    byte = bytes([draw(st.sampled_from(NEAR) | st.integers(0, 255))])
    put_in = text[:at] + byte + text[at:]
    return draw(st.sampled_from([put_in, text[:at] + byte + text[at + 1 :], text[:at] + text[at + 1 :]]))


def garbage() -> st.SearchStrategy[bytes]:
    """Draw any bytes, and bytes of the format in any order."""
    tokens = [b"1000-2000", b" r-xp", b" ", b"00000000", b" 08:01", b" 0", b"\n", b"/x", b"-", b":", b"\0", b"f" * 16]
    return (
        st.binary(max_size=200)
        | st.lists(st.sampled_from(NEAR), max_size=120).map(bytes)
        | st.lists(st.sampled_from(tokens), max_size=30).map(b"".join)
    )
