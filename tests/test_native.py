"""The native layer by itself: it is as _procmaps.pyi says, and takes no argument badly.

What the parser takes and refuses is in test_laws.py and the data; here are the edges of the boundary.
"""

from __future__ import annotations

import array
import ast
import inspect
import os
import sys
from pathlib import Path

import pytest

import procmaps
from procmaps import _procmaps
from procmaps._procmaps import MapFields, Table, parse, read_process

IS_PYPY = sys.implementation.name == "pypy"
ROWS = [
    (0x1000, 0x3000, "r-xp", 0x2000, 8, 1, 42, "/bin/cat"),
    (0x3000, 0x4000, "rw-p", 0, 0, 0, 0, None),
    (0x8000, 2**64 - 1, "--xS", 2**64 - 1, 2**32 - 1, 2**32 - 1, 2**64 - 1, "/caf\udce9\x85 "),
]
TEXT = (
    b"00001000-00003000 r-xp 00002000 08:01 42 ".ljust(73) + b"/bin/cat\n"
    b"00003000-00004000 rw-p 00000000 00:00 0 \n"
    b"00008000-ffffffffffffffff --xS ffffffffffffffff ffffffff:ffffffff 18446744073709551615  /caf\xe9\xc2\x85 \n"
)


@pytest.fixture(params=["parsed", "built"])
def table(request):
    return parse(TEXT) if request.param == "parsed" else Table(ROWS)


# The stub

STUB = ast.parse(Path(procmaps.__file__).with_name("_procmaps.pyi").read_text("utf-8"))


def signature_of(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    return [argument.arg for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]


def test_the_stub_names_all_there_is():
    defined = {node.name for node in STUB.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    variables = {node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign)}
    assert defined | variables == {*_procmaps.__all__, "__version__"}


@pytest.mark.parametrize(
    "function", [node for node in STUB.body if isinstance(node, ast.FunctionDef)], ids=lambda f: f.name
)
def test_functions_have_the_parameters_of_the_stub(function):
    native = inspect.signature(getattr(_procmaps, function.name))
    assert list(native.parameters) == signature_of(function)
    defaults = [p.default for p in native.parameters.values() if p.default is not p.empty]
    assert defaults == [ast.literal_eval(default) for default in function.args.defaults]


def classes() -> list[tuple[type, ast.FunctionDef]]:
    return [
        (getattr(_procmaps, node.name), method)
        for node in STUB.body
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef)
    ]


@pytest.mark.parametrize(("owner", "method"), classes(), ids=lambda x: x.name if isinstance(x, ast.FunctionDef) else "")
def test_methods_have_the_parameters_of_the_stub(owner, method):
    native = owner if method.name == "__new__" else getattr(owner, method.name)
    if any(decorator.id == "property" for decorator in method.decorator_list):
        assert type(native).__name__ == "getset_descriptor"
        return
    if method.name == "__new__" and (sys.version_info < (3, 10) or IS_PYPY):
        return  # a native class has no signature there
    names = [name for name in signature_of(method) if name not in ("self", "cls")]
    native_names = [name for name in inspect.signature(native).parameters if name != "self"]
    assert len(native_names) == len(names)
    if not method.name.startswith("__") or method.name == "__new__":
        assert native_names == names


def test_the_version_is_that_of_the_package():
    assert _procmaps.__version__ == procmaps.__version__
    assert all(part.isdigit() for part in procmaps.__version__.split(".")[:3])


# Table


def rows_of(table):
    return [table.row(index) for index in range(len(table))]


def test_rows(table):
    assert len(table) == 3
    assert rows_of(table) == ROWS
    assert table.is_ordered is True
    types = [[type(value) for value in row] for row in rows_of(table)]
    assert types == [[type(value) for value in row] for row in ROWS]


def test_text(table):
    if table.row(2)[7] == ROWS[2][7]:
        assert table.text(64).encode("utf-8", "surrogateescape") == TEXT
    assert rows_of(parse(table.text(32).encode("utf-8", "surrogateescape"))) == ROWS
    assert Table([]).text(64) == ""
    for bits in (0, 16, 2**32 - 1):
        with pytest.raises(ValueError, match="bits is 32 or 64"):
            table.text(bits)


def test_find(table):
    assert [table[address] for address in (0xFFF, 0x1000, 0x3000, 0x4000, 2**64 - 2)] == [None, 0, 1, None, 2]
    assert [table[address] for address in (-1, 2**64 - 1, 2**64, -(2**100), True)] == [None] * 5
    assert [address in table for address in (0xFFF, 0x1000, 2**64 - 2, 2**64)] == [False, True, True, False]
    packed = table.find_packed(memoryview(array.array("Q", [0x3000, 0, 0x1000])))
    assert packed == table.find_many(iter([0x3000, 0, 0x1000])) == array.array("q", [1, -1, 0]).tobytes()
    assert table.find_packed(memoryview(b"")) == table.find_many([]) == b""


def test_find_packed_takes_numbers_of_eight_bytes_in_any_distance(table):
    numbers = array.array("Q", [0x1000, 0, 0x3000, 0] * 5_000)
    assert table.find_packed(memoryview(numbers)[::2]) == array.array("q", [0, 1] * 5_000).tobytes()
    with pytest.raises(ValueError, match="eight bytes"):
        table.find_packed(memoryview(array.array("I", [0x1000])))


def test_find_packed_of_many_is_find_of_each():
    """So many that they are searched side by side, in more than one part; and a number that is left over."""
    table = Table([(begin, begin + 0x1000, "r--p", 0, 0, 0, 0, None) for begin in range(0x1000, 0x200_000, 0x1800)])
    numbers = array.array("Q", [i * 0x9E3779B97F4A7C15 % 0x210_000 for i in range(20_001)])
    assert table.find_packed(memoryview(numbers)) == table.find_many(numbers)


def test_between(table):
    assert table.between(0x2000, 0x3001) == (0, 2)
    assert Table(ROWS[::-1]).between(0, 2**64 - 1) is None


def test_neighbours_share_what_is_equal():
    table = parse(TEXT.splitlines(keepends=True)[0] * 3)
    for rows in (rows_of(table), [m._row for m in table.maps(MapFields)]):
        assert rows[0][7] is rows[1][7] is rows[2][7]
        assert rows[0][2] is rows[1][2]


FIELDS = ("begin_address", "end_address", "perms", "offset", "device", "inode", "pathname")


class Derived(MapFields):
    pass


@pytest.mark.parametrize("derived", [MapFields, Derived])
def test_objects_have_the_fields_of_the_rows(table, derived):
    objects = table.maps(derived)
    assert [type(m) for m in objects] == [derived] * 3
    assert [m._row for m in objects] == [table.maps(derived, [i])[0]._row for i in range(3)] == ROWS
    assert [derived(row)._row for row in ROWS] == ROWS
    for m, (*fields, major, minor, inode, name) in zip(objects, ROWS):
        assert [getattr(m, field) for field in FIELDS] == [*fields, (major, minor), inode, name]
    assert [m.size for m in objects] == [row[1] - row[0] for row in ROWS]
    letters = [[m.is_readable, m.is_writable, m.is_executable, m.is_shared, m.is_private] for m in objects]
    assert letters == [[1, 0, 1, 0, 1], [1, 1, 0, 0, 1], [0, 0, 1, 1, 0]]
    del table
    assert objects[2].pathname == ROWS[2][7]


@pytest.mark.parametrize("perms", ["===p", "rw-g", "---p", "rwxs"])
def test_permissions_are_one_object_each(perms):
    rows = [(1, 2, perms, 0, 0, 0, 0, None)] * 2
    first, second = Table(rows).maps(MapFields)
    assert first.perms == perms
    assert first.perms is second.perms is Table(rows).row(0)[2]


def test_names_are_compared_by_their_letters():
    first, second = Table([(1, 2, "r--p", 0, 0, 0, 0, name) for name in ("/\udcff", "/\U0001f600")]).maps(MapFields)
    # Their bytes are in the other order.
    assert first < second and first <= second and second > first and second >= first and first != second


def test_names_of_several_encodings_are_compared_by_their_letters():
    line = b"1-2 r--p 0 0:0 0 /"
    one, other = (
        parse(line + name, encoding).maps(MapFields, [0])[0]
        for name, encoding in [(b"\xe9", "latin-1"), (b"\xc3\xa9", "utf-8")]
    )
    assert one == other and hash(one) == hash(other) and one <= other
    assert one != parse(line + b"\xc3\xa9", "latin-1").maps(MapFields, [0])[0]


def test_a_table_of_objects_of_several(table):
    others = [parse(b"1-2 r--p 0 0:0 0 /\xe9\n", encoding) for encoding in ("latin-1", "utf-8")]
    objects = [m for one in (table, *others) for m in one.maps(Derived)[::-1]]
    assert rows_of(Table.of(objects)) == [m._row for m in objects]
    assert Table.of(objects).find_many([1, 0x1000]) == Table([m._row for m in objects]).find_many([1, 0x1000])
    assert len(Table.of([])) == 0


def test_an_address_is_any_int(table):
    m = table.maps(MapFields, [0])[0]
    assert 0x1000 in m and 0x2FFF in m and 0x3000 not in m
    assert -1 not in m and 2**64 not in m and 2**200 not in m
    with pytest.raises(TypeError):
        assert "" in m


def test_objects_are_of_a_derived_type(table):
    for derived in (int, object, type):
        with pytest.raises(TypeError):
            table.maps(derived)
    with pytest.raises(IndexError):
        table.maps(MapFields, [3])[0]
    with pytest.raises(AttributeError):
        table.maps(MapFields, [0])[0].inode = 1


@pytest.mark.parametrize("index", [3, sys.maxsize // 1024, sys.maxsize])
def test_an_index_out_of_range(table, index):
    with pytest.raises(IndexError):
        table.row(index)
    with pytest.raises(IndexError):
        Table([]).row(0)


def test_a_table_does_not_change(table):
    with pytest.raises(AttributeError):
        table.is_ordered = False
    with pytest.raises(TypeError):
        table[0] = ROWS[0]
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Sub", (Table,), {})


@pytest.mark.skipif(IS_PYPY, reason="PyPy gives objects of native types a __dict__")
def test_nothing_can_be_added_to_a_table(table):
    with pytest.raises(AttributeError):
        table.new = 1


def test_a_decoder_that_fails_is_an_error():
    table = parse(b"1-2 r--p 0 0:0 0 \xff", "nonsense")
    m = table.maps(MapFields, [0])[0]
    for call in (lambda: m.pathname, lambda: m.pathname, lambda: table.row(0)):
        with pytest.raises(LookupError, match="unknown encoding: nonsense"):
            call()


def test_names_in_another_encoding():
    text = b"1-2 r--p 0 0:0 0 /caf\xe9"
    assert parse(text, "latin-1").row(0)[7] == "/caf\xe9"
    assert parse(text, "ascii").row(0)[7] == parse(text).row(0)[7] == "/caf\udce9"


# Any argument at all

ODD = [
    None, True, 0, -1, 2**31, 2**32, 2**63, 2**64, -(2**64), 1.5, float("nan"), "", "x", "\0", "\ud800", b"", b"x" * 7,
    bytearray(b"x"), memoryview(b"12345678"), [], [None], [()], [ROWS[0][:7]], [(*ROWS[0], 1)], [list(ROWS[0])], (), {},
    {"a": 1}, range(2), iter([1]), object(), Table, Table([]), parse, "linux", "cygwin", "utf-8", "/proc",
    os.devnull, [(1, 2, "rp", 0, 0, 0, 0, None)], [(1, 2, "r--p", 0, 0, 0, 0, "\ud800")],
    [(1, 2, "r--p", 0, 0, 0, 0, "")],
    [(2, 1, "\xe9\xe9", 0, 0, 0, 0, None)], [(-1, 1, "r--p", 0, 0, 0, 0, None)], [(1, 2, "r--p", 0, 2**32, 0, 0, None)],
    [(2**64, 1, "r--p", 0, 0, 0, 0, None)], [(1, 2, b"r--p", 0, 0, 0, 0, b"x")],
]  # fmt: skip
if not IS_PYPY:  # which ends when C asks it for the qualified name of this one's type, as it must for a TypeError
    ODD.append(Ellipsis)

CALLS = {
    "parse": lambda x: parse(x),
    "parse, encoding": lambda x: rows_of(parse(TEXT, x)),
    "parse, dialect": lambda x: parse(TEXT, "utf-8", x),
    "Table": lambda x: rows_of(Table(x)),
    "Table, text": lambda x: Table(x).text(64),
    "Table, of": lambda x: Table.of(x),
    "index": lambda x: Table(ROWS).row(x),
    "maps, index": lambda x: Table(ROWS).maps(MapFields, [x]),
    "maps": lambda x: Table(ROWS).maps(x),
    "MapFields": lambda x: MapFields(x),
    "find": lambda x: Table(ROWS)[x],
    "in": lambda x: x in Table(ROWS),
    "find_packed": lambda x: Table(ROWS).find_packed(x),
    "find_many": lambda x: Table(ROWS).find_many(x),
    "between, begin": lambda x: Table(ROWS).between(x, 5),
    "between, end": lambda x: Table(ROWS).between(5, x),
    "read_process, root": lambda x: read_process(x, None, 1, False, "utf-8"),
    "read_process, pid": lambda x: read_process("/proc", x, 1, False, "utf-8"),
    "read_process, attempts": lambda x: read_process("/proc", None, x, False, "utf-8"),
    "read_process, settled": lambda x: read_process("/proc", None, 3, x, "utf-8"),
    "read_process, encoding": lambda x: read_process("/proc", None, 1, False, x)[0].text(64),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_argument_makes_it_panic(name):
    """A panic is a BaseException that is no Exception, so it comes through."""
    refused = 0
    for argument in ODD:
        try:
            CALLS[name](argument)
        except (TypeError, ValueError, OverflowError, IndexError, LookupError, OSError):  # noqa: PERF203
            refused += 1
    assert refused > len(ODD) / 2


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("argument", [object(), 1.5], ids=["object", "float"])
def test_what_is_of_no_use_is_a_type_error(name, argument):
    with pytest.raises(TypeError):
        CALLS[name](argument)


def test_an_argument_whose_methods_fail():
    class Bad:
        def __index__(self):
            raise ZeroDivisionError

        __len__ = __iter__ = __getitem__ = __fspath__ = __int__ = __index__

    for name, call in CALLS.items():
        with pytest.raises((TypeError, ZeroDivisionError)):
            call(Bad())
            pytest.fail(name)


def test_too_few_and_too_many_arguments():
    for call in (parse, Table, read_process, Table([]).row, Table([]).between, Table([]).text):
        with pytest.raises(TypeError):
            call()
        with pytest.raises(TypeError):
            call(b"", "utf-8", "linux", None, None, None, None)


# Reading


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_read_process():
    table, attempts, is_consistent, without_memory = read_process("/proc", None, 20, False, "utf-8")
    assert isinstance(table, Table)
    assert table[id(table)] is not None
    assert 1 <= attempts <= 20
    assert (is_consistent, without_memory) == (True, None)
    for pid in (0, 2**31, 2**32 - 1):
        with pytest.raises(FileNotFoundError) as caught:
            read_process("/proc", pid, 1, False, "utf-8")
        assert caught.value.filename == f"/proc/{pid}"


@pytest.mark.skipif(sys.platform == "linux", reason="for systems without a reader of processes")
def test_read_process_elsewhere():
    with pytest.raises(OSError, match="unsupported") as caught:
        read_process("/proc", None, 20, False, "utf-8")
    assert caught.value.errno is None
