"""What others make of the mappings: pyarrow, polars, pandas, DuckDB. Skipped where they are not all installed.

The columns themselves are in test_columns.py.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import procmaps
from procmaps import Maps
from support.listings import ODD

duckdb = pytest.importorskip("duckdb")
pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(params=["process", "odd", "slice", "none"])
def maps(request):
    if request.param == "process":
        return procmaps.from_pid() if sys.platform == "linux" else ODD
    return {"odd": ODD, "slice": ODD[::2].filter(perms="r"), "none": Maps()}[request.param]


@pytest.mark.skipif(sys.platform != "linux", reason="the examples read processes")
def test_the_examples_of_the_documentation(tmp_path, monkeypatch):
    """Those without a prompt; test_docs.py runs the others."""
    page = Path(__file__).parent.parent / "docs" / "data.md"
    if not hasattr(pandas.DataFrame, "from_arrow"):
        pytest.skip("pandas reads Arrow from version 3 on")
    blocks = re.findall(r"^```python\n((?!>>>).*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 7
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(blocks), page.name, "exec"), {"__name__": "data"})
    assert (tmp_path / "maps.parquet").exists()


# pyarrow, Parquet


def test_pyarrow(maps):
    table = pyarrow.table(maps)
    table.validate(full=True)
    assert table.to_pylist() == maps.records()
    assert table.schema.metadata == {b"procmaps.schema": b"maps/1"}
    assert pyarrow.schema(maps) == table.schema
    assert procmaps.from_records(table.to_pylist()) == maps


def test_pyarrow_signed(maps):
    table = pyarrow.table(maps.arrow(signed=True))
    table.validate(full=True)
    assert not [field for field in table.schema if pyarrow.types.is_unsigned_integer(field.type)]
    assert procmaps.from_records(table.to_pylist()) == maps


def test_parquet(maps, tmp_path):
    maps.to_parquet(tmp_path / "maps.parquet")
    table = parquet.read_table(tmp_path / "maps.parquet")
    assert table.to_pylist() == maps.records()
    assert table.schema.metadata[b"procmaps.schema"] == b"maps/1"


# polars


def test_polars(maps):
    assert polars.DataFrame(maps).to_dicts() == polars.DataFrame(maps.arrow()).to_dicts() == maps.records()
    assert procmaps.from_records(polars.DataFrame(maps.arrow(signed=True)).to_dicts()) == maps


def test_polars_finds_in_names():
    """A text column, not a categorical one: its functions are those for text."""
    found = polars.DataFrame(ODD).filter(polars.col("pathname").str.ends_with("cat"))
    assert found["begin_address"].to_list() == [0x1000, 0x3000]


# pandas


def test_pandas(maps):
    if not hasattr(pandas.DataFrame, "from_arrow"):
        pytest.skip("pandas reads Arrow from version 3 on")
    frame = pandas.DataFrame.from_arrow(maps)
    assert frame["begin_address"].tolist() == [m.begin_address for m in maps]
    assert frame["end_address"].dtype == "uint64"
    assert [None if pandas.isna(name) else name for name in frame["path"]] == [row["path"] for row in maps.records()]


def test_pandas_of_any_version(maps):
    frame = pandas.DataFrame(maps.records())
    assert len(frame) == len(maps)
    assert not maps or frame["size"].sum() == sum(m.size for m in maps) % 2**64


# DuckDB


def test_duckdb_by_the_name_of_a_variable(maps):
    assert maps is not None  # a linter sees no use of it in the query
    rows = duckdb.sql("select * from maps").fetchall()
    assert rows == [tuple(row.values()) for row in maps.records()]


def test_duckdb_groups():
    maps = ODD
    assert len(maps) == 8
    rows = duckdb.sql("select path, count(*), sum(size) from maps where kind = 'file' group by 1 order by 1").fetchall()
    assert rows[:2] == [("/bin/cat", 2, 0x3000), ("/caf\ufffd", 1, 2**64 - 1 - 0x7F00)]


def test_many_processes_are_one_table():
    every = procmaps.arrow([ODD, Maps(), ODD[1:]])
    expected = ODD.records() + ODD[1:].records()
    assert pyarrow.table(every).to_pylist() == polars.DataFrame(every).to_dicts() == expected
    assert duckdb.sql("select * from every").fetchall() == [tuple(row.values()) for row in expected]
    assert polars.DataFrame(procmaps.arrow([])).is_empty()
