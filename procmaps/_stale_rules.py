"""What is mapped as code and gone by name, but is no sign of an upgrade: the false alarms of others, as data.

The first rule that fits is the reason why a file is not called stale. Those with `kinds` are about memory
that the kernel gives a name like a file's. The others are about files that were deleted on purpose, as soon
as they were mapped: they apply to these only ("deleted"), never to a file in whose place there is another.
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._map import Map


class Rule(NamedTuple):
    """Something that looks stale and is not.

    Attributes:
        id: What it is called on the command line and in JSON.
        what: What it is, in words.
        kinds: Kinds of memory, as `Map.kind` has them, that it is about.
        names: Patterns for the paths of deleted files that it is about.
        is_shared: Whether the mapping must be shared.
    """

    id: str
    what: str
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    is_shared: bool = False


RULES = (
    Rule("memfd", "memory of memfd_create(2), where compilers at run time write their code", kinds=("memfd",)),
    Rule("sysv", "shared memory of System V", kinds=("sysv",)),
    Rule("dev-zero", "shared anonymous memory, which the kernel calls /dev/zero", kinds=("shared",)),
    Rule(
        "kernel",
        "memory of the kernel's own: huge pages, graphics, asynchronous I/O",
        kinds=("hugepage", "drm", "dmabuf", "aio", "secretmem", "ashmem", "anon_inode", "socket"),
    ),
    Rule("tmpfile", "a file that never had a name (O_TMPFILE)", names=("*/#[0-9]*",)),
    Rule("libffi", "trampolines of libffi, in a file that it has deleted", names=("*/ffi??????",), is_shared=True),
    Rule("orc", "code compiled by Orc (GStreamer)", names=("*/orcexec.??????",)),
    Rule("gl", "code or a cache of an OpenGL driver", names=("*/.gl??????", "*/GLCache/*", "*/mesa_shader_cache*/*")),
    Rule("device", "memory of a device", names=("/dev/nvidia*", "/dev/dri/*", "/dev/mali*", "/dev/kgsl*")),
    Rule("wine", "sections of Windows programs under Wine", names=("*/anonmap.*", "*/tmpmap-*")),
    Rule("perf-jit", "the mark that a compiler at run time leaves for perf(1)", names=("*/jit-[0-9]*.dump",)),
    Rule(
        "java-native",
        "a library that a Java program has unpacked, loaded and deleted",
        names=(
            "*/jna[0-9]*.tmp",
            "*/jffi[0-9]*.so",
            "*/libnetty_*[0-9].so",
            "*/libconscrypt_*[0-9].so",
            "*/liblz4-java-[0-9]*.so",
            "*/libzstd-jni-[0-9]*.so",
            "*/librocksdbjni*[0-9].so",
            "*/snappy-[0-9]*-libsnappyjava.so",
            "*/sqlite-[0-9]*-libsqlitejdbc.so",
            "*/jansi-[0-9]*-libjansi.so",
        ),
    ),
)


def rule_for(m: Map, state: str, name: str | None) -> Rule | None:
    """Return the rule by which a mapping is no sign of an upgrade; None if there is none.

    Args:
        m: The mapping.
        state: What became of its file: see `procmaps.host.Fate`.
        name: The path that the file had.
    """
    for rule in RULES:
        if state == "no_file" and m.kind in rule.kinds:
            return rule
        if state == "deleted" and name is not None and _names(rule, m, name):
            return rule
    return None


def _names(rule: Rule, m: Map, name: str) -> bool:
    if rule.is_shared and not m.is_shared:
        return False
    return any(re.match(translate(pattern), name) for pattern in rule.names)
