"""What a refusal says, and what it costs."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import pytest

import procmaps
from procmaps import ParseError

GOOD = "00400000-00401000 r-xp 00000000 08:01 1                                  /a\n"
BAD = "00401000-00402000 rwxq 00000000 08:01 1                                  /b"


def refusal(text, **options):
    with pytest.raises(ParseError) as caught:
        procmaps.from_str(text, **options)
    return caught.value


# What it says


def test_it_says_where_and_what_was_expected():
    error = refusal(GOOD * 2 + BAD + "\n" + GOOD)
    assert (error.lineno, error.column, error.field) == (3, 22, "perms")
    assert error.expected == "a blank and permissions such as 'r-xp'"
    assert error.line == BAD.encode()


def test_it_reads_well():
    assert str(refusal("1000-2000 rwxq 0 0:0 0")) == (
        "line 1, column 14: perms: expected a blank and permissions such as 'r-xp' in b'1000-2000 rwxq 0 0:0 0'"
    )


def test_the_first_bad_line_is_told():
    assert refusal(GOOD + BAD + "\n" + "garbage\n").lineno == 2


@pytest.mark.parametrize("at", range(30))
def test_every_line_of_many_is_counted(at):
    lines = [GOOD] * 30
    lines[at] = BAD + "\n"
    assert refusal("".join(lines)).lineno == at + 1


FIELDS = {
    "begin_address": ["?1000-2000 r-xp 0 0:0 0", "1000?-2000 r-xp 0 0:0 0"],
    "end_address": ["1000-?2000 r-xp 0 0:0 0", "1000-2000? r-xp 0 0:0 0"],
    "perms": ["1000-2000 ?r-xp 0 0:0 0", "1000-2000 r?xp 0 0:0 0", "1000-2000 r-xp? 0 0:0 0"],
    "offset": ["1000-2000 r-xp ?0 0:0 0", "1000-2000 r-xp 0? 0:0 0"],
    "device": [
        "1000-2000 r-xp 0 ?0:0 0",
        "1000-2000 r-xp 0 0?:0 0",
        "1000-2000 r-xp 0 0:?0 0",
        "1000-2000 r-xp 0 0:0? 0",
    ],
    "inode": ["1000-2000 r-xp 0 0:0 ?0", "1000-2000 r-xp 0 0:0 0?", "1000-2000 r-xp 0 0:0 0? /a"],
}


@pytest.mark.parametrize(("field", "line"), [(field, line) for field, lines in FIELDS.items() for line in lines])
def test_the_field_is_the_one_that_goes_wrong(field, line):
    error = refusal(line)
    assert (error.field, error.column) == (field, line.index("?") + 1)
    assert hasattr(procmaps.Map, error.field)
    assert error.expected in str(error)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("1000", "end_address"),
        ("1000-2000", "perms"),
        ("1000-2000 r-xp", "offset"),
        ("1000-2000 r-xp 0", "device"),
        ("1000-2000 r-xp 0 0:0", "inode"),
    ],
)
def test_the_field_is_the_first_that_is_missing(line, field):
    error = refusal(line)
    assert (error.field, error.column) == (field, len(line) + 1)


def test_columns_count_bytes():
    # The first byte of each of these is what cannot be.
    assert refusal("1000-2000 r-xp 0 0:0 0é").column == 23
    assert refusal("1000-2000 r-xp 0 0:0 0 /日本\0").column == 31


@pytest.mark.parametrize(
    ("line", "column", "field", "expected"),
    [
        ("2000-1000 r-xp 0 0:0 0 /a", 6, "end_address", "an address not below begin_address"),
        ("1000-2000 r-xp 0 0:0 18446744073709551616 /a", 22, "inode", "a number below 2**64"),
        ("1000-2000 r-xp 0 0:0 184467440737095516150 /a", 42, "inode", "1 to 20 decimal digits"),
        ("1000-2000 r-xp 0 0:0 184467440737095516150", 42, "inode", "1 to 20 decimal digits"),
        ("1000-2000 r-xp 0 0:0 0/a", 23, "inode", "then a blank or the end of the line"),
        ("1000-2000 r-xp 0 0:0 0 /a\0", 26, "pathname", "a name without NUL"),
        ("", 1, "begin_address", "1 to 16 lower-case hexadecimal digits"),
    ],
)
def test_what_is_expected(line, column, field, expected):
    error = refusal(GOOD + line + "\n")
    assert (error.lineno, error.column, error.field) == (2, column, field)
    assert expected in error.expected


def test_what_cygwin_expects():
    error = refusal("1000-2000 ==-p 0 0:0 0", dialect="cygwin")
    assert (error.column, error.expected) == (13, "a blank and permissions such as 'r-xp' or '===p'")


def test_a_line_of_any_bytes_is_there_as_bytes():
    line = b"1000-2000 r-xp 0 0:0 0\xff\xfe\r\x1b[31m"
    error = refusal(line + b"\n")
    assert error.line == line
    assert "\\xff\\xfe\\r\\x1b[31m" in str(error)
    assert str(error).isprintable()


@pytest.mark.parametrize("before", [0, 500, 100_000])
@pytest.mark.parametrize("after", [0, 500, 100_000])
def test_a_long_line_is_kept_whole_and_shown_around_the_place(before, after):
    line = b"1000-2000 r-xp 0 0:0 0 /" + b"x" * before + b"\0" + b"y" * after
    error = refusal(line)
    assert error.line == line
    assert len(str(error)) < 400
    assert "\\x00" in str(error)
    assert ("...xxx" in str(error)) == (before > 0)
    assert ("yyy..." in str(error)) == (after > 0)


def test_a_line_that_is_not_long_is_shown_whole():
    line = b"1000-2000 r-xp 0 0:0 0/".ljust(80, b"x")
    assert str(refusal(line)).endswith(repr(line))


def test_its_repr_says_the_same():
    error = refusal(BAD)
    assert repr(error) == f"ParseError({str(error)!r})"


# What it is


def test_it_is_a_value_error_and_nothing_of_the_system():
    assert issubclass(ParseError, ValueError)
    assert not issubclass(ParseError, (OSError, UnicodeError))
    assert ParseError.__module__ == "procmaps"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_survives_a_pickle(protocol):
    error = refusal(GOOD + BAD)
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is ParseError
    assert vars(again) == vars(error)
    assert (again.args, str(again)) == (error.args, str(error))


def test_it_survives_a_copy():
    error = refusal(GOOD + BAD)
    assert error.args == (2, 22, "perms", error.expected, error.line)
    assert copy.copy(error).args == copy.deepcopy(error).args == error.args


def test_a_path_says_the_same(tmp_path):
    (tmp_path / "maps").write_bytes((GOOD + BAD + "\n").encode())
    with pytest.raises(ParseError) as caught:
        procmaps.from_path(tmp_path / "maps")
    assert caught.value.args == refusal(GOOD + BAD + "\n").args


# Strings that stand for no bytes


@pytest.mark.parametrize("surrogate", [0xD800, 0xDBFF, 0xDC00, 0xDC7F, 0xDD00, 0xDFFF], ids=hex)
def test_a_surrogate_that_stands_for_no_byte(surrogate):
    line = f"1000-2000 r-xp 0 0:0 0 /é{chr(surrogate)}x"
    error = refusal(f"{GOOD}{line}\n{GOOD}")
    assert (error.lineno, error.column, error.field) == (2, 27, "pathname")
    assert error.line == line.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("surrogate", [0xDC80, 0xDCFF], ids=hex)
def test_a_surrogate_that_stands_for_a_byte(surrogate):
    name = f"/{chr(surrogate)}"
    assert procmaps.from_str(f"1000-2000 r-xp 0 0:0 0 {name}")[0].pathname == name


# What it costs

SIZE = 8 << 20
TEXTS = {
    "one line": "b'1000-2000 r-xp 0 0:0 0 /'.ljust(SIZE, b'x')",
    "one line of blanks": "b'1000-2000 r-xp 0 0:0 0'.ljust(SIZE)",
    "one line with a NUL": "b'1000-2000 r-xp 0 0:0 0 /'.ljust(SIZE, b'x') + bytes(1)",
    "one line of digits": "b'1' * SIZE",
    "an inode of many digits": "b'1000-2000 r-xp 0 0:0 0'.ljust(SIZE, b'1')",
    "NULs": "bytes(SIZE)",
    "newlines": "bytes([10]) * SIZE",
    "the shortest lines": "(b'0-0 ---p 0 0:0 0' + bytes([10])) * (SIZE // 17)",
    "the shortest lines, then a bad one": "(b'0-0 ---p 0 0:0 0' + bytes([10])) * (SIZE // 17) + b'x'",
}
MEASURE = """if True:
    import sys, procmaps
    def most():
        with open("/proc/self/status") as status:
            return [int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:")][0]
    SIZE = int(sys.argv[1])
    text = eval(sys.argv[2])
    before = most()
    try:
        maps = procmaps.from_str(text)
    except procmaps.ParseError as error:
        maps = error
    print(most() - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_memory_grows_no_faster_than_the_text(text):
    # Lines of 17 bytes have rows of 80, which is nearly five times as much.
    command = [sys.executable, "-c", MEASURE, str(SIZE), text]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=120, check=True)
    assert int(done.stdout) < 8 * SIZE
