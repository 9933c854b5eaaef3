"""What this package raises beside the built-in exceptions."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._maps import Maps


class ParseError(ValueError):
    """A line that no kernel can have printed.

    Attributes:
        lineno: The number of the line, from 1.
        column: The byte of the line at which it stops being one, from 1.
        field: The attribute of `Map` that could not be read there.
        expected: What was expected, in words.
        line: The line, as bytes, without its newline.

    >>> import procmaps
    >>> try:
    ...     procmaps.from_str("1000-2000 rwxq 00000000 00:00 0")
    ... except procmaps.ParseError as error:
    ...     print(error.lineno, error.column, error.field)
    1 14 perms
    """

    lineno: int
    column: int
    field: str
    expected: str
    line: bytes

    def __init__(self, lineno: int, column: int, field: str, expected: str, line: bytes) -> None:
        super().__init__(lineno, column, field, expected, line)
        self.lineno = lineno
        self.column = column
        self.field = field
        self.expected = expected
        self.line = line

    def __str__(self) -> str:
        start, end = max(0, self.column - 120), self.column + 80
        shown = b"..." * (start > 0) + self.line[start:end] + b"..." * (end < len(self.line))
        return f"line {self.lineno}, column {self.column}: {self.field}: expected {self.expected} in {shown!r}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class UnsupportedError(OSError):
    """This system has no /proc, or its kernel lacks what was asked for.

    An `OSError` with errno ENOSYS or ENOTTY.
    """


class InconsistentError(OSError):
    """A process changed its maps in every reading that was allowed.

    An `OSError` with errno EAGAIN. Ask again, or with more `attempts`; or take the
    last reading that was complete, though mappings in it overlap or come twice.

    Attributes:
        maps: That reading; empty if there was none. Its `is_ordered` tells whether it is out of order
            (False) or, asked to be settled, just did not come out the same twice.
        attempts: How many readings were made.
    """

    maps: Maps
    attempts: int
