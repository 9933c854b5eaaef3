"""Small files of a proc file system."""

from __future__ import annotations

import errno
import os
import sys

import pytest

from procmaps import _origin
from procmaps._mounts import mounts
from procmaps._proc_files import content, content_or_nothing, number

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def test_a_file_is_read_to_its_end(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 200_000)
    assert content(str(file)) == content_or_nothing(str(file)) == b"x" * 200_000
    assert content_or_nothing(str(tmp_path / "nothing")) == b""


@linux
def test_a_file_whose_size_is_told_as_0():
    assert content("/proc/self/status").startswith(b"Name:")


@linux
def test_a_file_below_a_directory():
    directory = os.open("/proc/self", os.O_RDONLY)
    try:
        assert content("status", directory).startswith(b"Name:")
    finally:
        os.close(directory)


def test_a_file_that_is_longer_than_expected(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert content(str(file), most=10) == b"x" * 10
    with pytest.raises(OSError) as caught:
        content(str(file), most=9)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(file))


@pytest.mark.skipif(sys.platform == "win32", reason="has no FIFO, and opens no directory")
def test_what_is_no_regular_file(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (str(tmp_path / "fifo"), str(tmp_path), "/dev/zero"):
        with pytest.raises(OSError, match="no regular file"):
            content(path)


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "\u00b2", "\u0663", "1_0", str(1 << 64), "9" * 5000])
def test_what_is_no_number(text):
    assert number(text) is number(os.fsencode(text)) is None


def test_numbers():
    assert [number(text) for text in (b"0", "42", b"007", str((1 << 64) - 1))] == [0, 42, 7, (1 << 64) - 1]


def test_lines_that_are_none_of_mounts(tmp_path):
    file = tmp_path / "mountinfo"
    file.write_bytes(b"21 1 8:1 / / rw - ext4 x rw\n\n - \n22 1 8 - x\n23 1 8:x - x\nx 1 8:1 - x\n24 1 0:5 - \n")
    assert mounts(str(file)) == {21: ((8, 1), "ext4"), 24: ((0, 5), "")}


@linux
def test_a_process_that_started_in_no_year(tmp_path):
    (tmp_path / "stat").write_bytes(b"btime %d\n" % (1 << 63))
    assert _origin._started(str(tmp_path), 1) is None
    (tmp_path / "stat").write_bytes(b"btime 86400\n")
    assert _origin._started(str(tmp_path), 0) == "1970-01-02T00:00:00.000Z"
