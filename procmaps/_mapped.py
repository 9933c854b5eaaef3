"""The file behind a mapping of a live process: its real name, itself, its build ID."""

from __future__ import annotations

import errno
import os
from stat import S_ISREG
from typing import NamedTuple

from procmaps._map import Map, map_of
from procmaps._mounts import Mount, mounts, printed
from procmaps._names import encode
from procmaps._procmaps import read_build_id
from procmaps._read import O_PATH
from procmaps._threads import by_living, living

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps.query import Process

DELETED = b" (deleted)"
_MOST = 4000

# From the root directory of a process as far up as it goes: to the root of its mount namespace,
# or of this process if that comes first. The paths in its maps begin there: d_path() stops there too.
TOP = "root" + "/.." * 64

_UNTOLD = (
    "Whether it is a regular file cannot be told, as it is not at its path, and another may never answer: "
    "run as root, or with CAP_CHECKPOINT_RESTORE"
)


class Sight(NamedTuple):
    """What is at a path.

    Attributes:
        state: "same" as the file that is mapped, "other", "absent", or "unclear".
        note: How far that is sure, or why it is unclear.
        descriptor: Of what is there, -1 if there is none.
    """

    state: str
    note: str = ""
    descriptor: int = -1


class MappedFile:
    """The file of a mapping, to be looked for; in a `with` block.

    Attributes:
        descriptor: The file itself (O_PATH), by way of /proc/PID/map_files; -1 if that may
            not be followed, which takes CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.
    """

    def __init__(self, process: Process, m: Map) -> None:
        self.process, self.m = process, m
        self._open: list[int] = []

    def __enter__(self) -> MappedFile:
        self._directory = self.process._native.directory()
        self._open.append(self._directory)
        try:
            self.descriptor = self._opened(link(self.m), self._directory)
        except OSError:
            self.descriptor = -1
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self._open:
            os.close(descriptor)

    def names(self) -> list[bytes]:
        """Return the names that the file can have: as the kernel says, and without its word for deleted."""
        name = real_name(self.process, self.m) or b""
        return [name, name[: -len(DELETED)]] if name.endswith(DELETED) else [name]

    def look(self, name: bytes) -> Sight:
        """Look for the file under a name."""
        try:
            directory, rest = self._of_living(TOP), name.lstrip(b"/")
            # One call takes 4095 bytes of a path, and a name can have more.
            while len(rest) > _MOST and (cut := rest.rfind(b"/", 0, _MOST)) > 0:
                directory, rest = self._opened(rest[:cut], directory), rest[cut + 1 :]
            descriptor = self._opened(rest, directory, os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            return Sight("absent")
        except OSError as error:
            # The name of a file may have 255 bytes: with the kernel's word after it, it can have more.
            if error.errno == errno.ENAMETOOLONG:
                return Sight("absent")
            return Sight("unclear", f"{os.fsdecode(name)!r} cannot be looked at: {error.strerror}")
        return self._compared(descriptor)

    def program(self) -> Sight:
        """Look at the program that the process executes, which is found without its name."""
        try:
            return self._compared(self._of_living("exe"))
        except OSError as error:
            return Sight("unclear", f"the program cannot be looked at: {error.strerror}")

    def links(self) -> int | None:
        """Return how many names the file has, None if that cannot be known."""
        return os.fstat(self.descriptor).st_nlink if self.descriptor >= 0 else None

    def mounts(self) -> dict[int, Mount]:
        """Return what this process and that one see mounted."""
        ours = mounts(f"{self.process._root}/self/mountinfo")
        theirs = os.path.join(living("", self._directory), "mountinfo")
        return {**ours, **mounts(theirs, dir_fd=self._directory)}

    def is_mounted(self) -> bool:
        """Whether the file is on what is mounted, and not in a file system that the kernel keeps for itself."""
        if self.m.device in {mount.device for mount in self.mounts().values()}:
            return True
        # A process that changed its root does not see what is mounted above.
        root = self.look(b"/.").descriptor
        return root >= 0 and _device(os.fstat(root)) == self.m.device

    def path_of(self, descriptor: int, name: bytes) -> str | None:
        """Return a path that leads from here to the file, found under a name; None if none does."""
        place = os.path.join(self.process._path, living("", self._directory))
        for top in ("", os.path.join(place, "root"), os.path.join(place, TOP)):
            path = top + os.fsdecode(name)
            try:
                if os.path.samestat(os.lstat(path), os.fstat(descriptor)):
                    return path
            except OSError:
                continue
        return self.link

    @property
    def link(self) -> str | None:
        """A path of the kernel's own that leads to the file; None if it may not be followed."""
        return f"{self.process._path}/{link(self.m)}" if self.descriptor >= 0 else None

    def _of_living(self, name: str) -> int:
        return by_living(lambda place: self._opened(os.path.join(place, name), self._directory), "", self._directory)

    def _opened(self, path: str | bytes, directory: int, flags: int = 0) -> int:
        descriptor = os.open(path, O_PATH | os.O_CLOEXEC | flags, dir_fd=directory)
        self._open.append(descriptor)
        return descriptor

    def _compared(self, descriptor: int) -> Sight:
        """Compare what was found with what is mapped."""
        found, m = os.fstat(descriptor), self.m
        if self.descriptor >= 0:
            return _sight(os.path.samestat(found, os.fstat(self.descriptor)), descriptor)
        if _device(found) == m.device:
            return _sight(found.st_ino == m.inode, descriptor)
        if os.major(found.st_dev) != 0:
            return Sight("other", descriptor=descriptor)
        # A device number that its file system made up: maps may have another for the same file.
        numbers = printed(descriptor, found.st_ino, self.mounts(), self.process._root)
        if numbers is None or (numbers.type == "overlay" and numbers.device != m.device):
            return Sight("unclear", "maps and stat(2) have different numbers for one device", descriptor)
        note = "by its numbers, which a file in another subvolume of its Btrfs can have too"
        is_same = (numbers.device, numbers.inode) == (m.device, m.inode)
        return _sight(is_same, descriptor, note if numbers.type == "btrfs" else "")


def link(m: Map) -> str:
    """Return the link to the file of a mapping, from the directory of the process."""
    return f"map_files/{m.begin_address:x}-{m.end_address:x}"


def current(process: Process, m: Map) -> Map:
    """Return the mapping that is now where one was, if it is the same."""
    now = process.find(m.begin_address)
    if now is None or not _is_same(now, m):
        raise _gone(m)
    return now


def _at(process: Process, where: Map | int) -> Map | None:
    return current(process, where) if isinstance(where, Map) else process.find(where)


def real_name(process: Process, where: Map | int) -> bytes | None:
    """See `procmaps.query.Process.real_name`."""
    m = _at(process, where)
    if m is None or m.pathname is None:
        return None
    name = encode(m.pathname)
    if b"\\012" not in name:
        return name
    if not process._has_ioctl:
        return _target(process, m)
    try:
        row, real = process._native.real_name(m.begin_address) or (None, None)
    except OSError as error:
        raise process._failure(error) from None
    if row is None or not _is_same(map_of(row), m):
        raise _gone(m)
    return real


def build_id(process: Process, where: Map | int) -> bytes | None:
    """See `procmaps.query.Process.build_id`."""
    m = _at(process, where)
    if m is None or m.kind not in ("file", "memfd"):
        return None
    with MappedFile(process, m) as file:
        descriptor = found(file)
        answer = None
        if descriptor >= 0 and S_ISREG(os.fstat(descriptor).st_mode):
            answer = _asked(process, m) or read_build_id(f"{process._root}/self/fd/{descriptor}")
    # Only now is it certain that what was found was that mapping's, or that there was nothing to find.
    current(process, m)
    if descriptor < 0:
        raise PermissionError(errno.EPERM, _UNTOLD, os.path.join(process._path, link(m)))
    return answer


def _target(process: Process, m: Map) -> bytes:
    """Return where the link to the file leads: the real name, which anyone may read who may read the maps."""
    directory = process._native.directory()
    try:
        return os.readlink(os.fsencode(link(m)), dir_fd=directory)
    except FileNotFoundError:
        raise _gone(m) from None
    finally:
        os.close(directory)


def found(file: MappedFile) -> int:
    """Return a descriptor (O_PATH) of the mapped file, -1 if it is not found."""
    if file.descriptor >= 0:
        return file.descriptor
    sights = [*map(file.look, file.names()), file.program()]
    return next((sight.descriptor for sight in sights if sight.state == "same"), -1)


def _asked(process: Process, m: Map) -> bytes | None:
    """Return the build ID that the kernel finds. Old kernels do not find all."""
    if not process._has_ioctl:
        return None
    try:
        row, found = process._native.build_id(m.begin_address) or (None, b"")
    except OSError as error:
        raise process._failure(error) from None
    return found if row is not None and _is_same(map_of(row), m) else None


def _is_same(m: Map, other: Map) -> bool:
    """Whether two are the same mapping of the same file, whatever its name and permissions are now."""
    row, others = m._row, other._row
    return all([row[i] == others[i] for i in (0, 1, 3, 4, 5, 6)])


def _device(status: os.stat_result) -> tuple[int, int]:
    return os.major(status.st_dev), os.minor(status.st_dev)


def _gone(m: Map) -> LookupError:
    return LookupError(f"{m!r} is not mapped any more")


def _sight(is_same: bool, descriptor: int, note: str = "") -> Sight:
    return Sight("same" if is_same else "other", note if is_same else "", descriptor)
