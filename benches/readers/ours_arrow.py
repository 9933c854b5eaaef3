"""The procmaps that is installed, as what others take Arrow's columns from."""

from __future__ import annotations

import samples

import procmaps
from procmaps._maps import maps_of_table

NAME = "procmaps, Arrow"
VERSION = procmaps.__version__


def convert(pid):
    rows = procmaps.from_str(samples.text(pid))._table
    return lambda: maps_of_table(rows).__arrow_c_stream__()
