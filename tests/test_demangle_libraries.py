"""Every C++ symbol of the libraries of this machine, against c++filt: what differs is counted by kind.

docs/demangle.md has the kinds. PROCMAPS_LIBRARIES names more libraries, separated as in PATH.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from collections import Counter

import pytest

import procmaps

PLACES = ("/usr/lib", "/usr/lib/*-linux-gnu*", "/usr/lib64", "/usr/lib/llvm*/lib")
# Of each the first that there is.
LIBRARIES = (
    "libstdc++.so.6",
    "libLLVM*.so*",
    "libclang-cpp.so*",
    "libQt?Core.so.?",
    "libboost_*.so.*",
    "libicui18n.so*",
)
MOST = 40_000


def has_binutils() -> bool:
    if not (shutil.which("c++filt") and shutil.which("nm")):
        return False
    return b"GNU" in subprocess.run(["c++filt", "--version"], stdout=subprocess.PIPE, check=False).stdout


pytestmark = pytest.mark.skipif(not has_binutils(), reason="needs c++filt and nm, of binutils")


def libraries() -> list[str]:
    found = os.environ.get("PROCMAPS_LIBRARIES", "").split(os.pathsep)
    for pattern in LIBRARIES:
        found += sorted(path for place in PLACES for path in glob.glob(os.path.join(place, pattern)))[:1]
    return [path for path in found if path]


def symbols_of(library: str) -> list[str]:
    lines = subprocess.run(["nm", "-D", library], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    names = {line.split()[-1].partition("@")[0] for line in lines}
    return sorted(name for name in names if name.startswith(("_Z", "_GLOBAL__")))[:MOST]


def filtered(symbols: list[str], *options: str) -> list[str]:
    text = "\n".join(symbols).encode()
    return (
        subprocess.run(["c++filt", *options], input=text, stdout=subprocess.PIPE, check=True)
        .stdout.decode()
        .split("\n")
    )


def kind_of(symbol: str, theirs: str, ours: str) -> str:
    """Return how they differ, as docs/demangle.md calls it."""
    if theirs == symbol:
        return "c++filt cannot read it"
    if re.sub(r"(?<=[<(]), |(?<=, ), ", "", theirs) == ours:
        return "an empty pack leaves a comma"
    if re.search(r"\{unnamed type#\d+\}::~?\w+\(", theirs):
        return "a constructor without a name"
    if re.search(r"S[0-9A-Z]*_", symbol) and "T" in symbol:
        return "a substitution that repeats a template parameter"
    return "not explained"


def cases() -> list[object]:
    """Return the libraries; but for libstdc++ they are large."""
    return [pytest.param(path, marks=[] if "libstdc++" in path else pytest.mark.slow) for path in libraries()]


@pytest.mark.parametrize("library", cases(), ids=os.path.basename)
def test_a_library(library, record_property):
    symbols = symbols_of(library)
    kinds = Counter()
    for options, verbose in [(("-i",), False), ((), True)]:
        names = procmaps.demangle_all(symbols, strict=False, verbose=verbose)
        theirs = filtered(symbols, *options)
        assert len(names) == len(theirs) == len(symbols)
        kinds += Counter(kind_of(*row) for row in zip(symbols, theirs, names) if row[1] != row[2])
    record_property("differ", dict(kinds))
    print(f"{library}: {len(symbols)} symbols, {sum(kinds.values()) / 2} differ: {dict(kinds)}")
    # What c++filt cannot read it does not contradict; the names that it lacks are tried below.
    assert (sum(kinds.values()) - kinds["c++filt cannot read it"]) / 2 <= len(symbols) / 1000
    assert [symbol for symbol in symbols if not is_name(symbol)] == []


def is_name(symbol: str) -> bool:
    try:
        procmaps.demangle(symbol)
    except ValueError:
        return symbol.startswith("_GLOBAL__")
    return True


def test_one_is_compared():
    assert libraries() or not glob.glob("/usr/lib/*/libstdc++.so.6")
