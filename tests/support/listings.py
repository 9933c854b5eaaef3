"""One listing, and the states that a `Maps` of it can be in: which objects it has made already."""

from __future__ import annotations

import procmaps
from procmaps import Map, Maps

LISTING = [
    Map(0x1000, 0x3000, "r--p", 0, (8, 1), 42, "/bin/cat"),
    Map(0x3000, 0x4000, "r-xp", 0x2000, (8, 1), 42, "/bin/cat"),
    Map(0x5000, 0x6000, "rw-p"),
    Map(0x5000, 0x6000, "rw-p"),
    Map(0x8000, 0x9000, "rw-p", pathname="[heap]"),
    Map(2**64 - 0x2000, 2**64 - 0x1000, "--xp", pathname="[vsyscall]"),
]
# Addresses from 2**63 on, names that are not UTF-8, that are markup, quotes, newlines and commas to others.
ODD = Maps(
    [
        *LISTING,
        Map(0x7F00, 2**64 - 1, "r-xs", 2**63, (259, 2**32 - 1), 2**64 - 1, "/caf\udce9 (deleted)"),
        Map(2**63, 2**63 + 1, pathname="/tmp/\x1b[31m<b>,\"';\\012\t\r日本 "),
    ]
)
FIRST, LAST = LISTING[0], LISTING[-1]
ABSENT = Map(0, 1)


def made():
    return Maps(LISTING)


def parsed():
    return procmaps.from_str(str(Maps(LISTING)))


def touched():
    """Return parsed ones of which some objects exist."""
    maps = parsed()
    assert (maps[1], maps[-1]) == (LISTING[1], LISTING[-1])
    return maps


def iterated():
    maps = touched()
    assert list(maps) == LISTING
    return maps


STATES = (made, parsed, touched, iterated)
