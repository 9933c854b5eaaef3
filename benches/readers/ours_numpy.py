"""The procmaps that is installed, as a structured array of numpy."""

from __future__ import annotations

import numpy  # noqa: F401 - without it there is nothing to measure
import samples

import procmaps
from procmaps._maps import maps_of_table

NAME = "procmaps, numpy"
VERSION = procmaps.__version__


def convert(pid):
    rows = procmaps.from_str(samples.text(pid))._table
    return lambda: maps_of_table(rows).to_numpy()
