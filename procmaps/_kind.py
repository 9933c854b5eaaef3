"""What a name in the listing stands for. See proc_pid_maps(5)."""

from __future__ import annotations

DELETED = " (deleted)"

# Names that are no path. The kernel may print others, which are "special".
_SPECIAL = {
    "[heap]": "heap",
    "[stack]": "stack",
    "[vdso]": "vdso",
    "[vvar]": "vvar",
    "[vvar_vclock]": "vvar",
    "[vsyscall]": "vsyscall",
}
_SPECIAL_PREFIXES = (
    ("[stack:", "stack"),  # [stack:TID], Linux 3.4 to 4.4
    ("[anon:", "named"),  # prctl(PR_SET_VMA_ANON_NAME), Linux 5.17+
    ("[anon_shmem:", "shared"),  # Linux 6.2+
    ("anon_inode:", "anon_inode"),
    ("socket:[", "socket"),
)

# Memory in a file system of the kernel's own, on a device with major number 0. A file
# in the root directory of another such file system could bear the same name.
_INTERNAL = {
    "/dev/zero": "shared",
    "/anon_hugepage": "hugepage",
    "/secretmem": "secretmem",
    "/[aio]": "aio",
    "/drm mm object": "drm",
    "/i915": "drm",
    "/ttm swap": "drm",
}


#: What `kind_of` can return.
KINDS = frozenset(
    ["anonymous", "ashmem", "dmabuf", "file", "memfd", "special", "sysv"]
    + list(_SPECIAL.values())
    + [kind for _, kind in _SPECIAL_PREFIXES]
    + list(_INTERNAL.values())
)


def kind_of(pathname: str | None, dev_major: int) -> str:
    """Return the kind of memory that a name stands for."""
    if pathname is None:
        return "anonymous"
    if pathname[0] != "/":
        return _SPECIAL.get(pathname) or _by_prefix(pathname, _SPECIAL_PREFIXES) or "special"
    if pathname.startswith("/dev/ashmem"):
        return "ashmem"
    if dev_major == 0:
        return _kind_of_internal(pathname) or "file"
    return "file"


def _by_prefix(name: str, prefixes: tuple[tuple[str, str], ...]) -> str | None:
    for prefix, kind in prefixes:
        if name.startswith(prefix):
            return kind
    return None


def _kind_of_internal(pathname: str) -> str | None:
    if pathname.startswith("/dmabuf:"):
        return "dmabuf"
    if not pathname.endswith(DELETED):
        return None
    name = pathname[: -len(DELETED)]
    if name.startswith("/memfd:"):
        return "memfd"
    if _is_sysv(name):
        return "sysv"
    return _INTERNAL.get(name)


def _is_sysv(name: str) -> bool:
    """Whether it is /SYSV and the key of the segment, eight hexadecimal digits."""
    return len(name) == 13 and name.startswith("/SYSV") and not name[5:].strip("0123456789abcdef")
