"""numpy.searchsorted, and a comparison for the addresses between mappings."""

from __future__ import annotations

import numpy
import samples

NAME = "numpy.searchsorted"
VERSION = numpy.__version__


def find_in_buffer(pid):
    begins, ends = numpy.array(samples.ranges(pid), dtype=numpy.uint64).T.copy()
    addresses = numpy.array(samples.addresses(pid, 100_000) * 10, dtype=numpy.uint64)

    def indices():
        index = numpy.searchsorted(begins, addresses, side="right") - 1
        return numpy.where((index >= 0) & (addresses < ends[index]), index, -1)

    return indices
