"""Reading what people paste: samples, found texts, and laws of damage and repair."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import procmaps
import strategies
from procmaps import Maps, lenient

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).parent / "data"
SAMPLES = sorted(path.stem for path in (DATA / "lenient").glob("*.txt"))
CAPTURES = sorted((DATA / "captures").rglob("*.maps"))

CAT = b"00400000-0040b000 r-xp 00000000 08:11 42                                 /bin/cat"
NAMELESS = b"0040b000-0040c000 rw-p 00000000 00:00 0"


def assert_complete(text: bytes, reading: lenient.Reading) -> None:
    """Check that each line of a text is in exactly one place."""
    lines = text.split(b"\n")
    count = len(lines) - (lines[-1] == b"")
    apart = [note.lineno for note in reading.notes if note.tolerance in ("cut", "wrapped")]
    placed = [*reading.linenos, *apart, *(line.lineno for line in reading.skipped)]
    assert len(reading.linenos) == len(reading.maps)
    assert len(set(placed)) == len(placed) == count - reading.fields
    assert set(placed) <= set(range(1, count + 1))
    assert all(lines[lineno - 1] == line for lineno, line in reading.skipped)
    assert all(lines[note.lineno - 1] == note.line for note in reading.notes)


# Samples


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample(name):
    path = DATA / "lenient" / f"{name}.txt"
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    listing = path.with_suffix(".maps").read_bytes()
    reading = lenient.from_path(path)
    assert bytes(reading.maps) == listing
    assert reading.maps == procmaps.from_str(listing)
    assert reading.tolerances == expected["tolerances"]
    assert [line.lineno for line in reading.skipped] == expected["skipped"]
    assert reading.fields == expected["fields"]
    assert_complete(path.read_bytes(), reading)


def test_every_tolerance_has_a_sample():
    used = {tolerance for name in SAMPLES for tolerance in lenient.from_path(DATA / f"lenient/{name}.txt").tolerances}
    assert used == set(lenient.TOLERANCES)


# Texts of kernels


@pytest.mark.parametrize("path", CAPTURES, ids=[path.stem for path in CAPTURES])
def test_the_text_of_a_kernel_needs_nothing(path):
    reading = lenient.from_path(path)
    assert reading == lenient.Reading(procmaps.from_path(path), tuple(range(1, len(reading.maps) + 1)))


def test_there_are_captures():
    assert len(CAPTURES) > 20


@pytest.mark.parametrize("path", CAPTURES, ids=[path.stem for path in CAPTURES])
def test_the_text_of_a_kernel_among_others_is_not_changed(path):
    text = b"Dynamic libraries:\n" + path.read_bytes() + b"\n\nVM Arguments:\n"
    reading = lenient.from_str(text)
    assert reading.maps == procmaps.from_path(path)
    assert reading.notes == ()
    assert len(reading.skipped) == 4


# Texts that were found


def corpus() -> Path | None:
    """Return where texts from public repositories are, which are not ours to distribute."""
    places = [Path(parent, "shared", "corpus") for parent in ROOT.parents]
    places.insert(0, Path(os.environ.get("PROCMAPS_CORPUS", places[0])))
    return next((place for place in places if (place / "MANIFEST.tsv").is_file()), None)


def found_texts() -> list[dict[str, str]]:
    place = corpus()
    if place is None:
        return []
    with open(place / "MANIFEST.tsv", encoding="utf-8", newline="") as manifest:
        return list(csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))


FOUND = found_texts()
needs_corpus = pytest.mark.skipif(not FOUND, reason="no shared/corpus beside the checkout, nor in PROCMAPS_CORPUS")

# What the damaged ones need. The mappings of each are as many as the manifest says, without exception.
NEEDED = {
    "aosp-invalid_elf_offset_arm.maps": {"blanks": 1},
    "apport-report-3.maps": {"suffix": 1},
    "apport-report-4.maps": {"suffix": 3},
    "blazesym-maps.rs-2.maps": {"blanks": 4},
    "minidump-breakpad-linux_executable_stack.maps": {"cut": 1},
    "openharmony-32.maps": {"crlf": 164},
    "openharmony-64.maps": {"crlf": 156},
    "openharmony-printer64.maps": {"crlf": 3065},
    "orbit-MapsTest-3.maps": {"suffix": 1},
    "orbit-MapsTest-4.maps": {"suffix": 1},
}
# Page numbers of a vendor's own /proc/PID/task/TID/pagemaps, a line for each mapping.
SKIPPED = {"hikvision-arm-2.6-proc_1_task_1_pagemaps.maps": 17}


@needs_corpus
def test_the_corpus_is_whole():
    place = corpus()
    assert place is not None
    assert {row["file"] for row in FOUND} == {path.name for path in place.iterdir()} - {"MANIFEST.tsv", "README.md"}
    assert {row["file"] for row in FOUND} >= NEEDED.keys() | SKIPPED.keys()


@needs_corpus
@pytest.mark.parametrize("row", FOUND, ids=[row["file"] for row in FOUND])
def test_a_found_text(row):
    path = corpus() / row["file"]
    if row["vma_lines"] == "0":
        with pytest.raises(procmaps.ParseError, match=r"^line 1, "):
            lenient.from_path(path)
        return
    reading = lenient.from_path(path)
    assert len(reading.maps) == int(row["vma_lines"])
    assert reading.tolerances == NEEDED.get(row["file"], {})
    assert len(reading.skipped) == SKIPPED.get(row["file"], 0)
    assert bool(reading.fields) == path.name.endswith(".smaps")
    assert_complete(path.read_bytes(), reading)


# Laws: what was done to a listing is undone, and named


def listings(name: str = ".*") -> st.SearchStrategy[Maps]:
    """Draw listings whose names match a pattern and end in no carriage return."""
    pattern = re.compile(name, re.DOTALL)
    fits = strategies.maps().filter(lambda m: not m.pathname or (m.pathname[-1] != "\r" and pattern.match(m.pathname)))
    return st.lists(fits, min_size=1, max_size=6).map(Maps)


def lines_of(maps: Maps) -> list[bytes]:
    return bytes(maps).split(b"\n")[:-1]


def text_of(lines: list[bytes]) -> bytes:
    return b"".join([line + b"\n" for line in lines])


def assert_undone(lines: list[bytes], maps: Maps, *tolerances: str) -> None:
    """Check that a text gives the maps, and that every line needed just these tolerances."""
    reading = lenient.from_str(text_of(lines))
    assert reading.maps == maps
    assert reading.tolerances == dict.fromkeys(tolerances, len(maps))
    assert reading.skipped == ()
    assert_complete(text_of(lines), reading)


INDENTS = st.text(" \t", min_size=1, max_size=9).map(str.encode)
GAPS = st.text(" \t", min_size=2, max_size=5).map(str.encode) | st.just(b"\t")
PREFIXES = st.sampled_from([
    b"> ", b">> ", b"| ", b"\t* ", b"# ", b"+", b":", b"==71== ", b"12:", b"maps:", b"\xef\xbb\xbf", b"     1\t",
    b"[   12.345678] ", b"01-02 03:04:05.678   712   712 F DEBUG   :     ", b"I0102 03:04:05.678901 712 a.cc:42] ",
    b"Jan  2 03:04:05 host sleep[712]: ", b"2024-01-02T03:04:05.678901Z stderr F ", b"COREDUMP_PROC_MAPS=",
    b"12-31 ", b"550e8400-e29b-41d4-a716-446655440000 ", b"\x10\x02\0\0\0\0\0\0",
])  # fmt: skip


@given(data=st.data(), maps=listings())
def test_indented(data, maps):
    assert_undone([data.draw(INDENTS) + line for line in lines_of(maps)], maps, "indented")


@given(data=st.data(), maps=listings())
def test_prefix(data, maps):
    assert_undone([data.draw(PREFIXES) + line for line in lines_of(maps)], maps, "prefix")


@given(maps=st.lists(strategies.maps(), min_size=1, max_size=6).map(Maps))
def test_crlf(maps):
    assert_undone([line + b"\r" for line in lines_of(maps)], maps, "crlf")


@given(data=st.data(), maps=listings("[^\t]"))
def test_blanks(data, maps):
    lines = []
    for line in lines_of(maps):
        *columns, rest = line.split(b" ", 4)
        inode, _, name = rest.partition(b" ")
        lines.append(b"".join([word + data.draw(GAPS) for word in [*columns, inode]]) + name.lstrip(b" "))
    assert_undone(lines, maps, "blanks")


@given(maps=listings())
def test_upper_case(maps):
    lines = []
    for line in lines_of(maps):
        addresses, perms, offset, device, rest = line.split(b" ", 4)
        assume(addresses.upper() != addresses)
        lines.append(b" ".join([addresses.upper(), perms, offset.upper(), device.upper(), rest]))
    assert_undone(lines, maps, "upper-case")


@given(data=st.data(), maps=listings(r"[^\\]*\Z"))
def test_literals(data, maps):
    ends = st.sampled_from([r"\n", r"\r\n", ""])
    afters = st.sampled_from(["", ",", ");", " +", " \\", "};"])
    lines = []
    for line in lines_of(maps):
        quote = data.draw(st.sampled_from("\"'`"))
        end = data.draw(ends) + quote + data.draw(afters)
        lines.append(b"    " + quote.encode() + line + end.encode())
    assert_undone(lines, maps, "suffix", "prefix")


@given(maps=listings("/"))
def test_wrapped(maps):
    assume(all([m.inode or not m.pathname for m in maps]))
    lines = [re.sub(rb"  +/", b"\n/", line, count=1) for line in lines_of(maps)]
    reading = lenient.from_str(text_of(lines))
    assert reading.maps == maps
    assert reading.tolerances.get("wrapped", 0) == sum(m.pathname is not None for m in maps)
    assert reading.skipped == ()
    assert_complete(text_of(lines), reading)


@given(data=st.data(), maps=listings(), indent=INDENTS | st.just(b""))
def test_cut(data, maps, indent):
    *lines, last = [indent + line for line in lines_of(maps + maps[:1])]
    inode = len(indent) + re.match(rb"\S+ \S+ \S+ \S+ ", last[len(indent) :]).end()
    cut = last[: data.draw(st.integers(len(indent) + 1, inode))]
    reading = lenient.from_str(text_of(lines) + cut)
    assert reading.maps == maps
    assert reading.tolerances == {**({"indented": len(maps)} if indent else {}), "cut": 1}
    assert reading.notes[-1] == (len(maps) + 1, "cut", cut)


@given(data=st.data(), maps=listings("[^\t]"))
def test_all_at_once(data, maps):
    lines = []
    for line in lines_of(maps):
        addresses, perms, rest = line.split(b" ", 2)
        spaced = addresses.upper() + b"\t" + perms + b"  " + rest
        lines.append(data.draw(PREFIXES) + spaced + b"\r")
    reading = lenient.from_str(text_of(lines) + b"> 0")
    assert reading.maps == maps
    assert reading.tolerances.keys() >= {"crlf", "prefix", "blanks"}
    assert_complete(text_of(lines) + b"> 0", reading)


@given(maps=listings())
def test_a_sound_text_is_not_changed(maps):
    assert lenient.from_str(bytes(maps)) == lenient.Reading(maps, tuple(range(1, len(maps) + 1)))


@given(text=strategies.garbage() | strategies.damaged_texts() | st.lists(strategies.damaged_texts()).map(b"".join))
def test_any_bytes_are_read_whole_or_refused(text):
    try:
        reading = lenient.from_str(text)
    except procmaps.ParseError as error:
        assert error.lineno == 1
        with pytest.raises(procmaps.ParseError):
            procmaps.from_str(text)
    else:
        assert_complete(text, reading)
        assert procmaps.from_str(bytes(reading.maps)) == reading.maps


@given(text=strategies.damaged_texts())
def test_bytes_and_str_agree(text):
    as_str = text.decode("utf-8", "surrogateescape")
    try:
        expected = lenient.from_str(text)
    except procmaps.ParseError as error:
        with pytest.raises(procmaps.ParseError) as caught:
            lenient.from_str(as_str)
        assert caught.value.args == error.args
    else:
        assert lenient.from_str(as_str) == expected


# Carriage returns


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (CAT + b"\r\n", ["/bin/cat"]),  # every line
        (CAT + b"\r\n" + CAT, ["/bin/cat", "/bin/cat"]),  # every line that has its newline
        (CAT + b"\r\n" + CAT + b"\n", ["/bin/cat\r", "/bin/cat"]),  # not every line: it is of the name
        (CAT + b"\r", ["/bin/cat\r"]),  # no line has its newline
        (CAT + b"\r\n" + CAT + b"\n" + NAMELESS + b"\r\n", ["/bin/cat", "/bin/cat", None]),  # proven
        (CAT + b"\r\n" + CAT + b"\n" + NAMELESS + b" \r", ["/bin/cat", "/bin/cat", None]),
        (CAT + b"\r\n" + CAT + b"\n> " + NAMELESS + b" \r\n", ["/bin/cat", "/bin/cat", None]),
        (CAT + b"\r\r\n", ["/bin/cat\r"]),  # one of two
        (CAT + b"\r\nend\n", ["/bin/cat\r"]),
        (CAT + b"\r\nend\r\n", ["/bin/cat"]),
    ],
)
def test_a_carriage_return_is_of_the_line_or_of_the_name(text, names):
    assert [m.pathname for m in lenient.from_str(text).maps] == names


# What is no mapping


@pytest.mark.parametrize(
    "line",
    [
        b"00400000-0040b000 r-xq 00000000 08:11 42 /bin/cat",
        b"00400000-0040b000 r-xq 00000000 08:11 42 /t/1000-2000 r--p 00000000 00:00 0",  # nor is its name
        b"00400000-003ff000 r-xp 00000000 08:11 42 /bin/cat",
        b"00400000-0040b000 r-xp 00000000 08:11 99999999999999999999 /bin/cat",
        b"00400000-0040b000 r-xp 00000000 08:11 42 /bin/c\0t",
        b"00400000-0040b000 r-xp 00000000 08:11 42x /bin/cat",
        b"0x00400000-0x0040b000 r-xp 00000000 08:11 42 /bin/cat",
        b"00000000000400000-0040b000 r-xp 00000000 08:11 42 /bin/cat",
        b"-00400000-0040b000 r-xp 00000000 08:11 42 /bin/cat",
        b"00400000 - 0040b000 r-xp 00000000 08:11 42 /bin/cat",
        b"00400000-0040b000 r-x 00000000 08:11 42 /bin/cat",
        b'{"maps": "' + CAT + rb"\n" + CAT + rb"\n" + b'"}',
        b"Rss:                   4 kB",
        b"",
        b"\r",
    ],
)
def test_it_is_refused_alone_and_skipped_among_others(line):
    with pytest.raises(procmaps.ParseError, match=r"^line 1, "):
        lenient.from_str(line + b"\n")
    reading = lenient.from_str(line + b"\n" + CAT + b"\n")
    assert reading.maps == procmaps.from_str(CAT)
    assert reading.notes == ()
    assert reading.skipped == ((1, line),)


@pytest.mark.parametrize("text", ["", b"", bytearray(), memoryview(b"")])
def test_an_empty_text_has_no_mappings(text):
    assert lenient.from_str(text) == lenient.Reading(Maps(), ())


def test_a_str_that_stands_for_no_bytes_is_refused():
    with pytest.raises(procmaps.ParseError, match="stands for bytes"):
        lenient.from_str("log \ud800\n" + CAT.decode())


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        lenient.from_path(tmp_path / "maps")


# Fields of smaps, names in a line of their own, the last line


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (b"Rss:                   4 kB", 1),
        (b"Private_Hugetlb:       0 kB", 1),
        (b" Rss:                   4 kB", 1),
        (b"[   12.345678] Rss:                   4 kB", 1),
        (b"THPeligible:\t\t0", 1),
        (b"ProtectionKey:         0", 1),
        (b"VmFlags: rd ex mr ?? ", 1),
        (b"VmFlags:", 1),
        (b"Threads:        4", 0),
        (b"Rss: 4 kB free", 0),
        (b"Rss:", 0),
    ],
)
def test_fields_are_counted(line, fields):
    reading = lenient.from_str(CAT + b"\n" + line + b"\n" + line)
    assert reading.fields == 2 * fields
    assert len(reading.skipped) == 2 - 2 * fields


def test_fields_after_another_line_are_not_of_the_listing():
    reading = lenient.from_str(CAT + b"\n\nMemTotal: 4 kB\n")
    assert reading.fields == 0
    assert [line.lineno for line in reading.skipped] == [2, 3]


@pytest.mark.parametrize(
    ("before", "line", "name"),
    [
        (b"1000-2000 r--p 00000000 08:01 42", b"/bin/cat", "/bin/cat"),
        (b"1000-2000 r--p 00000000 08:01 42 ", b"  /bin/cat ", "/bin/cat "),
        (b"> 1000-2000 r--p 00000000 08:01 42", b"> /bin/cat", "/bin/cat"),
        (b"> 1000-2000 r--p 00000000 08:01 42", b"/bin/cat", "/bin/cat"),
        (
            b"1000-2000 r--p 00000000 08:01 42",
            b"/t/1000-2000 r--p 00000000 00:00 0",
            "/t/1000-2000 r--p 00000000 00:00 0",
        ),
        (b"1000-2000 rw-s 00000000 00:01 42", b"[anon_shmem:x]", "[anon_shmem:x]"),
        (b"1000-2000 rw-s 00000000 00:0e 42", b"anon_inode:[io_uring]", "anon_inode:[io_uring]"),
        (b"1000-2000 rw-p 00000000 00:00 0", b"[heap]", "[heap]"),
        (b"1000-2000 rw-p 00000000 00:00 0", b"[anon: a b]", "[anon: a b]"),
        (b"1000-2000 rw-p 00000000 00:00 0", b"[vvar_vclock]", "[vvar_vclock]"),
        (b"1000-2000 rw-p 00000000 00:00 0", b"[...]", None),
        (b"1000-2000 rw-p 00000000 00:00 0", b"/bin/cat: Aborted", None),
        (b"1000-2000 r--p 00000000 08:01 42 /bin/cat", b"/bin/cat: Aborted", "/bin/cat"),
        (b"1000-2000 r--p 00000000 08:01 42", b"\n/bin/cat: Aborted", None),
    ],
)
def test_a_name_in_a_line_of_its_own(before, line, name):
    reading = lenient.from_str(before + b"\n" + line + b"\nend\n")
    assert [m.pathname for m in reading.maps] == [name]
    assert reading.tolerances.get("wrapped", 0) == (len(reading.skipped) == 1)


def test_a_mapping_gets_one_name():
    reading = lenient.from_str(b"1000-2000 r--p 00000000 08:01 42\n/bin/cat\n/bin/dog: Aborted\n")
    assert [m.pathname for m in reading.maps] == ["/bin/cat"]
    assert reading.skipped == ((3, b"/bin/dog: Aborted"),)


@pytest.mark.parametrize(
    "end",
    [
        b"bad",
        b"dead-be",
        b"00400000-0040b000 r-xq",
        b"00400000-003ff000 r-xp 00000000 08:11 42",
        b"> 0040",
        b"  0040",
        b"Aborted",
    ],
)
def test_a_last_line_that_is_not_as_those_before_it_is_skipped(end):
    is_cut = end in (b"bad", b"dead-be")
    reading = lenient.from_str(CAT + b"\n" + end)
    assert reading.tolerances == ({"cut": 1} if is_cut else {})
    assert len(reading.skipped) == (not is_cut)
    assert lenient.from_str(CAT + b"\n" + end + b"\n").skipped == ((2, end),)
    assert lenient.from_str(CAT + b"\nAborted\n" + end).skipped[1:] == ((3, end),)


# Columns


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (CAT.replace(b"42" + b" " * 33, b"42\t"), "blanks"),
        (CAT.replace(b" 42 ", b"  42 "), "blanks"),
        (CAT.replace(b"0040b000", b"0040B000"), "upper-case"),
        (CAT.replace(b"08:11", b"Fd:01"), "upper-case"),
        (b"\t" + CAT, "indented"),
        (b"msg='" + CAT + b"'", "prefix"),
    ],
)
def test_one_line(line, word):
    reading = lenient.from_str(line)
    assert str(reading.maps[0]) in (CAT.decode(), CAT.decode().replace("08:11", "fd:01"))
    assert word in reading.tolerances


# What is told


def test_the_notes_of_a_line_come_in_one_order():
    line = b'> "00400000-0040B000\tr-xp 00000000 08:11 42 /bin/cat\\n",\r'
    reading = lenient.from_str(line + b"\n")
    assert str(reading.maps[0]) == CAT.decode()
    assert reading.notes == tuple((1, word, line) for word in ("crlf", "suffix", "prefix", "blanks", "upper-case"))


def test_repr():
    assert repr(lenient.from_str("")) == "<Reading: 0 mappings>"
    text = b"log:\n  " + CAT + b"\nRss: 4 kB\n  " + CAT + b"\n  0040"
    assert repr(lenient.from_str(text)) == "<Reading: 2 mappings; indented: 2; cut: 1; smaps fields: 1; skipped: 1>"


def test_the_page_lists_the_tolerances():
    page = ROOT.joinpath("docs", "lenient.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", page, re.MULTILINE)
    assert rows == [(word, what[0].upper() + what[1:]) for word, what in lenient.TOLERANCES.items()]
