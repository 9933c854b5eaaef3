"""What others make of the mappings: pyarrow, polars, pandas, DuckDB, numpy. Skipped where they are not installed.

The columns themselves are in test_columns.py.
"""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pytest

import procmaps
from procmaps import Map, Maps
from support import listings

# Addresses from 2**63 on, names that are not UTF-8, that are markup, quotes, newlines and commas to others.
ODD = Maps(
    [
        *listings.LISTING,
        Map(0x7F00, 2**64 - 1, "r-xs", 2**63, (259, 2**32 - 1), 2**64 - 1, "/caf\udce9 (deleted)"),
        Map(2**63, 2**63 + 1, pathname="/tmp/\x1b[31m<b>,\"';\\012\t\r日本 "),
    ]
)


@pytest.fixture(params=["process", "odd", "slice", "none"])
def maps(request):
    if request.param == "process":
        return procmaps.from_pid() if sys.platform == "linux" else ODD
    return {"odd": ODD, "slice": ODD[::2].filter(perms="r"), "none": Maps()}[request.param]


@pytest.mark.skipif(sys.platform != "linux", reason="the examples read processes")
def test_the_examples_of_the_documentation(tmp_path, monkeypatch):
    """Those without a prompt; test_docs.py runs the others."""
    page = Path(__file__).parent.parent / "docs" / "data.md"
    for name in ("duckdb", "polars", "pyarrow"):
        pytest.importorskip(name)
    if not hasattr(pytest.importorskip("pandas").DataFrame, "from_arrow"):
        pytest.skip("pandas reads Arrow from version 3 on")
    blocks = re.findall(r"^```python\n((?!>>>).*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(blocks), page.name, "exec"), {"__name__": "data"})
    assert (tmp_path / "maps.parquet").exists()


# pyarrow, Parquet


def test_pyarrow(maps):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(maps)
    table.validate(full=True)
    assert table.to_pylist() == maps.records()
    assert table.schema.metadata == {b"procmaps.schema": b"maps/1"}
    assert pyarrow.schema(maps) == table.schema
    assert procmaps.from_records(table.to_pylist()) == maps


def test_pyarrow_signed(maps):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(maps.arrow(signed=True))
    table.validate(full=True)
    assert not [field for field in table.schema if pyarrow.types.is_unsigned_integer(field.type)]
    assert procmaps.from_records(table.to_pylist()) == maps


def test_parquet(maps, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    maps.to_parquet(tmp_path / "maps.parquet")
    table = parquet.read_table(tmp_path / "maps.parquet")
    assert table.to_pylist() == maps.records()
    assert table.schema.metadata[b"procmaps.schema"] == b"maps/1"


def test_parquet_without_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"pip install 'procmaps\[arrow\]'"):
        Maps().to_parquet("maps.parquet")


def test_what_pyarrow_is_asked_for(monkeypatch):
    """Where there is no pyarrow: what it would be given."""
    written = {}
    parquet = types.SimpleNamespace(write_table=lambda table, path: written.update({path: table}))
    monkeypatch.setitem(sys.modules, "pyarrow", types.SimpleNamespace(parquet=parquet, table=lambda maps: ("of", maps)))
    ODD.to_parquet("maps.parquet")
    assert written == {"maps.parquet": ("of", ODD)}


# polars


def test_polars(maps):
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(maps.arrow()).to_dicts() == maps.records()
    assert procmaps.from_records(polars.DataFrame(maps.arrow(signed=True)).to_dicts()) == maps


def test_polars_finds_in_names():
    """A text column, not a categorical one: its functions are those for text."""
    polars = pytest.importorskip("polars")
    found = polars.DataFrame(ODD.arrow()).filter(polars.col("pathname").str.ends_with("cat"))
    assert found["begin_address"].to_list() == [0x1000, 0x3000]


# pandas


def test_pandas(maps):
    pandas = pytest.importorskip("pandas")
    if not hasattr(pandas.DataFrame, "from_arrow"):
        pytest.skip("pandas reads Arrow from version 3 on")
    frame = pandas.DataFrame.from_arrow(maps)
    assert frame["begin_address"].tolist() == [m.begin_address for m in maps]
    assert frame["end_address"].dtype == "uint64"
    assert [None if pandas.isna(name) else name for name in frame["path"]] == [row["path"] for row in maps.records()]


def test_pandas_of_any_version(maps):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(maps.records())
    assert len(frame) == len(maps)
    assert not maps or frame["size"].sum() == sum(m.size for m in maps) % 2**64


# DuckDB


def test_duckdb_by_the_name_of_a_variable(maps):
    duckdb = pytest.importorskip("duckdb")
    assert maps is not None  # a linter sees no use of it in the query
    rows = duckdb.sql("select * from maps").fetchall()
    assert rows == [tuple(row.values()) for row in maps.records()]


def test_duckdb_groups():
    duckdb = pytest.importorskip("duckdb")
    maps = ODD
    assert len(maps) == 8
    rows = duckdb.sql("select path, count(*), sum(size) from maps where kind = 'file' group by 1 order by 1").fetchall()
    assert rows[:2] == [("/bin/cat", 2, 0x3000), ("/caf\ufffd", 1, 2**64 - 1 - 0x7F00)]


def test_many_processes_are_one_table():
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    every = procmaps.arrow([ODD, Maps(), ODD[1:]])
    expected = ODD.records() + ODD[1:].records()
    assert pyarrow.table(every).to_pylist() == polars.DataFrame(every).to_dicts() == expected
    assert duckdb.sql("select * from every").fetchall() == [tuple(row.values()) for row in expected]
    assert polars.DataFrame(procmaps.arrow([])).is_empty()


# numpy


def test_numpy(maps):
    numpy = pytest.importorskip("numpy")
    array = maps.to_numpy()
    assert len(array) == len(maps)
    for row, fields in zip(array.tolist(), maps.records()):
        fields["perms"] = fields["perms"].encode()
        assert row == tuple([fields[name] for name in array.dtype.names])
    assert array.dtype.itemsize == 56 and not array.flags.writeable
    assert array["begin_address"].dtype == numpy.uint64


def test_numpy_has_all_numbers_that_arrow_has():
    pytest.importorskip("numpy")
    names = set(ODD.to_numpy().dtype.names)
    assert names == set(ODD.records()[0]) - {"pid", "kind", "path", "is_deleted", "pathname", "pathname_bytes"}
