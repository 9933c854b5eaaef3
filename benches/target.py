"""A process with so many mappings: `target.py NUMBER SHARE DIRECTORY`.

A SHARE of those that the interpreter does not map by itself, from 0 to 1, are libraries, the others arenas.
A library is a file mapped as a linker does it, four mappings, and memory for its variables beside
them. An arena is a page to write with a guard page below. Prints a line when all are there, and
ends when its standard input does.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys

PAGE = mmap.PAGESIZE
READ, WRITE, EXECUTE = 1, 2, 4
PRIVATE, ANONYMOUS, FIXED_NOREPLACE = 0x2, 0x20, 0x100000
# Addresses of as many digits as those of a linker, where nothing is mapped by itself.
LIBRARIES_AT, ARENAS_AT = (0x2000_0000_0000, 0x3000_0000_0000) if sys.maxsize > 2**32 else (0x2000_0000, 0x6000_0000)
FILES = 200

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def map_page(address, protection, file=-1, offset=0):
    flags = PRIVATE | FIXED_NOREPLACE | (ANONYMOUS if file < 0 else 0)
    if libc.mmap(address, PAGE, protection, flags, file, offset) != address:
        raise OSError(ctypes.get_errno(), "mmap")


def map_library(address, file):
    protections = [READ, READ | EXECUTE, READ, READ | WRITE]
    for i, protection in enumerate(protections):
        # Twice the distance of the addresses, so that neighbours do not become one mapping.
        map_page(address + i * PAGE, protection, file, 2 * i * PAGE)
    map_page(address + 4 * PAGE, READ | WRITE)


def map_arena(address):
    map_page(address, 0)
    map_page(address + PAGE, READ | WRITE)


def open_libraries(directory, number):
    """Make files with paths as long as those of extension modules, and open them."""
    files = []
    for i in range(number):
        package = os.path.join(directory, f"lib/python3/site-packages/package_{i % 7}")
        os.makedirs(package, exist_ok=True)
        path = os.path.join(package, f"_module_{i:03}.cpython-311-x86_64-linux-gnu.so")
        files.append(os.open(path, os.O_RDWR | os.O_CREAT))
        os.truncate(path, 8 * PAGE)
    return files


def missing(number):
    with open("/proc/self/maps", "rb") as file:
        return number - file.read().count(b"\n")


def main(number, share, directory):
    libraries = int(missing(number) * share) // 5
    files = open_libraries(directory, min(libraries, FILES))
    for i in range(libraries):
        map_library(LIBRARIES_AT + i * 6 * PAGE, files[i % FILES])
    # Counted again: the interpreter may have mapped some more for itself.
    arenas, odd = divmod(missing(number), 2)
    for i in range(arenas):
        map_arena(ARENAS_AT + i * 2 * PAGE)
    if odd:
        map_page(ARENAS_AT - 2 * PAGE, READ)
    print("mapped", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
