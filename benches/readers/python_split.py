"""Pure Python as a careful person writes it: only a newline ends a line, and names stay as they are."""

from __future__ import annotations

import platform
from bisect import bisect_right

import samples
from listing import Listing

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


_listing = Listing(_map)
check, build, touch = _listing.check, _listing.build, _listing.touch
walk_code = filter_code = _listing.code
parse, archive = _listing.parse, _listing.archive


def _finder(pid):
    maps = _listing.maps(samples.text(pid))
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
