"""The self-check: what it counts, prints and returns. What it shows by the thousand is in test_storm.py."""

from __future__ import annotations

import runpy
import sys

import pytest

import procmaps
from procmaps import selfcheck

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def test_a_storm_has_anchors_that_stay():
    with selfcheck.Storm() as storm:
        for _ in range(20):
            maps = procmaps.from_pid(storm.pid)
            assert len(storm.anchors) == 100
            assert storm.lost(maps) == 0
            assert storm.lost(maps.filter(lambda m: m.begin_address != storm.anchors[7][0])) == 1
    with pytest.raises(ProcessLookupError):
        procmaps.from_pid(storm.pid)


def test_what_is_counted():
    with selfcheck.Storm() as storm:
        whole, tally = procmaps.from_pid(storm.pid), selfcheck.Tally()
        tally.add(whole, storm)
        tally.add(whole[::-1], storm)
        tally.add(procmaps.Maps(), storm)
    assert (tally.readings, tally.out_of_order, tally.lost_anchors) == (3, 1, 1)
    assert tally.attempts == 2 * whole.attempts + 1


def test_a_comparison():
    plain, ours = selfcheck.compare(readings=30)
    assert plain.readings == ours.readings == 30
    assert ours.out_of_order == ours.lost_anchors == ours.given_up == 0


def test_a_reading_that_is_given_up(monkeypatch):
    def refuse(*_, **__):
        raise procmaps.InconsistentError(11, "changed", "maps")

    monkeypatch.setattr(selfcheck, "from_pid", refuse)
    plain, ours = selfcheck.compare(readings=2)
    assert (plain.readings, ours.readings, ours.given_up) == (2, 0, 2)


def test_the_report(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["selfcheck", "10"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(selfcheck.__file__, run_name="__main__")
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert "yes  read /proc/self/maps" in printed
    assert "10 readings of a process that changes its maps" in printed
    assert "from_pid:  0 out of order, 0 that lost one; 0 given up;" in printed


def test_a_wrong_reading_is_the_exit_status(monkeypatch, capsys):
    wrong = selfcheck.Tally()
    wrong.readings = wrong.out_of_order = 1
    monkeypatch.setattr(sys, "argv", ["selfcheck"])
    monkeypatch.setattr(selfcheck, "compare", lambda **_: (wrong, wrong))
    assert selfcheck.main() == 1
    assert "5000 readings" in capsys.readouterr().out


def test_without_a_proc(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PROCMAPS_PROC", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["selfcheck"])
    assert selfcheck.main() == 2
    assert "no proc file system" in capsys.readouterr().err


def test_what_is_not_here_is_no():
    def refuse():
        raise PermissionError

    assert not selfcheck._works(refuse)
    assert selfcheck._works(list)
