"""The table of memory use: columns, cuts, bars."""

from __future__ import annotations

import pytest

from procmaps import Map
from procmaps._escape import width
from procmaps._usage_table import Row, table
from procmaps.smaps import Total, Usage

NAMES = ["/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "[anon]", "\u65e5\u672c", "x" * 90]


def used(pss, **fields):
    return Total([Usage(Map(0, 1 << 20), pss=pss, rss=pss, swap=0, size=1 << 20, **fields)])


def lines(rows, **options):
    return list(table(rows, Row("total", 12345, used(1 << 30)), **options))


def rows_of(*amounts):
    return [Row(name, 1, used(pss)) for name, pss in zip(NAMES, amounts)]


def test_nothing_but_the_total():
    assert lines([], header=False) == ["total 12,345 1M 1G 1G - 0 -"]
    assert lines([]) == ["MAPPING   MAPS SIZE RSS PSS DIRTY SWAP THP", "total   12,345   1M  1G  1G     -    0   -"]


def test_in_full():
    every = lines(rows_of(1, 2, 3, 4))
    assert len({width(line) for line in every}) == 1
    assert [line.startswith(name) for line, name in zip(every[1:], NAMES)] == [True] * 4


@pytest.mark.parametrize("room", [60, 79, 80, 100, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_on_a_terminal_all_fits(room, encoding):
    every = lines(rows_of(1 << 10, 5 << 10, 8 << 10, 0), room=room, encoding=encoding)
    assert max(map(width, every)) <= room
    assert any(("..." if encoding == "ascii" else "\u2026") in line for line in every) == (room < 200)


def test_a_narrow_terminal_has_all_numbers():
    every = lines(rows_of(1 << 10), room=20)
    assert every[0].split() == ["MAPPING", "MAPS", "SIZE", "RSS", "PSS", "DIRTY", "SWAP", "THP"]
    assert every[1].split()[1:] == ["1", "1M", "1K", "1K", "-", "\u00b7", "-"]


def test_bars_are_as_long_as_the_amounts():
    every = lines(rows_of(600, 300, 100, 0), room=200, header=False)
    assert [line.count("\u2588") for line in every] == [6, 3, 1, 0, 0]
    assert [line.endswith("\u2588") for line in every] == [True, True, True, False, False]
    assert "\u2588" not in "".join(lines(rows_of(600), room=200, encoding="ascii") + lines(rows_of(600)))
    assert "\u2588" not in "".join(lines(rows_of(0, 0), room=200))
    assert "\u2588" not in "".join(lines([Row("x", 1, Total())], room=200))


def test_zeros_are_dots_where_they_are_looked_at():
    zero = [Row("x", 1, used(0))]
    assert lines(zero, room=100, header=False)[0].split()[1:] == ["1", "1M", "\u00b7", "\u00b7", "-", "\u00b7", "-"]
    for options in ({}, {"room": 100, "encoding": "ascii"}):
        assert lines(zero, header=False, **options)[0].split()[1:] == ["1", "1M", "0", "0", "-", "0", "-"]


def test_parts_are_branches():
    parts = [Row("a", 1, used(1)), Row("b", 1, used(1), is_part=True), Row("c", 1, used(1), is_part=True)]
    every = [line.split("  1 ")[0].rstrip() for line in lines([*parts, *parts], header=False)]
    assert [line.partition("12,")[0].rstrip() for line in every] == [
        *("a", "  \u251c b", "  \u2514 c", "a", "  \u251c b", "  \u2514 c", "total"),
    ]
    assert lines(parts, header=False, encoding="ascii")[1].startswith("  |- b ")
    assert lines(parts, header=False, encoding="ascii")[2].startswith("  `- c ")
