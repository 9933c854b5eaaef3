"""Growth: readings over time, and what they come to. The picture of it is in tests/notebook."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

import procmaps.smaps
from procmaps import Map, Maps, growth
from procmaps.growth import OTHER, readings, sums
from procmaps.smaps import Usage, Usages
from support.children import await_end, descriptors, reaped, sleeping
from support.command import linux
from support.fake_proc import FakeProc

HEAP = Map(0x1000, 0x5000, "rw-p", pathname="[heap]")
CODE = Map(0x10000, 0x12000, "r-xp", 0, (8, 1), 1, "/lib/libc.so.6")
LIBM = Map(0x20000, 0x21000, "r-xp", 0, (8, 1), 2, "/lib/libm.so.6")
GUARD = Map(0x30000, 0x90000, "---p")


def test_sizes_by_category():
    found = sums([(0.0, Maps([HEAP, CODE, GUARD])), (1.5, Maps([HEAP, CODE, LIBM]))])
    assert found.times == [0.0, 1.5]
    assert found.amounts == {"heap": [16384, 16384], "program and libraries": [8192, 12288]}
    assert list(found.amounts) == ["heap", "program and libraries"]
    assert found.measure == "size"


def test_by_module_the_largest_first_and_the_rest_as_one():
    times = [(0.0, Maps([HEAP, CODE])), (1.0, Maps([LIBM, CODE]))]
    assert sums(times, by="module").amounts == {"heap": [16384, 0], "libc.so.6": [8192, 8192], "libm.so.6": [0, 4096]}
    assert sums(times, by="module", most=1).amounts == {"heap": [16384, 0], OTHER: [8192, 12288]}


def usages(pss, rss):
    return Usages([Usage(HEAP, pss=pss, rss=rss)])


def test_what_is_in_memory():
    found = [(0.0, usages(1, 2)), (1.0, usages(3, 4))]
    assert sums(found) == ([0.0, 1.0], {"heap": [1, 3]}, "pss")
    assert sums(found, measure="rss") == ([0.0, 1.0], {"heap": [2, 4]}, "rss")
    assert sums(found, measure="size") == ([0.0, 1.0], {"heap": [16384, 16384]}, "size")
    assert sums([(0.0, Usages()), *found]).amounts == {"heap": [0, 1, 3]}


def test_what_is_measured_does_not_change_on_the_way():
    with pytest.raises(ValueError, match="pss is not known of"):
        sums([(0.0, usages(1, 2)), (1.0, Maps([HEAP]))])


def test_nothing_at_all():
    assert sums([]) == ([], {}, "size")


def test_wrong_arguments():
    with pytest.raises(ValueError, match="by is 'category' or 'module', not 'kind'"):
        sums([], by="kind")
    for every in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="every is more than 0 and at the most 1000000000 seconds"):
            readings(every=every)
    with pytest.raises(ValueError, match="measure is 'pss', 'rss' or 'size', not 'uss'"):
        readings(measure="uss")
    with pytest.raises(TypeError):
        readings("1")


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'pip install "procmaps\[plot\]"'):
        growth.plot([(0.0, Maps([HEAP])), (1.0, Maps([HEAP]))])


# Of a process


@pytest.fixture
def proc(tmp_path):
    return FakeProc(tmp_path)


@linux
@pytest.mark.parametrize(("measure", "kind"), [("size", Maps), ("pss", Usages)])
def test_a_process_is_read_in_time(measure, kind):
    found = list(readings(every=0.05, seconds=0.2, measure=measure))
    assert [type(maps) for _, maps in found] == [kind] * len(found)
    assert {maps.pid for _, maps in found} == {os.getpid()}
    times = [when for when, _ in found]
    assert times[0] == 0.0
    # On a busy machine some are missed, and none comes early.
    assert 1 <= len(found) <= 5
    assert all(when >= 0.05 * i for i, when in enumerate(times))


def inconsistent(error, **attributes):
    error.__dict__.update(attributes)

    def read(*_, **__):
        raise error

    return read


@linux
def test_a_process_that_never_stands_still_is_read_as_it_comes(monkeypatch):
    maps, uses = Maps([HEAP]), usages(1, 2)
    monkeypatch.setattr(growth, "from_pid", inconsistent(procmaps.InconsistentError(), maps=maps))
    error = procmaps.smaps.InconsistentUsagesError()
    monkeypatch.setattr(procmaps.smaps, "from_pid", inconsistent(error, usages=uses, maps=uses.maps))
    assert next(readings(measure="size")) == (0.0, maps)
    assert next(readings()) == (0.0, uses)


@linux
def test_readings_that_are_missed_are_not_made_up_for():
    times = []
    for when, _ in readings(every=0.05, seconds=0.4, measure="size"):
        times.append(when)
        time.sleep(0.12)
    assert len(times) <= 4


@linux
@pytest.mark.parametrize("is_reaped", [True, False])
def test_it_ends_with_the_process(is_reaped):
    with subprocess.Popen(["sleep", "100"]) as child:
        for count, _ in enumerate(readings(child.pid, every=0.02, measure="size"), 1):
            if count == 2:
                child.kill()
                # That it is to end is not yet its end.
                await_end(child.pid)
                if is_reaped:
                    child.wait()
    assert count == 2


@linux
def test_a_process_that_is_not_there():
    for measure in ("size", "pss"):
        with pytest.raises(ProcessLookupError, match="No such process"):
            next(readings(reaped(), measure=measure))


@linux
def test_a_process_that_is_gone_before_it_is_read(proc):
    (proc.root / "7").mkdir()
    with pytest.raises(ProcessLookupError, match="No such process 7"):
        next(readings(7, measure="size", proc=proc.root))


@linux
def test_a_process_that_takes_the_number_of_another_is_not_read(proc):
    directory = proc.add(7, b"1000-2000 r--p 00000000 00:00 0 \n")
    found = readings(7, every=0.001, measure="size", proc=proc.root)
    next(found)
    other = readings(8, every=0.001, measure="size", proc=proc.root)
    (proc.add(8, b"1000-2000 r--p 00000000 00:00 0 \n") / "stat").unlink()
    with pytest.raises(ProcessLookupError, match="No such process 8"):
        next(other)
    directory.rename(proc.root / "gone")
    (proc.root / "gone" / "stat").unlink()
    proc.add(7, b"3000-4000 r--p 00000000 00:00 0 \n")
    assert list(found) == []


@linux
def test_no_descriptor_is_left():
    before = descriptors()
    with sleeping() as pid:
        for _ in readings(pid, every=10, measure="size"):
            break
    assert descriptors() == before
