"""The procmaps that is installed, while the cyclic garbage collector is off: what the collector costs."""

from __future__ import annotations

import gc

from readers.ours import VERSION, build, check, convert, parse  # noqa: F401

NAME = "procmaps, collector off,"

gc.disable()
