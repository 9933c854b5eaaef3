"""The last release by its first author, from the package index."""

from __future__ import annotations

import importlib.metadata

import samples

import procmaps

NAME = "procmaps"
VERSION = importlib.metadata.version("procmaps")


def check(pid):
    return lambda: [(m.begin_address, m.end_address) for m in procmaps.from_pid(pid)]


def build(pid):
    return lambda: procmaps.from_pid(pid)


def touch(pid):
    return lambda: [(m.begin_address, m.is_executable, m.pathname) for m in procmaps.from_pid(pid)]


def parse(pid):
    text = samples.text(pid).decode()
    return lambda: procmaps.from_str(text)


def find(pid):
    maps, addresses = procmaps.from_pid(pid), samples.addresses(pid, 100)

    def find_each():
        for address in addresses:
            next((m for m in maps if address in m), None)

    return find_each
