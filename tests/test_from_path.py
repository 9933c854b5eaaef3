"""Listings in files, and in texts."""

from __future__ import annotations

import array
import errno
import os
import sys
import threading
from pathlib import Path

import pytest

import procmaps
from procmaps import Map, ParseError

TEXT = (
    b"00001000-00003000 r--p 00000000 00:00 0 \n" + b"00005000-00006000 rw-p 00000000 00:00 0 ".ljust(73) + b"[heap]\n"
)
MAPS = [Map(0x1000, 0x3000, "r--p"), Map(0x5000, 0x6000, "rw-p", pathname="[heap]")]

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


# Files


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "maps.txt"
    file.write_bytes(TEXT)
    return file


@pytest.mark.parametrize("as_path", [Path, str, os.fsencode, lambda path: _BytesPath(path)], ids=lambda f: f.__name__)
def test_a_file(file, as_path):
    assert procmaps.from_path(as_path(file)) == MAPS


class _BytesPath:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return os.fsencode(self.path)


def test_a_path_that_is_not_utf_8(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    try:
        with open(path, "wb") as file:
            file.write(TEXT)
    except (OSError, UnicodeDecodeError):
        pytest.skip("no such names in this file system")
    assert procmaps.from_path(path) == procmaps.from_path(os.fsdecode(path)) == MAPS


def test_nothing_is_known_of_a_process(file):
    maps = procmaps.from_path(file)
    assert (maps.pid, maps.attempts, maps.without_memory) == (None, None, None)


@pytest.mark.parametrize("text", [b"", TEXT, TEXT[:-1], TEXT * 5000], ids=len)
def test_all_of_a_file_is_read(file, text):
    file.write_bytes(text)
    maps = procmaps.from_path(file)
    assert maps == procmaps.from_str(text)
    assert len(maps) == -(-len(text) // len(TEXT)) * 2


def test_in_another_dialect(file):
    file.write_bytes(b"00001000-00002000 ===p 00000000 00:00 0\n")
    assert procmaps.from_path(file, dialect="cygwin")[0].perms == "===p"
    with pytest.raises(ParseError):
        procmaps.from_path(file)


def test_a_file_that_is_no_listing(file):
    file.write_bytes(TEXT + b"\x7fELF\n")
    with pytest.raises(ParseError) as caught:
        procmaps.from_path(file)
    assert (caught.value.lineno, caught.value.line) == (3, b"\x7fELF")


def test_a_missing_file(tmp_path):
    path = tmp_path / "missing"
    for given in (path, str(path), os.fsencode(path)):
        with pytest.raises(FileNotFoundError) as caught:
            procmaps.from_path(given)
        assert caught.value.errno == errno.ENOENT
        assert caught.value.filename == str(path)
        assert caught.value.strerror == os.strerror(errno.ENOENT)


@pytest.mark.skipif(os.name == "nt", reason="Windows says that it is denied")
def test_a_directory(tmp_path):
    with pytest.raises(IsADirectoryError) as caught:
        procmaps.from_path(tmp_path)
    assert caught.value.filename == str(tmp_path)


@linux
def test_a_file_that_may_not_be_read():
    try:
        os.close(os.open("/proc/1/maps", os.O_RDONLY))
    except PermissionError:
        with pytest.raises(PermissionError) as caught:
            procmaps.from_path("/proc/1/maps")
        assert caught.value.errno == errno.EACCES
        assert caught.value.filename == "/proc/1/maps"
    else:
        assert procmaps.from_path("/proc/1/maps")


@linux
def test_a_reading_that_fails():
    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as caught:
        procmaps.from_path("/proc/self/mem")
    assert caught.value.errno == errno.EIO
    assert caught.value.filename == "/proc/self/mem"


def test_a_path_with_a_nul():
    """`open` of Python raises ValueError, and so do we: no file has that name."""
    with pytest.raises(ValueError, match=r"(?i)nul"):
        procmaps.from_path("maps\0")


@pytest.mark.parametrize("path", [None, 5, 1.5, ["maps"]], ids=repr)
def test_what_is_no_path(path):
    with pytest.raises(TypeError, match=type(path).__name__):
        procmaps.from_path(path)


@linux
def test_the_listing_of_this_process():
    assert id(procmaps) in procmaps.from_path("/proc/self/maps")
    assert id(procmaps) in procmaps.from_path("/proc/thread-self/maps")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs mkfifo(3)")
def test_a_pipe_is_read_to_its_end(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(TEXT * 2000,))
    writer.start()
    # The other thread runs meanwhile: the GIL is not held.
    maps = procmaps.from_path(pipe)
    writer.join()
    assert maps == MAPS * 2000


# Texts


@pytest.mark.parametrize(
    "as_text",
    [
        bytes,
        bytearray,
        memoryview,
        bytes.decode,
        lambda text: memoryview(b"x" + text)[1:],
        lambda text: array.array("B", text),
    ],
    ids=["bytes", "bytearray", "memoryview", "str", "part", "array"],
)
def test_a_text(as_text):
    assert procmaps.from_str(as_text(TEXT)) == MAPS
    assert bytes(procmaps.from_str(as_text(TEXT))) == TEXT


@pytest.mark.parametrize("text", ["", b"", bytearray(), memoryview(b"")])
def test_an_empty_text(text):
    assert procmaps.from_str(text) == []


def test_a_buffer_that_changes_later_is_not_looked_at_again():
    text = bytearray(TEXT)
    maps = procmaps.from_str(text)
    text[:] = b"?" * len(text)
    assert maps == MAPS


@pytest.mark.parametrize("text", [None, 0, 5, True, 1.5, [48], (49, 10), range(3), object()])
def test_what_is_no_text(text):
    with pytest.raises(TypeError, match=type(text).__name__):
        procmaps.from_str(text)


def test_a_str_keeps_the_bytes_that_did_not_decode():
    text = b"1000-2000 r--p 0 8:1 1 /caf\xe9\n"
    as_str = text.decode("utf-8", "surrogateescape")
    assert procmaps.from_str(as_str) == procmaps.from_str(text)
    assert procmaps.from_str(as_str)[0].pathname == "/caf\udce9"


@pytest.mark.parametrize(
    ("before", "lineno", "column"),
    [("", 1, 25), ("1-2 r--p 0 0:0 0 \n", 2, 25), ("1-2 r--p 0 0:0 0 /é\n1-2 r--p 0 0:0 0\n", 3, 25)],
)
def test_a_str_with_a_surrogate_that_stands_for_no_byte(before, lineno, column):
    with pytest.raises(ParseError) as caught:
        procmaps.from_str(f"{before}1000-2000 r--p 0 8:1 1 /\ud800é\n1-2 r--p 0 0:0 0 \n")
    error = caught.value
    assert (error.lineno, error.column, error.field) == (lineno, column, "pathname")
    assert error.line == b"1000-2000 r--p 0 8:1 1 /\xed\xa0\x80\xc3\xa9"


@pytest.mark.parametrize("dialect", ["", "windows", "Linux"])
def test_an_unknown_dialect(dialect, file):
    for call in (lambda: procmaps.from_str("", dialect=dialect), lambda: procmaps.from_path(file, dialect=dialect)):
        with pytest.raises(ValueError, match="'linux' or 'cygwin'") as caught:
            call()
        assert not isinstance(caught.value, ParseError)


def test_the_dialect_is_by_keyword():
    with pytest.raises(TypeError, match="positional argument"):
        procmaps.from_str("", "linux")
    with pytest.raises(TypeError, match="positional argument"):
        procmaps.from_path("/x", "linux")
