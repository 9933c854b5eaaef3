"""The options that all verbs have, asked of all verbs."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re

import pytest

from procmaps.cli import VERBS
from procmaps.cli._parser import add_output_arguments
from support.children import sleeping
from support.command import linux

COMMON = {"--json", "--jsonl", "--csv", "--color", "--theme", "--no-header", "-q"}

# How each verb is asked for something that a sleeping process has.
QUESTIONS = {
    "show": ["show", "PID"],
    "totals": ["show", "PID", "--totals"],
    "query": ["query", "PID", "0", "--next"],
    "files": ["files", "PID"],
    "libs": ["libs", "PID"],
    "mem": ["mem", "PID"],
    "mem --fast": ["mem", "PID", "--fast"],
    "snapshot": ["snapshot", "PID", "-o", "FILE"],
    "diff": ["diff", "LISTING", "PID"],
}


def options_of(verb):
    parser = argparse.ArgumentParser()
    __import__(f"procmaps.cli.{verb}", fromlist=["run"]).add_arguments(parser)
    return {option for action in parser._actions for option in action.option_strings}


# What prints no rows: a picture, a script, a page, a text.
OTHER = {"plot", "completion", "manual", "demangle"}


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in OTHER])
def test_every_verb_has_them(verb):
    assert options_of(verb) >= COMMON | {"--proc"}


@pytest.fixture(scope="module")
def child():
    with sleeping() as pid:
        yield pid


@pytest.fixture(params=QUESTIONS.values(), ids=QUESTIONS)
def ask(request, command, child, listing, tmp_path):
    words = {"PID": child, "LISTING": listing, "FILE": tmp_path / "saved"}
    return lambda *more: command(*[words.get(word, word) for word in request.param], *more)


@linux
def test_json_jsonl_and_csv_have_the_same_rows(ask):
    status, out, _ = ask("--json")
    document = json.loads(out)
    rows = next(value for value in document.values() if isinstance(value, list)) or [document.get("total")]
    lines = [json.loads(line) for line in ask("--jsonl")[1].splitlines()]
    table = list(csv.DictReader(io.StringIO(ask("--csv")[1]), strict=True))
    assert (status, len(lines), len(table)) == ("old" in document, len(rows), len(rows))
    assert {line["schema"] for line in lines} == {document["schema"]}
    assert {line.get("pid") for line in lines} == {document.get("pid")}
    assert {row.get("pid", "None") for row in table} == {str(document.get("pid"))}


@linux
@pytest.mark.parametrize("form", [["--json"], ["--jsonl"], ["--csv"]], ids=str)
def test_data_has_no_color(ask, form):
    assert "\x1b" not in ask(*form, "--color=always")[1]


@linux
def test_color_changes_the_color_only(ask):
    plain = ask()[1]
    colored = ask("--color=always")[1]
    assert "\x1b[1m" in colored
    # Memory in use, and with it the order, changes between two readings; what is said of it does not.
    assert without_amounts(re.sub(r"\x1b\[[0-9;]*m", "", colored)) == without_amounts(plain)


def without_amounts(text):
    return sorted(re.sub(r"[0-9.]+[BKMG]?", "", text).split())


def test_addresses_have_the_color_of_their_mapping(command, listing):
    assert command("addr", listing, "60b000", "--color=always")[1].startswith(
        "\x1b[1;34m0x60b000  [heap]  rw-p\x1b[0m\n"
    )
    assert command("addr", listing, "1", "--color=always")[1] == "\x1b[2m0x1  (unmapped)\x1b[0m\n"


@linux
def test_no_header_has_fewer_lines(ask):
    assert len(ask("--no-header")[1].splitlines()) == len(ask()[1].splitlines()) - 1
    assert len(ask("--no-header", "--csv")[1].splitlines()) == len(ask("--csv")[1].splitlines()) - 1


@linux
def test_quiet_says_nothing(ask):
    assert ask("-q") == (ask()[0], "", "")


def test_a_theme_and_single_colors(command, listing, monkeypatch):
    stack = command(listing, "[stack]", "--color=always", "--theme=gef", "--no-header")[1]
    assert stack.startswith("\x1b[35m0x")
    monkeypatch.setenv("PROCMAPS_COLORS", "stack=1;32")
    assert command(listing, "[stack]", "--color=always", "--no-header")[1].startswith("\x1b[1;32m0x")


def test_colors_that_mean_nothing(command, listing, monkeypatch):
    monkeypatch.setenv("PROCMAPS_COLORS", "pile=1")
    assert command(listing)[0] == 0
    status, out, err = command(listing, "--color=always")
    assert (status, out) == (2, "")
    assert err.startswith("procmaps: PROCMAPS_COLORS: there is no 'pile', only stack, heap, ")


def test_formats_exclude_each_other(command, listing):
    assert command(listing, "--csv", "--json")[0] == 2
    assert {"--csv", "--theme"} <= {option for a in _output_actions() for option in a.option_strings}


def _output_actions():
    parser = argparse.ArgumentParser()
    add_output_arguments(parser)
    return parser._actions


@linux
@pytest.mark.skipif(os.sep != "/", reason="names of Unix")
def test_names_with_commas_and_quotes_are_one_field(command, tmp_path):
    path = tmp_path / "listing"
    path.write_bytes(b'1000-2000 r--p 0 8:1 1 /a,"b" \\012;\x1b[31m\n')
    (row,) = csv.DictReader(io.StringIO(command(path, "--csv")[1]), strict=True)
    assert row["pathname"] == '/a,"b" \\012;\\x1b[31m'
    assert bytes.fromhex(row["pathname_bytes"]) == b'/a,"b" \\012;\x1b[31m'
