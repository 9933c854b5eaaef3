"""How the parser under test is held against `reference`."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

import procmaps
import reference


def rows_of(maps: Iterable[procmaps.Map]) -> list[reference.Row]:
    """Return what was parsed, with the names as the bytes that they stand for."""
    return [
        reference.Row(
            m.begin_address, m.end_address, m.perms, m.offset, *m.device, m.inode, m.pathname and bytes_of(m.pathname)
        )
        for m in maps
    ]


def bytes_of(name: str) -> bytes:
    # os.fsencode() is not the inverse of surrogateescape on Windows.
    return name.encode("utf-8", "surrogateescape") if os.name == "nt" else os.fsencode(name)


def assert_agrees(text: bytes, dialect: str = "linux") -> None:
    """Assert that a text is taken or refused, and in the same manner, as the reference does."""
    try:
        rows = reference.parse(text, dialect)
    except reference.Refused as refused:
        with pytest.raises(procmaps.ParseError) as caught:
            procmaps.from_str(text, dialect=dialect)
        error = caught.value
        assert error.lineno == refused.lineno
        assert (error.column, error.field) in refused.faults
        assert error.line == text.split(b"\n")[refused.lineno - 1]
    else:
        assert rows_of(procmaps.from_str(text, dialect=dialect)) == rows
