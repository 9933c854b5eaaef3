"""A second parser and printer of /proc/PID/maps, in plain Python, to hold the native ones against.

Written from the kernel's documentation and sources, not from the native parser, and slow on
purpose: it looks at one byte after the other and shares no code with what it checks.

    begin-end perms offset major:minor inode [blanks name] LF

Two rules are wider than what Linux prints, since other producers need them: numbers may have
any width up to their largest, and the blanks before the name any number from one.

Authority: show_map_vma() in fs/proc/task_mmu.c; seq_pad() in fs/seq_file.c; proc_pid_maps(5).
"""

from __future__ import annotations

from typing import NamedTuple

HEX = b"0123456789abcdef"
DECIMAL = b"0123456789"
LETTERS = [b"r-", b"w-", b"x-", b"psS"]


class Row(NamedTuple):
    """One mapping, its fields in the order of the line; the name is bytes."""

    begin: int
    end: int
    perms: str
    offset: int
    major: int
    minor: int
    inode: int
    name: bytes | None


class Refused(Exception):
    """A line that is none.

    Attributes:
        lineno: The number of the line, from 1.
        faults: Pairs of column (from 1) and field. A line can be wrong in two places, and
            which one is told is no promise.
    """

    def __init__(self, lineno: int, faults: list[tuple[int, str]]) -> None:
        super().__init__(lineno, faults)
        self.lineno = lineno
        self.faults = faults


class _Malformed(Exception):
    """Here it stops being a line, in the middle of this field."""


class _Line:
    """A line, and how far it was read."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        self.at = 0

    def next_is_one_of(self, allowed: bytes) -> bool:
        return self.at < len(self.line) and self.line[self.at] in allowed

    def take(self, allowed: bytes, field: str) -> bytes:
        if not self.next_is_one_of(allowed):
            raise _Malformed(self.at + 1, field)
        self.at += 1
        return self.line[self.at - 1 : self.at]

    def separator(self, byte: bytes, before: str, after: str) -> None:
        """Take what stands between two fields; what is there in its place is told of the field before."""
        self.take(byte, after if self.at == len(self.line) else before)

    def digits(self, allowed: bytes, most: int, field: str) -> bytes:
        taken = self.take(allowed, field)
        while len(taken) < most and self.next_is_one_of(allowed):
            taken += self.take(allowed, field)
        return taken

    def perms(self, dialect: str) -> str:
        taken = b""
        if dialect == "cygwin" and self.next_is_one_of(b"="):
            for _ in range(3):
                taken += self.take(b"=", "perms")
        else:
            for letters in LETTERS[:3]:
                taken += self.take(letters, "perms")
        taken += self.take(b"psg" if dialect == "cygwin" else LETTERS[3], "perms")
        return taken.decode("ascii")

    def name(self) -> bytes | None:
        if self.at == len(self.line):
            return None
        self.take(b" ", "inode")
        while self.next_is_one_of(b" "):
            self.at += 1
        return self.line[self.at :] or None


def parse(text: bytes, dialect: str = "linux") -> list[Row]:
    """Return the rows of a text. Only LF ends a line; the last may lack it."""
    lines = text.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [_row(line, lineno, dialect) for lineno, line in enumerate(lines, 1)]


def print_row(row: Row, bits: int = 64) -> bytes:
    """Return the line of a row, without LF, as the kernel puts it together."""
    line = b"%08x-%08x %s %08x %02x:%02x %d " % (
        row.begin,
        row.end,
        row.perms.encode("ascii"),
        row.offset,
        row.major,
        row.minor,
        row.inode,
    )
    if row.name is None:
        return line
    # seq_setwidth(m, 25 + sizeof(void *) * 6 - 1), then seq_pad(m, ' '): the blank after the
    # padding comes in any case.
    while len(line) < 25 + bits // 8 * 6 - 1:
        line += b" "
    return line + b" " + row.name


def print_text(rows: list[Row], bits: int = 64) -> bytes:
    """Return the text of rows, each line with its LF."""
    return b"".join(print_row(row, bits) + b"\n" for row in rows)


def _row(line: bytes, lineno: int, dialect: str) -> Row:
    read = _Line(line)
    try:
        begin = read.digits(HEX, 16, "begin_address")
        read.separator(b"-", "begin_address", "end_address")
        end_column = read.at + 1
        end = read.digits(HEX, 16, "end_address")
        read.separator(b" ", "end_address", "perms")
        perms = read.perms(dialect)
        read.separator(b" ", "perms", "offset")
        offset = read.digits(HEX, 16, "offset")
        read.separator(b" ", "offset", "device")
        major = read.digits(HEX, 8, "device")
        read.take(b":", "device")
        minor = read.digits(HEX, 8, "device")
        read.separator(b" ", "device", "inode")
        inode_column = read.at + 1
        inode = read.digits(DECIMAL, 20, "inode")
        name = read.name()
    except _Malformed as malformed:
        raise Refused(lineno, [malformed.args]) from None
    faults = []
    if int(end, 16) < int(begin, 16):
        faults.append((end_column, "end_address"))
    if int(inode) >= 2**64:
        faults.append((inode_column, "inode"))
    if 0 in line:
        faults.append((line.index(0) + 1, "pathname"))
    if faults:
        raise Refused(lineno, faults)
    return Row(int(begin, 16), int(end, 16), perms, int(offset, 16), int(major, 16), int(minor, 16), int(inode), name)
