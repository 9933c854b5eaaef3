"""The structured array of the numbers of the mappings. Skipped without numpy."""

from __future__ import annotations

import pytest

from procmaps import Maps
from support import listings

numpy = pytest.importorskip("numpy")


@pytest.mark.parametrize("maps", [listings.ODD, listings.ODD[::2], Maps()], ids=["all", "some", "none"])
def test_rows(maps):
    array = maps.to_numpy()
    assert len(array) == len(maps)
    for row, fields in zip(array.tolist(), maps.records()):
        fields["perms"] = fields["perms"].encode()
        assert row == tuple([fields[name] for name in array.dtype.names])
    assert array.dtype.itemsize == 56 and not array.flags.writeable
    assert array["begin_address"].dtype == numpy.uint64


def test_all_numbers_that_the_columns_have_are_there():
    names = set(listings.ODD.to_numpy().dtype.names)
    assert names == set(listings.ODD.records()[0]) - {"pid", "kind", "path", "is_deleted", "pathname", "pathname_bytes"}
