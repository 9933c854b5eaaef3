"""The procmaps that is installed."""

from __future__ import annotations

from array import array

import samples

import procmaps
import procmaps.query
import procmaps.smaps
from procmaps._maps import maps_of_table

NAME = "procmaps"
VERSION = procmaps.__version__


def check(pid):
    return lambda: [(m.begin_address, m.end_address) for m in procmaps.from_pid(pid)]


def build(pid):
    return lambda: list(procmaps.from_pid(pid))


def read(pid):
    return lambda: procmaps.from_pid(pid)


def touch(pid):
    return lambda: [(m.begin_address, m.is_executable, m.pathname) for m in procmaps.from_pid(pid)]


def parse(pid):
    text = samples.text(pid)
    return lambda: list(procmaps.from_str(text))


def parse_only(pid):
    text = samples.text(pid)
    return lambda: procmaps.from_str(text)


def convert(pid):
    rows = procmaps.from_str(samples.text(pid))._table
    return lambda: list(maps_of_table(rows))


def smaps(pid):
    return lambda: [usage.pss for usage in procmaps.smaps.from_pid(pid)]


def smaps_read(pid):
    return lambda: procmaps.smaps.from_pid(pid)


def smaps_total(pid):
    return lambda: procmaps.smaps.from_pid(pid).total().pss


def rollup(pid):
    def amounts():
        used = procmaps.smaps.rollup(pid)
        return used.uss, used.pss

    return amounts


def find(pid):
    find, addresses = procmaps.from_pid(pid).find, samples.addresses(pid, 100)

    def find_each():
        for address in addresses:
            find(address)

    return find_each


def query(pid):
    find, (address,) = procmaps.query.find, samples.addresses(pid, 1)
    return lambda: find(pid, address)


def query_open(pid):
    find, (address,) = procmaps.query.Process(pid).find, samples.addresses(pid, 1)
    return lambda: find(address)


def walk_code(pid):
    def walk():
        with procmaps.query.Process(pid) as process:
            return process.walk(executable=True, file_backed=True)

    return walk


def filter_code(pid):
    return lambda: procmaps.from_pid(pid).filter(perms="r-x", kind="file")


def archive(path):
    return sum(m.size for m in procmaps.iterparse(path))


def find_in_list(pid):
    maps, addresses = procmaps.from_pid(pid), samples.addresses(pid, 100_000)
    return lambda: maps.find_indices(addresses)


def find_in_buffer(pid):
    maps, addresses = procmaps.from_pid(pid), array("Q", samples.addresses(pid, 100_000) * 10)
    return lambda: maps.find_indices(addresses)
