"""Demangling: golden names, names that are none, any bytes, hostile names, texts."""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps._procmaps import unfinished_name

DATA = Path(__file__).parent / "data" / "demangle"

STRING = "std::basic_string<char, std::char_traits<char>, std::allocator<char> >"


def table(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    assert lines
    return [line.split("\t") for line in lines]


GOLDEN = table("compiled.tsv") + table("grammar.tsv") + table("beyond.tsv") + table("rust.tsv")


@pytest.mark.parametrize("name", ["compiled.tsv", "grammar.tsv", "beyond.tsv", "rust.tsv"])
def test_golden_names(name):
    for symbol, expected in table(name):
        assert procmaps.demangle(symbol) == expected
        assert procmaps.demangle(symbol.encode()) == expected


def test_what_is_no_mangled_name():
    for escaped, position, expected in table("invalid.tsv"):
        symbol = escaped.replace("\\n", "\n")
        with pytest.raises(ValueError) as caught:
            procmaps.demangle(symbol)
        assert str(caught.value).startswith(f"not a mangled name: position {position}: expected {expected}, in ")
        assert procmaps.demangle(symbol, strict=False) == symbol


def test_verbose():
    assert procmaps.demangle("_Z1fSs") == "f(std::string)"
    assert procmaps.demangle("_Z1fSs", verbose=True) == f"f({STRING})"
    # A constructor tells what it is short for.
    assert procmaps.demangle("_ZNSsC1Ev") == f"{STRING}::basic_string()"
    legacy = "_ZN4main3foo17h0123456789abcdefE"
    assert procmaps.demangle(legacy) == "main::foo"
    assert procmaps.demangle(legacy, verbose=True) == "main::foo::h0123456789abcdef"
    assert procmaps.demangle_all(["_Z1fSs"], verbose=True) == [f"f({STRING})"]
    assert procmaps.demangle_text("_Z1fSs", verbose=True) == f"f({STRING})"


def test_a_cpp_name_that_ends_like_a_hash_but_is_none():
    assert procmaps.demangle("_ZN4main3foo17h0123456789abcdegEv") == "main::foo::h0123456789abcdeg()"
    assert procmaps.demangle("_ZN4main17h0123456789abcdefEi") == "main::h0123456789abcdef(int)"


def test_versions_stay():
    assert procmaps.demangle("_Z3foov@@LIB_1.0") == "foo()@@LIB_1.0"
    assert procmaps.demangle("_Z3foov@LIB_1.0") == "foo()@LIB_1.0"
    assert procmaps.demangle("foo@LIB_1.0", strict=False) == "foo@LIB_1.0"


def test_names_that_are_not_utf_8():
    assert procmaps.demangle(b"_Z2\xc3\xa9v") == procmaps.demangle("_Z2év") == "é()"
    assert procmaps.demangle(b"_Z1\xe9v") == procmaps.demangle("_Z1\udce9v") == "\udce9()"
    assert procmaps.demangle(b"\xe9", strict=False) == "\udce9"


@pytest.mark.parametrize("name", [None, 3, bytearray(b"_Z1fv"), ["_Z1fv"]])
def test_wrong_types(name):
    with pytest.raises(TypeError, match="a name is a str or bytes, not "):
        procmaps.demangle(name)
    with pytest.raises(TypeError, match="a name is a str or bytes, not "):
        procmaps.demangle_all([name])


def test_an_error_shows_no_more_than_the_begin():
    with pytest.raises(ValueError, match=r'in "_Z-{78}"\.\.\.$'):
        procmaps.demangle("_Z" + "-" * 10_000)


# Many


def test_all():
    symbols = [symbol for symbol, _ in GOLDEN]
    expected = [name for _, name in GOLDEN]
    assert procmaps.demangle_all(symbols) == expected
    assert procmaps.demangle_all(symbol.encode() for symbol in symbols) == expected
    assert procmaps.demangle_all([]) == []
    assert procmaps.demangle_all(["main", b"_Z1fv"], strict=False) == ["main", "f()"]
    with pytest.raises(ValueError, match=r"^name 1: not a mangled name: position 0: "):
        procmaps.demangle_all(["_Z1fv", "main"])
    for wrong in (3, "_Z1fv", b"_Z1fv"):
        with pytest.raises(TypeError):
            procmaps.demangle_all(wrong, strict=False)


def test_threads():
    results = []
    symbols = [symbol for symbol, _ in GOLDEN] * 20

    def work():
        results.append(procmaps.demangle_all(symbols) == [procmaps.demangle(symbol) for symbol in symbols])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4


# Texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("_Z3foov", "foo()"),
        ("./app(_Z3foov+0x1c) [0x55d0]\n", "./app(foo()+0x1c) [0x55d0]\n"),
        ("0000 T _Z3foov@@V_1\n0001 t _ZN3barC1Ev\n", "0000 T foo()@@V_1\n0001 t bar::bar()\n"),
        ("in _Z3foov.part.0.cold", "in foo() [clone .part.0] [clone .cold]"),
        ("._Z3foov and $_Z3foov", ".foo() and $foo()"),
        ("It is _Z3foov. Or _Z3barv...", "It is foo(). Or bar()..."),
        ("x_Z3foov _Z3foo? _Zz _ main", "x_Z3foov foo? _Zz _ main"),
        ("__Z3foov _GLOBAL__I_x", "foo() global constructors keyed to x"),
        ("«_Z3foov»", "«foo()»"),
        ("_RNvC4main3foo", "main::foo"),
    ],
)
def test_texts(text, expected):
    assert procmaps.demangle_text(text) == expected
    assert procmaps.demangle_text(text.encode()) == expected.encode()


@given(st.binary())
def test_any_bytes_around_names(noise):
    text = noise + b" _Z3foov " + noise
    assert b" foo() " in procmaps.demangle_text(text)
    assert procmaps.demangle_text(noise.replace(b"_", b"-")) == noise.replace(b"_", b"-")


@given(st.lists(st.sampled_from(["_Z3foov", "_ZN1A1BC2Ev", "\n", " ", "..", "x", "@V", "é"])), st.integers(0, 60))
def test_a_text_can_be_cut_where_no_name_is(parts, at):
    data = "".join(parts).encode()
    at = min(at, len(data))
    cut = at - unfinished_name(data[:at])
    whole = procmaps.demangle_text(data)
    assert procmaps.demangle_text(data[:cut]) + procmaps.demangle_text(data[cut:]) == whole


# Any bytes, and hostile ones


def ends(symbol: bytes) -> str | None:
    """Return what a symbol stands for, None if it is none; and see that it is decided in time and in bounds."""
    begin = time.thread_time()
    try:
        name = procmaps.demangle(symbol)
    except ValueError as error:
        found = re.match(r"not a mangled name: position (\d+): expected .*, in ", str(error), re.DOTALL)
        assert found
        assert int(found[1]) <= max(len(symbol), 1 << 20)
        name = None
    assert time.thread_time() - begin < 2
    assert name is None or len(name) <= (1 << 20) + len(symbol)
    return name


LETTERS = b"_ZNEIXLTSDJKRPOFvicnmplstgrdwfuoUA0123456789.ab"


@given(st.lists(st.sampled_from(LETTERS), max_size=200))
def test_what_looks_like_a_name(letters):
    ends(b"_Z" + bytes(letters))
    ends(b"_R" + bytes(letters))


@given(st.binary(max_size=200))
def test_any_bytes(data):
    ends(data)
    ends(b"_Z" + data)
    ends(b"_R" + data)


@given(st.data())
def test_names_with_an_error_in_them(data):
    symbol = bytearray(data.draw(st.sampled_from(GOLDEN))[0].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(symbol)))
        size = data.draw(st.integers(0, 3))
        symbol[at : at + size] = data.draw(st.binary(max_size=3) | st.lists(st.sampled_from(LETTERS)).map(bytes))
    ends(bytes(symbol))


def test_every_begin_of_every_name():
    for symbol, _ in GOLDEN:
        for size in range(len(symbol)):
            ends(symbol[:size].encode())


MANY = 300_000

#: What nests, by what it is made of: what comes before, again and again, after; and whether it is a name at all.
NESTED = {
    "pointers": (b"_Z1f", b"P", b"i"),
    "qualifiers": (b"_Z1f", b"PK", b"i"),
    "functions": (b"_Z1f", b"PF", b"v" * 10),
    "arrays": (b"_Z1f", b"A1_", b"i"),
    "members": (b"_Z1f", b"M1A", b"i"),
    "template arguments": (b"_Z", b"1AI", b"iE"),
    "packs": (b"_Z1fI", b"J", b"EEvv"),
    "nested names": (b"_Z1f", b"N1AI", b"iE"),
    "local names": (b"_Z", b"Z", b"1fvE1x"),
    "local names in a row": (b"_Z", b"Z1fvE", b"1x"),
    "default arguments": (b"_Z", b"Z1fvEd_", b"1x"),
    "expressions": (b"_Z1fIX", b"ng", b"Li1EEEvv"),
    "sums": (b"_Z1fIX", b"pl", b"Li1E" * 100),
    "calls": (b"_Z1fIX", b"cl", b"E"),
    "casts": (b"_Z1fIX", b"cv", b"iE"),
    "literals": (b"_Z1fI", b"L_Z1fI", b"iE"),
    "decltypes": (b"_Z1f", b"DTst", b"iE"),
    "unresolved names": (b"_Z1fIX", b"sr1AIX", b"Li1EE1x"),
    "lambdas": (b"_Z1f", b"Ul", b"vE_"),
    "declarations": (b"_Z1fUl", b"Tt", b"E"),
    "packs of declarations": (b"_Z1fUl", b"Tp", b"Ty"),
    "conversions": (b"_ZN1A", b"cv", b"iEv"),
    "special names": (b"_Z", b"GA", b"1fv"),
    "thunks": (b"_Z", b"Th0_", b"1fv"),
    "vendor qualifiers": (b"_Z1f", b"U1x", b"i"),
    "tags": (b"_Z1f", b"B1x", b""),
    "scopes": (b"_ZN", b"1A", b"E"),
    "parameters": (b"_Z1f", b"i", b""),
    "modules": (b"_Z", b"W1m", b"1f"),
    "clones": (b"_Z1fv", b".a", b""),
    "digits": (b"_Z", b"9", b""),
    "letters": (b"_Z1fS", b"Z", b"_"),
    "dots": (b"_Z1fv", b".", b""),
    "rust types": (b"_RIC1a", b"R", b"aE"),
    "rust paths": (b"_R", b"Nv", b"C1a1a"),
    "rust parts": (b"_ZN", b"1a", b"17h0123456789abcdefE"),
}


@pytest.mark.parametrize("kind", NESTED)
def test_what_nests_deeply(kind):
    before, again, after = NESTED[kind]
    for count in (10, 100, 1_000, MANY // len(again)):
        ends(before + again * count + after)


def test_what_nests_as_real_names_may():
    assert ends(b"_Z1f" + b"P" * 150 + b"i") == f"f(int{'*' * 150})"
    assert ends(b"_Z1f" + b"1AI" * 150 + b"i" + b"E" * 150) == f"f({'A<' * 150}int{' '.join('>' * 150)})"


BOMBS = {
    "pairs of substitutions": b"_Z1f1AIiiE"
    + b"".join(b"S_IS%s_S%s_E" % (s, s) for s in (b"%X" % i for i in range(10)))
    + b"".join(b"S_IS%s_S%s_E" % (s, s) for s in (bytes([65 + i]) for i in range(26))),
    "arguments of arguments": b"_Z1fI" + b"1AI" * 30 + b"i" + b"E" * 31 + b"v" + b"T_" * 100_000,
    "packs in packs": b"_Z1fIJ" + b"i" * 1000 + b"EJ" + b"c" * 1000 + b"EEvDp1AIT_DpT0_E",
    "packs in packs in packs": b"_Z1fIJ" + b"i" * 200 + b"EEvDp1AIT_Dp1BIT_Dp1CIT_DpT_EEE",
    "empty packs": b"_Z1fIJEEv" + b"Dp1AIT_E" * 40_000,
    "two readings": b"_Z1fIX" + b"sr1AIX" * 80 + b"Li1E" + b"EE1x" * 80 + b"EEvv",
    "a parameter that stands for itself": b"_ZN1AcvT_I1BIS1_EEEv",
    "many clones of a long name": b"_Z1f" + b"1A" * 100_000 + b".a" * 100_000,
    "rust references": b"_RIC1aTTTTTTTTTTTTTTTTTTTTaE" + b"B2_" * 1000 + b"E",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_what_stands_for_more_than_it_is(kind):
    ends(BOMBS[kind])


def test_what_is_too_long_says_so():
    for kind in ("pairs of substitutions", "arguments of arguments", "packs in packs", "packs in packs in packs"):
        with pytest.raises(ValueError, match="expected a name that stands for a shorter text"):
            procmaps.demangle(BOMBS[kind])
    with pytest.raises(ValueError, match="expected a name that nests less deeply"):
        procmaps.demangle("_Z1f" + "P" * 1000 + "i")
    with pytest.raises(ValueError, match="expected a shorter symbol"):
        procmaps.demangle("_Z1f" + "i" * (1 << 20))


def test_long_names():
    assert ends(b"_Z1000000" + b"x" * 1_000_000 + b"v") == "x" * 1_000_000 + "()"
    assert ends(b"_Z2000000" + b"x" * 2_000_000 + b"v") is None
    assert ends(b"x" * 10_000_000) is None
    data = b"_Z3foov" * 1_000_000
    assert procmaps.demangle_text(data) == data


def test_small_stacks():
    """The limits of nesting are far from the end of the stack that a thread has on musl."""
    found = []

    def work():
        found.extend(ends(before + again * 5_000 + after) for before, again, after in NESTED.values())

    size = threading.stack_size(1 << 20 if os.name == "nt" else 192 << 10)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert len(found) == len(NESTED)
