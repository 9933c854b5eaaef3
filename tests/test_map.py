"""`Map` as a value, and what it answers. The laws of test_laws.py draw values; these name the cases."""

from __future__ import annotations

import copy
import pickle
import re
import sys

import pytest

import procmaps
from procmaps import Map

FIELDS = {
    "begin_address": 0x1000,
    "end_address": 0x3000,
    "perms": "r-xp",
    "offset": 0x2000,
    "device": (8, 1),
    "inode": 42,
    "pathname": "/bin/cat",
}
CAT = Map(**FIELDS)
LINE = "00001000-00003000 r-xp 00002000 08:01 42                                 /bin/cat"

# Each differs from CAT in one field, and comes after it.
LATER = [
    {"begin_address": 0x1001},
    {"end_address": 0x3001},
    {"perms": "rwxp"},
    {"offset": 0x2001},
    {"device": (8, 2)},
    {"device": (9, 0)},
    {"inode": 43},
    {"pathname": "/bin/cat "},
]


class Index:
    """An int as numpy has it: no int, but with an index."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


# Fields


def test_fields_are_those_that_were_given():
    assert {name: getattr(CAT, name) for name in Map.__match_args__} == FIELDS
    assert tuple(FIELDS) == Map.__match_args__


def test_fields_may_come_by_position():
    assert Map(*FIELDS.values()) == CAT


def test_only_the_addresses_are_required():
    assert Map(0x1000, 0x2000) == Map(0x1000, 0x2000, "---p", 0, (0, 0), 0, None)
    for arguments in ({}, {"begin_address": 0}, {"end_address": 0}):
        with pytest.raises(TypeError, match="missing"):
            Map(**arguments)
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        Map(0, 1, size=1)


def test_each_field_is_documented():
    for name in (*Map.__match_args__, "size", "kind", "path"):
        assert getattr(Map, name).__doc__
    for name in Map.__match_args__:
        assert re.search(rf"^ +{name}: ", Map.__doc__, re.MULTILINE)


def test_plain_types_come_out_whatever_came_in():
    m = Map(Index(1), Index(2), "r--p", Index(3), [Index(4), Index(5)], Index(6), "/x")
    assert repr(m) == repr(Map(1, 2, "r--p", 3, (4, 5), 6, "/x"))
    assert [type(getattr(m, name)) for name in Map.__match_args__] == [int, int, str, int, tuple, int, str]


def test_the_largest_numbers():
    largest = 2**64 - 1
    m = Map(0, largest, "rwxs", largest, (2**32 - 1, 2**32 - 1), largest)
    assert (m.size, m.offset, m.inode, m.device) == (largest, largest, largest, (2**32 - 1, 2**32 - 1))
    assert procmaps.from_str(str(m)) == [m]


@pytest.mark.parametrize("address", [0, 1, 2**63, 2**64 - 1])
def test_a_range_may_be_empty(address):
    m = Map(address, address)
    assert m.size == 0
    assert address not in m
    assert not m.overlaps(m)
    assert procmaps.from_str(str(m)) == [m]


# Refused

BAD_VALUES = [
    ("begin_address", -1),
    ("begin_address", 2**64),
    ("end_address", -1),
    ("end_address", 2**64),
    ("end_address", 0xFFF),
    ("offset", -1),
    ("offset", 2**64),
    ("device", (-1, 0)),
    ("device", (0, -1)),
    ("device", (2**32, 0)),
    ("device", (0, 2**32)),
    ("device", ()),
    ("device", (1,)),
    ("device", (1, 2, 3)),
    ("inode", -1),
    ("inode", 2**64),
    ("perms", ""),
    ("perms", "rwx"),
    ("perms", "rwxpp"),
    ("perms", "rwxq"),
    ("perms", "rwx-"),
    ("perms", "xwrp"),
    ("perms", "RWXP"),
    ("perms", "r xp"),
    ("perms", "==xp"),
    ("perms", "r-x\n"),
    ("pathname", ""),
    ("pathname", " "),
    ("pathname", " /bin/cat"),
    ("pathname", "/bin\n/cat"),
    ("pathname", "/bin/cat\n"),
    ("pathname", "/bin/cat\0"),
]


@pytest.mark.parametrize(("field", "value"), BAD_VALUES)
def test_values_that_no_line_can_say(field, value):
    with pytest.raises(ValueError, match=field):
        Map(**{**FIELDS, field: value})


BAD_TYPES = [
    *[
        (field, value)
        for field in ("begin_address", "end_address", "offset", "inode")
        for value in (1.0, "1", b"1", None)
    ],
    ("device", 5),
    ("device", None),
    ("device", (1.0, 2)),
    ("device", "81"),
    ("pathname", b"/bin/cat"),
    ("pathname", 5),
    ("pathname", ("/bin/cat",)),
]


@pytest.mark.parametrize(("field", "value"), BAD_TYPES)
def test_values_of_another_type(field, value):
    with pytest.raises(TypeError):
        Map(**{**FIELDS, field: value})


@pytest.mark.parametrize("value", [None, b"r-xp", 5, ("r", "-", "x", "p"), ["r", "w", "x", "p"]])
def test_perms_of_another_type(value):
    with pytest.raises((TypeError, ValueError), match="perms are four letters"):
        Map(0, 1, value)


def test_a_surrogate_that_stands_for_no_byte_is_no_name():
    with pytest.raises(ValueError, match="surrogates"):
        Map(0, 1, pathname="/\ud800")
    assert bytes(Map(0, 1, pathname="/\udcff")).endswith(b"/\xff")


# An immutable value


@pytest.mark.parametrize("name", [*Map.__match_args__, "size", "kind", "path", "is_readable"])
def test_nothing_can_be_set_or_removed(name):
    m = copy.replace(CAT) if sys.version_info >= (3, 13) else CAT.__replace__()
    with pytest.raises(AttributeError):
        setattr(m, name, getattr(m, name))
    with pytest.raises(AttributeError):
        delattr(m, name)
    assert m == CAT


@pytest.mark.skipif(sys.implementation.name == "pypy", reason="PyPy gives objects of native types a __dict__")
def test_nothing_can_be_added():
    m = CAT.__replace__()
    with pytest.raises(AttributeError):
        m.new = 0
    with pytest.raises(AttributeError):
        del m.new
    assert not hasattr(m, "__dict__")


@pytest.mark.parametrize("change", LATER, ids=repr)
def test_each_field_counts_for_equality_and_order(change):
    other = Map(**{**FIELDS, **change})
    assert (other == CAT, other != CAT) == (False, True)
    assert (other > CAT, other >= CAT, other < CAT, other <= CAT) == (True, True, False, False)
    assert (other < CAT, other <= CAT, other > CAT, other >= CAT) == (False, False, True, True)
    assert len({CAT, other}) == 2


def test_equal_maps():
    other = procmaps.from_str(LINE)[0]
    assert other is not CAT
    assert (other == CAT, other != CAT, hash(CAT) == hash(other)) == (True, False, True)
    assert (other > CAT, other >= CAT, other < CAT, other <= CAT) == (False, True, False, True)
    assert {CAT: 1}[other] == 1


def test_no_name_comes_before_any():
    nameless = Map(**{**FIELDS, "pathname": None})
    assert nameless != CAT
    assert nameless < CAT
    assert nameless < CAT
    assert nameless <= Map(**{**FIELDS, "pathname": None})
    assert sorted([CAT, nameless]) == [nameless, CAT]
    assert sorted([nameless, CAT]) == [nameless, CAT]


@pytest.mark.parametrize("other", [None, 0x1000, LINE, tuple(FIELDS.values()), object()])
def test_other_types_are_neither_equal_nor_in_order(other):
    assert (other == CAT, other != CAT) == (False, True)
    for compare in ("__lt__", "__le__", "__gt__", "__ge__"):
        assert getattr(CAT, compare)(other) is NotImplemented
    with pytest.raises(TypeError, match="not supported between"):
        other > CAT  # noqa: B015


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("m", [CAT, Map(0, 0), Map(0, 2**64 - 1, pathname="/\udcff\x85\u2028\U0001f600")], ids=str)
def test_pickle(m, protocol):
    same = pickle.loads(pickle.dumps(m, protocol))
    assert same == m
    assert hash(same) == hash(m)
    assert type(same) is Map


def test_a_pickle_names_nothing_private():
    assert b"procmaps\nMap\n" in pickle.dumps(CAT, 0)


def test_copies_are_the_same():
    assert copy.copy(CAT) is CAT
    assert copy.deepcopy([CAT])[0] is CAT


@pytest.mark.parametrize("change", [{}, *LATER, {"pathname": None}], ids=repr)
def test_replace(change):
    replace = copy.replace if sys.version_info >= (3, 13) else lambda m, **changes: m.__replace__(**changes)
    other = replace(CAT, **change)
    assert other == Map(**{**FIELDS, **change})
    assert Map(**FIELDS) == CAT


def test_replace_checks_as_the_constructor_does():
    with pytest.raises(ValueError, match="end_address 0x0 is below begin_address 0x1000"):
        CAT.__replace__(end_address=0)
    with pytest.raises(TypeError, match="size"):
        CAT.__replace__(size=5)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="match is of Python 3.10")
def test_match():
    space = {"m": CAT, "Map": Map}
    exec(
        "match m:\n"
        "    case Map(begin, end, 'rw-p'): found = None\n"
        "    case Map(begin, end, 'r-xp', pathname='/bin/cat', device=(8, minor), is_deleted=False):\n"
        "        found = begin, end, minor\n",
        space,
    )
    assert space["found"] == (0x1000, 0x3000, 1)
    exec("match m:\n    case Map(_, _, _, _, _, _, name): found = name", space)
    assert space["found"] == "/bin/cat"


# Subclasses


class Named(Map):
    """A subclass as a user may write it."""

    @property
    def name(self) -> str:
        return (self.pathname or "").rpartition("/")[2]


def test_a_subclass_stays_one():
    m = Named(**FIELDS)
    assert m.name == "cat"
    assert m == CAT
    assert m == CAT
    assert hash(m) == hash(CAT)
    assert not m < CAT
    assert repr(m).startswith("Named(")
    for same in (copy.copy(m), copy.deepcopy(m), m.__replace__(), pickle.loads(pickle.dumps(m)), eval(repr(m))):
        assert type(same) is Named
        assert same == m
    assert procmaps.Maps([m])[0] is m
