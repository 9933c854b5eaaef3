"""`Maps` as a value: one object for each mapping, never changed, whoever looks at it."""

from __future__ import annotations

import copy
import os
import pickle
import sys
import threading

import pytest

import procmaps
from procmaps import Map, Maps, _sequence
from support.children import talking
from support.listings import ABSENT, FIRST, LISTING, STATES, made, parsed


@pytest.fixture(params=STATES, ids=lambda make: make.__name__)
def maps(request):
    return request.param()


# Identity, hash, copies


def test_the_same_index_gives_the_same_object(maps):
    before = [maps[i] for i in (4, 0, -1)]
    iterated = list(maps)
    assert [maps[i] for i in (4, 0, -1)] == before
    for index, m in zip((4, 0, -1), before):
        assert maps[index] is m
        assert iterated[index] is m
        assert maps.find(m.begin_address) is m
        assert maps.find_all([m.begin_address])[0] is m
        assert maps[index : index + 1 or None][0] is m
    assert list(maps)[2] is iterated[2] is maps[2]
    assert next(reversed(maps)) is iterated[-1]


def test_iteration_alone_gives_the_same_objects_each_time():
    maps = parsed()
    assert all(a is b for a, b in zip(maps, maps))


def test_hash_is_that_of_equal_ones(maps):
    assert hash(maps) == hash(made()) == hash(parsed()) == hash(tuple(LISTING))
    assert {maps: 1}[Maps(LISTING)] == 1
    assert len({maps, Maps(LISTING), parsed(), maps[1:]}) == 2


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(maps, protocol):
    same = pickle.loads(pickle.dumps(maps, protocol))
    assert type(same) is Maps
    assert same == maps
    assert same is not maps
    assert same.find(0x5000) == LISTING[3]


def test_copies(maps):
    assert maps.copy() is maps
    for same in (copy.copy(maps), copy.deepcopy(maps)):
        assert same == maps
        assert type(same) is Maps


# Immutable

MUTATORS = {
    "append": lambda s: s.append(ABSENT),
    "clear": lambda s: s.clear(),
    "extend": lambda s: s.extend([ABSENT]),
    "insert": lambda s: s.insert(0, ABSENT),
    "pop": lambda s: s.pop(),
    "remove": lambda s: s.remove(FIRST),
    "reverse": lambda s: s.reverse(),
    "sort": lambda s: s.sort(),
    "setitem": lambda s: s.__setitem__(0, ABSENT),
    "delitem": lambda s: s.__delitem__(0),
    "new attribute": lambda s: setattr(s, "new", 1),
    "size": lambda s: setattr(s, "size", 1),
}


@pytest.mark.parametrize("name", MUTATORS)
def test_nothing_can_be_changed(maps, name):
    with pytest.raises(AttributeError):
        MUTATORS[name](maps)
    with pytest.raises(TypeError):
        maps[0] = ABSENT
    with pytest.raises(TypeError):
        del maps[0]
    assert maps == LISTING


def test_added_in_place_a_name_gets_new_ones(maps):
    before = maps
    maps += [ABSENT]
    maps *= 2
    assert before == LISTING
    assert maps == [*LISTING, ABSENT] * 2


# Text


def test_repr():
    assert repr(Maps()) == repr(procmaps.from_str("")) == "<Maps: no mappings>"
    assert repr(Maps([FIRST])) == "<Maps: 1 mapping, 0x1000-0x3000>"
    assert repr(parsed()[:2]) == "<Maps: 2 mappings, 0x1000-0x4000>"
    assert repr(parsed()) == "<Maps: 6 mappings, 0x1000-0xfffffffffffff000>"


def test_str_and_bytes(maps):
    assert str(maps) == "".join(f"{m}\n" for m in LISTING)
    assert bytes(maps) == str(maps).encode()
    assert str(Maps()) == ""
    assert bytes(Maps()) == b""
    text = b"00001000-00002000 r--p 00000000 00:00 0 ".ljust(73) + b"/caf\xe9\x85 \n"
    assert bytes(procmaps.from_str(text)) == text
    assert procmaps.from_str(str(procmaps.from_str(text))) == procmaps.from_str(text)


# Threads


@pytest.fixture
def switching_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("switching_often")
def test_many_threads_see_one_listing():
    text = str(Maps(LISTING[:2] * 100))
    for first in range(200):
        maps = procmaps.from_str(text)
        start = threading.Barrier(4)
        seen: list[list[tuple[int, Map]]] = []
        failures: list[BaseException] = []

        def look(step, maps=maps, start=start, seen=seen, failures=failures, first=first):
            start.wait()
            try:
                if step:
                    seen.append([(i, maps[i]) for i in range(first % 7, len(maps), step)])
                else:
                    seen.append(list(enumerate(maps)))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=look, args=(step,)) for step in (0, 3, 5, 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(seen) == 4
        assert all(m is maps[i] for pairs in seen for i, m in pairs)


def test_who_waited_gets_the_objects_of_who_made_them():
    maps = parsed()
    got = []
    with _sequence._making:
        thread = threading.Thread(target=lambda: got.extend(maps))
        thread.start()
        while not _is_in(thread, "_all"):
            pass
        first = list(maps)
    thread.join()
    assert all(a is b for a, b in zip(got, first))
    assert got == first == LISTING


def _is_in(thread, function):
    frame = sys._current_frames().get(thread.ident)
    return frame is not None and frame.f_code.co_name == function


FORKING = """if True:
    import os, signal, sys, threading
    sys.path.insert(0, sys.argv[1])
    import procmaps
    text = "".join(f"{i:x}000-{i:x}800 r--p 0 0:0 0 /x{i}\\n" for i in range(1, 2000))

    def make():
        while True:
            list(procmaps.from_str(text))

    threading.Thread(target=make, daemon=True).start()
    for _ in range(150):
        child = os.fork()
        if not child:
            signal.alarm(120)
            maps = procmaps.from_str(text)
            os._exit(maps[7] is not list(maps)[7])
        status = os.waitpid(child, 0)[1]
        if status:
            break
    print(status, flush=True)
    os._exit(0)
    """


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork(2)")
def test_a_fork_while_a_thread_makes_maps_can_make_its_own():
    with talking(FORKING, os.path.dirname(os.path.dirname(procmaps.__file__))) as process:
        assert process.stdout.read() == b"0\n"


def test_parts_of_a_reading_are_of_its_process():
    maps = procmaps.from_pid()
    assert maps.pid == os.getpid()
    for part in (maps[:2], maps.filter(perms="r"), maps.between(0, 2**47), maps.by_pathname()[maps[0].pathname]):
        assert part
        assert (part.pid, part.attempts) == (maps.pid, maps.attempts)
    assert (maps + maps).pid is None
