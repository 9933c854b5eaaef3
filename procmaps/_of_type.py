"""What type an argument must have."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeVar

    _T = TypeVar("_T")


def of_type(name: str, value: Any, *expected: type[_T]) -> _T:
    """Return an argument.

    Raises:
        TypeError: It is of none of the types. The message says which it has.
    """
    if isinstance(value, expected):
        return value
    types = " or ".join([one.__name__ for one in expected])
    raise TypeError(f"{name} is a {types}, not {type(value).__name__}")


def all_of_type(holder: str, values: Iterable[Any], expected: type[_T]) -> list[_T]:
    """Return what something is to hold.

    Raises:
        TypeError: One of the values is not of the type.
    """
    every = list(values)
    for value in every:
        if not isinstance(value, expected):
            raise TypeError(f"{holder} holds {expected.__name__} objects, not {type(value).__name__}")
    return every
