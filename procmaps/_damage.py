"""A line of a listing as copies have it: what befell it, and the mapping that is left.

The authority on the sound line is rust/format.rs; what is here is what may differ from it.
Each repair is a function from the parts of a line to the parts, unchanged if it finds
nothing to do. What is repaired is a mapping only if the native parser takes it.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import NamedTuple

from procmaps._errors import ParseError
from procmaps._procmaps import parse

# The columns before the name, in the pieces between which a copy may have been cut.
_HEX = b"[0-9A-Fa-f]"
_BLANKS = rb"[ \t]+"
_ADDRESS, _DEVICE = _HEX + b"{1,16}", _HEX + b"{1,8}"
_RANGE = (_ADDRESS, b"-", _ADDRESS, _BLANKS)
_PERMS = (b"[r-]", b"[w-]", b"[x-]", b"[psS]", _BLANKS)
_PIECES = (*_RANGE, *_PERMS, _ADDRESS, _BLANKS, _DEVICE, b":", _DEVICE, _BLANKS, b"[0-9]{1,20}")

_COLUMNS = b"".join(_PIECES)
_COLUMNS_HERE = re.compile(_COLUMNS)
_COLUMNS_ANYWHERE = re.compile(rb"(?<![\w.-])" + _COLUMNS)
_CUT_COLUMNS = re.compile(reduce(lambda rest, piece: piece + b"(?:" + rest + b")?", reversed(_PIECES[:-1])))
_LEADING_BLANKS = re.compile(rb"\A" + _BLANKS)

# A line that begins like a mapping is one or none: its name is not searched for another.
_INDENT_OF_ONE = re.compile(rb"[ \t]*(?=" + b"".join(_RANGE) + b"[r-])")

# What a source file has between the text of a line and its own end.
_AFTER_LITERAL = rb"[)\]};,+ \t\\]*"
_END_OF_LITERAL = {
    mark: re.compile(rb"(?:\\r)?(?:\\n)?" + mark + _AFTER_LITERAL + rb"\Z") for mark in (b'"', b"'", b"`")
}
_AFTER_INODE = re.compile(rb'\{" "\}|(?:\\r)?(?:\\n)?["\'`]?' + _AFTER_LITERAL)
_NEXT_IN_LITERAL = re.compile(rb"\\n" + _COLUMNS)

# A field of smaps, after whatever a log puts before it.
_FIELD = re.compile(
    rb"(?:.*\W)?"
    rb"(?:[A-Z]\w*:[ \t]+[0-9]+ kB|(?:THPeligible|ProtectionKey):[ \t]+[0-9]+|VmFlags:(?: [a-z0-9?]{2})* ?)",
    re.DOTALL,
)

# What a mapping cannot lack if it has an inode, and names that are no path.
_FILE_NAME = re.compile(rb"(?:/|anon_inode:|socket:\[|\[anon_shmem:).*", re.DOTALL)
_SPECIAL_NAME = re.compile(
    rb"\[(?:heap|stack|stack:[0-9]+|vdso|vvar|vvar_vclock|vsyscall|vectors|sigpage|uprobes|anon:[^]]*)\]"
)


class Mapping(NamedTuple):
    """What a line holds: a line as the kernel prints it, what was before it, what was repaired."""

    text: bytes
    before: bytes
    repairs: tuple[str, ...]

    @property
    def is_nameless(self) -> bool:
        return not b"".join(self.text.split(b" ", 5)[5:]).strip(b" ")


class _Parts(NamedTuple):
    """A line in three: what is before the columns, the columns up to the inode, the rest."""

    before: bytes
    columns: bytes
    rest: bytes


def mapping_in(line: bytes) -> Mapping | None:
    """Return the mapping in a line, None if there is none."""
    found = parts = _parts(line)
    if found is None or parts is None or _holds_several(parts):
        return None
    repairs = []
    for name, repair in _REPAIRS.items():
        damaged, parts = parts, repair(parts)
        if parts != damaged:
            repairs.append(name)
    text = parts.columns + parts.rest
    return Mapping(text, found.before, tuple(repairs)) if _is_sound(text) else None


def is_field(line: bytes) -> bool:
    """Whether a line is a field of /proc/PID/smaps."""
    return bool(_FIELD.fullmatch(line))


def is_cut(line: bytes, previous: Mapping) -> bool:
    """Whether a line is such as the one before it, but ends before the inode."""
    return bool(_CUT_COLUMNS.fullmatch(line.removeprefix(previous.before)))


def name_in(line: bytes, previous: Mapping) -> bytes | None:
    """Return the name that the mapping before has not, if the line is just that."""
    if not previous.is_nameless:
        return None
    name = line.removeprefix(previous.before).lstrip(b" \t")
    has_inode = previous.text.split(b" ")[4].strip(b"0")
    return name if (_FILE_NAME if has_inode else _SPECIAL_NAME).fullmatch(name) else None


def _parts(line: bytes) -> _Parts | None:
    indent = _INDENT_OF_ONE.match(line)
    found = _COLUMNS_HERE.match(line, indent.end()) if indent else _COLUMNS_ANYWHERE.search(line)
    return _Parts(line[: found.start()], found[0], line[found.end() :]) if found else None


def _is_sound(text: bytes) -> bool:
    try:
        parse(text)
    except ParseError:
        return False
    return True


def _holds_several(parts: _Parts) -> bool:
    """Whether the line is a string literal with further lines in it."""
    return parts.before[-1:] in _END_OF_LITERAL and bool(_NEXT_IN_LITERAL.search(parts.rest))


# The repairs


def _suffix(parts: _Parts) -> _Parts:
    """Take off the end of the literal that begins before the columns, or what cannot follow an inode."""
    end = _END_OF_LITERAL.get(parts.before[-1:])
    if end:
        return parts._replace(rest=end.sub(b"", parts.rest))
    if parts.rest[:1] not in b" \t" and _AFTER_INODE.fullmatch(parts.rest):
        return parts._replace(rest=b"")
    return parts


def _indented(parts: _Parts) -> _Parts:
    return parts if parts.before.strip(b" \t") else parts._replace(before=b"")


def _prefix(parts: _Parts) -> _Parts:
    return parts._replace(before=b"")


def _blanks(parts: _Parts) -> _Parts:
    columns = b" ".join(parts.columns.split())
    if columns == parts.columns and not parts.rest.startswith(b"\t"):
        return parts
    return parts._replace(columns=columns, rest=_LEADING_BLANKS.sub(b" ", parts.rest))


def _upper_case(parts: _Parts) -> _Parts:
    addresses, perms, others = parts.columns.split(b" ", 2)
    return parts._replace(columns=b" ".join((addresses.lower(), perms, others.lower())))


_REPAIRS = {
    "suffix": _suffix,
    "indented": _indented,
    "prefix": _prefix,
    "blanks": _blanks,
    "upper-case": _upper_case,
}
