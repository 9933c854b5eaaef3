"""Programs and libraries made by the C compiler of this machine."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CC = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
needs_cc = pytest.mark.skipif(CC is None, reason="needs a C compiler")

LIBRARY = """
char zeroes[100000];
char zeroed_in_the_last_page;
int data = 7;
int answer(void) { return 42; }
"""

PROGRAM = """
#include <stdio.h>
char zeroes[100000];
int data = 7;
int answer(void) { return 42; }
int main(void)
{
    printf("%p %p %p\\n", (void *)answer, (void *)&data, (void *)(zeroes + 99999));
    fflush(stdout);
    getchar();
    return 0;
}
"""


def library(path: Path, *flags: str, source: str = LIBRARY) -> str:
    """Make a library that needs no other one."""
    return _made(path, source, "-shared", "-fPIC", "-nostdlib", *flags)


def program(path: Path, *flags: str) -> str:
    """Make a program that prints the addresses of its `answer`, `data` and the last of its `zeroes`, and waits."""
    return _made(path, PROGRAM, *flags)


def _made(path: Path, source: str, *flags: str) -> str:
    command = [str(CC), "-x", "c", "-", "-o", str(path), "-Wl,--build-id", *flags]
    done = subprocess.run(command, input=source.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        pytest.skip(f"the C compiler refuses {' '.join(flags)}: {done.stdout.decode(errors='replace').strip()[-200:]}")
    return str(path)


# PyPy unloads what nothing names any more.
LOADED: list[ctypes.CDLL] = []


class Loaded:
    """A library that this process has loaded, for good."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.library = ctypes.CDLL(os.fspath(path))
        LOADED.append(self.library)

    def address(self, name: str) -> int:
        """Return where one of its symbols is."""
        return ctypes.addressof(ctypes.c_char.in_dll(self.library, name))


@contextmanager
def loaded_again(path: str) -> Iterator[Callable[[bytes], int]]:
    """Have a library loaded once more, in a namespace of its own: dlmopen(3). It gives what finds its symbols."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "dlmopen"):
        pytest.skip("this C library has no dlmopen")
    libc.dlmopen.restype = libc.dlsym.restype = ctypes.c_void_p
    handle = libc.dlmopen(ctypes.c_long(-1), os.fsencode(path), 2)
    assert handle, "dlmopen"
    try:
        yield lambda name: libc.dlsym(ctypes.c_void_p(handle), name)
    finally:
        libc.dlclose(ctypes.c_void_p(handle))
