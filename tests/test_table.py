"""The table, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Map, from_str
from procmaps._color import palette
from procmaps._table import Row, human, table

LISTING = rb"""00400000-0040b000 r-xp 00000000 08:11 6553896                            /bin/cat
0060a000-0060b000 rw-p 0000a000 08:11 6553896                            /bin/cat
7f955bd5a000-7f955be1e000 rw-p 00000000 00:00 0
7f955be44000-7f955bf9a000 r-xp 00026000 fe:00 326279                     /usr/lib/x86_64-linux-gnu/libc.so.6
7ffeadae1000-7ffeadb02000 rw-p 00000000 00:00 0                          [stack]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
"""


def row(m: Map, is_match: bool = True) -> Row:
    return Row(m.begin_address, m.end_address, m, is_match)


@pytest.fixture
def rows():
    return [row(m) for m in from_str(LISTING)]


def shown(rows, **options):
    return "\n".join(table(rows, **options)) + "\n"


def test_in_full(rows):
    assert (
        shown(rows)
        == """\
BEGIN              END                PERMS SIZE  OFFSET PATHNAME
0x400000           0x40b000           r-xp   44K       0 /bin/cat
0x60a000           0x60b000           rw-p    4K  0xa000 /bin/cat
0x7f955bd5a000     0x7f955be1e000     rw-p  784K       0 [anon]
0x7f955be44000     0x7f955bf9a000     r-xp  1.3M 0x26000 /usr/lib/x86_64-linux-gnu/libc.so.6
0x7ffeadae1000     0x7ffeadb02000     rw-p  132K       0 [stack]
0xffffffffff600000 0xffffffffff601000 --xp    4K       0 [vsyscall]
"""
    )


def test_a_wide_terminal_is_the_same(rows):
    assert shown(rows, room=92) == shown(rows)
    assert shown(rows, room=91) != shown(rows)


def test_the_row_that_is_too_wide_sticks_out_of_a_narrow_terminal(rows):
    assert (
        shown(rows, room=80)
        == """\
BEGIN          END            PERMS SIZE  OFFSET PATHNAME
0x400000       0x40b000       r-xp   44K       0 /bin/cat
0x60a000       0x60b000       rw-p    4K  0xa000 /bin/cat
0x7f955bd5a000 0x7f955be1e000 rw-p  784K       0 [anon]
0x7f955be44000 0x7f955bf9a000 r-xp  1.3M 0x26000 /usr/lib/x86_64-linu…/libc.so.6
0x7ffeadae1000 0x7ffeadb02000 rw-p  132K       0 [stack]
0xffffffffff600000 0xffffffffff601000 --xp    4K       0 [vsyscall]
"""
    )


def test_two_rows_have_no_outlier(rows):
    assert (
        shown(rows[4:], room=65)
        == """\
BEGIN              END                PERMS SIZE PATHNAME
0x7ffeadae1000     0x7ffeadb02000     rw-p  132K [stack]
0xffffffffff600000 0xffffffffff601000 --xp    4K [vsyscall]
"""
    )


def test_names_that_need_little_room_leave_the_columns(rows):
    assert (
        shown(rows[4:], room=66)
        == """\
BEGIN              END                PERMS SIZE OFFSET PATHNAME
0x7ffeadae1000     0x7ffeadb02000     rw-p  132K      0 [stack]
0xffffffffff600000 0xffffffffff601000 --xp    4K      0 [vsyscall]
"""
    )
    assert "OFFSET" in shown(rows[4:5], room=56)


@pytest.mark.parametrize(
    ("room", "titles"),
    [
        (61, ["BEGIN", "END", "PERMS", "SIZE", "OFFSET", "PATHNAME"]),
        (60, ["BEGIN", "END", "PERMS", "SIZE", "PATHNAME"]),
        (53, ["BEGIN", "END", "PERMS", "SIZE", "PATHNAME"]),
        (52, ["BEGIN", "END", "PERMS", "PATHNAME"]),
        (20, ["BEGIN", "END", "PERMS", "PATHNAME"]),
    ],
)
def test_columns_make_room_for_names(rows, room, titles):
    assert next(table(rows, room=room)).split() == titles


@pytest.mark.parametrize("room", range(50, 100, 3))
@pytest.mark.parametrize("marks", [False, True])
def test_no_line_is_wider_than_the_terminal(rows, room, marks):
    rows = [r for r in rows if r.end < 2**48] * 3
    lines = list(table(rows, room=room, marks=marks))
    assert max(map(len, lines)) <= room
    assert any("…" in line for line in lines) == (room < 84 + 2 * marks)


def test_where_there_is_no_such_character_three_dots_stand_for_what_is_cut(rows):
    assert " /usr/lib/x86_64-li.../libc.so.6" in shown(rows, room=80, encoding="ascii")


def test_columns_are_never_empty_and_the_name_is_last():
    rows = [Row(0, 0, None), row(Map(0, 4096)), row(Map(0x1000, 0x2000, pathname="/a b"))]
    fields = [line.split(None, 5) for line in table(rows, header=False)]
    assert fields == [
        ["0x0", "0x0", "-", "0B", "-", "(unmapped)"],
        ["0x0", "0x1000", "---p", "4K", "0", "[anon]"],
        ["0x1000", "0x2000", "---p", "4K", "0", "/a b"],
    ]


def test_no_rows_no_lines():
    assert list(table([])) == []


def test_the_header_can_be_left_out(rows):
    assert shown(rows, header=False) == shown(rows).partition("\n")[2]


def test_where_in_the_row_an_address_is(rows):
    assert (
        shown(rows[2:4], address=0x7F955BE45678)
        == """\
BEGIN          END            PERMS SIZE  OFFSET      AT PATHNAME
0x7f955bd5a000 0x7f955be1e000 rw-p  784K       0       - [anon]
0x7f955be44000 0x7f955bf9a000 r-xp  1.3M 0x26000 +0x1678 /usr/lib/x86_64-linux-gnu/libc.so.6
"""
    )
    assert "+0x0 " in shown(rows, address=0x400000)
    assert "+" not in shown(rows, address=0x40B000)


def test_marks_and_groups(rows):
    rows[0].is_match = False
    assert (
        shown([rows[0], rows[1], None, rows[4]], marks=True)
        == """\
  BEGIN          END            PERMS SIZE OFFSET PATHNAME
  0x400000       0x40b000       r-xp   44K      0 /bin/cat
> 0x60a000       0x60b000       rw-p    4K 0xa000 /bin/cat
--
> 0x7ffeadae1000 0x7ffeadb02000 rw-p  132K      0 [stack]
"""
    )


@pytest.mark.parametrize(
    ("perms", "name", "code"),
    [
        ("rw-p", "[stack]", "33"),
        ("rw-p", "[stack:77]", "33"),
        ("rw-p", "[heap]", "34"),
        ("r-xp", "/bin/cat", "31"),
        ("--xp", "[vsyscall]", "31"),
        ("rw-p", None, "35"),
        ("-w-s", "/dev/zero (deleted)", "35"),
        ("rwxp", None, "1;4;31"),
        ("-wxp", "[heap]", "1;4;34"),
        ("---p", None, "36"),
        ("---s", "[stack]", "36"),
        ("r--p", "/bin/cat", None),
        ("r--p", "/tmp/[heap]", None),
        ("===p", None, "36"),
        ("rw-g", "[stack (tid 7)]", "36"),
    ],
)
def test_color_tells_what_it_is(perms, name, code):
    rows = [row(Map(0x1000, 0x2000, perms, pathname=name))]
    plain = shown(rows, header=False)[:-1]
    colored = shown(rows, header=False, palette=palette())[:-1]
    assert colored == (f"\x1b[{code}m{plain}\x1b[0m" if code else plain)


def test_what_is_marked_is_bold_and_unmapped_ranges_are_dim():
    options = {"palette": palette(), "marks": True, "header": False}
    assert shown([Row(0, 4096, None)], **options).startswith("> \x1b[2m0x0 ")
    assert shown([row(Map(0, 4096))], **options).startswith("> \x1b[36;1m0x0 ")


def test_the_header_is_bold(rows):
    assert shown(rows, palette=palette()).startswith("\x1b[1mBEGIN ")


@pytest.mark.parametrize("name", ["/a\x1b[2J", "/a\nb", "/a\r", "/\u202e", "/\udcff", "/a\x9b1m"], ids=ascii)
def test_names_cannot_command_the_terminal(name):
    m = Map.__new__(Map, 0, 4096, "r--p", pathname=name.replace("\n", "\x0b"))
    text = shown([row(m)])
    assert text.count("\n") == 2
    assert text.replace("\n", "").isprintable()


def test_a_name_that_the_output_cannot_have_is_escaped():
    text = shown([row(Map(0, 4096, pathname="/é "))], encoding="ascii", header=False)
    assert text.split()[-1] == r"/\xc3\xa9\x20"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0B"),
        (1, "1B"),
        (1023, "1023B"),
        (1024, "1K"),
        (1025, "1.0K"),
        (1536, "1.5K"),
        (4096, "4K"),
        (10 * 1024 + 1, "10.0K"),
        (102348, "99.9K"),
        (102349, "100K"),
        (1008 * 1024, "1008K"),
        (2**20 - 1, "1.0M"),
        (1023 * 1024 + 511, "1023K"),
        (1023 * 1024 + 512, "1.0M"),
        (1363149, "1.3M"),
        (52 * 2**20, "52M"),
        (2**30, "1G"),
        (2**47, "128T"),
        (2**50, "1P"),
        (2**64 - 1, "16.0E"),
        (2**64, "16E"),
        (2**70, "1024E"),
        (2**70 - 1, "1024E"),
        (2**77 + 1, "131072E"),
    ],
)
def test_human(size, expected):
    assert human(size) == expected


@given(st.integers(0, 2**64 - 1))
def test_human_is_near_and_says_when_it_is_exact(size):
    text = human(size)
    number, unit = float(text[:-1]), 1024 ** "BKMGTPE".index(text[-1])
    assert abs(number * unit - size) <= size * 0.05
    assert len(text) <= 5
    if "." not in text and number < 100:
        assert number * unit == size
