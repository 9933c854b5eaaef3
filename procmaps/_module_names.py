"""What a library is called: the stem of its name, and its version."""

from __future__ import annotations

import re

# The stem; eight digits of a hash that auditwheel(1) puts behind it; and the version.
_LIBRARY = re.compile(r"(.+?)(-[0-9a-f]{8})?\.so((?:\.[0-9][^/]*)?)", re.DOTALL)

# The C library of musl is its dynamic linker, too: the file is called so in any case, and on Alpine the soname is the
# second of these.
_MUSL = re.compile(r"(?:ld-musl-|libc\.musl-)([^/.]+\.so\.1)")


def stem_of(name: str) -> str | None:
    """Return what is before `.so`, without the hash; None if the name is not that of a library.

    >>> stem_of("libcudart-d0da41ae.so.11.0"), stem_of("python3.11")
    ('libcudart', None)
    """
    found = _LIBRARY.fullmatch(name)
    return found and found[1]


def is_called(name: str | None, wanted: str) -> bool:
    """Whether the name of a file, or a soname, is the wanted one.

    That is the whole name, the stem, or the name with a part of its version. The C library of musl is
    "libc" by whichever of its names.

    Args:
        name: Such as "libcudart-d0da41ae.so.11.0"; None, which is not called anything, for no soname.
        wanted: Such as "libcudart", "libcudart.so", "libcudart.so.11".

    >>> names = ["libcudart.so.12", "libcudart-d0da41ae.so.11.0", "libcudart_stub.so"]
    >>> [is_called(name, "libcudart") for name in names]
    [True, True, False]
    >>> is_called("libcudart.so.11.0", "libcudart.so.11"), is_called("libcudart.so.11.0", "libcudart.so.1")
    (True, False)
    >>> is_called("ld-musl-x86_64.so.1", "libc"), is_called("ld-musl-x86_64.so.1", "libc.so.6")
    (True, False)
    """
    return any([_fits(known, wanted) for known in _names(name)])


def beginnings(wanted: str) -> list[str]:
    """Return how the names begin of all the files that are called so.

    >>> beginnings("libcudart.so.11"), beginnings("libc")
    (['libcudart'], ['libc', 'ld-musl-'])
    """
    stem = wanted.partition(".so")[0]
    return [stem, "ld-musl-"] if f"{stem}.".startswith("libc.") else [stem]


def _names(name: str | None) -> list[str | None]:
    musl = _MUSL.fullmatch(name or "")
    return [name] if musl is None else [f"ld-musl-{musl[1]}", f"libc.musl-{musl[1]}", "libc.so"]


def _fits(name: str | None, wanted: str) -> bool:
    found = _LIBRARY.fullmatch(name or "")
    if name is None or name == wanted or not found:
        return name == wanted
    stem, mark, version = found.groups("")
    asked = _LIBRARY.fullmatch(wanted)
    if not asked:
        return wanted in (stem, stem + mark)
    asked_stem, asked_mark, asked_version = asked.groups("")
    if asked_stem + asked_mark not in (stem, stem + mark):
        return False
    return f"{version}.".startswith(f"{asked_version}.")
