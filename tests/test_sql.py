"""The queries of the package: there, named, and answered by DuckDB as they say. Skipped where it is not installed."""

from __future__ import annotations

import re

import pytest

import procmaps
from procmaps import Map, Maps
from procmaps.smaps import Usage, Usages

NAMES = re.findall(r'^ *- "(\w+)":', procmaps.sql.__doc__, re.MULTILINE)

NGINX = [
    Map(0x1000, 0x2000, "r-xp", 0x3000, (8, 1), 10, "/usr/lib/libssl.so.3 (deleted)"),
    Map(0x2000, 0x3000, "rw-p", 0x4000, (8, 1), 10, "/usr/lib/libssl.so.3 (deleted)"),
    Map(0x5000, 0x9000, "rwxp"),
    Map(2**63, 2**63 + 0x1000, "r--p", 0, (8, 1), 12, "/data/caf\udce9"),
]
PYTHON = [
    Map(0x7000, 0x8000, "r-xp", 0x3000, (8, 1), 11, "/usr/lib/libssl.so.3"),
    Map(0x8000, 0xA000, "r-xp", 0, (8, 1), 13, "/venv/lib/libssl-a1b2c3d4.so.1.1"),
    Map(0xA000, 0xB000, "rwxs", 0, (0, 1), 14, "/memfd:jit (deleted)"),
]


def listing(pid, maps):
    listing = Maps(maps)
    listing._origin = (pid, None, None, None)
    return listing


@pytest.fixture
def ask():
    """What answers a query of those two processes."""
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("maps", procmaps.arrow([listing(7, NGINX), listing(8, PYTHON)]))
    return lambda name: connection.sql(procmaps.sql(name)).fetchall(), connection


def test_all_are_named():
    with pytest.raises(ValueError, match=f"there is no query 'x', only {', '.join(NAMES)}$"):
        procmaps.sql("x")
    assert sorted(NAMES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_asks(name):
    assert re.match(r"-- \w.*\?", procmaps.sql(name))


def test_addresses(ask):
    ask, connection = ask
    connection.sql("create table addresses (pid uinteger, address ubigint)")
    connection.sql(
        f"insert into addresses values (7, {0x1010}), (8, {0x7010}), (7, {2**63 + 1}), (8, {0xA001}), (8, 1)"
    )
    assert ask("addresses") == [
        (7, 0x1010, "/usr/lib/libssl.so.3", 0x3010, "r-xp"),
        (7, 2**63 + 1, "/data/caf\ufffd", 1, "r--p"),
        (8, 1, None, None, None),
        (8, 0x7010, "/usr/lib/libssl.so.3", 0x3010, "r-xp"),
        (8, 0xA001, "/memfd:jit (deleted)", None, "rwxs"),
    ]


EXPECTED = {
    "counts": [(2, 3, 4, 4, 4, 7)],
    "deleted": [("/usr/lib/libssl.so.3", 1, [7], True)],
    "files": [
        ("/usr/lib/libssl.so.3", 2, 3, 0x3000, 0x1000),
        ("/venv/lib/libssl-a1b2c3d4.so.1.1", 1, 1, 0x2000, 0),
        ("/data/caf\ufffd", 1, 1, 0x1000, 0),
    ],
    "versions": [("libssl", 3, 2, ["/usr/lib/libssl.so.3", "/venv/lib/libssl-a1b2c3d4.so.1.1"])],
    "writable_code": [(7, "anonymous", None, 1, 0x4000), (8, "memfd", "/memfd:jit (deleted)", 1, 0x1000)],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_answers(ask, name):
    assert ask[0](name) == EXPECTED[name]


def test_memory():
    duckdb = pytest.importorskip("duckdb")
    amounts = {"pss": 1024, "rss": 4096, "private_clean": 0, "private_dirty": 512}
    usages = [Usages([Usage(m, **amounts) for m in maps]) for maps in (NGINX, PYTHON)]
    for used, pid in zip(usages, (7, 8)):
        used.maps._origin = (pid, None, None, None)
    connection = duckdb.connect()
    connection.register("maps", procmaps.arrow(usages))
    assert connection.sql(procmaps.sql("memory")).fetchall() == [
        ("/usr/lib/libssl.so.3", 2, 3072, 12288, 1536, None),
        ("/data/caf\ufffd", 1, 1024, 4096, 512, None),
        ("/venv/lib/libssl-a1b2c3d4.so.1.1", 1, 1024, 4096, 512, None),
        ("anonymous", 1, 1024, 4096, 512, None),
        ("memfd", 1, 1024, 4096, 512, None),
    ]


def test_every_query_is_asked():
    assert {*EXPECTED, "addresses", "memory"} == set(NAMES)
