"""Listings of any length, a part at a time."""

from __future__ import annotations

import io
import os
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
import strategies as sts
from procmaps import ParseError

LINE = b"7f0000000000-7f0000001000 r-xp 00000000 fe:01 131072                     /usr/lib/libexample.so\n"
LONG = LINE[:73] + b"/" + b"x" * (2 << 20)


class Dribble:
    """Gives at most so many bytes a read, as a pipe may."""

    def __init__(self, data: bytes, most: int) -> None:
        self.data = io.BytesIO(data)
        self.most = most

    def read(self, size: int) -> bytes:
        return self.data.read(min(size, self.most))


def outcome(mappings):
    try:
        return list(mappings())
    except ParseError as error:
        return error.args


@given(
    sts.damaged_texts() | st.lists(st.sampled_from([LINE, LINE[:20] + b"\n", b"\n"])).map(b"".join), st.integers(1, 200)
)
def test_in_any_parts_it_is_what_it_is_at_once(text, most):
    at_once = outcome(lambda: procmaps.from_str(text))
    assert outcome(lambda: procmaps.iterparse(Dribble(text, most))) == at_once


@pytest.mark.parametrize("lines", [0, 1, 700, 100_000])
def test_a_file(tmp_path, lines):
    file = tmp_path / "maps"
    file.write_bytes(LINE * lines)
    for source in (file, str(file), os.fsencode(file)):
        assert sum(1 for _ in procmaps.iterparse(source)) == lines
    with open(file, "rb") as opened:
        assert list(procmaps.iterparse(opened)) == list(procmaps.from_path(file))
        assert not opened.closed


def test_a_file_that_is_not_there_is_refused_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        procmaps.iterparse(tmp_path / "nothing")


def test_the_line_is_counted_from_the_beginning_of_the_file():
    text = LINE * 50_000 + b"no line\n" + LINE
    with pytest.raises(ParseError) as caught:
        list(procmaps.iterparse(io.BytesIO(text)))
    assert (caught.value.lineno, caught.value.column, caught.value.line) == (50_001, 1, b"no line")


def test_the_dialect():
    line = LINE.replace(b"r-xp", b"===p")
    assert [m.perms for m in procmaps.iterparse(io.BytesIO(line), dialect="cygwin")] == ["===p"]
    with pytest.raises(ParseError):
        list(procmaps.iterparse(io.BytesIO(line)))


@pytest.mark.parametrize("tail", [b"", b"\n" + LINE])
def test_a_line_without_end(tail):
    with pytest.raises(ParseError, match="an end of the line within a mebibyte") as caught:
        list(procmaps.iterparse(io.BytesIO(LINE + LONG + tail)))
    assert (caught.value.lineno, caught.value.field) == (2, "pathname")
    assert procmaps.from_str(LONG)[0].pathname == "/" + "x" * (2 << 20)


def test_what_is_no_line_is_not_waited_for():
    endless = Dribble(b"x" * (8 << 20), 64 << 10)
    with pytest.raises(ParseError) as caught:
        list(procmaps.iterparse(endless))
    assert (caught.value.lineno, caught.value.column) == (1, 1)
    assert endless.data.tell() < 2 << 20


def test_the_memory_does_not_grow_with_the_file():
    tracemalloc = pytest.importorskip("tracemalloc")

    def peak(lines):
        source = Repeated(lines)
        tracemalloc.start()
        assert sum(1 for _ in procmaps.iterparse(source)) == lines
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak(1_000)
    assert peak(100_000) < 1.5 * peak(10_000)


class Repeated:
    """A file of so many lines that is nowhere."""

    def __init__(self, lines: int) -> None:
        self.left = lines

    def read(self, size: int) -> bytes:
        lines = min(self.left, size // len(LINE))
        self.left -= lines
        return LINE * lines


def test_a_pipe():
    reader, writer = os.pipe()

    def write():
        with open(writer, "wb") as file:
            file.write(LINE * 5_000)

    thread = threading.Thread(target=write)
    thread.start()
    with open(reader, "rb", buffering=0) as file:
        assert sum(1 for _ in procmaps.iterparse(file)) == 5_000
    thread.join()


def test_text_is_refused():
    with pytest.raises(TypeError, match="reads str, not bytes: open it with mode 'rb'"):
        list(procmaps.iterparse(io.StringIO("")))


@pytest.mark.skipif(sys.platform == "win32", reason="has no O_NONBLOCK")
def test_nothing_yet_is_not_the_end():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with open(reader, "rb", buffering=0) as file, pytest.raises(BlockingIOError, match="one is needed that waits"):
        list(procmaps.iterparse(file))
    os.close(writer)


def test_the_file_is_closed_when_the_iterator_is(tmp_path):
    file = tmp_path / "maps"
    file.write_bytes(LINE * 5_000)
    mappings = procmaps.iterparse(file)
    next(mappings)
    opened = mappings.gi_frame.f_locals["file"]
    mappings.close()
    assert opened.closed
