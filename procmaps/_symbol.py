"""A place in a source."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """A place in a source, as debug information tells it.

    Attributes:
        function: The name of the function, as linkers have it; None if it is not told.
        file: The path of the source on the machine on which it was compiled; None if it is not told.
        line: The line, from 1; None if it is not told.
    """

    function: str | None
    file: str | None
    line: int | None
