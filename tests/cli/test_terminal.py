"""The table on a real terminal, seen on its screen."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

if os.name == "nt":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

import fcntl
import pty
import struct
import termios

import pyte

from procmaps import from_path
from support.children import sleeping
from support.command import CAPTURES, LISTING, NASTY, linux

LINES = 400
COLORS = {"stack": "brown", "heap": "blue", "code": "red", "data": "magenta", "guard": "cyan", "rodata": "default"}


class Seen:
    """What a terminal shows after the command has run on it."""

    def __init__(self, columns, arguments, typed=b"", **environment):
        terminal, line = pty.openpty()
        fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", **environment}
        command = [sys.executable, "-m", "procmaps", *map(str, arguments)]
        process = subprocess.Popen(command, stdin=line, stdout=line, stderr=line, env=environment)
        os.close(line)
        os.write(terminal, typed)
        self.output = read_all(terminal)
        self.status = process.wait()
        self.screen = pyte.Screen(columns or 80, LINES)
        pyte.ByteStream(self.screen).feed(self.output)
        self.rows = [row.rstrip() for row in self.screen.display[: self.screen.cursor.y]]

    def styles(self, row):
        """Return the styles of the characters in a row, but for blanks after its end."""
        cells = [self.screen.buffer[row][column] for column in range(len(self.rows[row]))]
        return {(cell.fg, cell.bold, cell.underscore) for cell in cells}

    def row_of(self, text):
        (row,) = [i for i, shown in enumerate(self.rows) if text in shown]
        return row


def read_all(terminal):
    output = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # how Linux says that nobody has the other end open any more
            data = b""
        if not data:
            os.close(terminal)
            return output
        output += data


def test_eighty_columns(listing, monkeypatch):
    monkeypatch.chdir(listing.parent)
    seen = Seen(80, ["./listing"])
    assert (seen.status, seen.rows) == (
        0,
        [
            "./listing: 7 mappings, 336K          STACK  HEAP  CODE  DATA  RODATA  W+X  GUARD",
            "BEGIN          END            PERMS SIZE OFFSET PATHNAME",
            "0x400000       0x40b000       r-xp   44K      0 /bin/cat",
            "0x60a000       0x60b000       rw-p    4K 0xa000 /bin/cat",
            "0x60b000       0x62c000       rw-p  132K      0 [heap]",
            "0x7f0000000000 0x7f0000001000 rwxp    4K      0 [anon]",
            "0x7f0000001000 0x7f0000005000 r--p   16K      0 /lib/old.so (deleted)",
            "0x7f0000009000 0x7f000000a000 ---p    4K      0 [anon]",
            "0x7ffeadae1000 0x7ffeadb02000 rw-p  132K      0 [stack]",
        ],
    )


def test_the_legend_has_a_line_of_its_own_where_the_title_is_long(tmp_path):
    path = tmp_path / ("listing" + "g" * 100)
    path.write_bytes(LISTING)
    seen = Seen(80, [path, "cat"])
    assert len(seen.rows[0]) == 80
    assert re.fullmatch(r"\.\.\./listingg+\.\.\.g+: 2 of 7 mappings, 48K", seen.rows[0])
    assert seen.rows[1] == "STACK  HEAP  CODE  DATA  RODATA  W+X  GUARD"
    assert seen.rows[2].startswith("BEGIN ")


@pytest.mark.parametrize(
    ("path", "columns"),
    [(NASTY, 160), *((path, 80) for path in sorted(CAPTURES.glob("nasty-*.maps")))],
    ids=lambda value: getattr(value, "stem", str(value)),
)
def test_no_row_is_wrapped(path, columns):
    seen = Seen(columns, [path, "--no-header"])
    rows = [row for row in seen.rows if not row.startswith("0x")]
    assert rows == []
    assert len(seen.rows) == len(from_path(path))
    assert any("…" in row for row in seen.rows) >= (columns == 80 and path == NASTY)


def test_all_that_reaches_the_terminal_is_text_and_our_colors():
    seen = Seen(80, [NASTY])
    assert set(re.findall(rb"\x1b[^m]*m", seen.output)) == {
        *(
            b"\x1b[0m",
            b"\x1b[1m",
            b"\x1b[31m",
            b"\x1b[33m",
            b"\x1b[34m",
            b"\x1b[35m",
            b"\x1b[36m",
            b"\x1b[1;4m",
            b"\x1b[1;4;31m",
        ),
    }
    text = re.sub(rb"\x1b\[[0-9;]*m", b"", seen.output).decode()
    assert text.replace("\r\n", "").isprintable()
    assert text.split("\r\n")[:-1] == seen.rows


def test_wide_characters_take_two_columns(tmp_path):
    names = ["/" + "日本" * n + "/" + "é" * n + "😀" * n for n in range(1, 30)]
    lines = [f"7f{i:02x}00000000-7f{i:02x}00001000 r--p 00000000 08:01 1 {name}\n" for i, name in enumerate(names)]
    (tmp_path / "wide").write_text("".join(lines), encoding="utf-8")
    seen = Seen(80, [tmp_path / "wide", "--no-header", "--color=never"])
    assert len(seen.rows) == len(names)
    assert seen.rows == seen.output.decode().split("\r\n")[:-1]
    assert max(len(row) for row in seen.rows) <= 80
    assert "…" in seen.rows[-1]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("[stack]", "stack"),
        ("[heap]", "heap"),
        ("r-xp", "code"),
        ("0x60a000", "data"),
        ("---p", "guard"),
        ("/lib/old.so", "rodata"),
    ],
)
def test_rows_have_the_color_of_what_they_are(listing, text, meaning):
    seen = Seen(80, [listing, "--no-header"])
    assert seen.styles(seen.row_of(text)) == {(COLORS[meaning], False, False)}


def test_what_is_writable_and_executable_is_bold_and_underlined_too(listing):
    seen = Seen(80, [listing, "--no-header"])
    assert seen.styles(seen.row_of("rwxp")) == {("red", True, True)}
    assert (seen.screen.cursor.attrs.fg, seen.screen.cursor.attrs.bold) == ("default", False)


@pytest.mark.parametrize(
    ("option", "environment"),
    [("--color=never", {}), ("--color=auto", {"NO_COLOR": "1"}), ("--color=auto", {"TERM": "dumb"})],
)
def test_without_color_the_rest_is_the_same(listing, option, environment):
    seen = Seen(80, [listing, option], **environment)
    assert b"\x1b" not in seen.output
    assert seen.rows[0].endswith("listing: 7 mappings, 336K")
    assert seen.rows[1:] == Seen(80, [listing]).rows[-8:]


@linux
def test_a_process():
    with sleeping() as pid:
        seen = Seen(160, [pid, "stack"])
        assert seen.status == 0
        assert re.match(rf"\S+ \(pid {pid}\): 1 of \d+ mappings, \d+K {{10,}}STACK ", seen.rows[0])
        assert len(seen.rows[0]) == 160
        assert seen.rows[2].endswith(" [stack]")


@linux
def test_the_name_of_a_process_is_harmless(proc):
    proc.add(12, LISTING)
    (proc.root / "12" / "comm").write_bytes(b"\x1b]0;x\x07\xc3\xa9\n")
    title = Seen(80, ["12", "--proc", proc.root]).rows[0]
    assert title.startswith("\\x1b]0;x\\x07é (pid 12): 7 ")
    assert Seen(80, ["12", "--proc", proc.root], PYTHONIOENCODING="ascii").rows[0].startswith(r"\x1b]0;x\x07\xc3\xa9 (")


def test_an_unknown_width_is_eighty(listing):
    assert Seen(0, [listing]).rows == Seen(80, [listing]).rows


def test_columns_from_the_environment():
    assert Seen(160, [NASTY], COLUMNS="80").rows == Seen(80, [NASTY]).rows


@pytest.mark.parametrize("columns", [20, 40, 50, 60])
def test_narrow(listing, columns):
    plain = Seen(columns, [listing, "--no-header", "--color=never"])
    fits = columns >= 48
    assert (len(plain.rows) == 7) == fits
    assert "0x7f0000001000" in "".join(plain.rows)


def test_a_listing_that_is_typed():
    # PyPy does not take the first end of a file for the last one.
    seen = Seen(80, ["-", "--no-header"], typed=b"1000-2000 rw-p 0 0:0 0 /typed\n\x04\x04")
    assert (seen.status, seen.rows[-1]) == (0, "0x1000 0x2000 rw-p    4K      0 /typed")


def test_errors_have_no_color():
    seen = Seen(80, ["/missing/\x1b[2J"])
    assert (seen.status, b"\x1b" in seen.output) == (2, False)
    assert seen.rows == ["procmaps: cannot read /missing/\\x1b[2J: no such file or directory"]


def test_totals_have_a_title(listing, monkeypatch):
    monkeypatch.chdir(listing.parent)
    seen = Seen(80, ["./listing", "--totals"])
    assert seen.rows[:2] == ["./listing: 7 mappings, 336K", "KIND      MAPS SIZE WRITABLE EXECUTABLE"]
    assert seen.styles(1) == seen.styles(len(seen.rows) - 1) == {("default", True, False)}
    assert seen.styles(2) == {("blue", False, False)}


def test_what_memory_without_a_name_seems_to_be(tmp_path):
    (tmp_path / "x").write_bytes(
        b"4000-5000 rw-p 3000 8:1 42 /lib/libc.so.6\n5000-8000 rw-p 0 0:0 0\n"
        b"7f0000000000-7f0000001000 ---p 0 0:0 0\n7f0000001000-7f0000801000 rw-p 0 0:0 0\n"
    )
    names = [row.split(None, 5)[5] for row in Seen(80, [tmp_path / "x", "--no-header"]).rows]
    assert names[1:] == ["[anon] .bss of libc.so.6?", *["[anon] thread stack?"] * 2]


def test_differences_have_a_title_and_a_sum(listing, tmp_path, monkeypatch):
    monkeypatch.chdir(listing.parent)
    (tmp_path / "new").write_bytes(LISTING.replace(b"0060b000-0062c000", b"0060b000-0064c000"))
    seen = Seen(80, ["diff", "./listing", "./new"])
    assert (seen.status, seen.rows) == (
        1,
        [
            "./listing → ./new",
            "1 grown: +128K SIZE",
            "  BEGIN    END      PERMS SIZE CHANGE WHAT  PATHNAME",
            "~ 0x60b000 0x64c000 rw-p  260K  +128K grown [heap]",
        ],
    )
    assert seen.styles(3) == {("default", False, False), ("brown", False, False)}
    same = Seen(80, ["diff", "./listing", "./listing"], PYTHONIOENCODING="ascii")
    assert (same.status, same.rows) == (0, ["./listing -> ./listing", "no changes"])


def test_the_last_column_of_other_tables_is_cut_too(tmp_path):
    path = tmp_path / ("d" * 100) / "saved"
    path.parent.mkdir()
    if os.path.exists("/proc/self"):
        seen = Seen(80, ["snapshot", "self", "-o", path])
        assert len(seen.rows) == 2
        assert seen.rows[1].endswith("…/saved")


def test_progress_is_told_on_a_terminal_only(tmp_path):
    (tmp_path / "long").write_bytes(b"".join(b"%x000-%x800 r--p 0 0:0 0\n" % (i, i) for i in range(60000)))
    command = [sys.executable, "-m", "procmaps", str(tmp_path / "long"), "--csv"]
    terminal, line = pty.openpty()
    with open(tmp_path / "out", "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=line)
        os.close(line)
        told = read_all(terminal)
        assert process.wait() == 0
    assert (tmp_path / "out").read_bytes().count(b"\n") == 60001
    assert re.search(rb"\r\d+,000 lines *\r", told)
    assert told.endswith(b" \r")
    assert b"\n" not in told
