"""What an audit looks for, as data: the rules, and the compilers that have reason to break them."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    Severity = Literal["low", "medium", "high"]

#: The severities, the least first.
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


class Rule(NamedTuple):
    """Something that an audit finds.

    Attributes:
        id: Its identifier, which will not change.
        name: The same in words that are easier to keep in mind.
        severity: How bad it is, if there is no reason for it.
        what: What it is.
    """

    id: str
    name: str
    severity: Severity
    what: str


RULES = (
    Rule("PM001", "writable-code", "high", "memory of no file that can be written and executed"),
    Rule("PM002", "writable-file-code", "high", "a file mapped so that it can be written and executed"),
    Rule("PM003", "executable-stack", "high", "a stack that can be executed"),
    Rule("PM004", "executable-heap", "high", "a heap that can be executed"),
    Rule("PM005", "memfd-code", "medium", "code in memory made by memfd_create(2), which no file on disk shows"),
    Rule("PM006", "anonymous-code", "medium", "code in memory of no file"),
    Rule("PM007", "deleted-code", "low", "code of a file that was deleted or replaced"),
    Rule("PM008", "world-writable-file", "high", "code of a file that every user may write to"),
    Rule("PM009", "world-writable-directory", "medium", "code below a directory in which every user may make files"),
    Rule("PM010", "double-mapped-code", "medium", "code that the process itself can write by another mapping of it"),
    Rule("PM011", "device-code", "medium", "code in the memory of a device"),
)
BY_ID = {rule.id: rule for rule in RULES}


class Compiler(NamedTuple):
    """A compiler at run time, or a library that makes trampolines: it makes code in memory.

    Attributes:
        name: What it is called.
        files: Patterns for the base names of files, mapped as code, by which it is known.
    """

    name: str
    files: tuple[str, ...]


COMPILERS = (
    Compiler("Java", ("libjvm.so", "libj9vm*.so")),
    Compiler(".NET", ("libcoreclr.so", "libclrjit.so")),
    Compiler("Mono", ("libmonosgen-2.0.so*", "libmono-2.0.so*", "mono-sgen*")),
    Compiler("V8", ("node", "nodejs", "libnode.so*", "chrome", "chromium*", "electron*", "libv8*.so*", "deno", "d8")),
    Compiler("SpiderMonkey", ("libxul.so", "libmozjs-*.so*")),
    Compiler("JavaScriptCore", ("libjavascriptcoregtk-*.so*", "libJavaScriptCore*.so*", "bun")),
    Compiler("Qt QML", ("libQt5Qml.so*", "libQt6Qml.so*")),
    Compiler("LuaJIT", ("luajit*", "libluajit-*.so*")),
    Compiler("PyPy", ("pypy*", "libpypy*.so*")),
    Compiler("Ruby", ("ruby*", "libruby*.so*")),
    Compiler("PHP", ("opcache.so",)),
    Compiler("Erlang", ("beam.smp", "beam.debug.smp")),
    Compiler("LLVM", ("libLLVM*.so*", "libllvmlite.so")),
    Compiler("GCC JIT", ("libgccjit.so*",)),
    Compiler("PCRE", ("libpcre.so*", "libpcre2-*.so*")),
    Compiler("libffi", ("libffi.so*", "libffi-*.so*")),
    Compiler("Orc", ("liborc-0.4.so*",)),
    Compiler("QEMU", ("qemu-*",)),
    Compiler("Wine", ("wine*-preloader", "wine-preloader", "ntdll.so")),
    Compiler("Valgrind", ("memcheck-*", "callgrind-*", "helgrind-*", "massif-*", "vgpreload_*.so")),
)


def compilers_among(names: Iterable[str]) -> list[str]:
    """Return what the base names of mapped files tell of compilers, in the order of the table."""
    found = set(names)
    return [compiler.name for compiler in COMPILERS if any(map(re.compile(_pattern(compiler)).match, found))]


def _pattern(compiler: Compiler) -> str:
    return "|".join([translate(pattern) for pattern in compiler.files])
