"""What changed: words, sums, and what belongs together in place and across two runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps import Change, Diff, Map, Maps, diff, from_str
from procmaps import smaps as memory
from procmaps._diff import WORDS
from procmaps._diff_records import change_record
from procmaps._diff_table import signed, table
from support.children import talking
from support.command import linux

LIB = {"device": (8, 1), "inode": 7, "pathname": "/lib/x.so"}
OLD = Maps([Map(0x1000, 0x5000, "rw-p", **LIB), Map(0x9000, 0xA000, "rw-p", pathname="[heap]")])


def changes(old, new, **options):
    return [(change.what, change.size_change) for change in diff(old, new, **options)]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD, []),
        (OLD[:1], [(("removed",), -0x1000)]),
        ([*OLD, Map(0xB000, 0xC000)], [(("added",), 0x1000)]),
        ([OLD[0], Map(0x9000, 0xC000, "rw-p", pathname="[heap]")], [(("grown",), 0x2000)]),
        ([OLD[0], Map(0x8000, 0xA000, "rw-p", pathname="[heap]")], [(("grown",), 0x1000)]),
        ([OLD[0], Map(0x9800, 0xA000, "rw-p", pathname="[heap]")], [(("shrunk",), -0x800)]),
        ([OLD[0], Map(0x9800, 0xA800, "rw-p", pathname="[heap]")], [(("grown", "shrunk"), 0)]),
        ([Map(0x1000, 0x5000, "r--p", **LIB), OLD[1]], [(("perms",), 0)]),
        ([Map(0x1000, 0x5000, "r--p", 0x1000, **LIB), OLD[1]], [(("perms", "offset"), 0)]),
        ([Map(0x2000, 0x5000, "rw-p", 0x1000, **LIB), OLD[1]], [(("shrunk",), -0x1000)]),
        ([Map(0x1000, 0x5000, "rw-p", **{**LIB, "inode": 8}), OLD[1]], [(("replaced",), 0)]),
        ([Map(0x1000, 0x5000, "rw-p", **{**LIB, "pathname": "/lib/x.so (deleted)"}), OLD[1]], [(("deleted",), 0)]),
        ([Map(0x1000, 0x5000, "rw-p", **{**LIB, "pathname": "/lib/y.so"}), OLD[1]], [(("renamed",), 0)]),
        ([OLD[0], Map(0x9000, 0xA000, "rw-p", pathname="[anon:x]")], [(("renamed",), 0)]),
        # Another file, or none, where one was.
        (
            [Map(0x1000, 0x5000, "rw-p", 0, (8, 1), 9, "/lib/y.so"), OLD[1]],
            [(("removed",), -0x4000), (("added",), 0x4000)],
        ),
        ([Map(0x1000, 0x5000, "rw-p"), OLD[1]], [(("removed",), -0x4000), (("added",), 0x4000)]),
    ],
)
def test_words(new, expected):
    assert changes(OLD, Maps(new)) == expected
    assert bool(diff(OLD, new)) == bool(expected)


def test_a_part_gets_other_permissions():
    parts = [Map(0x1000, 0x2000, "rw-p", **LIB), Map(0x2000, 0x3000, "r--p", 0x1000, **LIB),
             Map(0x3000, 0x5000, "rw-p", 0x2000, **LIB)]  # fmt: skip
    (change,) = diff(OLD[:1], parts)
    assert change == Change(("perms",), OLD[0], parts[1], 0, {})
    (back,) = diff(parts, OLD[:1])
    assert back == Change(("perms",), parts[1], OLD[0], 0, {})


def test_a_hole_in_the_middle():
    parts = [Map(0x1000, 0x2000, "rw-p", **LIB), Map(0x4000, 0x5000, "r--p", 0x3000, **LIB)]
    assert changes(OLD[:1], parts) == [(("shrunk",), -0x2000), (("perms",), 0)]


def test_anything_iterable_is_a_listing():
    assert changes(iter(OLD), list(OLD)[:1]) == [(("removed",), -0x1000)]
    with pytest.raises(TypeError, match=r"diff compares listings, such as procmaps.from_pid\(1234\), not 1$"):
        diff(OLD, 1)
    with pytest.raises(TypeError):
        OLD - 1
    with pytest.raises(TypeError):
        memory.Usages() - OLD
    with pytest.raises(TypeError):
        procmaps.Snapshot("maps", {}, b"") - OLD


def test_a_torn_listing_is_refused_but_not_where_addresses_do_not_matter():
    torn = Maps([Map(0x1000, 0x3000, "rw-p", pathname="/a"), Map(0x2000, 0x4000, "rw-p", pathname="/b")])
    for pair in ((torn, OLD), (OLD, torn)):
        with pytest.raises(ValueError, match="mappings overlap at 0x2000: the listing was torn, or edited"):
            diff(*pair)
    assert diff(torn, torn, normalize=True) == Diff()


# Two runs

RUN = """\
5000-6000 r--p 00000000 08:01 9 /bin/p
6000-7000 rw-p 00001000 08:01 9 /bin/p
7000-8000 rw-p 00000000 00:00 0
9000-d000 rw-p 00000000 00:00 0 [heap]
20000-30000 rw-p 00000000 00:00 0
40000-41000 r--p 00000000 08:01 7 /lib/x.so
41000-42000 r-xp 00001000 08:01 7 /lib/x.so
50000-51000 r--p 00000000 08:01 7 /lib/x.so
51000-52000 r-xp 00001000 08:01 7 /lib/x.so
60000-61000 rw-s 00000000 00:01 3 /memfd:m (deleted)
70000-72000 rw-p 00000000 00:00 0 [stack]
"""


def moved(text):
    """Return the listing with each address elsewhere, in the same order."""
    return Maps([m.__replace__(begin_address=m.begin_address + 0xA0000 + 0x1000 * (m.begin_address >> 16),
                               end_address=m.end_address + 0xA0000 + 0x1000 * (m.begin_address >> 16))
                 for m in from_str(text)])  # fmt: skip


def test_two_runs_are_the_same():
    assert diff(from_str(RUN), moved(RUN), normalize=True) == Diff()
    assert len(diff(from_str(RUN), moved(RUN))) == 22


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("9000-d000", "9000-f000", [(("grown",), 0x2000)]),
        ("70000-72000", "70000-71000", [(("shrunk",), -0x1000)]),
        ("41000-42000 r-xp", "41000-42000 rwxp", [(("perms",), 0)]),
        ("7000-8000 rw-p", "7000-9000 rw-p", [(("grown",), 0x1000)]),
        ("20000-30000 rw-p", "20000-31000 rw-p", [(("removed",), -0x10000), (("added",), 0x11000)]),
        ("00001000 08:01 9", "00002000 08:01 9", [(("offset",), 0)]),
        ("08:01 9", "08:01 10", [(("replaced",), 0)] * 2),
        ("/bin/p\n6", "/bin/p (deleted)\n6", [(("deleted",), 0)]),
        ("50000-51000 r--p 00000000 08:01 7 /lib/x.so\n51000-52000 r-xp 00001000 08:01 7 /lib/x.so\n", "",
         [(("removed",), -0x1000)] * 2),
    ],
)  # fmt: skip
def test_what_differs_between_two_runs(before, after, expected):
    assert changes(from_str(RUN), moved(RUN.replace(before, after)), normalize=True) == expected


def test_what_follows_a_file_in_one_run_and_stands_alone_in_another():
    alone = RUN.replace("7000-8000 rw-p", "8000-9000 rw-p")
    assert changes(from_str(RUN), moved(alone), normalize=True) == []


# Laws


@st.composite
def listings(draw):
    """Draw an ordered listing of few names, of pages within a few."""
    begin, maps = 0, []
    for gap, size in draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8)):
        begin += gap
        name = draw(st.sampled_from([None, "/a", "/b", "/a (deleted)", "[heap]"]))
        inode = draw(st.integers(0, 2)) if name and name[0] == "/" else 0
        perms, offset = draw(st.sampled_from(["r--p", "rw-p"])), draw(st.integers(0, 2))
        maps.append(Map(begin, begin + size, perms, offset, (8, 1) if inode else (0, 0), inode, name))
        begin += size
    return Maps(maps)


@given(listings(), listings(), st.booleans())
def test_laws(old, new, normalize):
    found = diff(old, new, normalize=normalize)
    assert found.size_change == new.size - old.size
    assert len(found.added) - len(found.removed) == len(new) - len(old) or not normalize
    assert all(change.what and list(change.what) == sorted(change.what, key=WORDS.index) for change in found)
    begins = [change.map.begin_address for change in found]
    assert begins == sorted(begins)
    assert not diff(old, old, normalize=normalize)
    back = diff(new, old, normalize=normalize)
    assert sorted(back.added) == sorted(found.removed)
    assert sorted(back.removed) == sorted(found.added)


@given(listings(), listings())
def test_in_place_what_is_new_is_in_an_added_or_a_changed_mapping(old, new):
    found = diff(old, new)
    unchanged = [m for m in new if m in old]
    told = [change.new for change in found]
    whole = sum(m.size for m in unchanged)
    assert all(m not in told for m in unchanged if m.size)
    assert whole <= min(old.size, new.size)


# Memory

HEAP = """\
9000-d000 rw-p 00000000 00:00 0 [heap]
Rss: {} kB
Pss: 4 kB
Shared_Dirty: 0 kB
Private_Dirty: 4 kB
Swap: 0 kB
"""


def test_memory():
    old, new = memory.from_str(HEAP.format(8)), memory.from_str(HEAP.format(12))
    (change,) = new - old
    assert (change.what, change.size_change, change.memory) == (("memory",), 0, {"rss": 4096})
    assert (new - old).memory == {"rss": 4096}
    assert diff(old, new.maps) == diff(old, old) == Diff()


def test_what_appears_uses_all_that_it_uses():
    new = memory.from_str(HEAP.format(12))
    (change,) = new - memory.Usages()
    assert change.memory == {"rss": 12288, "pss": 4096, "private_dirty": 4096, "uss": 4096, "dirty": 4096}
    assert (memory.Usages() - new).memory == {name: -amount for name, amount in change.memory.items()}


def test_an_amount_that_one_kernel_does_not_print_is_not_compared():
    old, new = memory.from_str(HEAP.format(8).replace("Swap: 0 kB\n", "")), memory.from_str(HEAP.format(8))
    assert new - old == Diff()


# Of a process

CHILD = """if True:
    import mmap, sys
    heap = mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE)
    print(flush=True)
    input()
    block = mmap.mmap(-1, 1 << 26, flags=mmap.MAP_PRIVATE)
    block.write(b"x" * (1 << 21))
    print(flush=True)
    input()
    """


@linux
def test_a_process_that_maps_more():
    with talking(CHILD) as child:
        child.stdout.readline()
        before = procmaps.snapshot(child.pid, memory=True)
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.readline()
        after = procmaps.snapshot(child.pid, memory=True)
    grown = (after - before).of("added", "grown")
    assert sum(change.size_change for change in grown) >= 1 << 26
    assert (after - before).memory["rss"] >= 1 << 20
    assert (after - before).memory["rss"] == after.usages.total().rss - before.usages.total().rss
    assert (after - before).size_change == after.maps.size - before.maps.size


@linux
def test_two_runs_of_one_program_differ_in_little():
    with talking(CHILD) as one, talking(CHILD) as other:
        one.stdout.readline()
        other.stdout.readline()
        runs = procmaps.from_pid(one.pid), procmaps.from_pid(other.pid)
    files = [change for change in diff(*runs, normalize=True) if change.map.path]
    assert files == []
    assert len(diff(*runs, normalize=True)) < len(runs[0]) / 4


# As a sequence, as text, as records


def test_the_sequence():
    found = diff(OLD, [Map(0xB000, 0xC000)])
    assert len(found) == 3
    assert (found[-1].what, found[-1:].added) == (("added",), Maps([Map(0xB000, 0xC000)]))
    assert found[:1] != found
    assert found != 3
    assert repr(found) == "<Diff: 3 changes, 1 added, 2 removed>"
    assert repr(found[:1]) == "<Diff: 1 change, 1 removed>"
    assert found.of("added", "grown") == found[-1:]
    with pytest.raises(ValueError, match=r"a change is one of added, removed, .*, not 'new'"):
        found.of("new")
    with pytest.raises(TypeError):
        hash(found)


NEW = [
    Map(0x1000, 0x5000, "r--p", 0, (8, 1), 8, "/lib/x.so"),
    Map(0x9000, 0xA000, "rw-p", pathname="[anon:\x1b[2J]"),
    Map(0xB000, 0xC000),
]


def test_the_table():
    assert str(diff(OLD, NEW)).splitlines() == [
        "  BEGIN  END    PERMS     SIZE CHANGE WHAT           PATHNAME",
        "~ 0x1000 0x5000 rw-p→r--p  16K      0 perms,replaced /lib/x.so (inode 7, now 8)",
        r"~ 0x9000 0xa000 rw-p        4K      0 renamed        [anon:\x1b[2J] (was [heap])",
        "+ 0xb000 0xc000 ---p        4K    +4K added          [anon]",
    ]
    assert "rw-p>r--p" in "\n".join(table(diff(OLD, NEW), encoding="ascii"))
    assert str(Diff()) == ""


@pytest.mark.parametrize("room", [40, 60, 80])
def test_the_table_on_a_narrow_terminal(room):
    lines = list(table(diff(OLD, NEW), room=room, header=False))
    assert len(lines) == 3
    assert max(map(len, lines)) <= max(room, 65)


def test_differences_as_people_read_them():
    assert [signed(n) for n in (1, -1024, 0)] == ["+1B", "-1K", "0"]


def test_records():
    records = diff(OLD, NEW).records()
    assert [record["what"] for record in records] == [["perms", "replaced"], ["renamed"], ["added"]]
    assert records[2]["old"] is None
    assert records[0] == change_record(diff(OLD, NEW)[0])
