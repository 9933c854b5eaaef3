"""What rich prints. The core knows nothing of it: it calls two methods if they are there."""

from __future__ import annotations

import io

import pytest

from procmaps import Map, Maps
from procmaps._excerpt import MOST
from procmaps._rich import Hex
from procmaps.smaps import Usage, Usages
from support.listings import LISTING
from support.pictures import libraries

REPR = (
    "Map(begin_address=0x1000, end_address=0x3000, perms='r--p', offset=0x0, device=(8, 1), inode=42, "
    "pathname='/bin/cat')"
)


def test_the_fields_of_a_mapping():
    """Without rich: a mapping is the arguments that make it."""
    fields = dict(LISTING[0].__rich_repr__())
    assert f"Map({', '.join([f'{name}={value!r}' for name, value in fields.items()])})" == REPR
    assert Map(**fields) == LISTING[0]
    assert (Hex(16) + 1, repr(Hex(16))) == (17, "0x10")


@pytest.fixture
def printed():
    console = pytest.importorskip("rich.console", reason="needs rich, as `tox -e notebook` has")

    def printed(what, width=80, **options):
        file = io.StringIO()
        console.Console(file=file, width=width, **options).print(what)
        return file.getvalue()

    return printed


def test_a_listing(printed):
    lines = printed(Maps(LISTING)).splitlines()
    assert lines[0] == "Maps: 6 mappings, 0x1000-0xfffffffffffff000"
    assert lines[1].split() == ["BEGIN", "END", "PERMS", "SIZE", "OFFSET", "PATHNAME"]
    assert len(lines) == 8
    assert max(map(len, lines)) <= 80


def test_a_listing_in_colours(printed):
    text = printed(Maps(LISTING), force_terminal=True, color_system="standard")
    assert "\x1b[34m" in next(line for line in text.splitlines() if "[heap]" in line)


def test_a_long_listing_is_cut_in_its_middle(printed):
    lines = printed(libraries(500), width=60).splitlines()
    assert len(lines) == 2 + MOST + 1
    assert lines[2 + MOST // 2] == f"... {2000 - MOST:,} more ..."
    assert max(map(len, lines)) <= 60


def test_usages(printed):
    usages = Usages([Usage(m, pss=4096, rss=4096) for m in libraries(100)])
    lines = printed(usages).splitlines()
    assert lines[1].split()[0] == "MAPPING"
    assert lines[-2] == f"... {100 - MOST} more ..."
    assert lines[-1].split()[:2] == ["total", "400"]
    assert len(printed(usages[:4]).splitlines()) == 4


def test_a_name_is_no_markup(printed):
    m = Map(0x1000, 0x2000, "r--p", 0, (8, 1), 1, "/[red]x[/red]\x1b[31m\udcff")
    text = printed(Maps([m]), force_terminal=True)
    assert r"/[red]x[/red]\x1b[31m\xff" in text
    assert "\x1b[31m" not in text


def test_a_mapping(printed):
    assert printed(LISTING[0], width=200).strip() == REPR
    assert "begin_address=0x1000,\n" in printed([LISTING[0]] * 2, width=60)
