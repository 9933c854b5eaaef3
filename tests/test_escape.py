"""Names made safe and fit to show."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps._escape import cut, encodable, escaped, shown, width

NAMES = st.binary(max_size=30).map(os.fsdecode) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("/usr/lib/libc.so.6", "/usr/lib/libc.so.6"),
        ("/日本/é😀", "/日本/é😀"),
        ("/a  b\\", "/a  b\\"),
        (r"/new\012line", r"/new\012line"),
        ("/\x1b[31m\x7f\0", r"/\x1b[31m\x7f\x00"),
        ("/\r\n\t\v\f", r"/\x0d\x0a\x09\x0b\x0c"),
        ("/\x85\x9b", r"/\xc2\x85\xc2\x9b"),
        ("/a\u202eb\u2066", r"/a\xe2\x80\xaeb\xe2\x81\xa6"),
        ("/\u2028\u200b\ufeff\xad\xa0", r"/\xe2\x80\xa8\xe2\x80\x8b\xef\xbb\xbf\xc2\xad\xc2\xa0"),
        ("/\udce9\udcff", r"/\xe9\xff"),
        ("/\ud800", r"/\xed\xa0\x80"),
    ],
)
def test_escaped(text, expected):
    assert escaped(text) == expected


@pytest.mark.parametrize(("encoding", "expected"), [("ascii", r"\xc3\xa9\xe2\x82\xac"), ("latin-1", r"é\xe2\x82\xac")])
def test_what_the_encoding_lacks_is_escaped(encoding, expected):
    assert escaped("é€", encoding) == expected
    assert encodable("é€\x1b", encoding) == expected + "\x1b"


@given(NAMES, st.sampled_from(["utf-8", "ascii", "cp1252", "shift-jis"]))
def test_what_is_escaped_is_harmless(text, encoding):
    safe = escaped(text, encoding)
    assert safe.isprintable()
    safe.encode(encoding)
    assert escaped(safe, encoding) == safe
    assert text.isprintable() <= (escaped(text) == text)


@pytest.mark.parametrize(
    ("name", "expected"), [("/a b", "/a b"), ("/a ", r"/a\x20"), ("/   ", r"/\x20\x20\x20"), ("/\x1b ", r"/\x1b\x20")]
)
def test_blanks_at_the_end_are_shown(name, expected):
    assert shown(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("é", 1), ("e\u0301\u20dd", 1), ("日本", 4), ("ｶ", 1), ("\uff21", 2), ("😀", 2)],
)
def test_width(text, expected):
    assert width(text) == expected


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("/usr/lib/libc.so", 16, "/usr/lib/libc.so"),
        ("/usr/lib/libc.so", 15, "/usr/l…/libc.so"),
        ("/usr/lib/libc.so", 9, "…/libc.so"),
        ("/usr/lib/libc.so", 8, "…/lib…so"),
        ("/one-long-name.so", 12, "/one-lon….so"),
        ("anon_inode:[perf_event]", 13, "anon_ino…ent]"),
        ("/lib-dynload/_csv.cpython-311-x86_64-linux-gnu.so", 24, "…/_csv.cpython-3…-gnu.so"),
        ("/日本語/日本語", 7, "…/日…"),
        ("/日本語/日本語/x", 14, "/日本語/日…/x"),
        ("/日本語/日本語/x", 12, "/日本語/…/x"),
    ],
)
def test_cut(text, room, expected):
    assert cut(text, room) == expected


@given(NAMES.map(escaped), st.integers(8, 40), st.sampled_from(["…", "..."]))
def test_what_is_cut_fits_and_is_of_the_text(text, room, ellipsis):
    result = cut(text, room, ellipsis)
    assert width(result) <= room
    if width(text) <= room:
        assert result == text
    else:
        parts = [re.escape(part) for part in result.split(ellipsis)]
        assert len(parts) >= 2
        assert re.fullmatch(".+".join(parts), text)
