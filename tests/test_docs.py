"""The examples in the README and the documentation: Python is run as it stands, command lines are parsed."""

from __future__ import annotations

import doctest
import gc
import importlib
import re
import shlex
import sys
from pathlib import Path

import pytest

from procmaps.cli import DEFAULT, VERBS
from procmaps.cli._parser import parser_of

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_examples(page: Path) -> None:
    # To doctest a closing fence would be expected output.
    text = re.sub(r"^```.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    if sys.implementation.name != "cpython":
        gc.collect()  # what other pages have left would go while this one counts what grows
    results = doctest.DocTestRunner().run(test)
    assert results.failed == 0
    assert results.attempted == text.count(">>> ")


def test_the_readme_has_examples() -> None:
    assert PAGES[0].read_text(encoding="utf-8").count(">>> ") > 10


def commands(text: str) -> list[list[str]]:
    """Return the arguments of each `procmaps ...`, in a block or within a sentence."""
    lines = re.findall(r"^ *(?:\$ )?(?:sudo )?procmaps (.+)|`(?:sudo )?procmaps ([^`]+)`", text, re.MULTILINE)
    # Behind two blanks is what it does, behind | < > and # what is the shell's.
    return [shlex.split(re.split(r"  | [|<>#] ", block or inline)[0]) for block, inline in lines]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_command_lines_can_be_parsed(page: Path) -> None:
    for arguments in commands(page.read_text(encoding="utf-8")):
        verb = arguments.pop(0) if arguments[0] in VERBS else None
        if arguments == [] or arguments == ["--help"]:
            continue  # a verb that is spoken of
        module = importlib.import_module(f"procmaps.cli.{verb or DEFAULT}")
        parser_of(module, verb).parse([re.sub(r"ADDR\.\.\.", "7f00", argument) for argument in arguments])


def test_command_lines_are_found() -> None:
    text = "`procmaps 1`, ``` sh\n$ sudo procmaps mem 2 | less  # why\n    procmaps addr 3   of this\n"
    assert commands(text) == [["1"], ["mem", "2"], ["addr", "3"]]
