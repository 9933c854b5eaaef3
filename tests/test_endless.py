"""Texts without an end: what is no listing is refused early, and a listing may be as long as it likes."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

import procmaps
import procmaps.lenient
import procmaps.smaps
from procmaps import ParseError, _lines, _read

LINE = b"7f0000000000-7f0000001000 r-xp 00000000 fe:01 131072                     /usr/lib/libexample.so\n"
LONG = LINE[:73] + b"/" + b"x" * (2 << 20)
MEBIBYTE = 1 << 20

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/zero")
READERS = [procmaps.from_path, procmaps.smaps.from_path, procmaps.Snapshot.from_path, procmaps.lenient.from_path]
LIMIT = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30));"


class Endless:
    """The same again and again; counts what was read."""

    def __init__(self, part: bytes, before: bytes = b"") -> None:
        self.part = part
        self.data = io.BytesIO(before)
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        data = self.data.read(size) or self.part * (size // len(self.part))
        self.read_bytes += len(data)
        assert self.read_bytes < 10 * MEBIBYTE, "it is read without end"
        return data


@linux
@pytest.mark.parametrize("read", [*READERS, lambda path: next(procmaps.iterparse(path))])
def test_zeros_without_an_end(read):
    with pytest.raises(ParseError) as caught:
        read("/dev/zero")
    assert (caught.value.lineno, caught.value.column) == (1, 1)


COMMANDS = [["show"], ["mem"], ["diff", "/proc/self/maps"], ["diff", "--memory", "/proc/self/smaps"], ["plot"]]


def command(arguments, stdin):
    return subprocess.run(
        [sys.executable, "-c", f"{LIMIT} from procmaps.cli import main; sys.exit(main())", *arguments],
        stdin=stdin, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@linux
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_the_command(arguments):
    with open("/dev/zero", "rb") as zeros:
        run = command([*arguments, "-"], zeros)
    assert run.returncode == 5 and b"standard input, line 1, column " in run.stderr, run.stderr


@linux
def test_the_command_with_a_device():
    run = command(["/dev/zero"], None)
    assert run.returncode == 5 and b"/dev/zero, line 1, column 1: begin_address" in run.stderr, run.stderr


@linux
@pytest.mark.parametrize("options", [[], ["--filter"]])
def test_addresses_that_are_none(options):
    with open("/dev/zero", "rb") as zeros:
        run = command(["addr", "self", *options], zeros)
    assert run.returncode == 2 and b"standard input, line 1: it is longer than 64 MiB" in run.stderr, run.stderr


@linux
def test_lines_without_an_end_to_them():
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as yes:
        run = command(["-"], yes.stdout)
        yes.stdout.close()
    assert run.returncode == 5 and b"line 1, column 1: begin_address" in run.stderr, run.stderr


@pytest.mark.parametrize("before", [b"", b"# procmaps snapshot 1 of maps {}\n", LINE * 20_000])
def test_a_line_without_an_end(before):
    endless = Endless(b"x", before + LONG)
    with pytest.raises(ParseError, match="an end of the line within a mebibyte") as caught:
        _lines.listing(endless.read)
    assert (caught.value.lineno, caught.value.field) == (before.count(b"\n") + 1, "pathname")
    assert endless.read_bytes < len(before) + 2 * MEBIBYTE


@pytest.mark.parametrize("line", [b"y\n", b"# y\n", b"\n", LINE.replace(b" r", b"r")])
def test_what_does_not_begin_as_a_listing_is_not_read_on(line):
    endless = Endless(line)
    with pytest.raises(ParseError) as caught:
        procmaps.from_str(_lines.listing(endless.read))
    assert caught.value.lineno == 1
    assert endless.read_bytes < 2 * MEBIBYTE


@pytest.mark.parametrize("before", [b"", b"# procmaps snapshot 1 of maps {}\n"])
@pytest.mark.parametrize("dialect", ["linux", "cygwin"])
def test_a_listing_of_any_length(tmp_path, before, dialect):
    line = LINE.replace(b"r-xp", b"===p") if dialect == "cygwin" else LINE
    file = tmp_path / "maps"
    file.write_bytes(before + 30_000 * line)
    assert file.stat().st_size > 2 * _read._USUAL
    assert len(procmaps.from_path(file, dialect=dialect)) == 30_000
    assert _lines.listing(io.BytesIO(file.read_bytes()).read) == file.read_bytes()


@pytest.mark.parametrize("size", [_read._USUAL - 1, _read._USUAL, _read._USUAL + 1])
def test_at_the_edge(tmp_path, size):
    file = tmp_path / "maps"
    text = (LINE * (size // len(LINE) + 1))[:size]
    file.write_bytes(text)
    assert _read.read_file(file) == text


def test_nothing():
    assert _lines.listing(io.BytesIO().read) == _lines.text(io.BytesIO().read) == b""
