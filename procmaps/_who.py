"""Which processes map a library. See `procmaps.host.who`."""

from __future__ import annotations

import os
from glob import escape
from typing import NamedTuple

from procmaps._answer import Answer
from procmaps._fate import Fate, Fates, key_of
from procmaps._kind import DELETED
from procmaps._maps import Maps
from procmaps._module_names import stem_of
from procmaps._mounts import mounts, printed
from procmaps._read import proc_root
from procmaps._scan import scan
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from procmaps._fate import Key
    from procmaps._map import Map
    from procmaps._scan import File, ProcessMaps, Scan

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
    def name(self) -> str:
        """The path of the file, in the mount namespace of the process."""
        return self.fate.name or str(self.process.maps[0].pathname)

    def record(self) -> dict[str, Any]:
        """Return it as a dict that JSON can hold."""
        from procmaps._records import text_fields

        first = self.process.maps[0]
        return {
            **self.process.record(),
            "state": self.fate.state,
            "reason": self.fate.reason,
            **text_fields("name", self.name),
            "device": list(first.device),
            "inode": first.inode,
            "build_id": self.build_id.hex() if self.build_id else None,
            "maps": len(self.process.maps),
            "begin_address": f"{first.begin_address:#x}",
        }


def who(
    library: str | bytes | File,
    *,
    progress: Progress | None = None,
    proc: str | os.PathLike[str] | None = None,
) -> Answer[Use]:
    """Return which processes map a file, and whether it is still the one at its path.

    Args:
        library: What file:

            - a str with a slash: a path, of which links are followed, and then the file itself under
              whatever name; if there is no such file, those who had it, or a pattern for paths;
            - a str without: the name of a file, a pattern for it such as `"libssl*"`, or the stem of
              one: `"libssl"` is `libssl.so`, `libssl.so.3` and `libssl-1a2b3c4d.so.3`;
            - a pair of a device and an inode, as mappings have them;
            - bytes: a build ID. Mappings of code are looked at.
        progress: As for `procmaps.host.scan`.
        proc: As for `procmaps.from_pid`.

    Raises:
        UnsupportedError: There is no proc file system here.

    >>> import procmaps.host
    >>> import os
    >>> own = [use for use in procmaps.host.who("libc") if use.process.pid == os.getpid()]
    >>> {use.fate.state for use in own} <= {"current", "unsure"}
    True
    """
    root = proc_root(proc)
    if isinstance(library, bytes):
        return _by_build_id(library, root, progress)
    if isinstance(library, tuple):
        found = scan(files=[library], progress=progress, proc=root)
        return _answer(found, root, _any)
    patterns, files, is_wanted = _by_name(library, root)
    found = scan(pathname=patterns, files=files, kind="file", progress=progress, proc=root)
    return _answer(found, root, is_wanted)


def _answer(found: Scan, root: str, is_wanted: Callable[[Map], bool]) -> Answer[Use]:
    fates = Fates(root)
    uses = []
    for process in found:
        for maps in _by_file([m for m in process.maps if is_wanted(m)]):
            fate = fates.of(process, maps[:1]).get(maps[0])
            if fate is not None:
                uses.append(Use(_with(process, maps), fate))
    return Answer(uses, found)


def _by_build_id(build_id: bytes, root: str, progress: Progress | None) -> Answer[Use]:
    found = scan(perms="??x", kind="file", progress=progress, proc=root)
    fates, known = Fates(root), _BuildIds(root)
    uses = []
    for process in found:
        for maps in _by_file(process.maps):
            if known.of(process, maps[0]) == build_id:
                fate = fates.of(process, maps[:1]).get(maps[0])
                if fate is not None:
                    uses.append(Use(_with(process, maps), fate, build_id))
    return Answer(uses, found)


class _BuildIds:
    """Reads the build ID of each file once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[Key, bytes | None] = {}

    def of(self, process: ProcessMaps, m: Map) -> bytes | None:
        key = key_of(process, m)
        if key not in self._known:
            try:
                with Process(process.pid, proc=self._root) as handle:
                    self._known[key] = handle.build_id(m)
            except (OSError, LookupError):
                # Deleted, and not to be reached by this user; or gone. Another process may tell.
                return None
        return self._known[key]


def _by_name(library: str, root: str) -> tuple[list[str], list[File], Callable[[Map], bool]]:
    """Return patterns, files, and what a mapping that fits these must be."""
    if "/" in library:
        paths = {library, os.path.realpath(library)}
        files = _file_at(library, root)
        patterns = [*map(escape, paths)] if files or not _is_pattern(library) else [library]
        return _or_deleted(patterns), files, _any
    if _is_pattern(library):
        return _or_deleted([f"*/{library}"]), [], _any
    return [f"*/{escape(library)}*"], [], lambda m: _is_called(m, library)


def _any(_: Map) -> bool:
    return True


def _or_deleted(patterns: list[str]) -> list[str]:
    return [*patterns, *[pattern + DELETED for pattern in patterns]]


def _is_pattern(text: str) -> bool:
    return escape(text) != text


def _is_called(m: Map, library: str) -> bool:
    names = {os.path.basename(name or "") for name in (m.pathname, m.path)}
    return library in names or library in [stem_of(name) for name in names]


def _file_at(path: str, root: str) -> list[File]:
    """Return the file at a path as maps print it, with the numbers of stat(2) beside if these differ."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return []
    try:
        found = os.fstat(descriptor)
        numbers = printed(descriptor, found.st_ino, mounts(f"{root}/self/mountinfo"), root)
    finally:
        os.close(descriptor)
    plain = ((os.major(found.st_dev), os.minor(found.st_dev)), found.st_ino)
    return [plain] if numbers is None else [(numbers.device, numbers.inode)]


def _by_file(maps: Maps | list[Map]) -> list[list[Map]]:
    groups: dict[object, list[Map]] = {}
    for m in maps:
        groups.setdefault((m.device, m.inode, m.pathname), []).append(m)
    return list(groups.values())


def _with(process: ProcessMaps, maps: list[Map]) -> ProcessMaps:
    return process._replace(maps=Maps(maps))
