"""Which mappings are asked for, as the native layer takes it: conditions on the fields, all of which must hold."""

from __future__ import annotations

from procmaps._of_type import of_type
from procmaps._procmaps import KINDS as _KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    # Letters of permissions by place, globs, files, kinds, whether deleted, whether without a name.
    Wanted = tuple[
        list[list[tuple[int, str]]] | None,
        list[str] | None,
        list[tuple[int, int, int]] | None,
        list[str] | None,
        bool | None,
        bool | None,
    ]
    File = tuple[tuple[int, int], int]

#: What `Map.kind` can be.
KINDS = frozenset(_KINDS)

_LETTERS = ("r-=?", "w-=?", "x-=?", "psSg?")


def selection(
    perms: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
    files: Iterable[File] | None = None,
    kind: str | Iterable[str] | None = None,
    deleted: bool | None = None,
    anonymous: bool | None = None,
) -> Wanted:
    """Return what is to be looked for: of `perms` one is enough, of `names` and `files` together one, too."""
    return (
        None if perms is None else [_letters(pattern) for pattern in perms],
        None if names is None else [of_type("pathname", name, str) for name in names],
        None if files is None else [_place(file) for file in files],
        None if kind is None else _kinds(kind),
        None if deleted is None else of_type("deleted", deleted, bool),
        None if anonymous is None else of_type("anonymous", anonymous, bool),
    )


def _letters(pattern: str) -> list[tuple[int, str]]:
    pattern = of_type("perms", pattern, str)
    if len(pattern) > 4 or any([letter not in letters for letter, letters in zip(pattern, _LETTERS)]):
        raise ValueError(f"a pattern for perms is such as 'r-xp', 'rw??' or 'rwx', not {pattern!r}")
    return [(i, letter) for i, letter in enumerate(pattern) if letter != "?"]


def _kinds(kind: str | Iterable[str]) -> list[str]:
    kinds = {kind} if isinstance(kind, str) else set(kind)
    if not kinds <= KINDS:
        raise ValueError(f"no kind: {sorted(kinds - KINDS)}; there are {sorted(KINDS)}")
    return sorted(kinds)


def _place(file: File) -> tuple[int, int, int]:
    (major, minor), inode = file
    if not (0 <= major < 1 << 32 and 0 <= minor < 1 << 32 and 0 <= inode < 1 << 64):
        raise ValueError(f"no file has device and inode {file!r}: they have 32, 32 and 64 bits")
    return major, minor, inode
