"""What mappings use: texts in, values and sums out."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from procmaps import Map, Maps, ParseError
from procmaps._amounts import AMOUNTS
from procmaps._procmaps import USAGE_FIELDS, UsageTable, parse_smaps
from procmaps.smaps import VM_FLAGS, Amounts, Rollup, Total, Usage, Usages, describe, from_path, from_str, rollup
from reference import print_row
from smaps_reference import NAMES, NUMBERS, assert_agrees, fields_of

TEXT = b"""\
00400000-0040b000 r-xp 00000000 08:11 6553896                            /bin/cat
Size:                 44 kB
Rss:                  40 kB
Pss:                  20 kB
Private_Clean:        40 kB
Swap:                  0 kB
VmFlags: rd ex mr mw me\x20
0060b000-0062c000 rw-p 00000000 00:00 0                                  [heap]
Size:                132 kB
Rss:                   8 kB
Pss:                   8 kB
Private_Dirty:         8 kB
Swap:                  4 kB
THPeligible:           1
VmFlags: rd wr mr mw me ac\x20
0060c000-0062c000 rw-p 00000000 00:00 0\x20
Size:                132 kB
Rss:                   8 kB
Private_Dirty:         8 kB
New_1:           [x:\xe9] y
"""


@pytest.fixture
def usages():
    return from_str(TEXT)


# Texts


def test_fields(usages):
    cat, heap, anonymous = usages
    assert cat.map == Map(0x400000, 0x40B000, "r-xp", 0, (8, 0x11), 6553896, "/bin/cat")
    assert (cat.size, cat.rss, cat.pss, cat.private_clean, cat.swap) == (45056, 40960, 20480, 40960, 0)
    assert cat.vm_flags == ("rd", "ex", "mr", "mw", "me")
    assert cat.private_dirty is cat.thp_eligible is cat.protection_key is None
    assert heap.thp_eligible is True
    assert anonymous.vm_flags is None
    assert anonymous.other == {"New_1": "[x:\udce9] y"}
    assert cat.other == {}


@pytest.mark.parametrize(
    "convert", [bytes, bytearray, memoryview, lambda text: text.decode("utf-8", "surrogateescape")]
)
def test_texts_of_all_types(usages, convert):
    assert from_str(convert(TEXT)) == usages


def test_a_file(usages, tmp_path):
    path = tmp_path / "smaps"
    path.write_bytes(TEXT)
    assert from_path(path) == from_path(str(path)) == usages
    with pytest.raises(FileNotFoundError):
        from_path(tmp_path / "missing")


def test_nothing():
    usages = from_str(b"")
    assert len(usages) == 0
    assert usages.maps == []
    assert usages.total() == Total()
    assert usages.by("kind") == {}
    assert repr(usages) == "<Usages: no mappings, rss=None>"
    assert usages.pid is usages.attempts is usages.without_memory is None


def test_a_listing_of_maps_is_refused():
    with pytest.raises(ParseError) as caught:
        from_str("1000-2000 r--p 00000000 00:00 0 \n2000-3000 r--p 00000000 00:00 0 \n")
    error = caught.value
    assert (error.lineno, error.column, error.field) == (1, 33, "size")
    assert "expected a field in the line below" in str(error)


def test_what_is_refused_is_shown():
    with pytest.raises(ParseError) as caught:
        from_str(TEXT.replace(b"Rss:                  40 kB", b"Rss:                  40 MB"))
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.lineno, error.column, error.field) == (3, 5, "rss")
    assert error.line == b"Rss:                  40 MB"


def test_half_a_character_is_refused():
    with pytest.raises(ParseError) as caught:
        from_str("1000-2000 r--p 00000000 00:00 0 \nRss: 4 kB\nNew: \ud800")
    assert (caught.value.lineno, caught.value.column) == (3, 6)


def test_an_encoding_that_is_not_utf_8():
    _, table = parse_smaps(TEXT, "iso-8859-1")
    assert table[2][len(USAGE_FIELDS) - 1] == {"New_1": "[x:\xe9] y"}


# Any text


LABELS = st.sampled_from([*NAMES, "Rss", "Size", "VmFlags", "New", "R?"])
VALUES = st.integers(0, 2**54 + 1).map(str) | st.sampled_from(
    ["0", "4", "99999999", "100000000", "18014398509481984", "-1", "+1", "1_0", "", "4.", "0x4", "rd"]
)
PADDING = st.sampled_from(["", " ", "\t", "\t\t", " " * 21])


@st.composite
def field_lines(draw):
    """Draw lines that are fields or nearly so; half of them as the kernel prints them."""
    label, value = draw(LABELS), draw(VALUES)
    if label == "VmFlags":
        return f"VmFlags: {' '.join(draw(st.lists(st.sampled_from([*VM_FLAGS, 'x', 'xyz']), max_size=4)))}".encode()
    unit = draw(st.sampled_from(["", " kB", " MB"])) if draw(st.booleans()) else "" if label in NUMBERS else " kB"
    if draw(st.booleans()):
        return f"{label + ':':16}{value:>8}{unit}".encode()
    return f"{label}:{draw(PADDING)}{value}{unit}".encode()


def header_lines():
    return strategies.rows().map(print_row)


@given(lines=st.lists(header_lines() | field_lines() | field_lines() | st.binary(max_size=12), max_size=12))
def test_any_lines_are_taken_or_refused_as_the_reference_does(lines):
    assert_agrees(b"\n".join(lines))


@given(text=st.binary() | st.binary().map(lambda text: b"0-0 ---p 0 0:0 0\n" + text))
def test_any_bytes_are_taken_or_refused_as_the_reference_does(text):
    assert_agrees(text)


@given(at=st.integers(0, len(TEXT) - 1), byte=st.binary(max_size=2), count=st.integers(0, 2))
def test_damaged_texts_are_taken_or_refused_as_the_reference_does(at, byte, count):
    assert_agrees(TEXT[:at] + byte + TEXT[at + count :])


@given(
    blocks=st.lists(
        st.tuples(header_lines(), st.dictionaries(st.sampled_from(sorted(NAMES)), st.integers(0, 10**9), min_size=1)),
        max_size=5,
    )
)
def test_what_is_printed_is_read(blocks):
    text = b""
    for header, fields in blocks:
        text += header + b"\n"
        for label, value in fields.items():
            unit = "" if label in NUMBERS else " kB"
            text += b"VmFlags: \n" if label == "VmFlags" else f"{label + ':':16}{value:8}{unit}\n".encode()
    for usage, (_, fields) in zip(from_str(text), blocks):
        scaled = {
            NAMES[label]: () if label == "VmFlags" else value != 0 if label == "THPeligible"
            else value if label in NUMBERS else value * 1024
            for label, value in fields.items()
        }  # fmt: skip
        assert fields_of(usage) == scaled


# One mapping


HEAP = Map(0x1000, 0x3000, "rw-p", pathname="[heap]")
ALL = {name: i * 4096 for i, name in enumerate(USAGE_FIELDS[:-4])}
REST = {"thp_eligible": 1, "protection_key": 3, "vm_flags": ["rd", "??"], "other": {"New": "\udce9"}}
FULL = Usage(HEAP, **ALL, **REST)


def test_every_field_is_an_attribute():
    assert set(USAGE_FIELDS) == {*NAMES.values(), "other"}
    assert set(AMOUNTS) == set(NAMES.values()) - {
        *("kernel_page_size", "mmu_page_size", "thp_eligible", "protection_key", "vm_flags")
    }
    for name, value in ALL.items():
        assert getattr(FULL, name) == value
        assert getattr(Usage, name).__doc__
    assert (FULL.thp_eligible, FULL.protection_key, FULL.vm_flags) == (True, 3, ("rd", "??"))
    assert FULL.other == {"New": "\udce9"}
    assert FULL.map is HEAP


def test_what_is_not_given_is_none():
    usage = Usage(HEAP)
    assert all(getattr(usage, name) is None for name in [*NAMES.values(), "uss", "dirty", "thp"])
    assert usage.other == {}


def test_sums_of_what_is_there():
    assert Usage(HEAP, private_clean=1, private_dirty=2, private_hugetlb=4, shared_clean=8).uss == 7
    assert Usage(HEAP, private_dirty=2, shared_dirty=4, private_clean=1).dirty == 6
    assert Usage(HEAP, anon_huge_pages=1, shmem_pmd_mapped=2, file_pmd_mapped=4, shared_hugetlb=8).thp == 7
    assert Usage(HEAP, anon_huge_pages=0).thp == 0


@pytest.mark.parametrize("name", ["nonsense", "Rss", "uss", "map_"])
def test_no_such_field(name):
    with pytest.raises(TypeError, match=f"Usage has no field '{name}'"):
        Usage(HEAP, **{name: 1})


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ({"rss": -1}, ValueError),
        ({"rss": 2**64}, ValueError),
        ({"rss": "4"}, TypeError),
        ({"rss": 4.0}, TypeError),
        ({"vm_flags": "rd"}, ValueError),
        ({"vm_flags": ["r"]}, ValueError),
        ({"vm_flags": ["r "]}, ValueError),
        ({"vm_flags": 1}, TypeError),
        ({"vm_flags": [12]}, TypeError),
        ({"other": {1: 2}}, TypeError),
        ({"other": {"New": 1}}, TypeError),
        ({"other": 1}, TypeError),
    ],
)
def test_no_such_value(field, error):
    with pytest.raises(error):
        Usage(HEAP, **field)


def test_no_such_mapping():
    with pytest.raises(TypeError, match="map is a Map, not int"):
        Usage(1)


def test_values_are_equal_by_what_they_say():
    same = Usage(HEAP, **ALL, **{**REST, "vm_flags": ("rd", "??")})
    assert same == FULL
    assert hash(same) == hash(FULL)
    assert len({same, FULL}) == 1
    others = [
        Usage(HEAP, **ALL),
        Usage(Map(0x1000, 0x4000), **ALL, **REST),
        Usage(HEAP, **ALL, **{**REST, "other": {}}),
        Usage(HEAP, **{**ALL, "rss": 0}),
        Usage(HEAP, **{**ALL, "rss": None}),
        HEAP,
        1,
    ]
    assert FULL not in others
    assert Usage(HEAP, rss=4096) != Total([Usage(HEAP, rss=4096)])
    assert Usage(HEAP, rss=4096) != Usage(Map(0, 4096), rss=4096)
    assert Total([Usage(HEAP, rss=4096)]) != Total([Usage(HEAP, rss=4096), Usage(HEAP)])


@pytest.mark.parametrize(
    "value", [FULL, Usage(HEAP), Total([FULL, FULL]), Total(), Usages([FULL, Usage(HEAP)]), from_str(TEXT)], ids=repr
)
@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_and_pickles(value, clone):
    assert clone(value) == value
    assert hash(clone(value)) == hash(value)
    assert repr(clone(value)) == repr(value)


@pytest.mark.parametrize("name", ["rss", "map", "vm_flags", "thp_eligible", "other", "uss", "new"])
def test_usage_is_immutable(name):
    with pytest.raises(AttributeError):
        setattr(FULL, name, 1)


def test_changing_what_other_gives_changes_nothing():
    FULL.other["x"] = "y"
    assert FULL.other == {"New": "\udce9"}


def test_repr():
    assert repr(Usage(Map(0, 4096))) == "<Usage of 0x0-0x1000 ---p: rss=None, pss=None, swap=None>"
    assert repr(Usage(HEAP, rss=0, pss=1024)) == "<Usage of 0x1000-0x3000 rw-p [heap]: rss=0, pss=1024, swap=None>"
    assert repr(Total([Usage(HEAP, swap=4)])) == "<Total of 1 mapping: rss=None, pss=None, swap=4>"


# Flags


def test_codes_have_meanings():
    assert all(len(code) == 2 and meaning for code, meaning in VM_FLAGS.items())
    assert describe("rd") == VM_FLAGS["rd"] == "readable"
    assert describe("zz") == "unknown"
    assert "no code" in describe("??")


# All mappings


def test_a_sequence(usages):
    assert isinstance(usages, Collection)
    assert len(usages) == 3
    assert [usage.rss for usage in usages] == [usages[i].rss for i in range(3)] == [40960, 8192, 8192]
    assert usages[-1] == usages[2] == list(usages)[2] != usages[1]
    assert usages[1] in usages
    assert usages.index(usages[1]) == 1
    assert [usage.size for usage in reversed(usages)] == [135168, 135168, 45056]
    for i in (3, -4):
        with pytest.raises(IndexError):
            usages[i]
    with pytest.raises(TypeError):
        usages["0"]


def test_slices(usages):
    assert usages[:] == usages
    assert usages[1:] == Usages([usages[1], usages[2]])
    assert usages[::-1][0] == usages[2]
    assert usages[5:] == Usages()
    assert usages[1:].total().rss == 16384


def test_equality(usages):
    assert usages == Usages(list(usages))
    assert usages != usages[1:]
    assert usages != list(usages)
    assert len({usages, from_str(TEXT)}) == 1


def test_only_usages_are_taken():
    with pytest.raises(TypeError, match="Usages holds Usage objects, not Map"):
        Usages([HEAP])


def test_maps(usages):
    assert isinstance(usages.maps, Maps)
    assert usages.maps == [usage.map for usage in usages]
    assert usages[1].map is usages.maps[1] is usages.maps.find(0x60B000)
    assert not usages.maps.is_ordered


def test_find(usages):
    assert usages.find(0x40AFFF) == usages[0]
    # Of mappings that overlap the last.
    assert usages.find(0x60C000) == usages[2]
    for address in (0, 0x40B000, -1, 2**64):
        assert usages.find(address) is None


@pytest.mark.parametrize("name", ["maps", "pid", "attempts", "without_memory"])
def test_usages_are_immutable(usages, name):
    with pytest.raises(AttributeError):
        setattr(usages, name, 1)


def test_repr_of_all(usages):
    assert repr(usages) == "<Usages: 3 mappings, 0x400000-0x62c000, rss=57344>"


# Sums


def test_total(usages):
    total = usages.total()
    assert isinstance(total, Total)
    assert isinstance(total, Amounts)
    assert total.count == 3
    assert (total.size, total.rss, total.pss, total.swap) == (315392, 57344, 28672, 4096)
    assert (total.private_clean, total.private_dirty, total.uss) == (40960, 16384, 57344)
    assert total.locked is total.thp is None
    assert total.other == {}
    assert total == Total(usages) == Total(list(usages))


def test_sums_are_as_large_as_they_are():
    usages = Usages([Usage(HEAP, size=2**64 - 1)] * 3)
    assert usages.total().size == 3 * 2**64 - 3
    assert pickle.loads(pickle.dumps(usages.total())) == usages.total()


@given(rows=st.lists(st.dictionaries(st.sampled_from(AMOUNTS), st.integers(0, 2**64 - 1)), max_size=6))
def test_totals_are_sums(rows):
    usages = Usages([Usage(HEAP, **row) for row in rows])
    for name in AMOUNTS:
        values = [row[name] for row in rows if name in row]
        assert getattr(usages.total(), name) == (sum(values) if values else None)


def test_by_pathname(usages):
    by = usages.by("pathname")
    assert {name: (total.count, total.rss) for name, total in by.items()} == {
        "/bin/cat": (1, 40960),
        "[heap]": (1, 8192),
        None: (1, 8192),
    }
    assert list(by) == ["/bin/cat", "[heap]", None]


def test_by_kind(usages):
    assert {kind: total.rss for kind, total in usages.by("kind").items()} == {
        "file": 40960,
        "heap": 8192,
        "anonymous": 8192,
    }


def test_by_module():
    names = ["/lib/x.so", None, "/lib/x.so (deleted)", "[heap]"]
    maps = [Map(i << 12, (i + 1) << 12, device=(8, 1), pathname=name) for i, name in enumerate(names)]
    by = Usages([Usage(m, rss=4096) for m in maps]).by("module")
    assert {name: total.count for name, total in by.items()} == {"/lib/x.so": 2, None: 1, "[heap]": 1}


def test_by_a_function(usages):
    by = usages.by(lambda usage: usage.map.is_writable and usage.rss)
    assert {key: total.count for key, total in by.items()} == {False: 1, 8192: 2}


def test_by_nothing_that_is_known(usages):
    for key in ("name", None, 1):
        with pytest.raises(ValueError, match="key is 'module', 'pathname', 'kind' or a function, not "):
            usages.by(key)


@given(rss=st.lists(st.integers(0, 100), max_size=20))
def test_groups_are_the_whole(rss):
    usages = Usages([Usage(HEAP, rss=amount) for amount in rss])
    by = usages.by(lambda usage: usage.rss % 3)
    assert sum([total.rss for total in by.values()]) == sum(rss)
    assert sum([total.count for total in by.values()]) == len(rss)


# The native layer


def test_rows():
    _, table = parse_smaps(TEXT, "utf-8")
    assert isinstance(table, UsageTable)
    assert (len(table), len(table[0]), table[2].index) == (3, len(USAGE_FIELDS), 2)
    with pytest.raises(IndexError):
        table[3]
    with pytest.raises(IndexError):
        table[0][len(USAGE_FIELDS)]
    with pytest.raises(OverflowError):
        table[-1]
    assert len(table.total()) == len(USAGE_FIELDS)
    assert table.total([0, 0])[USAGE_FIELDS.index("rss")] == 81920
    assert set(table.total([])) == {None}


def test_a_rollup_is_an_amount():
    assert issubclass(Rollup, Amounts)
    assert callable(rollup)
