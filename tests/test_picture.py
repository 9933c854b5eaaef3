"""The pictures: every mapping is in them, nothing overflows, nothing of a name becomes markup."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import procmaps.smaps
from procmaps import Map, Maps, _palette
from procmaps._escape import escaped
from procmaps._leaves import LEAST, MOST_LEAVES
from procmaps._legend import draw_head
from procmaps._parts import parts
from procmaps._space import Scale, pieces
from procmaps._squares import squares
from procmaps._stretches import MOST_ROWS, rows
from procmaps._svg import Drawing, text_width
from procmaps._treemap import _label
from procmaps.picture import KINDS, THEMES, to_svg
from procmaps.smaps import Usage, Usages
from strategies import listings, maps_of
from support.command import linux
from support.listings import LISTING
from support.pictures import Box, Picture, elements, libraries, many, scopes

# What SVG 1.1 has for a rect, a line and so on, as far as it is used.
_PLACE = ("height", "width", "x", "y")
ELEMENTS = {
    ("svg", "aria-label", "class", "height", "role", "viewBox", "width"),
    ("style",),
    ("title",),
    ("rect", "class", "height", "width"),
    ("rect", "class", *_PLACE),
    ("rect", "class", "data-maps", *_PLACE),
    ("line", "class", "x1", "x2", "y1", "y2"),
    ("line", "class", "stroke-dasharray", "x1", "x2", "y1", "y2"),
    ("text", "class", "font-size", "x", "y"),
    ("text", "class", "font-size", "text-anchor", "x", "y"),
    ("text", "class", "font-size", "lengthAdjust", "textLength", "x", "y"),
    ("text", "class", "font-size", "lengthAdjust", "text-anchor", "textLength", "x", "y"),
}

HOSTILE = [
    "<script>alert(1)</script>",
    "/tmp/\"'&amp;]]>--><![CDATA[",
    "/tmp/</title></svg><svg onload='x'>",
    "/tmp/\x1b[31m\x07\x00".replace("\x00", ""),
    "/tmp/\udce9\udcff",
    "/tmp/\ufffe\uffff\u202e\u2028\ue000",
    "/tmp/" + "\u65e5\u672c" * 60,
    "/tmp/" + "W" * 3000,
    "/tmp/\U0001f600\u0301\u0301",
    "{}body{display:none}",
]


def used(maps, amounts=None):
    amounts = amounts or [4096] * len(maps)
    return Usages([Usage(m, pss=amount, rss=amount) for m, amount in zip(maps, amounts)])


def hostile():
    return Maps([Map(i << 20, (i << 20) + 0x5000, "r-xp", 0, (8, 1), 1, name) for i, name in enumerate(HOSTILE, 1)])


# Everything is there


@given(listings(max_size=40))
@settings(max_examples=60)
def test_every_mapping_is_in_the_address_space_once(listing):
    maps = Maps(maps_of(listing))
    assert Picture(to_svg(maps)).count == len(maps)


@given(listings(max_size=40), st.data())
@settings(max_examples=50)
def test_every_mapping_that_uses_something_is_in_the_treemap_once(listing, data):
    maps = Maps(maps_of(listing))
    amounts = data.draw(st.lists(st.integers(0, 2**50), min_size=len(maps), max_size=len(maps)))
    picture = Picture(used(maps, amounts).to_svg())
    empty = amounts.count(0)
    assert picture.count == len(maps) - empty
    assert any(f"; {empty:,} more (" in text for text in picture.words) == (empty > 0)


@pytest.mark.parametrize("count", [1, 37, 985, pytest.param(60_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_of_any_size_are_complete_and_small(count, kind):
    maps = many(count)
    picture = to_svg(maps, kind)
    missing = len(maps.filter(perms="---")) if kind == "treemap" else 0
    assert Picture(picture).count == count - missing
    assert len(picture) < 100_000


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_of_many_files_are_complete_and_small(kind):
    maps = libraries(2000)
    picture = to_svg(maps, kind)
    assert Picture(picture).count == len(maps) == 8000
    assert len(picture) < 1_000_000


@linux
@pytest.mark.parametrize("kind", KINDS)
def test_a_process(kind):
    maps = procmaps.from_pid()
    picture = Picture(maps.to_svg(kind))
    shown = maps if kind == "space" else [m for m in maps if m.perms[:3] != "---"]
    assert picture.count == len(shown)
    assert f"Process {maps.pid}" in picture.words
    names = {box.title.split("\n")[0] for box in picture.boxes}
    assert {"[heap]", "[stack]"} <= names


@pytest.mark.parametrize("kind", KINDS)
def test_nothing(kind):
    picture = Picture(to_svg(Maps(), kind))
    assert picture.boxes == []
    assert any(text.startswith(("0B", "0 mappings")) for text in picture.words)


# It can be read


def check_texts(picture):
    """Check that no text leaves the page, and none covers another."""
    for text, place in picture.texts:
        assert picture.page.holds(place), text
        assert text.isprintable()
    by_line = sorted(picture.texts, key=lambda pair: pair[1].y)
    for (text, place), *others in zip(by_line, *[by_line[i:] for i in range(1, 12)]):
        for other, its_place in others:
            assert not place.overlaps(its_place), (text, other)


@given(listings(max_size=40), st.sampled_from(KINDS))
@settings(max_examples=50)
def test_no_text_leaves_the_page_or_covers_another(listing, kind):
    check_texts(Picture(to_svg(Maps(maps_of(listing)), kind, title="\u65e5\u672c<" * 90)))


@pytest.mark.parametrize("maps", [many(985), libraries(150), hostile()], ids=["anonymous", "libraries", "hostile"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_of_a_large_picture_covers_another(kind, maps):
    check_texts(Picture(to_svg(maps, kind)))


@pytest.mark.parametrize("maps", [libraries(40), libraries(400), hostile()], ids=["40", "400", "hostile"])
def test_a_name_stands_in_its_own_area(maps):
    picture = Picture(to_svg(maps, "treemap"))
    below = min(box.y for box in picture.boxes)
    labels = [(text, place) for text, place in picture.texts if place.y > below]
    assert labels
    for text, place in labels:
        (box,) = [box for box in picture.boxes if box.holds(place)]
        first = text[:2] if not text[0].isdigit() else box.title.partition(" ")[0][:1]
        assert first in box.title


@pytest.mark.parametrize(
    ("room", "lines"),
    [
        (400, ["glibc arena (by shape)", "8M"]),
        (100, ["glibc arena", "(by shape)", "8M"]),
        (60, ["gli\N{HORIZONTAL ELLIPSIS}pe)", "8M"]),
        (20, ["8M"]),
        (10, []),
    ],
)
def test_a_label_says_as_much_as_there_is_room_for(room, lines):
    found, size = _label("glibc arena (by shape)", "8M", room, 100)
    assert (found[1:], found[:1] == lines[:1] or "\N{HORIZONTAL ELLIPSIS}" in found[0]) == (lines[1:], True)
    assert all(text_width(line, size) <= room for line in found)


def test_a_legend_that_is_too_long_for_a_line_goes_on_below():
    drawing = Drawing(300, "light", "x")
    end = draw_head(drawing, 10, "x", [], [("code", "a meaning of many words")] * 3)
    picture = Picture(drawing.svg(end))
    check_texts(picture)
    assert len({place.y for text, place in picture.texts if text != "x"}) == 3


def test_text_without_room_is_left_out():
    drawing = Drawing(300, "light", "x")
    drawing.text(0, 20, "something", 12)
    assert Picture(drawing.svg(20)).texts == []


def test_letters_of_other_scripts_are_told_how_wide_to_be():
    svg = to_svg(Maps([Map(0, 1 << 20, "r--p", 0, (8, 1), 1, "/\u65e5\u672c")]))
    assert 'textLength="29.76" lengthAdjust="spacingAndGlyphs">\u65e5\u672c</text>' in svg


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("fills", "page"), [(_palette.LIGHT, _palette.LIGHT_PAGE), (_palette.DARK, _palette.DARK_PAGE)]
)
def test_text_can_be_told_from_what_is_behind_it(fills, page):
    """As WCAG 2 asks for: 4.5 for text."""
    assert all(contrast(_palette.ON_FILL, color) >= 4.5 for color in fills.values())
    assert contrast(page["ink"], page["page"]) >= 7
    assert contrast(page["dim"], page["page"]) >= 4.5
    assert set(fills) | {"none"} == set(_palette.MEANINGS)


# It is what it says


@pytest.mark.parametrize("amounts", [[1], [5, 3, 3, 2, 1, 1, 1], [10**9, 1, 1], list(range(500, 0, -1))])
def test_areas_are_in_proportion_and_do_not_overlap(amounts):
    boxes = [Box(*box) for box in squares(amounts, (10, 20, 1160, 640))]
    per_unit = 1160 * 640 / sum(amounts)
    assert [box.area for box in boxes] == pytest.approx([amount * per_unit for amount in amounts])
    assert all(Box(10, 20, 1160, 640).holds(box) for box in boxes)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_areas_are_nearly_square():
    boxes = squares([6, 6, 4, 3, 2, 2, 1], (0, 0, 600, 400))
    assert max(max(w / h, h / w) for _, _, w, h in boxes) < 3


def test_amounts_beyond_all_proportion():
    boxes = squares([2**80, 2, 1, 1], (0, 0, 1160, 640))
    assert len(boxes) == 4
    assert boxes[0] == (0, 0, 1160, 640)
    assert [w * h for _, _, w, h in boxes[1:]] == [0, 0, 0]


def test_the_areas_of_the_treemap_are_in_proportion_to_the_amounts():
    maps = libraries(30)
    usages = used(maps, [4096 * (1 + i * i) for i in range(len(maps))])
    picture = Picture(usages.to_svg())
    by_path = usages.by("pathname")
    total = usages.total().pss
    all_area = sum(box.area for box in picture.boxes)
    seen = 0
    for box in picture.boxes:
        path = box.title.split("\n")[0]
        if path in by_path:
            seen += 1
            assert box.area / all_area == pytest.approx(by_path[path].pss / total, rel=0.01)
            assert f"PSS {procmaps._table.human(by_path[path].pss)}, " in box.title
    assert seen > 20


def test_what_is_too_small_is_one_area_that_says_so():
    big = Map(0, 1 << 40, "rw-p", pathname="[heap]")
    picture = Picture(to_svg(Maps([big, *libraries(300)]), "treemap"))
    (rest,) = [box for box in picture.boxes if "small ones" in box.title]
    assert rest.title.startswith("300 small ones: program and libraries\n")
    assert rest.count == 1200
    assert picture.count == 1201


def test_more_areas_than_can_be_told_apart_are_one():
    maps = libraries(MOST_LEAVES + 50)
    assert LEAST * (MOST_LEAVES + 50) < 1
    picture = Picture(to_svg(maps, "treemap"))
    assert len(picture.boxes) == MOST_LEAVES + 1
    assert picture.count == len(maps)


def test_one_small_one_has_its_name():
    heap = Map(0, 1 << 40, "rw-p", pathname="[heap]")
    maps = Maps([heap, Map(1 << 41, (1 << 41) + 4096, "r--p", 0, (8, 1), 1, "/x")])
    assert [box.title.split("\n")[0] for box in Picture(to_svg(maps, "treemap")).boxes] == ["[heap]", "/x"]


def test_the_treemap_says_what_it_measures():
    maps = Maps(LISTING)
    both, rss = used(maps), Usages([Usage(m, rss=8192) for m in maps])
    neither = Usages([Usage(m) for m in maps])
    notes = [Picture(to_svg(what, "treemap")).words[1] for what in (both, rss, neither, maps)]
    assert ["PSS" in note for note in notes] == [True, False, False, False]
    assert ["RSS" in note for note in notes] == [False, True, False, False]
    assert ["mapped, whether or not it is in memory" in note for note in notes] == [False, False, True, True]
    assert "RSS" in Picture(to_svg(both, "treemap", measure="rss")).words[1]
    assert "mapped" in Picture(to_svg(both, "treemap", measure="size")).words[1]
    assert notes[0] == "24K in memory (PSS: of a page that n processes share, the n-th part), of 6 mappings"
    for measure in ("pss", "rss"):
        with pytest.raises(ValueError, match=f"{measure} is not known of <Maps: 6 mappings"):
            to_svg(neither, "treemap", measure=measure)
    assert to_svg(Maps(), "treemap", measure="pss").startswith("<svg")


def test_what_cannot_be_accessed_uses_nothing():
    maps = Maps([Map(0, 4096, "rw-p"), Map(1 << 20, 1 << 40, "---p")])
    picture = Picture(to_svg(maps, "treemap"))
    assert (picture.count, len(picture.boxes)) == (1, 1)
    assert "of 1 mapping; 1 more (1.0T) cannot be accessed" in picture.words[1]


# The address space


def parts_of(maps):
    return parts(Maps(maps))


def test_rows_are_in_order_and_have_all():
    every = parts_of(libraries(20))
    found = rows(every)
    assert len(found) == 20
    assert [part for row in found for part in row.parts] == every
    assert {len({part.name for part in row.parts}) for row in found} == {1}


def test_neighbours_that_are_small_share_a_row():
    maps = libraries(500)
    heap, stack = Map(0x1000, 0x2000, "rw-p", pathname="[heap]"), Map(1 << 47, (1 << 47) + 1, pathname="[stack]")
    every = parts_of([heap, *maps, stack])
    found = rows(every)
    assert len(found) <= MOST_ROWS
    assert len(found) > MOST_ROWS // 2
    assert [part for row in found for part in row.parts] == every
    alone = [row.parts[0].name for row in found if len(row.stretches) == 1]
    assert {"[heap]", "[stack]"} <= set(alone)
    largest = max(maps.by_pathname().items(), key=lambda pair: pair[1].size)[0]
    assert largest.rpartition("/")[2] in alone


def test_wide_gaps_are_lines_and_narrow_ones_are_not():
    maps = [Map(0x1000, 0x2000), Map(0x3000, 0x4000), Map(1 << 40, (1 << 40) + 4096)]
    found = rows(parts_of(maps))
    assert [(len(row.parts), row.gap) for row in found] == [(2, 0), (1, (1 << 40) - 0x4000)]
    picture = Picture(to_svg(Maps(maps)))
    assert "1.0T unmapped" in picture.words
    assert len([text for text in picture.words if "unmapped" in text]) == 1


def test_not_every_gap_is_a_line():
    maps = Maps([Map(i << 30, (i << 30) + 4096) for i in range(5000)])
    words = Picture(to_svg(maps)).words
    assert len([text for text in words if "unmapped" in text]) == 10


def test_a_listing_out_of_order_is_drawn_in_order():
    maps = libraries(10)
    assert to_svg(maps[::-1]) == to_svg(maps)


def test_mappings_that_overlap_have_no_gap():
    maps = [Map(0, 1 << 40), Map(0x1000, 0x2000), Map(1 << 40, (1 << 40) + 1)]
    assert [row.gap for row in rows(parts_of(maps))] == [0]


@given(st.lists(st.integers(0, 2**48), min_size=1, max_size=300), st.floats(14, 600))
def test_the_pieces_of_a_bar_fill_it_and_have_every_mapping(sizes, length):
    every = parts_of([Map(0, size) for size in sizes])
    found = list(pieces(every, length))
    assert sum(piece for piece, _ in found) == pytest.approx(length)
    assert [part for _, group in found for part in group] == every
    assert all(piece > 0 for piece, _ in found)
    assert len(found) <= length / 4 + 2


def test_the_pieces_of_a_bar_can_all_be_seen():
    every = parts_of([Map(0, 4096), Map(0, 64 << 20), Map(0, 4096)])
    assert [piece for piece, _ in pieces(every, 600)] == pytest.approx([4, 592, 4], abs=0.1)


def test_bars_are_longer_for_more():
    scale = Scale(1 << 44)
    lengths = [scale.length(1 << power) for power in range(12, 45)]
    assert lengths == sorted(set(lengths))
    assert (lengths[0], lengths[-1]) == (pytest.approx(14), pytest.approx(600))
    ticks = list(scale.ticks())
    assert 3 < len(ticks) < 9
    places = [scale.length(tick) for tick in ticks]
    assert min(after - before for before, after in zip(places, places[1:])) >= 70
    assert scale.length(0) == 14


def test_where_everything_is():
    maps = Maps(
        [
            Map(0x1000, 0x2000, "r-xp", 0, (8, 1), 1, "/bin/cat"),
            Map(0x2000, 0x3000, "rw-p", 0, (8, 1), 1, "/bin/cat"),
            Map(0x5000, 0x9000, "rw-p", pathname="[heap]"),
            Map(0x7F0000000000, 0x7F0000021000, "rw-p"),
            Map(0x7F0000021000, 0x7F0004000000, "---p"),
            Map(0x7F0004000000, 0x7F0004001000, "---p"),
            Map(0x7F0004001000, 0x7F0004801000, "rw-p"),
            Map(0x7F0008000000, 0x7F0008100000, "rwxp"),
            Map(0x7F0008100000, 0x7F0008200000, "rw-s", 0, (0, 1), 9, "/memfd:x (deleted)"),
            Map(0x7F0008200000, 0x7F0008300000, "rw-s", 0, (8, 1), 7, "/var/db"),
            Map(0x7F0008300000, 0x7F0008400000, "r--p", 0, (8, 1), 8, "/usr/lib/locale/"),
            Map(0x7F0008400000, 0x7F0008500000, "rw-p", pathname="[anon:jit]"),
            Map(0x7FFF00000000, 0x7FFF00021000, "rw-p", pathname="[stack]"),
            Map(0x7FFF00031000, 0x7FFF00033000, "r-xp", pathname="[vdso]"),
        ]
    )
    assert [(part.meaning, part.category, part.name) for part in parts(maps)] == [
        ("code", "code", "cat"),
        ("data", "code", "cat"),
        ("heap", "heap", "[heap]"),
        ("heap", "heap", "glibc arena (by shape)"),
        ("none", "heap", "glibc arena (by shape)"),
        ("none", "stack", "thread stack (by shape)"),
        ("stack", "stack", "thread stack (by shape)"),
        ("code", "anonymous", "[anon]"),
        ("shared", "shared", "/memfd:x (deleted)"),
        ("shared", "rodata", "db"),
        ("rodata", "rodata", "/usr/lib/locale/"),
        ("anonymous", "anonymous", "[anon:jit]"),
        ("stack", "stack", "[stack]"),
        ("code", "none", "[vdso]"),
    ]
    picture = Picture(to_svg(maps))
    assert [box.classes for box in picture.boxes if "wx" in box.classes] == ["code wx"]
    assert "writable and executable" in picture.words
    titles = [box.title for box in picture.boxes]
    assert "/bin/cat\n0x1000-0x2000\nr-xp 4K" in titles
    assert "[heap]\n0x5000-0x9000\nrw-p 16K" in titles


def test_what_shares_a_piece_is_told():
    picture = Picture(to_svg(many(6000)))
    assert picture.boxes[0].title.startswith("[anon]\n0x7f0000000000-0x7f")
    assert "mappings, " in picture.boxes[0].title
    assert " rw-p, " in picture.boxes[0].title


# It is SVG, whatever names are


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", THEMES)
def test_hostile_names(kind, theme):
    maps = hostile()
    svg = to_svg(maps, kind, theme=theme, title="<&>\"'\udcff\x1b\ufffe")
    assert elements(svg) <= ELEMENTS
    picture = Picture(svg)
    assert picture.count == len(maps)
    assert picture.root.get("aria-label").startswith(r"""<&>"'\xff\x1b\xef\xbf\xbe: """)
    titles = "".join(box.title for box in picture.boxes)
    assert "<script>alert(1)</script>" in titles
    assert r"/tmp/\x1b[31m\x07" in titles
    assert r"/tmp/\xe9\xff" in titles
    svg.encode("utf-8")
    assert Picture(svg.encode("ascii", "xmlcharrefreplace").decode()).words == picture.words


@given(st.lists(st.text(st.characters(blacklist_characters="\n\0"), min_size=1), max_size=8), st.sampled_from(KINDS))
@settings(max_examples=60)
def test_any_name_is_text_only(names, kind):
    names = [name for name in names if is_a_name(name)]
    maps = [Map(i << 12, (i + 1) << 12, "r--p", 0, (8, 1), 1, "/" + name) for i, name in enumerate(names)]
    svg = to_svg(Maps(maps), kind)
    assert elements(svg) <= ELEMENTS
    titles = "".join(box.title for box in Picture(svg).boxes)
    assert all(escaped(m.pathname).rstrip(" ") in titles for m in maps)


def is_a_name(name):
    return not any(0xD800 <= ord(c) < 0xDC80 or 0xDD00 <= ord(c) < 0xE000 for c in name)


def test_themes():
    light, dark, auto = (to_svg(Maps(LISTING), theme=theme) for theme in ("light", "dark", "auto"))
    assert [svg.count("prefers-color-scheme:dark") for svg in (light, dark, auto)] == [0, 0, 1]
    assert ["#ffffff" in svg for svg in (light, dark, auto)] == [True, False, True]
    assert ["#15181c" in svg for svg in (light, dark, auto)] == [False, True, True]
    assert scopes(light) == {".procmaps-light"}
    assert scopes(auto) == {".procmaps-auto", "@media(prefers-color-scheme:dark)"}


def test_wrong_arguments():
    with pytest.raises(ValueError, match="kind is 'space' or 'treemap', not 'tree'"):
        to_svg(Maps(), "tree")
    with pytest.raises(ValueError, match="theme is 'auto', 'light' or 'dark', not 'pink'"):
        to_svg(Maps(), theme="pink")
    with pytest.raises(ValueError, match="measure is 'pss', 'rss' or 'size', not 'uss'"):
        to_svg(Maps(), "treemap", measure="uss")


DOCS = Path(__file__).resolve().parent.parent / "docs" / "pictures"


@pytest.mark.parametrize("kind", KINDS)
def test_the_pictures_of_the_documentation_are_those_of_now(kind):
    usages = procmaps.smaps.from_path(DOCS / "server.smaps")
    picture = usages.to_svg(kind, title="A Python server").encode("ascii", "xmlcharrefreplace").decode()
    assert (DOCS / f"{kind}.svg").read_text(encoding="ascii") == picture


def test_the_methods():
    maps = Maps(LISTING)
    usages = used(maps)
    assert maps.to_svg("treemap", measure="size", theme="dark", title="x") == to_svg(
        maps, "treemap", measure="size", theme="dark", title="x"
    )
    assert usages.to_svg() == to_svg(usages, "treemap")
    assert usages.to_svg("space", theme="dark", title="x") == to_svg(maps, "space", theme="dark", title="x")
    assert "A listing" in Picture(maps.to_svg()).words
