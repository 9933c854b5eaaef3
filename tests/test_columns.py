"""The columns that other libraries read, against the Map objects: read by ctypes, without these libraries.

What the libraries make of them is in test_data_libraries.py.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
import strategies
from procmaps import Map, Maps, _records
from procmaps._procmaps import USAGE_FIELDS, Table, UsageTable, arrow_stream
from procmaps.smaps import Usage, Usages
from support import listings

if not hasattr(ctypes, "pythonapi"):
    pytest.skip("this Python has no C API to look into capsules with", allow_module_level=True)

from support import arrow_c

COLUMNS = [
    ("pid", "I", True),
    ("begin_address", "L", False),
    ("end_address", "L", False),
    ("size", "L", False),
    ("perms", "U", False),
    ("is_readable", "b", False),
    ("is_writable", "b", False),
    ("is_executable", "b", False),
    ("is_shared", "b", False),
    ("offset", "L", False),
    ("device_major", "I", False),
    ("device_minor", "I", False),
    ("inode", "L", False),
    ("kind", "U", False),
    ("path", "U", True),
    ("is_deleted", "b", False),
    ("pathname", "U", True),
    ("pathname_bytes", "Z", True),
]


def schema_in(capsule):
    return arrow_c.in_capsule(capsule, arrow_c.SCHEMA, arrow_c.Schema)


# What the columns are. Whatever takes one of these away, or changes what it means, is another version.


def test_the_columns_of_version_1():
    capsule = Maps().__arrow_c_schema__()
    assert arrow_c.fields_of(schema_in(capsule)) == COLUMNS
    assert arrow_c.metadata_of(schema_in(capsule)) == {"procmaps.schema": "maps/1"}


def test_signed_columns():
    capsule = Maps().arrow(signed=True).__arrow_c_schema__()
    signed = [(name, {"L": "l", "I": "i"}.get(form, form), nullable) for name, form, nullable in COLUMNS]
    assert arrow_c.fields_of(schema_in(capsule)) == signed


# What is in them


def test_of_a_mapping():
    m = Map(0x7F00, 2**64 - 1, "r-xs", 2**63, (259, 2**32 - 1), 2**64 - 1, "/caf\udce9 (deleted)")
    assert arrow_c.rows_of(Maps([m])) == [
        {
            "pid": None,
            "begin_address": 0x7F00,
            "end_address": 2**64 - 1,
            "size": 2**64 - 1 - 0x7F00,
            "perms": "r-xs",
            "is_readable": True,
            "is_writable": False,
            "is_executable": True,
            "is_shared": True,
            "offset": 2**63,
            "device_major": 259,
            "device_minor": 2**32 - 1,
            "inode": 2**64 - 1,
            "kind": "file",
            "path": "/caf\ufffd",
            "is_deleted": True,
            "pathname": "/caf\ufffd (deleted)",
            "pathname_bytes": b"/caf\xe9 (deleted)",
        }
    ]


# Names of every kind, and such as miss it by a letter.
NAMES = st.sampled_from(
    [None, "[heap]", "[stack]", "[stack:7]", "[anon:x]", "[anon_shmem:x]", "[vdso]", "[vvar]", "[vvar_vclock]", "[vv]"]
    + ["[vsyscall]", "anon_inode:[x]", "socket:[7]", "pipe:[7]", "/dev/ashmem/x", "/dmabuf:", "/dmabuf", "//anon"]
    + [f"/{name} (deleted)" for name in ("dev/zero", "anon_hugepage", "secretmem", "[aio]", "i915", "ttm swap", "x")]
    + [f"/{name} (deleted)" for name in ("drm mm object", "memfd:", "memfd:a (deleted)", "memfd", "SYSV0000abcd")]
    + [f"/{name} (deleted)" for name in ("SYSV0000abc", "SYSV0000ABCD", "SYSV0000abcde", "SYSV\udce9000abcd", "")]
    + ["/SYSV0000abcd", "/dev/zero", "/memfd:x", " (deleted)".strip(), "/caf\udce9", "/日本 (deleted)"]
)


@given(st.lists(st.builds(Map, st.just(1), st.just(9), pathname=NAMES, device=st.sampled_from([(0, 1), (8, 1)]))))
def test_kinds_are_those_of_map(maps):
    """Neighbours that share a name do not mix up their devices."""
    for row, m in zip(arrow_c.rows_of(Maps(maps)), maps):
        assert (row["kind"], row["is_deleted"], row["path"] is None) == (m.kind, m.is_deleted, m.path is None)


@given(st.lists(strategies.maps(), max_size=20))
def test_every_field_goes_there_and_back(maps):
    maps = Maps(maps)
    rows = arrow_c.rows_of(maps)
    assert rows == maps.records()
    assert procmaps.from_records(rows) == maps


@given(st.lists(strategies.maps(), max_size=20))
def test_signed_numbers_have_the_same_bits(maps):
    rows = arrow_c.rows_of(Maps(maps).arrow(signed=True))
    for row, fields in zip(rows, Maps(maps).records()):
        for name, form, _ in COLUMNS:
            size = {"L": 64, "I": 32}.get(form)
            value = row[name]
            assert (value % 2**size if size and value is not None else value) == fields[name]
    assert procmaps.from_records(rows) == maps


@pytest.mark.parametrize("state", ["made", "parsed", "touched", "iterated"])
def test_in_every_state(state):
    maps = getattr(listings, state)()
    for some in (maps, maps[1:3], maps[:0], maps.filter(perms="r")):
        assert arrow_c.rows_of(some) == some.records()


@pytest.mark.skipif(sys.platform != "linux", reason="there are no processes to read")
def test_of_this_process():
    maps = procmaps.from_pid()
    rows = arrow_c.rows_of(maps)
    assert rows == maps.records() and rows[0]["pid"] == maps.pid
    assert arrow_c.rows_of(maps.filter(kind="heap")) == [row for row in rows if row["kind"] == "heap"]


def test_names_in_another_encoding(monkeypatch):
    """Where Python decodes names as Latin-1, the columns still have the kernel's bytes."""
    for module in ("_names", "_columns", "_rows"):
        monkeypatch.setattr(sys.modules[f"procmaps.{module}"], "ENCODING", "latin-1")
    maps = Maps([Map(0, 1, pathname="/\xe9"), Map(1, 2, pathname="/\xc3\xa9"), Map(2, 3)])
    rows = arrow_c.rows_of(maps)
    assert [row["pathname"] for row in rows] == ["/\ufffd", "/\xe9", None]
    assert [row["pathname_bytes"] for row in rows] == [b"/\xe9", None, None]
    assert rows == maps.records()
    assert procmaps.from_records(rows) == maps


def test_several_listings_are_one_below_the_other():
    one, other = Maps(listings.LISTING[:2]), Maps(listings.LISTING[2:])
    one._origin = (7, None, None, None)
    every = procmaps.arrow(maps for maps in (one, Maps(), other))
    assert arrow_c.rows_of(every) == arrow_c.rows_of(every) == one.records() + other.records()
    assert {row["pid"] for row in arrow_c.rows_of(every)} == {7, None}
    capsule = procmaps.arrow([one, other]).__arrow_c_stream__()
    lengths = [
        batch.length for batch in arrow_c.batches_of(arrow_c.in_capsule(capsule, arrow_c.STREAM, arrow_c.Stream))
    ]
    assert lengths == [2, 4]
    assert arrow_c.rows_of(procmaps.arrow([])) == []
    rows = arrow_c.rows_of(procmaps.arrow([one, other], signed=True))
    assert procmaps.from_records(rows) == listings.LISTING


# With what the mappings use

NUMBERS = [name for name in USAGE_FIELDS if name not in ("size", "vm_flags", "other")]


def test_the_columns_of_usages_of_version_1():
    capsule = Usages([Usage(Map(0, 1))]).__arrow_c_schema__()
    schema = arrow_c.in_capsule(capsule, arrow_c.SCHEMA, arrow_c.Schema)
    assert arrow_c.fields_of(schema) == COLUMNS + [(name, "L", True) for name in NUMBERS]
    assert arrow_c.metadata_of(schema) == {"procmaps.schema": "usages/1"}


def amounts():
    return st.dictionaries(st.sampled_from(NUMBERS), strategies.numbers(), max_size=4)


@given(st.lists(st.tuples(strategies.maps(), amounts()), max_size=5), st.none() | st.booleans())
def test_usages_have_the_amounts_behind_the_mappings(drawn, thp_eligible):
    usages = Usages([Usage(m, **{**amounts, "thp_eligible": thp_eligible}) for m, amounts in drawn])
    rows = usages.maps.records()
    for row, usage in zip(rows, usages):
        row.update({name: getattr(usage, name) for name in NUMBERS})
    assert arrow_c.rows_of(usages) == rows
    assert arrow_c.rows_of(procmaps.arrow([usages, usages])) == rows * 2


def test_usages_are_signed_too():
    (row,) = arrow_c.rows_of(Usages([Usage(Map(0, 2**64 - 1), rss=2**64 - 1024)]).arrow(signed=True))
    assert (row["size"], row["rss"], row["pss"]) == (-1, -1024, None)


def test_maps_and_usages_do_not_mix():
    with pytest.raises(TypeError, match="different columns"):
        procmaps.arrow([Maps(), Usages()])
    with pytest.raises(ValueError, match="not a usage for each mapping"):
        arrow_stream([(Table([]), UsageTable([Usage(Map(0, 1))._row]), None)], False, True)
    with pytest.raises(ValueError, match="not a usage for each mapping"):
        arrow_stream([(Table([]), None, None)], False, True)


# Whose the memory is


def test_what_nobody_reads_is_let_go():
    for _ in range(100):
        procmaps.arrow([listings.made(), listings.parsed()]).__arrow_c_stream__()
        listings.made().__arrow_c_schema__()


def test_each_stream_is_a_new_one():
    maps = listings.made()
    assert arrow_c.rows_of(maps) == arrow_c.rows_of(maps)


def test_a_stream_can_be_moved_and_outlives_all():
    """A consumer copies the bytes of the structs, and may keep them longer than the capsule and the Maps."""
    maps = listings.made()
    expected = maps.records()
    capsule = maps.__arrow_c_stream__()
    stream = arrow_c.moved(arrow_c.in_capsule(capsule, arrow_c.STREAM, arrow_c.Stream))
    del maps, capsule
    gc.collect()
    schema, (array,) = arrow_c.moved(arrow_c.types_of(stream)), map(arrow_c.moved, arrow_c.batches_of(stream))
    stream.release(ctypes.byref(stream))
    column = arrow_c.moved(array.children[13].contents)
    array.release(ctypes.byref(array))
    schema.release(ctypes.byref(schema))
    assert arrow_c.cells_of(column, "U") == [row["kind"] for row in expected]
    column.release(ctypes.byref(column))
    assert not column.release


@pytest.mark.skipif(sys.platform != "linux", reason="reads its own size from /proc")
def test_nothing_is_left_behind():
    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    maps = Maps([Map(i * 4096, (i + 1) * 4096, pathname=f"/{'x' * 200}{i}") for i in range(10_000)])

    def export():
        stream = arrow_c.in_capsule(capsule := maps.__arrow_c_stream__(), arrow_c.STREAM, arrow_c.Stream)
        for structure in (arrow_c.types_of(stream), *arrow_c.batches_of(stream)):
            structure.release(ctypes.byref(structure))
        del capsule

    export()
    before = resident()
    for _ in range(20):  # of more than 5 MB each
        export()
    assert resident() - before < 30_000_000


# Parquet; what really comes of it is in test_data_libraries.py


def test_parquet_without_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"pip install 'procmaps\[arrow\]'"):
        Maps().to_parquet("maps.parquet")


def test_what_pyarrow_is_asked_for(monkeypatch):
    """Where there is no pyarrow: what it would be given."""
    written = {}
    parquet = types.SimpleNamespace(write_table=lambda table, path: written.update({path: table}))
    monkeypatch.setitem(sys.modules, "pyarrow", types.SimpleNamespace(parquet=parquet, table=lambda maps: ("of", maps)))
    listings.ODD.to_parquet("maps.parquet")
    assert written == {"maps.parquet": ("of", listings.ODD)}


# Records that no export made


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"end_address": 1}, "no 'begin_address' in it"),
        ({"begin_address": 2, "end_address": 1}, "below"),
        ({"begin_address": -(2**63) - 1, "end_address": 1}, "begin_address is from 0"),
        ({"begin_address": 0, "end_address": 2**64}, "end_address is from 0"),
        *[
            ({"begin_address": text, "end_address": 1}, f"begin_address is an int or text such as '0x1f', not '{text}'")
            for text in ("", "0", "0x", "x0", "0x_1", "0x1F", "0x-1", "-0x1", "0x" + "0" * 17)
        ],
        ({"begin_address": 0, "end_address": 1, "device": 8}, "device is a pair of ints, not 8"),
        ({"begin_address": 0, "end_address": 1, "device": [8, 1, 7]}, "device is a pair of ints, not "),
        ({"begin_address": 0, "end_address": 1, "device": [8, 2**32]}, "device"),
        (7, "it is a mapping of names to values, not int"),
        ({"begin_address": 0, "end_address": 1, "perms": "rw"}, "perms"),
        ({"begin_address": 0, "end_address": 1, "device_major": 2**32}, "device"),
        ({"begin_address": 0, "end_address": 1, "pathname": float("nan")}, "pathname"),
        ({"begin_address": 0, "end_address": 1, "pathname_bytes": "x"}, "pathname_bytes"),
    ],
)
def test_records_of_no_mapping(record, why):
    good = {"begin_address": 0, "end_address": 1}
    with pytest.raises(ValueError, match=rf"^record 1: .*{why}"):
        procmaps.from_records([good, record])


@given(st.lists(strategies.maps(), max_size=20))
def test_what_the_command_writes(maps):
    maps = Maps(maps)
    document = json.loads("".join(_records.document(maps, 7, maps)))
    assert procmaps.from_records(document["maps"]) == maps
    assert procmaps.from_records([json.loads(line) for line in _records.lines(maps, None)]) == maps


def test_a_device():
    addresses = {"begin_address": 0, "end_address": 1}
    for fields in ({"device": (8, 1)}, {"device": [8, 1]}, {"device_major": 8, "device_minor": 1}):
        assert procmaps.from_records([{**addresses, **fields}])[0].device == (8, 1)
    assert procmaps.from_records([{**addresses, "device_major": 8}])[0].device == (8, 0)


def test_records_are_of_no_process():
    assert procmaps.from_records([{"begin_address": 0, "end_address": 1, "pid": 7}]).pid is None
    assert procmaps.from_records([]) == Maps()
