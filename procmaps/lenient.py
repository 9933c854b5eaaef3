r"""Listings as people paste them: indented, quoted, in a log, from another system, cut short.

The functions of `procmaps` refuse a text that no kernel can have printed. These find the
mappings in it and say what they forgave: `TOLERANCES`. A line that a kernel can have
printed is not changed, but for a carriage return that is proven not to be of the name, and
for a name that stands in the next line. A line that no tolerance makes a mapping is kept in
`Reading.skipped`.

What copying destroyed cannot be told from here: blanks lost at the end of a name, or an
inode or name cut short in the last line.

>>> import procmaps.lenient
>>> reading = procmaps.lenient.from_str("Memory map:\n> 00400000-0040b000 r-xp 00000000 08:11 42 /bin/cat\n")
>>> reading
<Reading: 1 mapping; prefix: 1; skipped: 1>
>>> reading.maps[0].pathname
'/bin/cat'
>>> reading.skipped
(Line(lineno=1, line=b'Memory map:'),)

Not read: other formats (pmap, gdb, tombstones, numa_maps), Cygwin's permissions, and a
listing within one line, as JSON has it: decode that first.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

from procmaps._damage import Mapping, is_cut, is_field, mapping_in, name_in
from procmaps._errors import ParseError
from procmaps._lines import text as text_of
from procmaps._maps import Maps, maps_of_table
from procmaps._names import ENCODING
from procmaps._procmaps import parse
from procmaps._read import as_bytes, unencodable

__all__ = ["TOLERANCES", "Line", "Note", "Reading", "from_path", "from_str"]

#: What is forgiven: the word for it, and what is done.
TOLERANCES = {
    "crlf": "the carriage return at the end of the line is taken off",
    "suffix": r'what a source file has after the text, such as `\n");`, is taken off',
    "indented": "blanks and tabs before the line are taken off",
    "prefix": "what a log, a mail or a source file has before the line is taken off",
    "blanks": "tabs or several blanks between two columns are read as one blank",
    "upper-case": "upper-case hexadecimal digits are read",
    "wrapped": "a name in a line of its own is put behind the mapping before it, which has none",
    "cut": "the last line ends before its inode; it is dropped",
}


class Note(NamedTuple):
    """One tolerance that one line needed.

    Attributes:
        lineno: The number of the line, from 1.
        tolerance: The word for it, a key of `TOLERANCES`.
        line: The line as it was, without its newline.

    >>> reading = from_str("  00400000-0040b000 r-xp 00000000 08:11 42 /bin/cat")
    >>> reading.notes
    (Note(lineno=1, tolerance='indented', line=b'  00400000-0040b000 r-xp 00000000 08:11 42 /bin/cat'),)
    >>> TOLERANCES[reading.notes[0].tolerance]
    'blanks and tabs before the line are taken off'
    """

    lineno: int
    tolerance: str
    line: bytes


class Line(NamedTuple):
    r"""A line that is no mapping: its number, from 1, and the line without its newline.

    >>> from_str("Aborted\n00400000-0040b000 r-xp 00000000 08:11 42 /bin/cat").skipped[0].line
    b'Aborted'
    """

    lineno: int
    line: bytes


@dataclass(frozen=True, repr=False)
class Reading:
    r"""What was found in a text, and what was forgiven for it.

    Every line of the text is accounted for: it is a mapping, a field of smaps, skipped, or
    noted as "cut".

    Attributes:
        maps: The mappings, in the order of the text. Several listings in one text are not
            told apart; `linenos` has where each line was.
        linenos: The number of the line of each mapping, from 1.
        notes: What each line needed, in the order of the text; empty if a kernel can have
            printed every line that is a mapping.
        skipped: The lines that are no mapping, blank ones included.
        fields: How many lines between the mappings are fields of /proc/PID/smaps.

    >>> from_str("00400000-0040b000 r-xp 00000000 08:11 42 /bin/cat\nRss:     4 kB\n")
    <Reading: 1 mapping; smaps fields: 1>
    """

    maps: Maps
    linenos: tuple[int, ...]
    notes: tuple[Note, ...] = ()
    skipped: tuple[Line, ...] = ()
    fields: int = 0

    @property
    def tolerances(self) -> dict[str, int]:
        r"""How many lines needed each tolerance; only those that were needed.

        >>> from_str("> 00400000-0040B000 r-xp 00000000 08:11 42 /bin/cat").tolerances
        {'prefix': 1, 'upper-case': 1}
        """
        counts = dict.fromkeys(TOLERANCES, 0)
        for note in self.notes:
            counts[note.tolerance] += 1
        return {tolerance: count for tolerance, count in counts.items() if count}

    def __repr__(self) -> str:
        others = {**self.tolerances, "smaps fields": self.fields, "skipped": len(self.skipped)}
        parts = [f"{what}: {count}" for what, count in others.items() if count]
        noun = "mapping" if len(self.maps) == 1 else "mappings"
        return f"<Reading: {'; '.join([f'{len(self.maps)} {noun}', *parts])}>"


def from_path(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> Reading:
    """Return what a file lists, damaged as it may be.

    Args:
        path: The file: a log, a crash report, a saved listing.

    Raises:
        OSError: The file cannot be read.
        ParseError: It holds no mapping, or a line of more than 64 MiB.

    >>> from_path("/proc/self/maps").notes
    ()
    """
    with open(os.fsdecode(path), "rb") as file:
        return from_str(text_of(file.read))


def from_str(text: str | bytes | bytearray | memoryview) -> Reading:
    r"""Return what a text lists, damaged as it may be.

    A carriage return can be the last byte of a file's name. It is taken for part of the end
    of the line, in all lines that end in one, if every line does, the last one excepted when
    its newline is missing; or if it ends a mapping without a name, for no name is a carriage
    return. Otherwise it belongs to the names.

    Args:
        text: The text; in a str, what did not decode is expected as `os.fsdecode` leaves it.

    Raises:
        ParseError: No line is a mapping. An empty text has none, and is read as that.

    >>> reading = from_str("  00400000-0040b000  r-xp 00000000 08:11 42\t/bin/cat\r\n  0040b000-00")
    >>> print(reading.maps[0])
    00400000-0040b000 r-xp 00000000 08:11 42                                 /bin/cat
    >>> reading.tolerances
    {'crlf': 1, 'indented': 1, 'blanks': 1, 'cut': 1}
    """
    data, encoding = _encoded(text)
    lines = data.split(b"\n")
    is_crlf = b"\r" in data and _is_crlf(lines)
    if not is_crlf:
        try:
            maps = maps_of_table(parse(data, encoding))
            return Reading(maps, tuple(range(1, len(maps) + 1)))
        except ParseError:
            pass
    reader = _Reader(lines, is_crlf)
    # A text without a mapping is refused in the words for its first line.
    maps = maps_of_table(parse(b"\n".join(reader.mappings) or data, encoding))
    return Reading(maps, tuple(reader.linenos), tuple(reader.notes), tuple(reader.skipped), reader.fields)


def _encoded(text: str | bytes | bytearray | memoryview) -> tuple[bytes, str]:
    if not isinstance(text, str):
        return as_bytes(text, "text"), ENCODING
    try:
        return text.encode("utf-8", "surrogateescape"), "utf-8"
    except UnicodeEncodeError as error:
        raise unencodable(text, error.start) from None


def _is_crlf(lines: list[bytes]) -> bool:
    terminated, returned = lines[:-1], [line[:-1] for line in lines if line.endswith(b"\r")]
    if terminated and all([line.endswith(b"\r") for line in terminated]):
        return True
    return any(m.is_nameless for m in map(mapping_in, returned) if m)


class _Reader:
    """Puts each line where it belongs."""

    def __init__(self, lines: list[bytes], is_crlf: bool) -> None:
        self.mappings: list[bytes] = []
        self.linenos: list[int] = []
        self.notes: list[Note] = []
        self.skipped: list[Line] = []
        self.fields = 0
        self._is_crlf = is_crlf
        self._previous: Mapping | None = None  # None after a line that is not of the listing
        *terminated, last = lines
        for lineno, line in enumerate(terminated, 1):
            self._take(lineno, line, False)
        if last:
            self._take(len(lines), last, True)

    def _take(self, lineno: int, line: bytes, is_last: bool) -> None:
        text = line[:-1] if self._is_crlf and line.endswith(b"\r") else line
        previous = self._previous
        if previous and (name := name_in(text, previous)):
            self._take_name(lineno, line, previous._replace(text=previous.text + b" " + name))
        elif mapping := mapping_in(text):
            self._take_mapping(lineno, line, mapping, ("crlf", *mapping.repairs) if text != line else mapping.repairs)
        elif previous and is_field(text):
            self.fields += 1
        elif previous and is_last and is_cut(text, previous):
            self.notes.append(Note(lineno, "cut", line))
        else:
            self.skipped.append(Line(lineno, line))
            self._previous = None

    def _take_mapping(self, lineno: int, line: bytes, mapping: Mapping, tolerances: tuple[str, ...]) -> None:
        self.mappings.append(mapping.text)
        self.linenos.append(lineno)
        self.notes += [Note(lineno, tolerance, line) for tolerance in tolerances]
        self._previous = mapping

    def _take_name(self, lineno: int, line: bytes, whole: Mapping) -> None:
        self.mappings[-1] = whole.text
        self.notes.append(Note(lineno, "wrapped", line))
        self._previous = whole
