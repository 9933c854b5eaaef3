"""What memory without a name seems to be."""

from __future__ import annotations

import pytest

from procmaps import Map
from procmaps._guesses import guesses

DATA = Map(0x4000, 0x5000, "rw-p", 0x3000, (8, 1), 42, "/lib/a\x1b.so (deleted)")


@pytest.mark.parametrize(
    ("maps", "expected"),
    [
        ([DATA, Map(0x5000, 0x8000, "rw-p")], {1: ".bss of a\\x1b.so?"}),
        ([DATA, Map(0x6000, 0x8000, "rw-p")], {}),
        ([DATA, Map(0x5000, 0x8000, "rwxp")], {}),
        ([DATA, Map(0x5000, 0x8000, "rw-p", pathname="[heap]")], {}),
        ([Map(0x4000, 0x5000, "r--p", 0, (8, 1), 42, "/lib/a.so"), Map(0x5000, 0x8000, "rw-p")], {}),
        ([Map(0x4000, 0x5000, "rw-p"), Map(0x5000, 0x8000, "rw-p")], {}),
        (
            [Map(0x7F0000000000, 0x7F0000001000, "---p"), Map(0x7F0000001000, 0x7F0000801000, "rw-p")],
            {0: "thread stack?", 1: "thread stack?"},
        ),
        ([], {}),
    ],
)
def test_guesses(maps, expected):
    assert guesses(maps) == expected
