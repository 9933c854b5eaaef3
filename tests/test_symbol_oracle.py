"""What the dynamic linker says of large libraries: OpenBLAS, C++ (Arrow) and Rust, each exported symbol of them.

Every point at which dladdr(3) says something else is of a kind that `support.dynsym` explains, or the test fails.
"""

from __future__ import annotations

import sys
from collections import Counter

import pytest

if sys.platform != "linux" or sys.maxsize < 2**32 or sys.byteorder == "big":
    pytest.skip("needs Linux, and the tests' reader is for 64 bits", allow_module_level=True)

from procmaps.symbols import Symbolizer
from support.dynsym import disagreements
from support.linker import images

# Of Rust; linked with OpenBLAS; of C++.
LIBRARIES = ["orjson", "pydantic_core", "numpy.linalg", "pyarrow"]


@pytest.fixture(scope="module")
def symbolizer():
    for name in LIBRARIES:
        pytest.importorskip(name, reason="only in the environment oracle of tox.ini")
    symbolizer = Symbolizer()
    symbolizer.symbolize([module.base for module in symbolizer.modules])
    return symbolizer


def files(symbolizer):
    return [module for module in symbolizer.modules if module.path is not None]


def test_bases_and_biases(symbolizer):
    assert {module.base: module.bias for module in symbolizer.modules} == {base: bias for base, bias, _ in images()}
    assert len(files(symbolizer)) > 20


def test_each_exported_symbol(symbolizer, record_testsuite_property):
    points: Counter[str] = Counter()
    unexplained = []
    for module in files(symbolizer):
        kinds, different = disagreements(module, symbolizer)
        points += kinds
        unexplained += different
    record_testsuite_property("points", dict(points))
    print(dict(points))
    assert unexplained == []
    assert sum(points.values()) > 50_000
    assert points["same"] > 0.8 * sum(points.values())


def test_each_exported_name_has_its_address(symbolizer):
    """The other way: from a name to the address, against dlsym(3)."""
    import ctypes

    checked = 0
    for module in [module for module in files(symbolizer) if ".so" in module.name]:
        library = ctypes.CDLL(module.path)
        names = [s.name for s in module.symbols() if s.source == "dynsym"][::31]
        for name in names:
            try:
                told = ctypes.addressof(ctypes.c_char.in_dll(library, name))
                found = module.runtime_address(symbol=name)
            except (LookupError, ValueError):
                continue  # several of a name, or not for others to use
            # Libraries may have the same names, and the linker takes the first that it meets.
            if told in module:
                assert symbolizer.find(found).elf_address == symbolizer.find(told).elf_address or is_chosen(
                    module, found
                )
                checked += 1
    assert checked > 300


def is_chosen(module, address):
    """Whether what is at an address chooses the code (ifunc)."""
    from support.dynsym import STT_IFUNC, exported

    with module.open() as file:
        return any(s.type == STT_IFUNC and s.value == address - module.bias for s in exported(file.read()))
