"""`Maps` as a sequence: whatever a list of the same mappings answers, it answers too."""

# ruff: noqa: RUF005 (that + works is what is tested)

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection
from unittest import mock

import pytest

import procmaps
from procmaps import Maps
from support.listings import ABSENT, FIRST, LAST, LISTING, STATES


@pytest.fixture(params=STATES, ids=lambda make: make.__name__)
def maps(request):
    return request.param()


def outcome(operation, sequence):
    """Return what comes out: a value, of whatever sequence type, or the type of an exception."""
    try:
        value = operation(sequence)
    except Exception as error:
        return type(error)
    return list(value) if isinstance(value, (Maps, list)) or hasattr(value, "__next__") else value


OPERATIONS = {
    "len": len,
    "bool": bool,
    "iteration": iter,
    "iteration, twice at once": lambda s: list(zip(iter(s), iter(s))),
    "reversed": reversed,
    "list": list,
    "tuple": tuple,
    "set": set,
    "sorted": sorted,
    "sorted by a key, reversed": lambda s: sorted(s, key=lambda m: m.size, reverse=True),
    "min": min,
    "max": max,
    "any": any,
    "enumerate": enumerate,
    "zip": lambda s: zip(s, s[1:]),
    "unpacking": lambda s: [(a, b, c) for a, *b, c in [s]],
    "unpacking, too few names": lambda s: [(a, b) for a, b in [s]],
    "starred": lambda s: [*s, *s],
    "arguments": lambda s: (lambda *arguments: arguments)(*s),
    "concatenation, list at right": lambda s: s + [ABSENT],
    "concatenation, list at left": lambda s: [ABSENT] + s,
    "concatenation, empty": lambda s: s + [],
    "concatenation, itself": lambda s: s + s,
    "concatenation, str": lambda s: s + "",
    "concatenation, bytes": lambda s: s + b"",
    "concatenation, number": lambda s: s + 1,
    "concatenation, generator": lambda s: s + (m for m in []),
    "twice": lambda s: s * 2,
    "twice, from the left": lambda s: 2 * s,
    "no times": lambda s: s * 0,
    "negative times": lambda s: s * -1,
    "half times": lambda s: s * 0.5,
    "count": lambda s: s.count(LISTING[2]),
    "count of what is absent": lambda s: s.count(ABSENT),
    "count of something else": lambda s: s.count("x"),
    "count of whatever equals": lambda s: s.count(mock.ANY),
    "in": lambda s: LISTING[4] in s,
    "in, absent": lambda s: ABSENT in s,
    "in, str": lambda s: "[heap]" in s,
    "in, None": lambda s: None in s,
    "in, float": lambda s: 4096.0 in s,
    "in, list": lambda s: [FIRST] in s,
    "index of something else": lambda s: s.index("x"),
    "index without a value": lambda s: s.index(),
    "is sorted": lambda s: sorted(s) == s,
    "sum of sizes": lambda s: sum(m.size for m in s),
    "join": lambda s: "".join(str(m) for m in s),
    "dict": lambda s: {m: i for i, m in enumerate(s)},
    "filter": lambda s: filter(lambda m: m.is_writable, s),
    "map": lambda s: map(str, s),
    "nested": lambda s: [s, s].index(s),
    "next": lambda s: next(iter(s)),
    "operator of what is no list": lambda s: s @ s,
    **{f"[{i!r}]": lambda s, i=i: s[i] for i in (0, 5, 6, 100, -1, -6, -7, True, False, 2**70, -(2**70))},
    **{f"[{i!r}]": lambda s, i=i: s[i] for i in ("0", 1.0, None, (0, 1), FIRST)},
    **{
        f"slice {part}": lambda s, part=part: s[slice(*part)]
        for part in [
            (None, None), (1, None), (None, 2), (1, 4), (-2, None), (None, -2), (4, 1), (100, None), (-100, 100),
            (None, None, 2), (None, None, -1), (None, None, -2), (4, 1, -1), (1, 5, 2), (5, None, -3), (2**70, None),
            (None, None, 0), ("a", None), (None, 1.5), (True, False),
        ]
    },
    **{
        f"index {where}": lambda s, where=where: s.index(*where)
        for where in [
            (FIRST,), (LAST,), (LISTING[3],), (ABSENT,), (LISTING[2], 3), (FIRST, 1), (LAST, -1), (LAST, -100),
            (LAST, 0, -1), (LISTING[2], 2, 3), (LISTING[2], 0, 2), (LAST, 100), (LAST, 0, 100), (FIRST, 0, 0),
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_as_a_list_does(maps, name):
    expected = outcome(OPERATIONS[name], LISTING)
    assert outcome(OPERATIONS[name], maps) == expected


@pytest.mark.parametrize("name", OPERATIONS)
def test_as_an_empty_list_does(name):
    expected = outcome(OPERATIONS[name], [])
    assert outcome(OPERATIONS[name], Maps()) == expected
    assert outcome(OPERATIONS[name], procmaps.from_str("")) == expected


COMPARED = [[], [ABSENT], LISTING, LISTING[:-1], [*LISTING, LAST], [LAST], [*LISTING[:-1], ABSENT]]


@pytest.mark.parametrize("operator", ["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"])
@pytest.mark.parametrize("other", COMPARED, ids=len)
def test_compares_as_a_list_does(maps, operator, other):
    expected = getattr(LISTING, operator)(other)
    for same in (other, tuple(other), deque(other), Maps(other), procmaps.from_str(str(Maps(other)))):
        assert getattr(maps, operator)(same) is expected
    assert getattr(maps, operator)([*other]) is expected


@pytest.mark.parametrize("other", COMPARED, ids=len)
def test_compares_from_the_other_side(maps, other):
    assert (other == maps, other != maps) == (other == LISTING, other != LISTING)
    assert (tuple(other) == maps) == (other == LISTING)
    assert (other < maps, other <= maps, other > maps, other >= maps) == (
        other < LISTING, other <= LISTING, other > LISTING, other >= LISTING,
    )  # fmt: skip


@pytest.mark.parametrize("other", [None, 0, "", "x", b"", {}, set(), iter(()), object()])
def test_is_not_equal_to_what_is_no_sequence(maps, other):
    for sequence in (maps, Maps()):
        assert (sequence == other, sequence != other, other == sequence) == (False, True, False)
        for compare in ("__lt__", "__le__", "__gt__", "__ge__"):
            assert getattr(sequence, compare)(other) is NotImplemented
    with pytest.raises(TypeError, match="not supported between"):
        maps < other  # noqa: B015


def test_what_comes_back_are_maps(maps):
    for value in (
        maps[1:3],
        maps[::-1],
        maps[:0],
        maps + [ABSENT],
        [ABSENT] + maps,
        maps + (ABSENT,),
        maps * 2,
        2 * maps,
    ):
        assert type(value) is Maps
    assert (ABSENT,) + maps == [ABSENT, *LISTING]
    assert isinstance(maps, Collection)


def test_only_maps_are_held():
    for other in ([1], ["x"], [None], [FIRST, 5], "x", [[FIRST]]):
        with pytest.raises(TypeError, match="Maps holds Map objects, not"):
            Maps(other)
        with pytest.raises(TypeError):
            Maps(LISTING) + other
    with pytest.raises(TypeError, match="not iterable"):
        Maps(5)
    assert Maps(iter(LISTING)) == Maps(tuple(LISTING)) == Maps(maps=LISTING) == Maps(Maps(LISTING)) == LISTING


def test_a_list_that_changes_later_does_not_change_them():
    source = list(LISTING)
    maps = Maps(source)
    source.clear()
    assert maps == LISTING


@pytest.mark.skipif(sys.version_info < (3, 10), reason="match is of Python 3.10")
def test_match_takes_it_for_a_sequence(maps):
    found = {}
    exec("match maps:\n case [first, *_]: found['first'] = first", {"maps": maps, "found": found})
    assert found == {"first": maps[0]}
