"""What is said to those who give what cannot be taken: which type it has, and which is wanted."""

from __future__ import annotations

import pytest

import procmaps
from procmaps import Diff, Map, Maps
from procmaps.identity import identify
from procmaps.lenient import from_path
from procmaps.modules import load_order
from procmaps.smaps import Amounts, Rollup, Total, Usage, Usages

HOLDERS = {Maps: "Map", Diff: "Change", Usages: "Usage", Total: "Usage"}


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("values", ["x", b"x", [None], [Map(0, 4096), 7], {"x": 1}, Maps([Map(0, 1)])], ids=repr)
def test_what_holds_others(holder, values):
    if holder is Maps and isinstance(values, Maps):
        assert Maps(values) == values
        return
    with pytest.raises(TypeError, match=rf"^{holder.__name__} holds {HOLDERS[holder]} objects, not \w+$"):
        holder(values)


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_is_no_iterable(holder):
    with pytest.raises(TypeError, match="'int' object is not iterable"):
        holder(1)


@pytest.mark.parametrize("amounts", [Amounts, Rollup])
def test_amounts_are_not_made_of_nothing(amounts):
    for arguments in ((), (1,)):
        with pytest.raises(TypeError, match=f"a {amounts.__name__} is made by the functions of procmaps.smaps"):
            amounts(*arguments)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: Usage("x"), "map is a Map, not str"),
        (lambda: identify(1), "m is a Map, not int"),
        (lambda: load_order(1), "maps is a Maps, not int"),
        (lambda: procmaps.demangle_text(1), "text is a str or bytes, not int"),
        (lambda: Maps().filter(deleted=1), "deleted is a bool, not int"),
        (
            lambda: procmaps.from_records([{"begin_address": 0, "end_address": 1, "pathname": 7}]),
            "record 0: pathname is a str, not int",
        ),
    ],
)
def test_other_arguments(call, expected):
    with pytest.raises((TypeError, ValueError), match=f"^{expected}$"):
        call()


def test_a_number_is_no_path(tmp_path):
    """`open` would take it for a descriptor, and close it."""
    with open(tmp_path / "maps", "wb") as file, pytest.raises(TypeError):
        from_path(file.fileno())
