"""What is shown: filters, an address, surroundings, unmapped ranges, the table and JSON."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Map, from_path, from_str
from procmaps._selection import KINDS
from procmaps.cli import show
from procmaps.cli._parser import parser_of
from support.children import sleeping
from support.command import CAPTURES, LISTING, linux, pathnames


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], [0, 1, 2, 3, 4, 5, 6]),
        (["cat"], [0, 1]),
        (["a"], [0, 1, 2, 3, 5, 6]),
        (["[anon]"], [3, 5]),
        (["(deleted)"], [4]),
        (["-p", "rw"], [1, 2, 3, 6]),
        (["-p", "?wx"], [3]),
        (["-p", "---p"], [5]),
        (["-p", "--"], [5]),
        (["--perms=--"], [5]),
        (["-p---p"], [5]),
        (["--perms", "---"], [5]),
        (["--perms=r--p"], [4]),
        (["--pathname", "/bin/*"], [0, 1]),
        (["--pathname", "cat"], []),
        (["--kind", "heap"], [2]),
        (["--kind", "heap,stack"], [2, 6]),
        (["--deleted"], [4]),
        (["--no-deleted"], [0, 1, 2, 3, 5, 6]),
        (["--anonymous"], [3, 5]),
        (["--no-anonymous"], [0, 1, 2, 4, 6]),
        (["-a", "400000"], [0]),
        (["-a", "0x40afff"], [0]),
        (["--address", "0X40B000"], []),
        (["-a", "7f0000000000"], [3]),
        (["-p", "rw", "--kind", "file", "cat"], [1]),
        (["cat", "-p", "r-x"], [0]),
        (["-p", "r-x", "cat"], [0]),
        (["-p", "r-x", "heap"], []),
    ],
    ids=str,
)
def test_filters(command, listing, arguments, expected):
    status, out, err = command(listing, *arguments, "--jsonl")
    every = [hex(m.begin_address) for m in from_str(LISTING)]
    assert [every.index(json.loads(line)["begin_address"]) for line in out.splitlines()] == expected
    assert (status, err == "") == ((0, True) if expected else (1, False))
    assert command(listing, *arguments, "-q") == (status, "", "")


def test_the_kinds_are_those_of_the_api():
    paragraph = Map.kind.__doc__.split("\n\n")[1]
    assert sorted(re.findall(r'"(\w+)"', paragraph)) == sorted(KINDS)


def test_the_table_in_full(command, listing):
    assert command(listing) == (
        0,
        """\
BEGIN          END            PERMS SIZE OFFSET PATHNAME
0x400000       0x40b000       r-xp   44K      0 /bin/cat
0x60a000       0x60b000       rw-p    4K 0xa000 /bin/cat
0x60b000       0x62c000       rw-p  132K      0 [heap]
0x7f0000000000 0x7f0000001000 rwxp    4K      0 [anon]
0x7f0000001000 0x7f0000005000 r--p   16K      0 /lib/old.so (deleted)
0x7f0000009000 0x7f000000a000 ---p    4K      0 [anon]
0x7ffeadae1000 0x7ffeadb02000 rw-p  132K      0 [stack]
""",
        "",
    )


def test_rows_only(command, listing):
    assert command(listing, "--no-header")[1] == command(listing)[1].partition("\n")[2]


def test_an_address_and_its_surroundings(command, listing):
    assert (
        command(listing, "-a", "7f0000000fff", "-C1")[1]
        == """\
  BEGIN          END            PERMS SIZE OFFSET     AT PATHNAME
  0x60b000       0x62c000       rw-p  132K      0      - [heap]
> 0x7f0000000000 0x7f0000001000 rwxp    4K      0 +0xfff [anon]
  0x7f0000001000 0x7f0000005000 r--p   16K      0      - /lib/old.so (deleted)
"""
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("-p rwx -A1", ["> [anon]", "  /lib/old.so (deleted)"]),
        ("-p rwx -B 2", ["  /bin/cat", "  [heap]", "> [anon]"]),
        ("-p rwx --after=1 --before=1", ["  [heap]", "> [anon]", "  /lib/old.so (deleted)"]),
        ("-p rwx -A9 -C0", ["[anon]"]),
        ("-p r-x -C1", ["> /bin/cat", "  /bin/cat"]),
        ("stack -C1", ["  [anon]", "> [stack]"]),
        ("--anonymous -C9", ["  /bin/cat", "  /bin/cat", "  [heap]", "> [anon]", "  /lib/old.so (deleted)", "> [anon]",
                             "  [stack]"]),
        ("-p r-x -A1 -B0", ["> /bin/cat", "  /bin/cat"]),
        ("[ -p rw -A1", ["> [heap]", "> [anon]", "  /lib/old.so (deleted)", "--", "> [stack]"]),
        ("--kind heap,stack -B1", ["  /bin/cat", "> [heap]", "--", "  [anon]", "> [stack]"]),
    ],
)  # fmt: skip
def test_context(command, listing, arguments, expected):
    lines = command(listing, *arguments.split())[1].splitlines()[1:]
    shown = [line if line == "--" else re.sub(r"^(> |  )?(\S+ +){5}", r"\1", line) for line in lines]
    assert shown == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ["/bin/cat", "(unmapped)", "/bin/cat", "[heap]", "(unmapped)", "[anon]", "/lib/old.so (deleted)",
              "(unmapped)", "[anon]", "(unmapped)", "[stack]"]),
        ("cat", ["/bin/cat", "(unmapped)", "/bin/cat"]),
        ("--kind heap,stack", ["[heap]", "[stack]"]),
        ("heap -A1", ["[heap]", "(unmapped)"]),
        ("heap -A2", ["[heap]", "(unmapped)", "[anon]"]),
    ],
)  # fmt: skip
def test_unmapped_ranges(command, listing, arguments, expected):
    out = command(listing, "--gaps", *arguments.split())[1].replace("\n> ", "\n").replace("\n  ", "\n")
    assert pathnames(out) == expected


def test_the_unmapped_range_that_holds_an_address(command, listing):
    status, out, err = command(listing, "--gaps", "-a", "0x7f0000005010", "-B1")
    assert (status, out) == (
        1,
        """\
  BEGIN          END            PERMS SIZE OFFSET    AT PATHNAME
  0x7f0000001000 0x7f0000005000 r--p   16K      0     - /lib/old.so (deleted)
> 0x7f0000005000 0x7f0000009000 -      16K      - +0x10 (unmapped)
""",
    )
    assert err.startswith(f"procmaps: {listing}: 0x7f0000005010 is not mapped; ")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10", "the mapping above it begins at 0x400000, 4.0M away"),
        (
            "40b000",
            "the mapping below it ends at 0x40b000, 0B away; the mapping above it begins at 0x60a000, 2.0M away",
        ),
        (
            "40c000",
            "the mapping below it ends at 0x40b000, 4K away; the mapping above it begins at 0x60a000, 2.0M away",
        ),
        ("ffffffffffffffff", "the mapping below it ends at 0x7ffeadb02000, 16.0E away"),
    ],
)
def test_where_an_address_is_that_is_not_mapped(command, listing, address, expected):
    status, out, err = command(listing, "-a", address)
    assert (status, out) == (1, "")
    assert err == f"procmaps: {listing}: 0x{address} is not mapped; {expected}\n"


def test_a_listing_out_of_order_has_gaps_in_order(command, tmp_path):
    path = tmp_path / "torn"
    path.write_bytes(b"5000-6000 r--p 0 0:0 0 /b\n1000-2000 r--p 0 0:0 0 /a\n1800-3000 r--p 0 0:0 0 /c\n")
    assert pathnames(command(path)[1]) == ["/b", "/a", "/c"]
    assert pathnames(command(path, "--gaps")[1]) == ["/a", "/c", "(unmapped)", "/b"]
    assert pathnames(command(path, "-a", "1900")[1].replace("+0x900 ", "").replace("+0x100 ", "")) == ["/a", "/c"]


@pytest.mark.parametrize("option", ["--gaps", "-A1", "-B1", "-C1"])
@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv", "--totals"])
def test_surroundings_are_for_the_table(command, listing, option, form):
    assert command(listing, form, option) == (
        2,
        "",
        "procmaps: --gaps, -A, -B and -C are for the table, not for JSON, CSV and --totals\n",
    )


def test_json_and_jsonl(command, listing):
    whole = json.loads(command(listing, "--json", "--kind", "heap")[1])
    (line,) = command(listing, "--jsonl", "--kind", "heap")[1].splitlines()
    assert whole == {
        "schema": "procmaps/1",
        "pid": None,
        "attempts": None,
        "without_memory": None,
        "maps": [
            {
                "begin_address": "0x60b000",
                "end_address": "0x62c000",
                "size": 135168,
                "perms": "rw-p",
                "offset": "0x0",
                "device": [0, 0],
                "inode": 0,
                "kind": "heap",
                "is_deleted": False,
                "pathname": "[heap]",
            }
        ],
    }
    assert json.loads(line) == {"schema": "procmaps/1", "pid": None, **whole["maps"][0]}


def test_json_of_nothing_is_a_document(command, listing):
    status, out, err = command(listing, "--json", "nothing")
    assert (status, json.loads(out)["maps"]) == (1, [])
    assert err == f"procmaps: {listing}: none of 7 mappings matches\n"
    assert command(listing, "--jsonl", "nothing")[1] == ""


def test_csv(command, listing):
    assert command(listing, "--csv", "(deleted)") == (
        0,
        """\
pid,begin_address,end_address,size,perms,offset,device,inode,kind,is_deleted,pathname,pathname_bytes
,0x7f0000001000,0x7f0000005000,16384,r--p,0x0,8:17,77,file,true,/lib/old.so (deleted),
""",
        "",
    )
    assert command(listing, "--csv", "--no-header", "[stack]")[1].startswith(",0x7ffeadae1000,")
    assert command(listing, "--csv", "nothing")[:2] == (1, "")


def test_totals(command, listing):
    assert command(listing, "--totals") == (
        0,
        """\
KIND      MAPS SIZE WRITABLE EXECUTABLE
heap         1 132K     132K          0
stack        1 132K     132K          0
file         3  64K       4K        44K
anonymous    2   8K       4K         4K
total        7 336K     272K        48K
""",
        "",
    )
    assert command(listing, "--totals", "--kind", "heap", "--no-header")[1].split() == (
        ["heap", "1", "132K", "132K", "0", "total", "1", "132K", "132K", "0"]
    )
    assert command(listing, "--totals", "nothing")[:2] == (1, "")


def test_totals_as_data(command, listing):
    heap = {"kind": "heap", "maps": 1, "size": 135168, "writable": 135168, "executable": 0}
    head = {"schema": "procmaps/1", "pid": None}
    assert json.loads(command(listing, "--totals", "--json")[1])["kinds"][0] == heap
    assert json.loads(command(listing, "--totals", "--jsonl")[1].splitlines()[0]) == {**head, **heap}
    assert command(listing, "--totals", "--csv", "heap")[1].splitlines() == [
        "pid,kind,maps,size,writable,executable",
        ",heap,1,135168,135168,0",
    ]


@linux
def test_settled_reads_twice(command):
    with sleeping() as pid:
        assert json.loads(command(pid, "--settled", "--json")[1])["attempts"] == 2


def test_another_dialect(command, tmp_path):
    path = tmp_path / "cygwin"
    path.write_bytes(b"100400000-100401000 ===p 00000000 0000:0000 0\n")
    assert command(path)[0] == 5
    assert "===p" in command(path, "--dialect", "cygwin")[1]
    assert command(path, "--dialect=linux")[0] == 5


def test_what_is_for_processes_only(command, listing):
    assert command(listing, "--settled") == (
        2,
        "",
        "procmaps: --settled is for processes: a listing does not change\n",
    )


def test_what_is_for_listings_only(command):
    assert command("self", "--dialect", "linux") == (
        2,
        "",
        "procmaps: --dialect is for listings: a process is read from a Linux kernel\n",
    )


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.maps")), ids=lambda path: path.stem)
def test_captures(command, path):
    status, out, err = command(path)
    rows = out.split("\n")[1:-1]
    assert (status, err, len(rows)) == (0, "", len(from_path(path)))
    assert all(row.isprintable() for row in rows)


@linux
@pytest.mark.parametrize("option", ["--pathname=--", "--kind=--", "--color=--", "--proc=--"])
def test_two_dashes_are_a_value(command, option):
    status, out, err = command("self", option)
    assert (status in (1, 2, 4), out) == (True, "")
    assert err.startswith("procmaps: ")


@pytest.mark.parametrize("argv", [["1"], ["self", "libc"], ["", ""], ["two words", "=x"], ["+1", "@file"]])
def test_a_target_and_a_name_need_no_argparse(argv):
    assert show.plain(argv) is not None


WORDS = [
    *parser_of(show, None)._option_string_actions,
    *("1", "self", "libc", "", "two words", "=x", "+1", "@file", "a=b", "\udcff", "always", "show", "diff", "r-xp"),
    *("-", "--", "---", "---p", "-1", "-1.5", "-x", "- x", "-C2", "-qp", "--js", "--no", "--color=always", "--color="),
]


@given(st.lists(st.sampled_from(WORDS) | st.text(), max_size=3))
def test_what_is_taken_without_argparse_is_what_argparse_makes_of_it(argv):
    options = show.plain(argv)
    assert options is None or vars(options) == vars(parser_of(show, None).parse(argv))
