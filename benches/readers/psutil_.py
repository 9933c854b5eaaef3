"""psutil, which reads smaps: its answer tells more, and the kernel takes longer for it."""

from __future__ import annotations

import psutil

NAME = "psutil"
VERSION = psutil.__version__


def check(pid):
    def ranges():
        heads = [m.addr.split("-") for m in psutil.Process(pid).memory_maps(grouped=False)]
        return [(int(begin, 16), int(end, 16)) for begin, end in heads]

    return ranges


def build(pid):
    return lambda: psutil.Process(pid).memory_maps(grouped=False)


def touch(pid):
    def fields():
        maps = psutil.Process(pid).memory_maps(grouped=False)
        return [(int(m.addr.partition("-")[0], 16), "x" in m.perms, m.path) for m in maps]

    return fields


def smaps(pid):
    return lambda: [m.pss for m in psutil.Process(pid).memory_maps(grouped=False)]


def smaps_total(pid):
    return lambda: sum([m.pss for m in psutil.Process(pid).memory_maps(grouped=False)])


def rollup(pid):
    def amounts():
        used = psutil.Process(pid).memory_full_info()
        return used.uss, used.pss

    return amounts
