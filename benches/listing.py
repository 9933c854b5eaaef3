"""The jobs of a reader in pure Python, which parses a listing line by line."""

from __future__ import annotations

import os

import samples


class Listing:
    """Does jobs by a function that makes an object of a line, with the fields of `Map` and `perms`."""

    def __init__(self, map_of_line):
        self._map_of_line = map_of_line

    def maps(self, text):
        map_of_line = self._map_of_line
        lines = os.fsdecode(text).split("\n")
        if not lines[-1]:
            lines.pop()
        return [map_of_line(line) for line in lines]

    def check(self, pid):
        return lambda: [(m.begin_address, m.end_address) for m in self.maps(samples.text(pid))]

    def build(self, pid):
        return lambda: self.maps(samples.text(pid))

    def touch(self, pid):
        return lambda: [(m.begin_address, m.perms[2] == "x", m.pathname) for m in self.maps(samples.text(pid))]

    def code(self, pid):
        return lambda: [m for m in self.maps(samples.text(pid)) if m.perms[2] == "x" and m.inode]

    def parse(self, pid):
        text = samples.text(pid)
        return lambda: self.maps(text)

    def archive(self, path):
        map_of_line = self._map_of_line
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            maps = (map_of_line(line.rstrip("\n")) for line in file)
            return sum(m.end_address - m.begin_address for m in maps)
