"""pwntools, which asks psutil."""

from __future__ import annotations

import importlib.metadata
from types import SimpleNamespace

from pwnlib.tubes.process import process

NAME = "pwntools"
VERSION = importlib.metadata.version("pwntools")


def _maps(pid):
    # All that it needs of a process that it has not started itself.
    return process.maps(SimpleNamespace(pid=pid))


def check(pid):
    return lambda: [(m.start, m.end) for m in _maps(pid)]


def build(pid):
    return lambda: _maps(pid)


def touch(pid):
    return lambda: [(m.start, m.perms.execute, m.path) for m in _maps(pid)]
