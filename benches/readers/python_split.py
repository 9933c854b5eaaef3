"""Pure Python as a careful person writes it: only a newline ends a line, and names stay as they are."""

from __future__ import annotations

import os
import platform
from bisect import bisect_right

import samples

NAME = "split"
VERSION = f"Python {platform.python_version()}"


class _Map:
    __slots__ = ("begin_address", "device", "end_address", "inode", "offset", "pathname", "perms")

    def __init__(self, begin_address, end_address, perms, offset, device, inode, pathname):
        self.begin_address = begin_address
        self.end_address = end_address
        self.perms = perms
        self.offset = offset
        self.device = device
        self.inode = inode
        self.pathname = pathname


def _map(line):
    addresses, perms, offset, device, inode, *name = line.split(" ", 5)
    begin, end = addresses.split("-")
    major, minor = device.split(":")
    pathname = name[0].lstrip(" ") if name else ""
    numbers = (int(major, 16), int(minor, 16))
    return _Map(int(begin, 16), int(end, 16), perms, int(offset, 16), numbers, int(inode), pathname or None)


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


def _finder(pid):
    maps = _maps(samples.text(pid))
    begins = [m.begin_address for m in maps]

    def find(address):
        index = bisect_right(begins, address) - 1
        return maps[index] if index >= 0 and address < maps[index].end_address else None

    return find


def query(pid):
    (address,) = samples.addresses(pid, 1)
    return lambda: _finder(pid)(address)


def find(pid):
    find, addresses = _finder(pid), samples.addresses(pid, 100)

    def find_each():
        for address in addresses:
            find(address)

    return find_each


def find_in_list(pid):
    ranges, addresses = samples.ranges(pid), samples.addresses(pid, 100_000)
    begins, ends = zip(*ranges)

    def indices():
        found = []
        for address in addresses:
            index = bisect_right(begins, address) - 1
            found.append(index if index >= 0 and address < ends[index] else -1)
        return found

    return indices
