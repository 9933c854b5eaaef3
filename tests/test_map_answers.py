"""What a `Map` prints, and what it answers. test_laws.py has the laws; these name the cases."""

from __future__ import annotations

import os

import pytest

import procmaps
from procmaps import Map

CAT = Map(0x1000, 0x3000, "r-xp", 0x2000, (8, 1), 42, "/bin/cat")
LINE = "00001000-00003000 r-xp 00002000 08:01 42                                 /bin/cat"


class Index:
    """An int as numpy has it: no int, but with an index."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


# Text


def test_str_is_the_line_and_repr_evaluates():
    assert str(CAT) == CAT.line() == CAT.line(64) == CAT.line(bits=64) == LINE
    assert bytes(CAT) == LINE.encode()
    assert repr(CAT) == (
        "Map(begin_address=0x1000, end_address=0x3000, perms='r-xp', "
        "offset=0x2000, device=(8, 1), inode=42, pathname='/bin/cat')"
    )
    assert eval(repr(CAT)) == CAT


def test_the_name_is_at_column_73_or_49_or_after_one_more_blank():
    assert CAT.line(64).index("/bin/cat") == 73
    assert CAT.line(32).index("/bin/cat") == 49
    wide = Map(2**64 - 2, 2**64 - 1, "r-xp", 2**64 - 1, (0xFFF, 0xFFFFF), 2**64 - 1, "/x")
    assert wide.line(64) == wide.line(32)
    assert str(wide) == "fffffffffffffffe-ffffffffffffffff r-xp ffffffffffffffff fff:fffff 18446744073709551615  /x"
    # The blank after the inode is part of the head, and seq_pad() always adds another.
    for digits, blanks in ((7, 4), (8, 3), (9, 2), (10, 2)):
        line = Map(0, 0, inode=10 ** (digits - 1), pathname="/x").line(32)
        assert line == f"00000000-00000000 ---p 00000000 00:00 {10 ** (digits - 1)}{' ' * blanks}/x"


def test_a_line_without_a_name_ends_in_one_blank():
    assert str(Map(0x1000, 0x2000)) == "00001000-00002000 ---p 00000000 00:00 0 "
    assert Map(0x1000, 0x2000).line(32) == str(Map(0x1000, 0x2000))


@pytest.mark.parametrize("bits", [0, 16, 63, 128])
def test_other_word_sizes(bits):
    with pytest.raises(ValueError, match=f"bits is 32 or 64, not {bits!r}"):
        CAT.line(bits)


@pytest.mark.parametrize("bits", ["64", None, 64.0])
def test_word_sizes_that_are_no_int(bits):
    with pytest.raises(TypeError):
        CAT.line(bits)


def test_bytes_are_those_of_the_kernel():
    m = procmaps.from_str(b"1000-2000 r--p 0 8:1 1 /caf\xe9 \xff\r")[0]
    assert os.fsencode(m.pathname) == b"/caf\xe9 \xff\r"
    assert bytes(m).endswith(b" /caf\xe9 \xff\r")


# Permissions


@pytest.mark.parametrize("r", "r-")
@pytest.mark.parametrize("w", "w-")
@pytest.mark.parametrize("x", "x-")
@pytest.mark.parametrize("s", "psSg")
def test_permissions(r, w, x, s):
    m = Map(0, 1, r + w + x + s)
    assert (m.is_readable, m.is_writable, m.is_executable) == (r == "r", w == "w", x == "x")
    assert (m.is_shared, m.is_private) == (s in "sS", s not in "sS")
    assert m.perms == r + w + x + s


def test_permissions_of_reserved_memory():
    m = Map(0, 1, "===p")
    assert (m.is_readable, m.is_writable, m.is_executable, m.is_private) == (False, False, False, True)


# Questions


@pytest.mark.parametrize(
    ("address", "is_in"),
    [
        (0x1000, True),
        (0x2FFF, True),
        (0x3000, False),
        (0xFFF, False),
        (0, False),
        (-1, False),
        (-0x1000, False),
        (2**64, False),
        (2**64 + 0x1000, False),
        (10**30, False),
        (True, False),
        (Index(0x1000), True),
        (Index(-1), False),
    ],
)
def test_contains(address, is_in):
    assert (address in CAT) is is_in


def test_a_bool_is_the_int_that_it_is():
    assert True in Map(0, 2)
    assert False in Map(0, 1)
    assert True not in Map(0, 1)


@pytest.mark.parametrize("address", ["4096", b"\x10", 4096.0, None, CAT, [4096]], ids=repr)
def test_what_is_no_address(address):
    with pytest.raises(TypeError, match=type(address).__name__):
        address in CAT  # noqa: B015
    with pytest.raises(TypeError, match=type(address).__name__):
        CAT.file_offset(address)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (0x1000, 0x3000, True),
        (0x1800, 0x2000, True),
        (0, 0x1000, False),
        (0, 0x1001, True),
        (0x2FFF, 0x4000, True),
        (0x3000, 0x4000, False),
        (0, 2**64 - 1, True),
        (0x2000, 0x2000, False),
    ],
)
def test_overlaps(begin, end, expected):
    other = Map(begin, end)
    assert CAT.overlaps(other) is other.overlaps(CAT) is expected


def test_file_offset():
    assert CAT.file_offset(0x1000) == 0x2000
    assert CAT.file_offset(0x2FFF) == 0x3FFF
    assert Map(0, 0x1000, offset=2**63, pathname="/dev/mem").file_offset(0xFFF) == 2**63 + 0xFFF


def test_file_offset_of_anything_with_an_index():
    offset = CAT.file_offset(Index(0x1010))
    assert offset == 0x2010
    assert type(offset) is int


@pytest.mark.parametrize("address", [0xFFF, 0x3000, 0, -1, 2**64])
def test_file_offset_of_an_address_elsewhere(address):
    with pytest.raises(ValueError, match=rf"^{address:#x} is not in Map\("):
        CAT.file_offset(address)
