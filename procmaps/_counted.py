"""How many there are of something, as people read it."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return a number of things, in words.

    Args:
        count: How many.
        noun: What one is called.
        plural: What several are called; None if that has an s more.

    >>> counted(1, "mapping"), counted(1234, "mapping"), counted(0, "process", "processes")
    ('1 mapping', '1,234 mappings', '0 processes')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
