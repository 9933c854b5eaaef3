"""Measures demangling, beside its peers: the C++ symbols of libraries, in bulk and one by one.

    python benches/demangle.py [LIBRARY]...

Needs `nm`. Without LIBRARY it takes libstdc++ and the largest libLLVM that this machine has. The peers are installed
into an environment of their own; `__cxa_demangle` by itself is measured if there is g++.
All have their turns in each round, so that ratios hold on a busy machine; the best round of each is shown.
"""

from __future__ import annotations

import argparse
import glob
import importlib
import importlib.util
import os
import subprocess
import tempfile
import time

import environment
import figures
import report

import procmaps

ROUNDS = 7
PEERS = ("cpp_demangle", "cxxfilt")
PLACES = ("/usr/lib", "/usr/lib/*-linux-gnu*", "/usr/lib64", "/usr/lib/llvm*/lib")
CXA = r"""
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cxxabi.h>
#include <fstream>
#include <string>
#include <vector>
int main(int, char **arguments) {
    std::ifstream file(arguments[1]);
    std::vector<std::string> symbols;
    for (std::string symbol; std::getline(file, symbol);) symbols.push_back(symbol);
    char *name = nullptr;
    size_t size = 0;
    auto begin = std::chrono::steady_clock::now();
    for (auto &symbol : symbols) {
        int status;
        if (char *longer = abi::__cxa_demangle(symbol.c_str(), name, &size, &status)) name = longer;
    }
    std::printf("%f", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("libraries", metavar="LIBRARY", nargs="*")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--cache", metavar="DIR", default=environment.default_cache(), help="where peers are installed")
    options = parser.parse_args()
    environment.add_peers(options.cache)
    records = []
    with tempfile.TemporaryDirectory() as directory:
        program = cxa_program(directory)
        for library in options.libraries or found_libraries():
            records += measure(library, program, options.rounds, directory)
    report.keep(options.json, {"records": records})


def found_libraries():
    for pattern in ("libstdc++.so.6", "libLLVM*.so*"):
        paths = [path for place in PLACES for path in glob.glob(os.path.join(place, pattern)) if os.path.isfile(path)]
        if paths:
            yield max(paths, key=os.path.getsize)


def symbols_of(library):
    lines = subprocess.run(["nm", "-D", library], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    names = {line.split()[-1].partition("@")[0] for line in lines}
    return sorted(name for name in names if name.startswith("_Z"))


def measure(library, program, rounds, directory):
    peers = [importlib.import_module(name) for name in PEERS if importlib.util.find_spec(name)]
    symbols = [symbol for symbol in symbols_of(library) if all([can_read(peer.demangle, symbol) for peer in peers])]
    path = os.path.join(directory, "symbols")
    with open(path, "w") as file:
        file.writelines(f"{symbol}\n" for symbol in symbols)
    ways = dict(ways_of(symbols, peers, program, path))
    times = {way: [] for way in ways}
    for _ in range(rounds):
        for way, run in ways.items():
            times[way].append(run())
    title = f"{len(symbols):,} symbols of {os.path.basename(library)} that all can read"
    records = [record(title, way, taken, times["procmaps.demangle_all"], len(symbols)) for way, taken in times.items()]
    print(f"{title}, nanoseconds for each")
    for r in records:
        print(f"  {r['reader']:28} {r['ns_per_unit']:8,.0f}  {r['per_ours']:6.2f} times demangle_all")
    return records


def record(title, way, taken, ours, number):
    """Return the figures of one way: of the best round, and the ratio within each."""
    best = min(taken) * 1e9
    return {
        "job": "demangle",
        "title": title,
        "mappings": None,
        "reader": way,
        "unit": "name",
        "ns": best,
        "ns_per_unit": best / number,
        "per_ours": figures.ratio(taken, ours),
        "times": taken,
    }


def ways_of(symbols, peers, program, path):
    """Yield what is measured, and how to take its time."""
    yield "procmaps.demangle_all", timed(lambda: procmaps.demangle_all(symbols))
    yield "procmaps.demangle", timed(lambda: one_by_one(procmaps.demangle, symbols))
    for peer in peers:
        yield f"{peer.__name__}.demangle", timed(lambda peer=peer: one_by_one(peer.demangle, symbols))
    yield "c++filt", timed(lambda: subprocess.run(["c++filt"], input=text(symbols), stdout=subprocess.PIPE, check=True))
    if program:
        yield "__cxa_demangle, in C++", lambda: float(subprocess.run([program, path], stdout=subprocess.PIPE).stdout)


def one_by_one(demangle, symbols):
    for symbol in symbols:
        demangle(symbol)


def can_read(demangle, symbol):
    """Return whether a peer does not refuse a symbol: each has an error of its own for it."""
    try:
        demangle(symbol)
    except Exception:
        return False
    return True


def text(symbols):
    return "\n".join(symbols).encode()


def timed(run):
    def taken():
        begin = time.perf_counter()
        run()
        return time.perf_counter() - begin

    return taken


def cxa_program(directory):
    """Return a program that times `__cxa_demangle`, None if there is no compiler."""
    source, program = os.path.join(directory, "cxa.cpp"), os.path.join(directory, "cxa")
    with open(source, "w") as file:
        file.write(CXA)
    try:
        subprocess.run(["g++", "-O2", source, "-o", program], check=True)
    except (OSError, subprocess.CalledProcessError):
        print("not measured: __cxa_demangle: there is no g++")
        return None
    return program


if __name__ == "__main__":
    main()
