"""`Maps.filter`: each condition, their combinations, and what is refused."""

from __future__ import annotations

import fnmatch
import itertools
import re
from operator import attrgetter

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import procmaps
from procmaps import Map, Maps
from procmaps._maps import maps_of_table
from procmaps._procmaps import parse

LETTERS = [r + w + x + s for r in "r-" for w in "w-" for x in "x-" for s in "psSg"]
NAMES = [
    (None, (0, 0)),
    ("[heap]", (0, 0)),
    ("[stack]", (0, 0)),
    ("/lib/libc.so.6", (8, 1)),
    ("/lib/libc.so.6 (deleted)", (8, 1)),
    ("/LIB/LIBC.SO.6", (8, 1)),
    ("/lib/a b\t(c)*?[x]", (8, 1)),
    ("/caf\udce9", (8, 1)),
    ("/memfd:jit (deleted)", (0, 1)),
    ("[anon:x]", (0, 0)),
    ("anon_inode:[io_uring]", (0, 14)),
]
ALL = Maps(
    Map(0x1000 * i, 0x1000 * i + 0x800, perms, 0, device, i, name)
    for i, (perms, (name, device)) in enumerate(itertools.product(LETTERS, NAMES))
)


def names_of(maps):
    return {m.pathname for m in maps}


# Nothing, and a function


def test_nothing_asked_is_all():
    assert ALL.filter() == ALL
    assert type(ALL.filter()) is Maps


def test_a_predicate():
    assert ALL.filter(lambda m: m.inode < 3) == ALL[:3]
    assert ALL.filter(predicate=lambda _: False) == []
    assert ALL.filter(lambda m: "true" if m.inode == 7 else "") == [ALL[7]]
    assert ALL.filter(attrgetter("is_writable")) == [m for m in ALL if m.is_writable]


def test_the_objects_are_those_that_there_are():
    maps = procmaps.from_str(str(ALL[: len(NAMES)]))
    assert maps.filter(kind="heap")[0] is maps[1]


def test_what_a_predicate_raises_comes_through():
    with pytest.raises(ZeroDivisionError):
        ALL.filter(lambda m: 1 / m.begin_address)


# Permissions


@pytest.mark.parametrize("pattern", ["".join(letters) for letters in itertools.product("r-?", "w-?", "x-?", "psSg?")])
def test_perms(pattern):
    expected = [m for m in ALL if all(wanted in ("?", letter) for wanted, letter in zip(pattern, m.perms))]
    assert ALL.filter(perms=pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "as_whole"),
    [("", "????"), ("r", "r???"), ("-", "-???"), ("rw", "rw??"), ("r-x", "r-x?"), ("?w", "?w??")],
)
def test_perms_left_out_at_the_end_are_any(pattern, as_whole):
    assert ALL.filter(perms=pattern) == ALL.filter(perms=as_whole)


@pytest.mark.parametrize(
    "pattern", ["x", "w", "p", "rx", "rwxpp", "????p", "r w", "R", "r*", "rwxx", "r-x-", "rwx ", "=" * 4]
)
def test_perms_that_are_none(pattern):
    with pytest.raises(ValueError, match="a pattern for perms is such as") as caught:
        ALL.filter(perms=pattern)
    assert repr(pattern) in str(caught.value)
    with pytest.raises(ValueError, match="a pattern for perms"):
        Maps().filter(perms=pattern)


def test_reserved_memory_has_none_of_the_letters():
    reserved = Maps([Map(0, 1, "===p")])
    assert reserved.filter(perms="????") == reserved.filter(perms="???p") == reserved
    assert reserved.filter(perms="---") == reserved.filter(perms="r") == []


# Names


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", {name for name, _ in NAMES if name}),
        ("/lib/libc.so.6", {"/lib/libc.so.6"}),
        ("*/libc.so*", {"/lib/libc.so.6", "/lib/libc.so.6 (deleted)"}),
        ("/*.6", {"/lib/libc.so.6", "/LIB/LIBC.SO.6"}),
        ("/lib/libc?so.6", {"/lib/libc.so.6"}),
        ("/lib/libc.so.[0-9]", {"/lib/libc.so.6"}),
        ("/lib/libc.so.[!6]*", set()),
        ("*(deleted)", {"/lib/libc.so.6 (deleted)", "/memfd:jit (deleted)"}),
        ("libc.so.6", set()),
        ("libc*", set()),
        ("", set()),
        ("/lib/a b\t(c)[*][?][[]x]", {"/lib/a b\t(c)*?[x]"}),
        ("[[]heap]", {"[heap]"}),
        ("/caf\udce9", {"/caf\udce9"}),
        ("/caf?", {"/caf\udce9"}),
        ("[[]*]", {"[heap]", "[stack]", "[anon:x]"}),
    ],
)
def test_pathname(pattern, expected):
    assert names_of(ALL.filter(pathname=pattern)) == expected


def test_a_pattern_is_for_the_whole_name():
    maps = Maps([Map(0, 1, pathname=name) for name in ("/a", "/a\r", "/a\u2028b", "/ba")])
    assert names_of(maps.filter(pathname="/a")) == {"/a"}
    assert names_of(maps.filter(pathname="/a*")) == {"/a", "/a\r", "/a\u2028b"}


# Kinds, and what the name says


@pytest.mark.parametrize("kind", ["heap", "stack", "file", "memfd", "anonymous", "named", "anon_inode", "special"])
def test_kind(kind):
    assert ALL.filter(kind=kind) == [m for m in ALL if m.kind == kind]
    assert ALL.filter(kind=[kind]) == ALL.filter(kind=kind)


@pytest.mark.parametrize("kind", ["unheard of", "", ["heap", "heaps"]])
def test_a_kind_that_there_is_not(kind):
    with pytest.raises(ValueError, match=r"no kind: .* there are .*'heap'"):
        ALL.filter(kind=kind)


@pytest.mark.parametrize("name", sorted({m.pathname for m in ALL if m.pathname}))
def test_a_name_matches_itself_whatever_is_in_it(name):
    assert set(ALL.filter(pathname=name)) >= {m for m in ALL if m.pathname == name}


def test_a_range_from_high_to_low_has_nothing():
    assert ALL.filter(pathname="*[z-a]*") == ALL.filter(pathname="[z-a]") == []


LETTERS_OF_NAMES = "ab]/é\udce9\udcc3[*?!-^\\."
PATTERNS = st.text(LETTERS_OF_NAMES, max_size=8)
PATHNAMES = st.text(LETTERS_OF_NAMES, max_size=8).map(lambda name: f"/{name}")


@given(pattern=PATTERNS | PATTERNS.map(lambda text: f"/{text}"), names=st.lists(PATHNAMES, min_size=1, max_size=5))
def test_a_pattern_is_as_that_of_fnmatch(pattern, names):
    try:
        expected = [name for name in names if name == pattern or fnmatch.fnmatchcase(name, pattern)]
    except re.error:
        # Before Python 3.10 fnmatch refuses "[b-a]".
        reject()
    maps = Maps([Map(0x1000 * i, 0x1000 * (i + 1), pathname=name) for i, name in enumerate(names)])
    assert [m.pathname for m in maps.filter(pathname=pattern)] == expected


@pytest.mark.parametrize(
    "condition",
    [{"deleted": "yes"}, {"anonymous": 1}, {"pathname": b"/a"}, {"pathname": ["/a"]}, {"predicate": "r-x"}],
    ids=str,
)
def test_a_condition_of_the_wrong_type(condition):
    with pytest.raises(TypeError, match=next(iter(condition))):
        ALL.filter(**condition)


@pytest.mark.parametrize("several", [("heap", "stack"), ["stack", "heap"], {"heap", "stack"}, iter(["heap", "stack"])])
def test_several_kinds(several):
    assert ALL.filter(kind=several) == [m for m in ALL if m.kind in ("heap", "stack")]


def test_no_kind_is_none():
    assert ALL.filter(kind=()) == []


@pytest.mark.parametrize("deleted", [True, False])
def test_deleted(deleted):
    assert ALL.filter(deleted=deleted) == [m for m in ALL if m.is_deleted is deleted]
    assert (names_of(ALL.filter(deleted=deleted)) == {"/lib/libc.so.6 (deleted)"}) is deleted


@pytest.mark.parametrize("anonymous", [True, False])
def test_anonymous(anonymous):
    assert ALL.filter(anonymous=anonymous) == [m for m in ALL if (m.pathname is None) is anonymous]


# Together

CONDITIONS = {
    "predicate": (lambda m: m.inode % 2, lambda m: m.inode % 2),
    "perms": ("r?x", lambda m: m.is_readable and m.is_executable),
    "pathname": ("*[6)]", lambda m: m.pathname is not None and m.pathname[-1] in "6)"),
    "kind": (["file", "memfd"], lambda m: m.kind in ("file", "memfd")),
    "deleted": (True, lambda m: m.is_deleted),
    "anonymous": (False, lambda m: m.pathname is not None),
}


@pytest.mark.parametrize(
    "names",
    [names for n in range(7) for names in itertools.combinations(CONDITIONS, n)],
    ids=lambda names: "+".join(names),
)
def test_all_that_is_given_must_hold(names):
    expected = [m for m in ALL if all(CONDITIONS[name][1](m) for name in names)]
    assert expected
    assert ALL.filter(**{name: CONDITIONS[name][0] for name in names}) == expected
    assert ALL.filter(**{name: CONDITIONS[name][0] if name in names else None for name in CONDITIONS}) == expected


def test_the_predicate_is_asked_only_of_those_for_which_all_else_holds():
    asked = []
    ALL.filter(lambda m: asked.append(m), kind="heap")
    assert asked == ALL.filter(kind="heap")
    assert ALL.filter(lambda m: m.path.endswith(".6"), kind="file") == [
        m for m in ALL if m.path and m.path[-2:] == ".6"
    ]


def test_filters_follow_each_other():
    assert ALL.filter(perms="rw").filter(kind="heap") == ALL.filter(perms="rw", kind="heap")


@pytest.mark.parametrize(
    "wrong",
    [{"predicate": 5}, {"perms": 5}, {"pathname": 5}, {"kind": 5}, {"kind": True}, {"perms": b"r"}, {"name": "x"}],
    ids=repr,
)
def test_conditions_of_another_type(wrong):
    with pytest.raises((TypeError, ValueError)):
        ALL.filter(**wrong)


def test_all_but_the_predicate_is_by_keyword():
    with pytest.raises(TypeError, match="positional argument"):
        ALL.filter(None, "r-x")


def test_names_are_compared_in_the_encoding_that_they_have():
    """Listings of the kernel have that of the file system, and those that are made here UTF-8."""
    latin = maps_of_table(parse(b"1000-2000 r--p 0 0:0 0 /caf\xe9\n", "latin-1"))
    for maps in (latin, Maps(list(latin)), procmaps.from_str(str(latin))):
        for pattern in ("/caf\xe9", "/caf?", "/caf[\xe0-\xef]"):
            assert maps.filter(pathname=pattern) == latin
        assert not maps.filter(pathname="/caf[!\xe9]")
