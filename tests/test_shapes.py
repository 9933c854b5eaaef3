"""What memory without a name seems to be, and mappings in groups."""

from __future__ import annotations

import os
import sys

import pytest

import procmaps.smaps
from procmaps import Map
from procmaps._groups import groups
from procmaps._shapes import shapes
from procmaps.smaps import Usage, Usages
from support.children import talking

K, M, G = 1 << 10, 1 << 20, 1 << 30
ARENA = 0x7F0000000000
ARENA_32 = 0xF7000000


def row_of(begin, *parts, pathname=None):
    """Return mappings one after the other: pairs of permissions and size."""
    maps = []
    for perms, size in parts:
        maps.append(Map(begin, begin + size, perms, pathname=pathname))
        begin += size
    return maps


def names(maps):
    return [shape and shape[0] for shape in shapes(maps)]


def test_an_arena():
    maps = row_of(ARENA, ("rw-p", 132 * K), ("---p", 64 * M - 132 * K))
    assert shapes(maps) == [("glibc arena", ARENA)] * 2


def test_arenas_side_by_side():
    arena = ("rw-p", 132 * K), ("---p", 64 * M - 132 * K)
    assert shapes(row_of(ARENA, *arena, *arena)) == [("glibc arena", ARENA)] * 2 + [("glibc arena", ARENA + 64 * M)] * 2


def test_an_arena_with_32_bits():
    assert names(row_of(ARENA_32, ("rw-p", 132 * K), ("---p", M - 132 * K))) == ["glibc arena"] * 2
    assert names(row_of(ARENA, ("rw-p", 132 * K), ("---p", M - 132 * K))) == [None] * 2
    assert names(row_of(ARENA_32, ("rw-p", 132 * K), ("---p", 64 * M - 132 * K))) == [None] * 2


@pytest.mark.parametrize(
    ("begin", "parts"),
    [
        (ARENA + 4 * K, [("rw-p", 132 * K), ("---p", 64 * M - 132 * K)]),
        (ARENA, [("rw-p", 132 * K), ("---p", 64 * M - 128 * K)]),
        (ARENA, [("rwxp", 132 * K), ("---p", 64 * M - 132 * K)]),
        (ARENA, [("rw-s", 132 * K), ("---s", 64 * M - 132 * K)]),
        (ARENA, [("rw-p", 132 * K), ("r--p", 64 * M - 132 * K)]),
        (ARENA, [("---p", 64 * M - 132 * K), ("rw-p", 132 * K)]),
        (ARENA, [("rw-p", 64 * M)]),
        (0xC000000000, [("rw-p", 4 * M), ("---p", 60 * M)]),  # Go's heap
    ],
)
def test_no_arena(begin, parts):
    assert names(row_of(begin, *parts)) == [None] * len(parts)


@pytest.mark.parametrize("guard", [4 * K, 8 * K, 64 * K])
@pytest.mark.parametrize("size", [128 * K, 512 * K, M, 2 * M, 8 * M, 10 * M, 1 * G])
@pytest.mark.parametrize("is_guard_within", [False, True])
@pytest.mark.parametrize("perms", ["rw-p", "rwxp"])
def test_a_thread_stack(guard, size, is_guard_within, perms):
    maps = row_of(ARENA + M, ("---p", guard), (perms, size - guard * is_guard_within))
    assert shapes(maps) == [("thread stack", ARENA + M)] * 2


def test_the_smallest_thread_stack():
    assert names(row_of(ARENA, ("---p", 4 * K), ("rw-p", 64 * K))) == ["thread stack"] * 2


@pytest.mark.parametrize(
    "parts",
    [
        [("---p", 4 * K), ("rw-p", 8 * M + 4 * K)],
        [("---p", 4 * K), ("rw-p", 32 * K)],
        [("---p", 4 * K), ("rw-p", 132 * K)],
        [("---p", 128 * K), ("rw-p", 8 * M)],
        [("---p", 4 * K), ("rw-s", 8 * M)],
        [("---p", 4 * K), ("r--p", 8 * M)],
        [("r--p", 4 * K), ("rw-p", 8 * M)],
        [("rw-p", 8 * M), ("---p", 4 * K)],
    ],
)
def test_no_thread_stack(parts):
    assert names(row_of(ARENA, *parts)) == [None, None]


def test_stacks_side_by_side():
    stack = ("---p", 4 * K), ("rw-p", 8 * M)
    assert len(set(shapes(row_of(ARENA, *stack, *stack)))) == 2


def test_an_arena_comes_before_a_stack():
    """The end of one arena, if it is short, is the guard of nothing."""
    maps = row_of(ARENA, ("rw-p", 64 * M - 64 * K), ("---p", 64 * K), ("rw-p", 2 * M), ("---p", 62 * M))
    assert names(maps) == ["glibc arena"] * 4


def test_what_does_not_touch_is_not_one_thing():
    maps = [*row_of(ARENA, ("---p", 4 * K)), *row_of(ARENA + 8 * K, ("rw-p", 8 * M))]
    assert names(maps) == [None, None]


@pytest.mark.parametrize("pathname", ["[anon:stack]", "/lib/x.so", "[heap]"])
def test_names_win(pathname):
    assert names(row_of(ARENA, ("---p", 4 * K), ("rw-p", 8 * M), pathname=pathname)) == [None, None]
    assert names(row_of(ARENA, ("rw-p", 132 * K), ("---p", 64 * M - 132 * K), pathname=pathname)) == [None, None]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few(count):
    assert shapes(row_of(ARENA, ("rw-p", 8 * M))[:count]) == [None] * count


# Groups


def usages_of(*maps, **fields):
    return Usages([Usage(m, **{"rss": 4 * K, "size": m.size, **fields}) for m in maps])


def test_groups_are_sorted_and_have_parts():
    arena = row_of(ARENA, ("rw-p", 132 * K), ("---p", 64 * M - 132 * K))
    stacks = row_of(ARENA + 128 * M, ("---p", 4 * K), ("rw-p", 8 * M), ("---p", 4 * K), ("rw-p", 8 * M))
    rest = [Map(ARENA + G + i * M, ARENA + G + i * M + 4 * K, "rw-p") for i in range(7)]
    named = Map(K, 2 * K, pathname="[anon:x]")
    every = usages_of(named, *arena, *stacks, *rest)
    anonymous, other = groups(every, "module")
    assert (anonymous.name, anonymous.total.count, anonymous.total.rss) == (None, 13, 13 * 4 * K)
    assert [(name, count, total.count) for name, count, total in anonymous.parts] == [
        ("thread stack", 2, 4),
        ("glibc arena", 1, 2),
        ("other", 7, 7),
    ]
    assert (other.name, other.parts) == ("[anon:x]", [])
    assert [(group.name, len(group.parts)) for group in groups(every, "kind")] == [("anonymous", 3), ("named", 0)]


def test_groups_without_parts():
    every = usages_of(Map(0, 4 * K), Map(8 * K, 12 * K))
    (group,) = groups(every, "pathname")
    assert (group.name, group.total.count, group.parts) == (None, 2, [])
    assert groups(Usages(), "module") == []


def test_parts_without_a_rest():
    (group,) = groups(usages_of(*row_of(ARENA, ("---p", 4 * K), ("rw-p", 8 * M))), "module")
    assert [(name, count) for name, count, _ in group.parts] == [("thread stack", 1)]


def test_what_uses_most_comes_first():
    maps = [Map(i * M, i * M + 4 * K, pathname=f"/{i}", device=(8, 1)) for i in range(5)]
    amounts = [{"rss": 1}, {"pss": 2, "rss": 2}, {"pss": 2, "rss": 3}, {"size": 1}, {}]
    every = Usages([Usage(m, **fields) for m, fields in zip(maps, amounts)])
    assert [group.name for group in groups(every, "module")] == ["/2", "/1", "/0", "/3", "/4"]


def test_a_guard_within():
    maps = row_of(ARENA, ("rw-p", 2 * M + 4 * K), ("rw-p", 32 * K), ("rw-p", 8 * M))
    guarded = ("rd", "wr", "mr", "mw", "me", "gu", "ac")
    assert shapes(maps, [guarded, guarded, ("rd", "wr")]) == [("thread stack", ARENA), None, None]
    assert shapes(row_of(ARENA, ("rw-p", 2 * M), pathname="/a"), [guarded]) == [None]


# What threads and malloc(3) really make

THREADS = """if True:
    import ctypes, threading, time
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    ready = threading.Barrier(4)
    def work():
        assert libc.malloc(ctypes.c_size_t(100000))
        ready.wait()
        time.sleep(60)
    threading.stack_size(2 << 20)
    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    ready.wait()
    print(libc.gnu_get_libc_version, flush=True)
    time.sleep(60)
    """


def has_hidden_guards():
    version = os.confstr("CS_GNU_LIBC_VERSION").split()[1]
    return tuple(map(int, version.split("."))) >= (2, 42) and release() >= (6, 13)


def release():
    return tuple(int(number) for number in os.uname().release.split("-")[0].split(".")[:2])


@pytest.mark.skipif(sys.platform != "linux" or sys.maxsize < 2**32, reason="needs /proc and 64 bits")
def test_a_process_with_threads():
    with talking(THREADS) as process:
        if not process.stdout.readline():
            pytest.skip("the C library is not glibc")
        anonymous = next(
            group for group in groups(procmaps.smaps.from_pid(process.pid), "module") if group.name is None
        )
    found = {name: count for name, count, _ in anonymous.parts}
    assert 1 <= found["glibc arena"] <= 3
    # glibc 2.42 hides the guard in the stack, which Linux does not tell before 6.18.
    if not has_hidden_guards() or release() >= (6, 18):
        assert 1 <= found["thread stack"] <= 3
