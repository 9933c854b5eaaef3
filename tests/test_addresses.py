"""What `Maps` answers about addresses. test_laws.py has the laws; these name the cases."""

from __future__ import annotations

import array
import ctypes
import itertools
import sys

import pytest

import procmaps
from procmaps import Map, Maps

A = Map(0x1000, 0x3000, "r--p", pathname="/a")
B = Map(0x3000, 0x4000, "r-xp", pathname="/b")
C = Map(0x8000, 0x9000, "rw-p")
TOP = Map(2**64 - 0x2000, 2**64 - 1, "--xp", pathname="[vsyscall]")
ORDERED = [A, B, C, TOP]
# As a torn reading has it: out of order, and OVER overlaps A and B.
OVER = Map(0x2000, 0x3800, "rw-p", pathname="/over")
DISORDERED = [C, A, B, OVER, TOP]

ANSWERS = [
    (0, None, None),
    (0xFFF, None, None),
    (0x1000, A, A),
    (0x1FFF, A, A),
    (0x2000, A, OVER),
    (0x2FFF, A, OVER),
    (0x3000, B, OVER),
    (0x37FF, B, OVER),
    (0x3800, B, B),
    (0x3FFF, B, B),
    (0x4000, None, None),
    (0x8000, C, C),
    (0x9000, None, None),
    (2**63, None, None),
    (2**64 - 2, TOP, TOP),
    (2**64 - 1, None, None),
]
OUT_OF_RANGE = [-1, -0x1000, -(2**63), 2**64, 2**64 + 0x1000, 10**30]


class Index:
    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


@pytest.fixture(params=[Maps, lambda maps: procmaps.from_str(str(Maps(maps)))], ids=["made", "parsed"])
def make(request):
    return request.param


@pytest.fixture
def ordered(make):
    return make(ORDERED)


@pytest.fixture
def disordered(make):
    return make(DISORDERED)


def test_is_ordered(make):
    assert make(ORDERED).is_ordered
    assert not make(DISORDERED).is_ordered
    assert make([]).is_ordered
    assert make([C]).is_ordered
    assert not make([A, A]).is_ordered
    assert make([Map(0x1000, 0x1000), A, B]).is_ordered
    assert not make([B, A]).is_ordered


# One address


@pytest.mark.parametrize(("address", "in_order", "out_of_order"), ANSWERS)
def test_find(ordered, disordered, address, in_order, out_of_order):
    assert ordered.find(address) == in_order
    assert disordered.find(address) == out_of_order
    assert ordered.find(Index(address)) == in_order
    assert (address in ordered) is (address in disordered) is (in_order is not None)
    assert Maps().find(address) is None
    assert address not in Maps()


@pytest.mark.parametrize("address", OUT_OF_RANGE)
def test_addresses_that_there_are_not(ordered, disordered, address):
    for maps in (ordered, disordered):
        assert maps.find(address) is None
        assert address not in maps
        assert maps.find_all([address, 0x1000, address]) == [None, A, None]


@pytest.mark.parametrize("address", ["4096", b"\x10", 4096.0, None, [4096], A], ids=repr)
def test_what_is_no_address(ordered, address):
    with pytest.raises(TypeError, match=type(address).__name__):
        ordered.find(address)
    with pytest.raises(TypeError, match=type(address).__name__):
        ordered.find_all([0x1000, address])
    # As in a list, that is just not there; A is.
    assert (address in ordered) is (address == A)


def test_found_among_many(make):
    many = make([Map(0x10000 * i, 0x10000 * i + 0x1000) for i in range(1, 3000)])
    for i in (1, 2, 7, 1500, 2998, 2999):
        assert many.find(0x10000 * i) == many.find(0x10000 * i + 0xFFF) == many[i - 1]
        assert many.find(0x10000 * i - 1) is many.find(0x10000 * i + 0x1000) is None


# Many addresses

ADDRESSES = [address for address, _, _ in ANSWERS]

FORMS = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "generator": lambda addresses: (address for address in addresses),
    "array of Q": lambda addresses: array.array("Q", addresses),
    "memoryview": lambda addresses: memoryview(array.array("Q", addresses)),
    "memoryview, every second": lambda addresses: memoryview(
        array.array("Q", [x for pair in zip(addresses, addresses) for x in pair])
    )[::2],
    "memoryview, backwards": lambda addresses: memoryview(array.array("Q", addresses[::-1]))[::-1],
    "bytes, cast": lambda addresses: memoryview(array.array("Q", addresses).tobytes()).cast("Q"),
    "ctypes": lambda addresses: (ctypes.c_uint64 * len(addresses))(*addresses),
    "ints with an index": lambda addresses: [Index(address) for address in addresses],
}
if array.array("L").itemsize == 8:
    FORMS["array of L"] = lambda addresses: array.array("L", addresses)


@pytest.mark.parametrize("form", FORMS)
def test_find_all(ordered, disordered, form):
    give = FORMS[form]
    assert ordered.find_all(give(ADDRESSES)) == [m for _, m, _ in ANSWERS]
    assert disordered.find_all(give(ADDRESSES)) == [m for _, _, m in ANSWERS]
    assert Maps().find_all(give(ADDRESSES)) == [None] * len(ADDRESSES)


def test_find_indices_of_a_buffer_in_two_dimensions(ordered):
    numbers = array.array("Q", ADDRESSES)
    table = memoryview(numbers).cast("B").cast("Q", [1, len(numbers)])
    assert ordered.find_indices(table) == ordered.find_indices(numbers)


@pytest.mark.parametrize("form", FORMS)
def test_find_indices(ordered, form):
    found = ordered.find_indices(FORMS[form](ADDRESSES))
    assert isinstance(found, memoryview)
    assert (found.format, found.itemsize, found.readonly) == ("q", 8, True)
    assert list(found) == [-1 if m is None else ORDERED.index(m) for _, m, _ in ANSWERS]


# In Python 3.9 the items of an empty ctypes array have no size.
@pytest.mark.parametrize("form", FORMS if sys.version_info >= (3, 10) else sorted(FORMS.keys() - {"ctypes"}))
def test_no_addresses(ordered, form):
    assert ordered.find_all(FORMS[form]([])) == []
    assert len(ordered.find_indices(FORMS[form]([]))) == 0


def test_numpy(ordered):
    numpy = pytest.importorskip("numpy")
    addresses = numpy.array(ADDRESSES, dtype=numpy.uint64)
    assert ordered.find_all(addresses) == [m for _, m, _ in ANSWERS]
    assert ordered.find_all(addresses[::-1]) == [m for _, m, _ in ANSWERS][::-1]
    assert numpy.asarray(ordered.find_indices(addresses)).dtype == numpy.int64
    assert ordered.find(addresses[2]) == A
    assert addresses[2] in ordered
    assert addresses[2] in A
    assert B.file_offset(numpy.uint64(0x3010)) == 0x10
    for dtype in (numpy.int64, numpy.float64, numpy.uint32, numpy.dtype(">u8")):
        with pytest.raises(TypeError, match="unsigned 64-bit ints"):
            ordered.find_all(addresses.astype(dtype))


OTHER_ORDER = ctypes.c_uint64.__ctype_be__ if sys.byteorder == "little" else ctypes.c_uint64.__ctype_le__

BUFFERS = {
    "bytes": b"\0" * 8,
    "no bytes": b"",
    "bytearray": bytearray(8),
    "signed": array.array("q", [0x1000]),
    "32 bits": array.array("I", [0x1000]),
    "floats": array.array("d", [4096.0]),
    "pointers": (ctypes.c_void_p * 1)(0x1000),
    "the other byte order": (OTHER_ORDER * 1)(0x1000),
}


@pytest.mark.parametrize("name", BUFFERS)
def test_buffers_of_something_else(ordered, name):
    for call in (ordered.find_all, ordered.find_indices):
        with pytest.raises(TypeError, match="a buffer of addresses holds unsigned 64-bit ints, not format"):
            call(BUFFERS[name])


@pytest.mark.parametrize("addresses", [None, 0x1000, 1.5, "ab", [None], A, object()])
def test_what_holds_no_addresses(ordered, addresses):
    for call in (ordered.find_all, ordered.find_indices):
        with pytest.raises(TypeError):
            call(addresses)


def test_what_an_iterator_raises_comes_through(ordered):
    def addresses():
        yield 0x1000
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        ordered.find_all(addresses())


# Ranges

RANGES = [
    (0, 0x1000, []),
    (0, 0x1001, [A]),
    (0x1000, 0x3000, [A]),
    (0x1800, 0x1801, [A]),
    (0x2FFF, 0x3001, [A, B]),
    (0x3000, 0x8000, [B]),
    (0x4000, 0x8000, []),
    (0x3FFF, 2**63, [B, C]),
    (0, 2**64 - 1, ORDERED),
    (2**64 - 2, 2**64 - 1, [TOP]),
    # Ranges without an address
    (0x1800, 0x1800, []),
    (0x3000, 0x3000, []),
    (0x3000, 0x1000, []),
    (2**64 - 1, 0, []),
    # All there are, said generously
    (-1, 2**64, ORDERED),
    (-(2**70), 2**70, ORDERED),
    (0, 2**64, ORDERED),
    (-10, 0, []),
    (2**64, 2**65, []),
]


@pytest.mark.parametrize(("begin", "end", "expected"), RANGES)
def test_between(ordered, begin, end, expected):
    found = ordered.between(begin, end)
    assert type(found) is Maps
    assert found == expected


def test_between_takes_anything_with_an_index(ordered, disordered):
    assert ordered.between(Index(0x2000), Index(0x3001)) == [A, B]
    assert disordered.between(Index(0x8000), Index(2**64 - 1)) == [C, TOP]


@pytest.mark.parametrize(("begin", "end", "expected"), RANGES)
def test_between_out_of_order(disordered, make, begin, end, expected):
    found = disordered.between(begin, end)
    assert sorted(m for m in found if m != OVER) == expected
    assert (OVER in found) == (begin < end and begin < OVER.end_address and OVER.begin_address < end)
    assert [m for m in DISORDERED if m in found] == found
    assert sorted(make(ORDERED[::-1]).between(begin, end)) == expected


def test_between_gives_the_objects_that_there_are(ordered):
    assert ordered.between(0x3000, 0x3001)[0] is ordered[1] is ordered.find(0x3000)


def test_a_mapping_of_no_size_is_between_nothing(make):
    nothing = Map(0x2000, 0x2000)
    assert make([nothing]).between(0, 2**64 - 1) == []
    assert make([A, nothing]).between(0, 2**64 - 1) == [A]
    assert make([nothing, B]).between(0, 2**64 - 1) == [B]


@pytest.mark.parametrize("bounds", [("0", 5), (0, 5.0), (None, 5), (0, None)], ids=repr)
def test_between_what_is_no_address(make, bounds):
    for maps in (make(ORDERED), make(DISORDERED)):
        with pytest.raises(TypeError):
            maps.between(*bounds)


def test_gaps(make):
    assert make(ORDERED).gaps() == [(0x4000, 0x8000), (0x9000, 2**64 - 0x2000)]
    assert make(DISORDERED).gaps() == make(ORDERED).gaps()
    assert make([]).gaps() == make([A]).gaps() == make([A, B]).gaps() == []
    assert make([Map(0, 0x1000), C]).gaps() == [(0x1000, 0x8000)]
    inside = Map(0x1800, 0x1900)
    assert make([A, inside, C]).gaps() == [(0x3000, 0x8000)]
    assert make([A, B, OVER]).gaps() == []


def test_size(make):
    assert make([]).size == 0
    assert make(ORDERED).size == 0x2000 + 0x1000 + 0x1000 + 0x1FFF
    # What overlaps is counted for each.
    assert make([A, A]).size == 2 * A.size


def test_by_pathname(make):
    other_a = Map(0x20000, 0x21000, pathname="/a")
    maps = make([*ORDERED, other_a, Map(0x30000, 0x31000)])
    groups = maps.by_pathname()
    assert list(groups) == ["/a", "/b", None, "[vsyscall]"]
    assert all(type(group) is Maps for group in groups.values())
    assert groups["/a"] == [A, other_a]
    assert [m.begin_address for m in groups[None]] == [0x8000, 0x30000]
    assert sorted(itertools.chain.from_iterable(groups.values())) == sorted(maps)
    assert groups["/a"][0] is maps[0]
    assert make([]).by_pathname() == {}
