"""A host of processes that run code of files, to which things happen then; and what is true of each.

A case is a generator. It yields what a process is to map (see host_child.c), and when the process has done it,
does to the files what it is about, and yields what is stale in that process: states and names.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, NamedTuple

CHILD = Path(__file__).with_name("host_child.c")
COMPILER = shutil.which("cc") or shutil.which("gcc")
LIBRARY = """\
const char version[] = "%s";
const char *procmaps_made_version(void) { return version; }
%s
"""
# Files called otherwise have the same, where it does not matter.
SONAME = "libmade.so.1"
SONAME_OPTION = f"-Wl,-soname,{SONAME}"
# So much code that what comes after it is on other pages.
MORE = 'void procmaps_made_more(void) { __asm__ volatile (".skip 20000, 0x90"); }'

Stale = set[tuple[str, str]]


class Made(NamedTuple):
    """A process of a made host, and what is true of it.

    Attributes:
        case: What it is a case of.
        pid: Its number.
        stale: The states and names of what is stale in it.
    """

    case: str
    pid: int
    stale: Stale


class Workshop:
    """Where programs and libraries are made."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.child = directory / "made-host"
        self._compile(self.child, CHILD, "-ldl")
        self.versions = [directory / f"version{i}.so" for i in range(3)]
        for i, library in enumerate(self.versions):
            source = library.with_suffix(".c")
            source.write_text(LIBRARY % (i, MORE if i == 2 else ""), "ascii")
            self._compile(library, source, "-shared", "-fPIC", "-nostdlib", "-Wl,--build-id=sha1", SONAME_OPTION)

    def _compile(self, target: Path, source: Path, *options: str) -> None:
        assert COMPILER is not None
        subprocess.run([COMPILER, "-O1", "-o", target, source, *options], check=True)

    def library(self, path: Path, version: int = 0) -> str:
        """Put a library at a path, in a file of its own."""
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.versions[version], path)
        # As from a package: older than those who map it.
        os.utime(path, (1e9, 1e9))
        return str(path)

    def new(self, path: str, version: int = 1) -> None:
        """Put another library in the place of one, as a package manager does."""
        os.rename(self.library(Path(f"{path}.dpkg-new"), version), path)

    def write_over(self, path: str, version: int = 1) -> None:
        """Write another library into the same file, as cp does."""
        # The time of a file is that of the last tick, which may be before the process started.
        time.sleep(0.15)
        with open(path, "r+b") as file:
            file.write(self.versions[version].read_bytes())
            file.truncate()


Case = Callable[[Workshop, Path], Iterator[object]]


def live(shop: Workshop, place: Path) -> Iterator[object]:
    yield ["load", shop.library(place / "liblive.so.1")]
    yield set()


def deleted(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "libdeleted.so.1")
    yield ["load", path]
    os.unlink(path)
    yield {("deleted", path)}


def replaced(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "libreplaced.so.1")
    yield ["load", path]
    shop.new(path)
    yield {("replaced", path)}


def overwritten(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "liboverwritten.so.1")
    yield ["load", path]
    shop.write_over(path)
    yield {("unsure", path)}


def blanks(shop: Workshop, place: Path) -> Iterator[object]:
    paths = [shop.library(place / "a  b" / "lib blank .so.1"), shop.library(place / "a  b" / "lib live .so")]
    yield ["load", paths[0], "load", paths[1]]
    os.unlink(paths[0])
    yield {("deleted", paths[0])}


def overwritten_by_another_layout(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "liblayout.so.1", 2)
    yield ["load", path]
    shop.write_over(path, 0)
    yield {("overwritten", path)}


def overwritten_by_no_program(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "libnone.so.1")
    yield ["load", path]
    time.sleep(0.15)
    with open(path, "r+b") as file:
        file.write(b"#!/bin/sh")
    yield {("unsure", path)}


def put_aside(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / SONAME)
    yield ["load", path]
    os.rename(path, f"{path}.old")
    shop.library(Path(path), 1)
    yield {("unsure", f"{path}.old")}


def put_aside_for_none(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / SONAME)
    yield ["load", path]
    os.rename(path, f"{path}.old")
    yield set()


def older_than_the_link(shop: Workshop, place: Path) -> Iterator[object]:
    paths = [shop.library(place / f"{SONAME}.{i}", i) for i in range(2)]
    link = place / SONAME
    link.symlink_to(paths[0])
    yield ["load", str(link)]
    link.unlink()
    link.symlink_to(paths[1])
    yield {("unsure", paths[0])}


def odd_names(shop: Workshop, place: Path) -> Iterator[object]:
    paths = [shop.library(place / name) for name in ("lib\n.so", "caf\udce9.so", "lib.so ", "\u202e.so", "l\\012.so")]
    yield [word for path in paths for word in ("load", path)]
    for path in paths[::2]:
        os.unlink(path)
    yield {("deleted", path) for path in paths[::2]}


def called_deleted(shop: Workshop, place: Path) -> Iterator[object]:
    yield ["load", shop.library(place / "liba.so (deleted)")]
    yield set()


def called_deleted_beside(shop: Workshop, place: Path) -> Iterator[object]:
    shop.library(place / "libb.so", 1)
    yield ["load", shop.library(place / "libb.so (deleted)")]
    yield set()


def called_deleted_and_deleted(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "libc.so (deleted)")
    yield ["load", path]
    os.unlink(path)
    yield {("deleted", path)}


def deleted_beside_called_deleted(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "libd.so")
    shop.library(place / "libd.so (deleted)", 1)
    yield ["load", path]
    os.unlink(path)
    yield {("deleted", path)}


def hard_link(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "liblink.so.1")
    yield ["load", path]
    os.link(path, f"{path}.other")
    os.unlink(path)
    yield {("deleted", path)}


def named_again(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "libagain.so.1")
    yield ["load", path]
    os.link(path, f"{path}.other")
    os.unlink(path)
    os.rename(f"{path}.other", path)
    yield set()


def by_a_link(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "libtarget.so.1.0")
    os.symlink(path, place / "libtarget.so.1")
    yield ["load", str(place / "libtarget.so.1")]
    shop.new(path)
    yield {("replaced", path)}


def program(shop: Workshop, place: Path) -> Iterator[object]:
    path = str(place / "made host program")
    shutil.copy(shop.child, path)
    yield [path]
    os.unlink(path)
    yield {("deleted", path)}


def of_two_one(shop: Workshop, place: Path) -> Iterator[object]:
    paths = [shop.library(place / name) for name in ("libone.so", "libtwo.so")]
    yield ["load", paths[0], "load", paths[1]]
    shop.new(paths[1])
    yield {("replaced", paths[1])}


def data_only(_: Workshop, place: Path) -> Iterator[object]:
    """Map no code: nothing of that is stale."""
    yield ["data", str(place / "cache")]
    yield set()


def decoy(*words: str) -> Case:
    def case(_: Workshop, place: Path) -> Iterator[object]:
        yield [word.replace("DIR", str(place)) for word in words]
        yield set()

    return case


PLAIN: dict[str, Case] = {
    case.__name__: case
    for case in (
        *(live, deleted, replaced, overwritten, overwritten_by_another_layout, overwritten_by_no_program, put_aside),
        *(put_aside_for_none, older_than_the_link, blanks, odd_names, called_deleted, called_deleted_beside),
        *(called_deleted_and_deleted, deleted_beside_called_deleted, hard_link, named_again, by_a_link, program),
        *(of_two_one, data_only),
    )
}

#: By the rule that is to ignore them.
DECOYS: dict[str, Case] = {
    "memfd": decoy("memfd", "JITCode:QtQml"),
    "sysv": decoy("sysv", "-"),
    "dev-zero": decoy("zero", "-"),
    "tmpfile": decoy("tmpfile", "DIR"),
    "libffi": decoy("shared", "DIR/ffiAb1Cd2"),
    "orc": decoy("shared", "DIR/orcexec.Ab1Cd2"),
    "gl": decoy("private", "DIR/.glAb1Cd2"),
    "wine": decoy("private", "DIR/anonmap.Ab1Cd2"),
    "perf-jit": decoy("private", "DIR/jit-4711.dump"),
    "java-native": decoy("private", "DIR/jna8714216.tmp"),
}


def in_a_chroot(shop: Workshop, place: Path) -> Iterator[object]:
    paths = [shop.library(place / "jail" / "lib" / name) for name in ("libjailed.so", "libfree.so")]
    yield ["root", str(place / "jail"), "load", "/lib/libjailed.so", "load", "/lib/libfree.so"]
    os.unlink(paths[0])
    yield {("deleted", paths[0])}


def in_a_namespace(shop: Workshop, place: Path) -> Iterator[object]:
    """See another file than we at the same path: theirs is the one that counts."""
    path = shop.library(place / "lib" / "libx.so")
    shop.library(place / "other" / "libx.so", 1)
    yield ["unshare", "-", "bind", f"{place}/other:{place}/lib", "load", path]
    os.unlink(path)
    yield set()


def gone_in_a_namespace(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "lib" / "libx.so")
    other = shop.library(place / "other" / "libx.so", 1)
    yield ["unshare", "-", "bind", f"{place}/other:{place}/lib", "load", path]
    os.unlink(other)
    yield {("deleted", path)}


def under_a_mount(shop: Workshop, place: Path) -> Iterator[object]:
    path = shop.library(place / "lib" / "libx.so")
    shop.library(place / "other" / "libx.so", 1)
    yield ["unshare", "-", "load", path, "bind", f"{place}/other:{place}/lib"]
    yield {("replaced", path)}


#: What only root can make.
PRIVILEGED: dict[str, Case] = {
    case.__name__: case for case in (in_a_chroot, in_a_namespace, gone_in_a_namespace, under_a_mount)
}


@contextmanager
def made_host(
    shop: Workshop, directory: Path, cases: dict[str, Case], copies: int = 1, user: int | None = None
) -> Iterator[list[Made]]:
    """Have a process for each case, or several; of another user if there is one given, who may not be root."""
    options = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    children: list[subprocess.Popen[bytes]] = []
    try:
        running = []
        for number in range(copies):
            for name, case in cases.items():
                place = directory / f"{number}" / name
                place.mkdir(parents=True)
                if user is not None:
                    os.chown(place, user, user)
                steps = case(shop, place)
                words = [os.fsencode(str(word)) for word in next(steps)]  # type: ignore[call-overload]
                program = shop.child if len(words) % 2 == 0 else words.pop(0)
                child = subprocess.Popen(
                    [program, *words],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    **options,  # type: ignore[call-overload]
                )
                children.append(child)
                running.append((name, steps, child))
        for name, _, child in running:
            assert child.stdout is not None
            assert child.stdout.readline().startswith(b"ready "), name
        yield [Made(name, child.pid, next(steps)) for name, steps, child in running]  # type: ignore[misc]
    finally:
        for child in children:
            child.kill()
            child.communicate()


def may_unshare() -> bool:
    """Return whether a process may have a mount namespace of its own; tried in a child."""
    pid = os.fork()
    if not pid:
        os._exit(ctypes.CDLL(None).unshare(0x20000) != 0)
    return os.waitpid(pid, 0)[1] == 0
