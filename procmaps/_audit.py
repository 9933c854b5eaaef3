"""What in the maps of a process can be code that nobody meant to run. See `procmaps.host.audit`."""

from __future__ import annotations

import os
import stat
from fnmatch import fnmatchcase
from typing import NamedTuple

from procmaps._answer import Answer
from procmaps._audit_rules import BY_ID, SEVERITIES, Rule, compilers_among
from procmaps._escape import shown
from procmaps._fate import Fates, key_of
from procmaps._mapped import TOP
from procmaps._read import proc_root
from procmaps._scan import scan
from procmaps._threads import living

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from procmaps._fate import Fate, Key
    from procmaps._map import Map
    from procmaps._scan import ProcessMaps

    # The rule, and what there is to say.
    Broken = tuple[str, str]

# Which mappings the rules are about: code, and what can be written through.
_PERMS = ("??x", "?w?s")

_OF_NO_FILE = ("anonymous", "named", "shared", "sysv", "hugepage", "ashmem", "secretmem")
_DEVICES = ("dmabuf", "drm", "anon_inode", "socket")


class Finding(NamedTuple):
    """A mapping that a rule is about.

    Attributes:
        rule: The rule.
        map: The mapping.
        detail: What is found, in words; empty if the rule says it all.
        compilers: Compilers at run time that the process has loaded, which may have made it. That they
            did is not known.
        process: The process, None for a listing.
    """

    rule: Rule
    map: Map
    detail: str = ""
    compilers: tuple[str, ...] = ()
    process: ProcessMaps | None = None

    @property
    def message(self) -> str:
        """What is found, in a sentence."""
        text = self.rule.what + (f": {self.detail}" if self.detail else "")
        return text + (f" (known to make code: {', '.join(self.compilers)})" if self.compilers else "")

    def record(self) -> dict[str, Any]:
        """Return it as a dict that JSON can hold."""
        from procmaps._records import record

        return {
            "rule": self.rule.id,
            "rule_name": self.rule.name,
            "severity": self.rule.severity,
            "message": self.message,
            "compilers": list(self.compilers),
            **(self.process.record() if self.process else {"pid": None}),
            **record(self.map),
        }


class _Files:
    """What is known of the files of a live process beyond the listing.

    Args:
        process: The process.
        fates: What is known of files already.
        seen: What is known of who can change them; added to.
    """

    def __init__(self, process: ProcessMaps, fates: Fates, seen: dict[Key, list[Broken]]) -> None:
        self._process, self._fates, self._seen = process, fates, seen

    def fate(self, m: Map) -> Fate | None:
        """Return what became of a file; None if it is not mapped any more."""
        return self._fates.of(self._process, m)

    def writable_by_all(self, m: Map, name: str) -> list[Broken]:
        """Return who else can change a file that is at a path."""
        key = key_of(self._process, m)
        if key not in self._seen:
            top = os.path.join(living(os.path.join(self._fates.root, str(self._process.pid))), TOP)
            self._seen[key] = list(_writable_by_all(top, name))
        return self._seen[key]


def audit_maps(maps: Iterable[Map], ignore: Iterable[str] = ()) -> list[Finding]:
    """Return what rules find in a listing. See `Maps.audit`."""
    return _without(list(_findings(maps, None, None)), ignore)


def audit(
    pids: Iterable[int] | None = None,
    *,
    ignore: Iterable[str] = (),
    progress: Callable[[int, int], object] | None = None,
    proc: str | os.PathLike[str] | None = None,
) -> Answer[Finding]:
    """Return what in the processes of this host can be code that nobody meant to run.

    Nothing is written, stopped or attached to. What is found is a reason to look, no proof: compilers at
    run time make such memory, too. And nothing found is no proof of the contrary: what is mapped from a
    file is not compared with the file, and code can be made executable for an instant only.

    Args:
        pids: As for `procmaps.host.scan`.
        ignore: Rules that do not matter, such as `"PM001"`; or only for some programs or files:
            `"PM001:java"`, `"PM009:/tmp/build/*"`, where what follows is a pattern for the name of
            the command, the path of the program, or the name of the mapping.
        progress: As for `procmaps.host.scan`.
        proc: As for `procmaps.from_pid`.

    Returns:
        The findings, the most severe first, then by process and address.

    Raises:
        UnsupportedError: There is no proc file system here.
        ValueError: There is no such rule.

    >>> import procmaps.host, os
    >>> answer = procmaps.host.audit([os.getpid()], ignore=["PM007", "PM008", "PM009"])
    >>> [finding.rule.name for finding in answer if finding.map.kind == "stack"]
    []
    """
    ignore = checked(ignore)
    root = proc_root(proc)
    found = scan(pids, perms=_PERMS, progress=progress, proc=root)
    fates = Fates(root)
    seen: dict[Key, list[Broken]] = {}
    findings = [f for process in found for f in _findings(process.maps, _Files(process, fates, seen), process)]
    return Answer(sorted(_without(findings, ignore), key=_order), found)


def checked(ignore: Iterable[str]) -> list[str]:
    """Return what is to be ignored, if there are such rules."""
    ignore = [ignore] if isinstance(ignore, str) else list(ignore)
    if not all([isinstance(entry, str) for entry in ignore]):
        raise TypeError(f"ignore is a str or several, not {ignore!r:.80}")
    unknown = [rule for rule in [entry.partition(":")[0] for entry in ignore] if rule not in BY_ID]
    if unknown:
        raise ValueError(f"no rule is called {unknown[0]!r}; there are {', '.join(BY_ID)}")
    return ignore


def _order(finding: Finding) -> tuple[int, int, int]:
    pid = finding.process.pid if finding.process else 0
    return -SEVERITIES.index(finding.rule.severity), pid, finding.map.begin_address


def _without(findings: list[Finding], ignore: Iterable[str]) -> list[Finding]:
    ignore = checked(ignore)
    return [finding for finding in findings if not any(_is_ignored(finding, entry) for entry in ignore)]


def _is_ignored(finding: Finding, entry: str) -> bool:
    rule, _, pattern = entry.partition(":")
    process = finding.process
    names = (finding.map.pathname, process and process.comm, process and process.exe)
    return rule == finding.rule.id and (not pattern or any(fnmatchcase(name, pattern) for name in names if name))


def _findings(maps: Iterable[Map], files: _Files | None, process: ProcessMaps | None) -> Iterator[Finding]:
    maps = list(maps)
    code = [m for m in maps if m.is_executable]
    compilers = tuple(compilers_among([os.path.basename(m.path) for m in code if m.path]))
    writable = {_file(m) for m in maps if m.is_writable and m.is_shared and m.inode}
    for m in code:
        for rule, detail in _broken(m, files, writable):
            makes_code = compilers if rule in ("PM001", "PM002", "PM005", "PM006", "PM010") else ()
            yield Finding(BY_ID[rule], m, detail, makes_code, process)


def _broken(m: Map, files: _Files | None, writable: set[object]) -> Iterator[Broken]:
    """Yield the rules that a mapping of code breaks, with what there is to say."""
    of_memory = _rule_of_memory(m)
    if of_memory:
        yield of_memory, _named(m)
    elif m.kind == "file":
        yield from _of_file(m, files)
    if not m.is_writable and _file(m) in writable:
        yield "PM010", _named(m)


def _rule_of_memory(m: Map) -> str | None:
    """Return the rule for memory that no file on disk stands for."""
    if m.kind in ("stack", "heap"):
        return "PM003" if m.kind == "stack" else "PM004"
    if m.kind == "memfd":
        return "PM001" if m.is_writable else "PM005"
    if m.kind in _OF_NO_FILE:
        return "PM001" if m.is_writable else "PM006"
    return "PM011" if m.kind in _DEVICES else None


def _of_file(m: Map, files: _Files | None) -> Iterator[Broken]:
    if m.is_writable:
        yield "PM002", _named(m)
    path = str(m.path)
    if path.startswith("/dev/") and not path.startswith("/dev/shm/"):
        yield "PM011", _named(m)
    fate = files.fate(m) if files else None
    lost = _lost(m, fate)
    if lost:
        yield "PM007", lost
    if files and fate and fate.state in ("current", "unsure"):
        yield from files.writable_by_all(m, fate.path or path)


def _lost(m: Map, fate: Fate | None) -> str:
    """Return what happened to a file that is not where it was; '' if it is."""
    if fate is None:
        return f"{shown(str(m.path))} (as the listing says)" if m.is_deleted else ""
    return f"{shown(fate.path or str(m.path))}: {fate.reason}" if fate.state in ("deleted", "replaced") else ""


def _writable_by_all(top: str, path: str) -> Iterator[Broken]:
    """Yield who else can change a file that is at a path, by its permissions and those of its directories."""
    mode = _mode(top + path)
    if mode is not None and stat.S_ISREG(mode) and mode & stat.S_IWOTH:
        yield "PM008", shown(path)
    directory = os.path.dirname(path)
    while True:
        mode = _mode(top + directory)
        if mode is not None and mode & stat.S_IWOTH:
            yield "PM009", f"{shown(path)}, in {shown(directory)}"
            return
        above = os.path.dirname(directory)
        if above == directory:
            return
        directory = above


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except OSError:
        return None


def _file(m: Map) -> object:
    return m.device, m.inode


def _named(m: Map) -> str:
    return shown(m.pathname) if m.pathname else ""
