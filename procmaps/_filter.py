"""The conditions of `Maps.filter`, each a function of a Map."""

from __future__ import annotations

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
        wanted.append(lambda m: m.is_anonymous == anonymous)
    if kind is not None:
        kinds = {kind} if isinstance(kind, str) else set(kind)
        wanted.append(lambda m: m.kind in kinds)
    if deleted is not None:
        wanted.append(lambda m: m.is_deleted == deleted)
    if pathname is not None:
        wanted.append(_pathname_condition(pathname))
    if predicate is not None:
        wanted.append(predicate)
    return wanted


def _perms_condition(pattern: str) -> Condition:
    if len(pattern) > 4 or any(
        letter not in allowed for letter, allowed in zip(pattern, ("r-?", "w-?", "x-?", "psSg?"))
    ):
        raise ValueError(f"a pattern for perms is such as 'r-xp', 'rw??' or 'rwx', not {pattern!r}")
    wanted = [(i, letter) for i, letter in enumerate(pattern) if letter != "?"]
    return lambda m: all([m.perms[i] == letter for i, letter in wanted])


def _pathname_condition(pattern: str) -> Condition:
    from fnmatch import translate
    from re import compile

    match = compile(translate(pattern)).match
    return lambda m: m.pathname is not None and match(m.pathname)
