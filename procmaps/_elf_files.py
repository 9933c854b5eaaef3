"""The ELF files of mappings: each the very file that is mapped, or else what of it is in memory."""

from __future__ import annotations

import errno
import os
import sys
from stat import S_ISREG
from typing import NamedTuple

from procmaps._elf import Elf, elf_of
from procmaps._errors import UnsupportedError
from procmaps._mapped import MappedFile, current, found
from procmaps._procmaps import read_elf, read_elf_in_memory
from procmaps._read import O_PATH, proc_root
from procmaps._threads import by_living
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Literal

    from procmaps._elf import ElfFields
    from procmaps._map import Map

    Source = Literal["file", "memory"]

_LARGEST_VDSO = 1 << 20

LISTED = "a saved listing has no files: modules(root=...), or --root, says where to look for them"
_GONE = "the mapping is not there any more"
_UNFOUND = "it was deleted or replaced, and may not be looked for in memory: run as root, or with CAP_SYS_PTRACE"
_UNOPENED = "it was deleted or replaced: run as root, or with CAP_CHECKPOINT_RESTORE"
_EMPTY = "what is at its path is no file, or an empty one"
_OTHER = "the file at its path has another device or inode than is listed"


class Answer(NamedTuple):
    """What is known of a file.

    Attributes:
        is_elf: Whether it is an ELF file; None if that is not known.
        elf: What its headers say, None if that is not known.
        source: Where they were read: "file" or "memory".
        reason: Why that is not known.
    """

    is_elf: bool | None
    elf: Elf | None = None
    source: Source | None = None
    reason: str | None = None


def of_process(process: Process, maps: list[Map]) -> Answer:
    """Return what is known of the file of some mappings of a process: they have one in common."""
    try:
        return _of_file(process, maps[0]) or _of_memory(process, maps, _UNFOUND)
    except PermissionError as error:
        # A program may be executed and not be read.
        return _of_memory(process, maps, f"{error.strerror}: run as root, or as a user who may read it")
    except OSError as error:
        return Answer(None, reason=error.strerror)
    except LookupError:
        return Answer(None, reason=_GONE)


def in_directory(root: str, m: Map) -> Answer:
    """Return what is known of the file of a listed mapping, if it is at its path below a directory."""
    try:
        descriptor = open_in_directory(root, m)
    except OSError as error:
        return Answer(None, reason=f"{error.strerror}: {error.filename}")
    try:
        return _of_descriptor(descriptor, proc_root(None))
    except OSError as error:
        return Answer(None, reason=f"{error.strerror}: {m.path}")
    finally:
        os.close(descriptor)


def of_vdso(process: Process, m: Map) -> Answer:
    """Return what is known of the ELF file that the kernel has put into the memory of a process."""
    return _of_memory(process, [m], "it is in memory only, and may not be read: run as root, or with CAP_SYS_PTRACE")


def open_memory(process: Process) -> int:
    """Return a descriptor of the memory of a process."""
    directory = process._native.directory()
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        return by_living(lambda place: os.open(os.path.join(place, "mem"), flags, dir_fd=directory), "", directory)
    finally:
        os.close(directory)


def memory(process: Process, m: Map) -> bytes:
    """Return what a mapping of a process holds, that of a vdso: some pages."""
    descriptor = open_memory(process)
    try:
        return part(descriptor, m.begin_address, min(m.size, _LARGEST_VDSO))
    finally:
        os.close(descriptor)


def part(descriptor: int, address: int, size: int) -> bytes:
    """Return what the memory that a descriptor is of holds from an address on, as far as there is any."""
    # No file has a byte past the largest offset.
    return os.pread(descriptor, size, address) if 0 <= address < 2**63 else b""


def open_mapped(process: Process, m: Map) -> int:
    """Return a descriptor, to read, of the file of a mapping.

    Raises:
        FileNotFoundError: It cannot be found, or it is no regular file.
        LookupError: The mapping is not there any more.
    """
    with MappedFile(process, current(process, m)) as file:
        descriptor = found(file)
        if descriptor < 0 or not _is_regular(descriptor):
            raise FileNotFoundError(errno.ENOENT, _UNOPENED, m.pathname)
        opened = os.open(f"{process._root}/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        current(process, m)
    except BaseException:
        os.close(opened)
        raise
    return opened


def open_in_directory(root: str, m: Map) -> int:
    """Return a descriptor (O_PATH) of the file of a listed mapping, at its path below a directory.

    Raises:
        FileNotFoundError: It is not there, or it has another device or inode than is listed.
        UnsupportedError: This is not Linux.
    """
    if sys.platform != "linux":
        raise UnsupportedError(errno.ENOSYS, "the files of a saved listing are looked for on Linux only", root)
    if m.path is None:
        raise FileNotFoundError(errno.ENOENT, "it was in the memory of the process only", m.pathname)
    path = os.path.join(root, m.path.lstrip("/"))
    descriptor = os.open(path, O_PATH | os.O_CLOEXEC)
    reason = _why_not(m, os.fstat(descriptor))
    if reason is None:
        return descriptor
    os.close(descriptor)
    raise FileNotFoundError(errno.ENOENT, reason, path)


def _why_not(m: Map, status: os.stat_result) -> str | None:
    """Return why a file cannot be that of a listed mapping; None if it can."""
    # Files of proc say that they are empty. Some of them keep who reads them waiting, such as /proc/kmsg.
    if not S_ISREG(status.st_mode) or status.st_size == 0:
        return _EMPTY
    if m.inode == 0:
        return None  # The listing does not tell: that of a core file has no inodes.
    # A device without a number of its own (major 0) can have one here and another one there.
    device = os.major(status.st_dev), os.minor(status.st_dev)
    return None if status.st_ino == m.inode and (m.device[0] == 0 or device == m.device) else _OTHER


def _of_file(process: Process, m: Map) -> Answer | None:
    m = current(process, m)
    with MappedFile(process, m) as file:
        descriptor = found(file)
        if descriptor < 0:
            return None
        answer = _of_descriptor(descriptor, process._root)
    # Only now is it certain that it was that mapping's.
    current(process, m)
    return answer


def _of_descriptor(descriptor: int, root: str) -> Answer:
    if not _is_regular(descriptor):
        return Answer(False)
    return _answer("file", lambda: read_elf(f"{root}/self/fd/{descriptor}"))


def _of_memory(process: Process, maps: list[Map], reason: str) -> Answer:
    pieces = [(m.offset, m.begin_address, m.size) for m in maps if m.is_readable]
    directory = process._native.directory()
    opened = f"{process._root}/self/fd/{directory}"

    def read(place: str) -> ElfFields | None:
        return read_elf_in_memory(os.path.join(place, "mem"), pieces)

    try:
        return _answer("memory", lambda: by_living(read, opened))
    except OSError:
        return Answer(None, reason=reason)
    finally:
        os.close(directory)


def _answer(source: Source, read: Callable[[], ElfFields | None]) -> Answer:
    try:
        fields = read()
    except ValueError as error:
        return Answer(True, reason=f"its headers are damaged: {error}")
    return Answer(False) if fields is None else Answer(True, elf_of(fields), source)


def _is_regular(descriptor: int) -> bool:
    return S_ISREG(os.fstat(descriptor).st_mode)
