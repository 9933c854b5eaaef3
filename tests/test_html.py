"""What notebooks show: summary, picture, a table of a few rows."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

import procmaps
from procmaps import Map, Maps
from procmaps._excerpt import MOST
from procmaps.smaps import Usage, Usages
from support.command import linux
from support.listings import LISTING
from support.pictures import Picture, libraries

HOSTILE = "/tmp/<img src=x onerror=alert(1)>&\"'\x1b\udcff"


class Page(HTMLParser):
    """Collects the elements and the cells of a page, and checks that each is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.rows, self.text = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, _):
        self.elements.append(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])

    def handle_startendtag(self, tag, _):
        self.elements.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1].append(data)


def picture_of(html):
    return Picture(html[html.index("<svg") : html.index("</svg>") + 6])


def test_a_listing():
    html = Maps(LISTING)._repr_html_()
    page = Page(html)
    assert page.text[0] == "Maps: 6 mappings, 0x1000-0xfffffffffffff000"
    assert page.rows[0] == ["begin", "end", "perms", "size", "offset", "pathname"]
    assert page.rows[1] == ["0x1000", "0x3000", "r--p", "8K", "0x0", "/bin/cat"]
    assert [row[-1] for row in page.rows[1:]] == ["/bin/cat", "/bin/cat", "[anon]", "[anon]", "[heap]", "[vsyscall]"]
    assert picture_of(html).count == 6


def test_a_long_one_is_cut_in_its_middle():
    maps = libraries(500)
    page = Page(maps._repr_html_())
    assert len(page.rows) == 1 + MOST + 1
    assert page.rows[1 + MOST // 2] == [f"{2000 - MOST:,} more"]
    assert page.rows[1][0] == f"{maps[0].begin_address:#x}"
    assert page.rows[-1][1] == f"{maps[-1].end_address:#x}"
    assert len(maps._repr_html_()) < 300_000


def test_usages():
    usages = Usages([Usage(m, pss=i * 1024, rss=4096, swap=0) for i, m in enumerate(libraries(100))])
    html = usages._repr_html_()
    page = Page(html)
    assert page.rows[0] == ["mappings", "size", "rss", "pss", "dirty", "swap", "module"]
    assert page.rows[1][:1] == ["4"]
    assert page.rows[1][4:6] == ["-", "0B"]
    assert page.rows[-1] == [f"{100 - MOST} more"]
    assert "PSS" in picture_of(html).words[1]
    assert len(Page(usages[:8]._repr_html_()).rows) == 3


def test_nothing():
    for empty in (Maps(), Usages()):
        page = Page(empty._repr_html_())
        assert page.elements == ["div", "p"]
        assert page.text == ["Maps: no mappings"]


@linux
def test_a_process():
    maps = procmaps.from_pid()
    summary = Page(maps._repr_html_()).text[0]
    assert summary.startswith(f"Process {maps.pid}: {len(maps)} mappings, {maps[0].begin_address:#x}-")


@pytest.mark.parametrize("of", [Maps, lambda maps: Usages([Usage(m, pss=4096) for m in maps])])
def test_a_name_is_no_markup(of):
    html = of([Map(0x1000, 0x2000, "r--p", 0, (8, 1), 1, HOSTILE)])._repr_html_()
    page = Page(html)
    assert {"img", "script"}.isdisjoint(page.elements)
    assert page.rows[1][-1] == r"""/tmp/<img src=x onerror=alert(1)>&"'\x1b\xff"""
    html.encode("utf-8")
