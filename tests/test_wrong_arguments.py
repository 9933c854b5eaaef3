"""What is none of the kinds that were asked for is refused in words that name both."""

from __future__ import annotations

import os
import sys

import pytest

import procmaps
import procmaps.identity
import procmaps.lenient
import procmaps.picture
import procmaps.smaps
from procmaps import Diff, Map, Maps
from procmaps.modules import load_order
from procmaps.smaps import Amounts, Rollup, Total, Usage, Usages

if sys.platform != "linux":
    pytest.skip("asks processes, too", allow_module_level=True)

from procmaps._elf_files import Answer
from procmaps._module import Module

ONE = Map(0x1000, 0x3000, "r--p")
MODULE = Module(Maps([ONE]), Answer(None))
HOLDERS = {Maps: "Map", Diff: "Change", Usages: "Usage", Total: "Usage"}
OTHERS = [None, 5, 1.5, [7], object()]


def of(kind):
    return [value for value in [*OTHERS, "x", b"x"] if not isinstance(value, kind)]


@pytest.mark.parametrize(
    ("call", "kinds", "expected"),
    [
        (ONE.overlaps, Map, "other is a Map, not "),
        (procmaps.from_str, (str, bytes), "maps_data is a str or bytes, not "),
        (procmaps.smaps.from_str, (str, bytes), "smaps_data is a str or bytes, not "),
        (procmaps.lenient.from_str, (str, bytes), "text is a str or bytes, not "),
        (procmaps.from_pid, (int, type(None)), "pid is an int or None, not "),
        (procmaps.snapshot, (int, type(None)), "pid is an int or None, not "),
        (procmaps.loaded, str, "name is a str, not "),
        (procmaps.demangle, (str, bytes), "a name is a str or bytes, not "),
        (procmaps.demangle_text, (str, bytes), "text is a str or bytes, not "),
        (procmaps.Snapshot.parse, bytes, "data is bytes, not "),
        (procmaps.identity.identify, Map, "m is a Map, not "),
        (procmaps.picture.to_svg, (), "maps is a Maps or Usages, not "),
        (lambda title: Maps([ONE]).to_svg(title=title), (str, type(None)), "title is a str or None, not "),
        (lambda rule: Maps([ONE]).audit(ignore=[rule]), str, "ignore is a str or several, not "),
        (lambda name: MODULE.runtime_address(symbol=name), (str, type(None)), "symbol is a str, not "),
        (lambda listing: procmaps.arrow([listing]), (), "a listing is a Maps or Usages, not "),
        (load_order, Maps, "maps is a Maps, not "),
        (Usage, Map, "map is a Map, not "),
        (lambda flag: Maps([ONE]).filter(deleted=flag), type(None), "deleted is a bool, not "),
        (lambda listing: procmaps.diff(listing, []), list, "diff compares listings, such as procmaps.from_pid"),
    ],
)
def test_of_another_kind(call, kinds, expected):
    for value in of(kinds):
        with pytest.raises(TypeError, match=expected) as caught:
            call(value)
        assert type(value).__name__ in str(caught.value) or repr(value) in str(caught.value)


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("values", ["x", b"x", [None], [ONE, 7], {"x": 1}], ids=repr)
def test_what_holds_others(holder, values):
    with pytest.raises(TypeError, match=rf"^{holder.__name__} holds {HOLDERS[holder]} objects, not \w+$"):
        holder(values)
    with pytest.raises(TypeError, match="'int' object is not iterable"):
        holder(1)


def test_a_record():
    for name, kind in {"pathname": "str", "pathname_bytes": "bytes"}.items():
        with pytest.raises(ValueError, match=f"^record 0: {name} is a {kind}, not int$"):
            procmaps.from_records([{"begin_address": 0, "end_address": 1, name: 7}])


@pytest.mark.parametrize("amounts", [Amounts, Rollup])
def test_amounts_are_not_made_of_nothing(amounts):
    for arguments in ((), (1,)):
        with pytest.raises(TypeError, match=f"a {amounts.__name__} is made by the functions of procmaps.smaps"):
            amounts(*arguments)


@pytest.mark.parametrize(
    "read",
    [procmaps.from_path, procmaps.smaps.from_path, procmaps.lenient.from_path, procmaps.Snapshot.from_path],
)
def test_what_is_no_path(read):
    for path in OTHERS:
        with pytest.raises(TypeError, match=type(path).__name__):
            read(path)
    with pytest.raises(ValueError, match="null"):
        read("a\0b")
    with pytest.raises(OSError):
        read(os.sep)


@pytest.mark.parametrize("bits", [5, -1, 2**70, None, "x"])
def test_bits(bits):
    with pytest.raises(ValueError, match="bits is 32 or 64, not "):
        Maps([ONE]).text(bits)


def test_a_descriptor_is_not_taken_for_a_path_and_closed(tmp_path):
    (tmp_path / "maps").write_text(str(ONE), "ascii")
    with open(tmp_path / "maps", "rb") as file:
        with pytest.raises(TypeError, match="int"):
            procmaps.lenient.from_path(file.fileno())
        assert file.read()
