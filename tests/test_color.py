"""The palette: themes, single colours, the legend."""

from __future__ import annotations

import re

import pytest

from procmaps import Map
from procmaps._color import LEGEND, PLAIN, THEMES, Palette, meanings, palette


def test_the_legend_has_the_colors():
    assert PLAIN.legend() == "STACK  HEAP  CODE  DATA  RODATA  W+X  GUARD"
    assert palette().legend() == (
        "\x1b[33mSTACK\x1b[0m  \x1b[34mHEAP\x1b[0m  \x1b[31mCODE\x1b[0m  \x1b[35mDATA\x1b[0m  RODATA  "
        "\x1b[1;4mW+X\x1b[0m  \x1b[36mGUARD\x1b[0m"
    )


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_has_what_every_terminal_has(name):
    assert THEMES[name].keys() == THEMES["pwndbg"].keys() >= set(LEGEND.values())
    parts = {int(part) for code in THEMES[name].values() for part in code.split(";") if part}
    assert parts <= {1, 2, 4, *range(30, 38)}
    assert palette(name).paint("x", "stack") == f"\x1b[{THEMES[name]['stack']}mx\x1b[0m"


def test_single_colors_are_set():
    changed = palette("pwndbg", "heap=34;1:rwx=:stack=")
    assert changed.paint("x", "heap") == "\x1b[34;1mx\x1b[0m"
    assert changed.paint("x", "rwx", "code") == "\x1b[31mx\x1b[0m"
    assert changed.paint("x", "stack") == changed.paint("x", "nothing") == changed.paint("x") == "x"
    assert THEMES["pwndbg"]["heap"] == "34"


def test_the_setting_may_name_the_theme():
    assert palette("pwndbg", "theme=gef:code=1").legend().startswith("\x1b[35mSTACK\x1b[0m  \x1b[32mHEAP")


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("heap", "expected settings such as heap=34:rwx=1;31, not 'heap'"),
        ("pile=34", "there is no 'pile', only stack, heap, code, "),
        ("heap=\x1b[2J", "a colour is of digits and semicolons, such as 1;31, not '\\x1b[2J'"),
        ("theme=dark", "there is no 'dark', only pwndbg, gef"),
    ],
)
def test_settings_that_mean_nothing(settings, fault):
    with pytest.raises(ValueError, match=re.escape(fault)):
        palette("pwndbg", settings)


def test_a_palette_without_colors_is_false():
    assert (bool(PLAIN), bool(palette()), bool(Palette({}))) == (False, True, False)


def test_what_rows_mean():
    assert meanings(None) == ("gap",)
    assert meanings(Map(0, 1, "rwxp", pathname="[stack]")) == ("rwx", "stack")
    assert palette().paint("", "heap") == ""
