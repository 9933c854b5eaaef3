"""python-ptrace."""

from __future__ import annotations

import importlib.metadata

from ptrace.debugger.memory_mapping import readProcessMappings

NAME = "python-ptrace"
VERSION = importlib.metadata.version("python-ptrace")


class _Process:
    """As much of a traced process as the reading of its mappings needs."""

    def __init__(self, pid):
        self.pid = pid


def check(pid):
    process = _Process(pid)
    return lambda: [(m.start, m.end) for m in readProcessMappings(process)]


def build(pid):
    process = _Process(pid)
    return lambda: readProcessMappings(process)


def touch(pid):
    process = _Process(pid)
    return lambda: [(m.start, "x" in m.permissions, m.pathname) for m in readProcessMappings(process)]
