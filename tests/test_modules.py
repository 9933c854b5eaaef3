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


def test_each_segment_is_of_its_module():
    for module in procmaps.from_pid().modules():
        for segment in module.elf.segments:
            address = segment.address + module.bias
            # The kernel's own library is not in the list of some dynamic linkers.
            if module.maps[0].kind != "vdso" or symbol_at(address):
                assert symbol_at(address)[1] == module.base, module


def test_load_order_is_the_dynamic_linkers():
    maps = procmaps.from_pid()
    order = [module.base for module in procmaps.modules.load_order(maps)]
    assert order == [base for base, _, _ in images()]
    assert sorted(order) == [module.base for module in maps.modules()]
    assert order != sorted(order)
