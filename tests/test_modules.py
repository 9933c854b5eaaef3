"""Modules, and where addresses are: what we say against what the dynamic linker says, and what was loaded."""

from __future__ import annotations

import sys

import pytest

import procmaps

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from support.linker import images, symbol_at


def test_base_and_bias_are_the_dynamic_linkers():
    found = {module.base: module.bias for module in procmaps.from_pid().modules()}
    told = {base: bias for base, bias, _ in images()}
    assert found == told


def test_the_begin_of_each_library_is_its_base():
    for module in procmaps.from_pid().modules():
        inside = next(m.begin_address for m in module.maps if m.is_executable)
        name, base, _, _ = symbol_at(inside + 64) or (None, module.base, None, None)
        assert base == module.base, name
