"""Which processes map a library. See `procmaps.host.who`."""

from __future__ import annotations

import os
import sys
from glob import escape
from typing import NamedTuple

from procmaps._answer import Answer
from procmaps._fate import Fate, Fates, key_of
from procmaps._maps import Maps
from procmaps._module_names import beginnings, is_called
from procmaps._mounts import mounts, printed
from procmaps._names import DELETED
from procmaps._read import O_PATH, proc_root
from procmaps._scan import scan
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from procmaps._fate import Key
    from procmaps._map import Map
    from procmaps._scan import ProcessMaps, Scan
    from procmaps._selection import File

    Progress = Callable[[int, int], object]


class Use(NamedTuple):
    """A process that maps a file.

    Attributes:
        process: The process; its `maps` are those of this file.
        fate: What became of the file since it was mapped.
        build_id: The build ID of the file, if it was asked for by that.
    """

    process: ProcessMaps
    fate: Fate
    build_id: bytes | None = None

    @property
    def path(self) -> str:
        """The path that the file has or had in the mount namespace of the process; if it cannot be told, as printed."""
        return self.fate.path or str(self.process.maps[0].pathname)

    def record(self) -> dict[str, Any]:
        """Return it as a dict that JSON can hold."""
        from procmaps._records import text_fields

        first = self.process.maps[0]
        return {
            **self.process.record(),
            "state": self.fate.state,
            "reason": self.fate.reason,
            **text_fields("pathname", first.pathname),
            **text_fields("path", self.path),
            "device": list(first.device),
            "inode": first.inode,
            "build_id": self.build_id.hex() if self.build_id else None,
            "maps": len(self.process.maps),
            "begin_address": f"{first.begin_address:#x}",
        }


class UseAnswer(Answer[Use]):
    """Who maps a file. Made by `who`.

    Attributes:
        scan: As for `Answer`.
        untold: If a build ID was asked for: those who map code of a file whose build ID this user may not
            know, which may be the one.
    """

    def __init__(self, found: Iterable[Use], untold: Iterable[Use], scan: Scan) -> None:
        super().__init__(found, scan)
        self.untold: list[Use] = list(untold)


def who(
    library: str | bytes | File,
    *,
    progress: Progress | None = None,
    proc: str | os.PathLike[str] | None = None,
) -> UseAnswer:
    """Return which processes map a file, and whether it is still the one at its path.

    Args:
        library: What file:

            - a str with a slash: a path, of which links are followed, and then the file itself under
              whatever name; if there is no such file, those who had it, or a pattern for paths;
            - a str without: the name of a file, a pattern for it such as `"libssl*"`, or the stem of
              one: `"libssl"` is `libssl.so`, `libssl.so.3` and `libssl-1a2b3c4d.so.3`, as for
              `procmaps.loaded`. `"libssl.so.3"` is `libssl.so.3.0.11`, too; and `"libc.so.6"`
              is `libc-2.31.so`, which begins alike, if a link of that name beside it leads to it: by such a
              name, the soname, programs ask for a library;
            - a pair of a device and an inode, as mappings have them;
            - bytes: a build ID. Mappings of code are looked at.
        progress: As for `procmaps.host.scan`.
        proc: As for `procmaps.from_pid`.

    Raises:
        UnsupportedError: There is no proc file system here.
        ValueError: `library` is empty, or no device and inode that could be.

    >>> import procmaps.host
    >>> import os
    >>> own = [use for use in procmaps.host.who("libc") if use.process.pid == os.getpid()]
    >>> {use.fate.state for use in own} <= {"current", "unsure"}
    True
    """
    root = proc_root(proc)
    if not library:
        raise ValueError("library is empty: it is a name, a path, a device and an inode, or a build ID")
    if isinstance(library, bytes):
        return _by_build_id(library, root, progress)
    if isinstance(library, tuple):
        found = scan(files=[library], progress=progress, proc=root)
        return _answer(found, root, _any)
    patterns, files, is_wanted = _by_name(library, root)
    found = scan(pathname=patterns, files=files, kind="file", progress=progress, proc=root)
    return _answer(found, root, is_wanted)


def _answer(found: Scan, root: str, is_wanted: Callable[[Map], bool]) -> UseAnswer:
    fates = Fates(root)
    return UseAnswer([use for process in found for use in _uses(process, fates, is_wanted)], (), found)


def _uses(
    process: ProcessMaps, fates: Fates, is_wanted: Callable[[Map], bool], build_id: bytes | None = None
) -> Iterator[Use]:
    """Yield the files of a process that are wanted; those that are not mapped any more are left out."""
    groups: dict[Key, list[Map]] = {}
    for m in process.maps:
        groups.setdefault(key_of(process, m), []).append(m)
    for maps in groups.values():
        fate = fates.of(process, maps[0]) if is_wanted(maps[0]) else None
        if fate is not None:
            yield Use(process._replace(maps=Maps(maps)), fate, build_id)


def _by_build_id(build_id: bytes, root: str, progress: Progress | None) -> UseAnswer:
    found = scan(perms="??x", kind="file", progress=progress, proc=root)
    fates, known = Fates(root), _BuildIds(root)
    uses: list[Use] = []
    untold: list[Use] = []
    for process in found:
        ids = {m: known.of(process, m) for m in process.maps}
        uses += _uses(process, fates, lambda m, ids=ids: ids[m] == build_id, build_id)  # type: ignore[misc]
        untold += _uses(process, fates, lambda m, ids=ids: ids[m] is _UNTOLD)  # type: ignore[misc]
    return UseAnswer(uses, untold, found)


_UNTOLD = b"untold"


class _BuildIds:
    """Reads the build ID of each file once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[Key, bytes | None] = {}

    def of(self, process: ProcessMaps, m: Map) -> bytes | None:
        """Return the build ID of a file, None if it has none or is gone, `_UNTOLD` if it is not told."""
        key = key_of(process, m)
        if key in self._known:
            return self._known[key]
        try:
            with Process(process.pid, proc=self._root) as handle:
                self._known[key] = handle.build_id(m)
        except (ProcessLookupError, LookupError):
            return None
        except OSError:
            # Another process may tell.
            return _UNTOLD
        return self._known[key]


def _by_name(library: str, root: str) -> tuple[list[str], list[File], Callable[[Map], bool]]:
    """Return patterns, files, and what a mapping that fits these must be."""
    if "/" in library:
        # As the kernel prints them.
        paths = {path.replace("\n", r"\012") for path in (library, os.path.realpath(library))}
        files = _file_at(library, root)
        patterns = [*map(escape, paths)] if files or not _is_pattern(library) else [library]
        return _or_deleted(patterns), files, _any
    if _is_pattern(library):
        return _or_deleted([f"*/{library}"]), [], _any
    return [f"*/{escape(begin)}*" for begin in beginnings(library)], [], lambda m: _is_called(m, library)


def _any(_: Map) -> bool:
    return True


def _or_deleted(patterns: list[str]) -> list[str]:
    return [*patterns, *[pattern + DELETED for pattern in patterns]]


def _is_pattern(text: str) -> bool:
    return escape(text) != text


def _is_called(m: Map, library: str) -> bool:
    names = {os.path.basename(name or "") for name in (m.pathname, m.path)}
    return any(is_called(name, library) for name in names) or _is_linked(m, library)


def _is_linked(m: Map, library: str) -> bool:
    """Whether there is a link of a name beside a file that leads to it, as for sonames; as seen from here."""
    path = str(m.path)
    link = os.path.join(os.path.dirname(path), library)
    try:
        return os.path.islink(link) and os.path.samefile(link, path)
    except OSError:
        return False


def _file_at(path: str, root: str) -> list[File]:
    """Return the file at a path as maps print it, or if that cannot be known as stat(2) has it; nothing if none is."""
    if sys.platform == "win32":  # nor is there anybody who could map it
        return []
    try:
        descriptor = os.open(path, O_PATH | os.O_CLOEXEC)
    except OSError:
        return []
    try:
        found = os.fstat(descriptor)
        numbers = printed(descriptor, found.st_ino, mounts(f"{root}/self/mountinfo"), root)
    finally:
        os.close(descriptor)
    plain = ((os.major(found.st_dev), os.minor(found.st_dev)), found.st_ino)
    return [plain] if numbers is None else [(numbers.device, numbers.inode)]
