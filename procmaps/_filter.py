"""The conditions of `Maps.filter`, each a function of a Map."""

from __future__ import annotations

from procmaps._kind import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from procmaps._map import Map

    Condition = Callable[[Map], object]


def conditions(
    predicate: Condition | None,
    perms: str | None,
    pathname: str | None,
    kind: str | Iterable[str] | None,
    deleted: bool | None,
    anonymous: bool | None,
) -> list[Condition]:
    """Return what a mapping must meet, the cheap ones first."""
    wanted: list[Condition] = []
    if perms is not None:
        wanted.append(_perms_condition(perms))
    if anonymous is not None:
        _check("anonymous", anonymous, bool)
        wanted.append(lambda m: m.is_anonymous == anonymous)
    if kind is not None:
        wanted.append(_kind_condition(kind))
    if deleted is not None:
        _check("deleted", deleted, bool)
        wanted.append(lambda m: m.is_deleted == deleted)
    if pathname is not None:
        _check("pathname", pathname, str)
        wanted.append(_pathname_condition(pathname))
    if predicate is not None:
        if not callable(predicate):
            raise TypeError(f"predicate is a function of a Map, not {type(predicate).__name__}")
        wanted.append(predicate)
    return wanted


def _check(name: str, value: object, expected: type) -> None:
    if not isinstance(value, expected):
        raise TypeError(f"{name} is a {expected.__name__}, not {type(value).__name__}")


def _perms_condition(pattern: str) -> Condition:
    allowed = ("r-=?", "w-=?", "x-=?", "psSg?")
    if len(pattern) > 4 or any([letter not in letters for letter, letters in zip(pattern, allowed)]):
        raise ValueError(f"a pattern for perms is such as 'r-xp', 'rw??' or 'rwx', not {pattern!r}")
    wanted = [(i, letter) for i, letter in enumerate(pattern) if letter != "?"]
    return lambda m: all([m.perms[i] == letter for i, letter in wanted])


def _kind_condition(kind: str | Iterable[str]) -> Condition:
    kinds = {kind} if isinstance(kind, str) else set(kind)
    if not kinds <= KINDS:
        raise ValueError(f"no kind: {sorted(kinds - KINDS)}; there are {sorted(KINDS)}")
    return lambda m: m.kind in kinds


def _pathname_condition(pattern: str) -> Condition:
    import re
    from fnmatch import translate

    try:
        match = re.compile(translate(pattern)).match
    except re.error as error:
        raise ValueError(f"no pattern for a pathname: {pattern!r}: {error}") from None
    return lambda m: m.pathname is not None and (m.pathname == pattern or match(m.pathname))
