"""How many there are, in words."""

from __future__ import annotations

from procmaps._counted import counted


def test_an_s_more():
    said = [counted(n, "mapping") for n in (0, 1, 2, 65530)]
    assert said == ["0 mappings", "1 mapping", "2 mappings", "65,530 mappings"]


def test_another_plural():
    assert [counted(n, "process", "processes") for n in (0, 1, 2)] == ["0 processes", "1 process", "2 processes"]
