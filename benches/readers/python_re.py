"""Pure Python with a regular expression, which also refuses what is no line."""

from __future__ import annotations

import platform
import re
from collections import namedtuple

from listing import Listing

NAME = "re"
VERSION = f"Python {platform.python_version()}"

_LINE = re.compile(
    r"([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) ([0-9a-f]{1,16})"
    r" ([0-9a-f]+):([0-9a-f]+) ([0-9]+)(?: *| +([^ ].*))",
    re.DOTALL,
)
_Map = namedtuple("_Map", "begin_address end_address perms offset device inode pathname")


def _map(line):
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not a line: {line!r}")
    begin, end, perms, offset, major, minor, inode, pathname = match.groups()
    numbers = (int(major, 16), int(minor, 16))
    return _Map(int(begin, 16), int(end, 16), perms, int(offset, 16), numbers, int(inode), pathname)


_listing = Listing(_map)
check, build, touch = _listing.check, _listing.build, _listing.touch
walk_code = filter_code = _listing.code
parse, archive = _listing.parse, _listing.archive
