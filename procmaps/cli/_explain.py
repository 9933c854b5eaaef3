"""What went wrong, why, and what helps; and the exit status that says so."""

from __future__ import annotations

import errno
import os
import sys

from procmaps._errors import InconsistentError, ParseError, UnsupportedError
from procmaps._escape import escaped, width
from procmaps._names import ENCODING, ERRORS
from procmaps.cli._errors import Refused, Unparsed
from procmaps.cli._output import Unwritable, complain
from procmaps.cli._permissions import on_denied, on_missing

_SHOWN_BEFORE = 60
_SHOWN_AFTER = 40
_LOOKED_AT = 400  # bytes: a letter has four at the most


def explain(error: OSError | ParseError | Refused | Unparsed | Unwritable) -> int:
    """Print what an error means to the person who gave the command, and return the exit status."""
    if isinstance(error, Unwritable):
        return _explain_output(error.reason)
    status, lines = explained(error)
    if lines:
        complain("\n  ".join([f"procmaps: {lines[0]}", *lines[1:]]))
    return status


def _explain_output(reason: OSError) -> int:
    # What a shell says of a program that a closed pipe has ended; on Windows that is EINVAL.
    if isinstance(reason, BrokenPipeError) or (sys.platform == "win32" and reason.errno == errno.EINVAL):
        return 141
    complain(f"procmaps: cannot write: {reason.strerror}")
    # Not 1: a script that asks whether anything matches must not take this for a no.
    return 2


def explained(error: OSError | ParseError | Refused | Unparsed) -> tuple[int, list[str]]:
    if isinstance(error, Refused):
        return error.status, [escaped(line) for line in error.lines]
    if isinstance(error, Unparsed):
        return 5, _parse_error(error.title, error.reason)
    if isinstance(error, ParseError):
        return 5, _parse_error("the listing of a process", error)
    path = os.fsdecode(error.filename or "")
    # What the core says of permissions is said at length below.
    said = os.strerror(error.errno or 0) if isinstance(error, PermissionError) else error.strerror or ""
    status, help_lines = _consequences(error, path)
    return status, [f"cannot read {escaped(path) or 'standard input'}: {said[:1].lower()}{said[1:]}", *help_lines]


def _consequences(error: OSError, path: str) -> tuple[int, list[str]]:
    """Return the exit status, and what explains and helps."""
    if isinstance(error, UnsupportedError):
        return 2, ["A saved listing can be read here: procmaps FILE"]
    if isinstance(error, InconsistentError):
        return 6, ["Try again."]
    if isinstance(error, ProcessLookupError):
        return 4, list(on_missing(path))
    if isinstance(error, PermissionError):
        return 3, list(on_denied(path))
    return 2, []


def _parse_error(title: str, error: ParseError) -> list[str]:
    """Return the place, the line with a mark below the place, and what helps."""
    place = error.column - 1
    before, after = [
        escaped(part.decode(ENCODING, ERRORS))
        for part in (error.line[max(0, place - _LOOKED_AT) : place], error.line[place : place + _LOOKED_AT])
    ]
    if len(before) > _SHOWN_BEFORE:
        before = "..." + before[-_SHOWN_BEFORE:]
    if len(after) > _SHOWN_AFTER:
        after = after[:_SHOWN_AFTER] + "..."
    return [
        f"{title}, line {error.lineno}, column {error.column}: {error.field}: expected {error.expected}",
        before + after,
        " " * width(before) + "^",
        _advice(error),
    ]


def _advice(error: ParseError) -> str:
    if error.field == "begin_address" and error.line.endswith(b" kB"):
        return "This is a listing of /proc/PID/smaps: procmaps mem reads it, and the Python module procmaps.smaps."
    if error.field == "size" and error.lineno == 1:
        return "This is a listing of /proc/PID/maps, which tells no use of memory: that of /proc/PID/smaps does."
    return "If it was pasted, indented, cut or mailed, the Python module procmaps.lenient reads what is left of it."
