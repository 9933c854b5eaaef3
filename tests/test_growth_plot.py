"""The picture of growth, as matplotlib has it."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest

from procmaps import Map, Maps, _palette, growth
from procmaps._growth_plot import _ticks

pytest.importorskip("matplotlib", reason="needs matplotlib, as `tox -e notebook` has")

NAMES = ["/lib/_private.so", "/lib/$x$ and $", "/lib/<b>&amp;", "/lib/\x1b[31m\udcff"]


def listing(pages):
    files = [
        Map((i + 1) << 30, ((i + 1) << 30) + 4096 * pages * (len(NAMES) - i), "r-xp", 0, (8, 1), i + 1, name)
        for i, name in enumerate(NAMES)
    ]
    return Maps([Map(0, 40960 * pages, "rw-p", pathname="[heap]"), *files])


@pytest.fixture
def readings():
    return [(0.0, listing(1)), (1.0, listing(3)), (2.5, listing(200))]


def test_areas(readings):
    ax = growth.plot(readings)
    heap, files = ax.collections
    # What is lowest has its upper edge where its amount is.
    assert heap.get_paths()[0].vertices[:, 1].max() == 200 * 40960
    assert files.get_paths()[0].vertices[:, 1].max() == 200 * (40960 + 40960)
    assert ax.get_xlim() == (0, 2.5)
    assert (ax.get_ylim()[0], ax.get_xlabel(), ax.get_ylabel()) == (0, "seconds", "mapped")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["program and libraries 7.8M", "heap 7.8M"]


def test_names_are_as_they_are(readings):
    """matplotlib leaves out what begins with an underscore, and takes dollars for formulas."""
    ax = growth.plot(readings, by="module", title="$ of_$")
    names = [text.get_text().rpartition(" ")[0] for text in ax.get_legend().get_texts()]
    assert names == [r"\x1b[31m\xff", "<b>&amp;", "$x$ and $", "_private.so", "heap"]
    assert ax.get_title(loc="left") == "$ of_$"
    file = io.BytesIO()
    ax.figure.savefig(file, format="svg")
    ElementTree.fromstring(file.getvalue())


def test_axes_that_are_there_are_drawn_in(readings):
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert growth.plot(readings, ax, theme="dark") is ax
    assert ax.figure.get_facecolor()[:3] != (1, 1, 1)
    assert growth.plot(readings).figure.get_facecolor()[:3] == (1, 1, 1)


def test_colours_are_those_of_the_other_pictures(readings):
    from matplotlib.colors import to_hex

    ax = growth.plot(readings)
    assert [to_hex(area.get_facecolor()[0]) for area in ax.collections] == [
        _palette.LIGHT["heap"],
        _palette.LIGHT["code"],
    ]


def test_wrong_arguments(readings):
    with pytest.raises(ValueError, match="theme is 'light' or 'dark', not 'auto'"):
        growth.plot(readings, theme="auto")
    with pytest.raises(ValueError, match="two readings at the least, not of 1"):
        growth.plot(readings[:1])


@pytest.mark.parametrize("top", [0.5, 1, 9, 1000, 5e6, 3e9, 7e12, 2.0**64])
def test_sizes_are_marked_as_they_are_read(top):
    ticks = _ticks(top)
    assert 1 <= len(ticks) <= 9
    assert ticks[0] == 0
    assert ticks[-1] <= top
    if top > 10:
        assert len(ticks) > 3
        assert ticks[1] & (ticks[1] - 1) == 0
