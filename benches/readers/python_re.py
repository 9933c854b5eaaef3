"""Pure Python with a regular expression, which also refuses what is no line."""

from __future__ import annotations

import os
import platform
import re
from collections import namedtuple

import samples

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


def _maps(text):
    lines = os.fsdecode(text).split("\n")
    if not lines[-1]:
        lines.pop()
    return [_map(line) for line in lines]


def check(pid):
    return lambda: [(m.begin_address, m.end_address) for m in _maps(samples.text(pid))]


def build(pid):
    return lambda: _maps(samples.text(pid))


def touch(pid):
    return lambda: [(m.begin_address, m.perms[2] == "x", m.pathname) for m in _maps(samples.text(pid))]


def walk_code(pid):
    return lambda: [m for m in _maps(samples.text(pid)) if m.perms[2] == "x" and m.inode]


def archive(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        mappings = (_map(line.rstrip("\n")) for line in file)
        return sum(m.end_address - m.begin_address for m in mappings)


def parse(pid):
    text = samples.text(pid)
    return lambda: _maps(text)
