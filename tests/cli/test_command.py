"""The command as it is started: verbs, help, wrong arguments, what it loads."""

from __future__ import annotations

import argparse
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import procmaps
from procmaps._selection import KINDS as ALL_KINDS
from procmaps.cli import VERBS, main, show
from procmaps.cli._parser import duration, parser_of
from support.command import NASTY, linux, pathnames, run, unix

ADDRESS = "expected an address in hexadecimal, such as 0x7f955be44000"
KINDS = ", ".join(sorted(ALL_KINDS))
PERMS = "a pattern for perms is such as 'r-xp', 'rw??' or 'rwx'"


@linux
def test_the_module_shows_itself():
    done = run("self")
    assert (done.returncode, done.stderr) == (0, b"")
    assert re.match(rb"BEGIN +END +PERMS +SIZE +OFFSET PATHNAME\n0x[0-9a-f]+ ", done.stdout)
    assert b" [stack]\n" in done.stdout


def test_to_import_the_module_is_not_to_run_it(capsys):
    assert runpy.run_module("procmaps.__main__")["main"] is main
    assert capsys.readouterr() == ("", "")


@linux
def test_the_script_shows_itself():
    script = shutil.which("procmaps", path=os.path.dirname(sys.executable))
    if script is None and os.environ.get("PROCMAPS_TEST_INSTALLED") != "1":
        pytest.skip("there is no script where the package was not installed")
    process = subprocess.Popen([script, "self", "--json"], stdout=subprocess.PIPE)
    shown = json.loads(process.communicate()[0])
    assert (process.returncode, shown["pid"]) == (0, process.pid)


def test_main_takes_the_arguments_of_the_process(monkeypatch, capsys, listing):
    monkeypatch.setattr(sys, "argv", ["procmaps", str(listing), "cat"])
    assert main() == 0
    assert pathnames(capsys.readouterr().out) == ["/bin/cat"] * 2


def test_show_is_the_default(command, listing):
    assert command("show", listing) == command(listing)
    assert command(listing)[0] == 0


def test_the_version(command):
    assert command("--version") == (0, f"procmaps {procmaps.__version__}\n", "")
    assert command("show", "--version") == command("--version")


def test_the_help(command):
    status, out, _ = command("--help")
    assert status == 0
    assert out.index("examples:") < out.index("TARGET  ")
    for verb, what in VERBS.items():
        assert re.search(f"procmaps {verb} +{re.escape(what)}", out)
    assert re.findall(r"(?m)^  (\d)  ", out) == ["0", "1", "2", "3", "4", "5", "6"]
    assert max(map(len, out.splitlines())) <= 100


def test_the_help_of_a_verb(command):
    _, out, _ = command("show", "--help")
    assert out.startswith("usage: procmaps show [OPTION]... TARGET [NAME]\n\n")
    assert "VERB" not in out


def test_the_examples_of_the_help_are_right():
    lines = re.findall(r"procmaps .*", show.DESCRIPTION.partition("examples:\n")[2].partition("\n\n")[0])
    assert len(lines) == 9
    for line in lines:
        arguments = shlex.split(line.partition("   ")[0])[1:]
        assert parser_of(show, None).parse([a for a in arguments if a != "show"]).target


def test_every_verb_has_a_module():
    for verb in VERBS:
        module = __import__(f"procmaps.cli.{verb}", fromlist=["run"])
        assert module.DESCRIPTION
        assert module.USAGE
        assert callable(module.run)
        assert callable(module.add_arguments)


def test_little_is_loaded():
    script = (
        f"import sys; sys.path.insert(0, {str(Path(procmaps.__file__).parent.parent)!r})\n"
        f"from procmaps.cli import main; status = main([{str(NASTY)!r}, '-q', '-p', 'r-x', '--kind', 'file'])\n"
        "print(status, *sorted(sys.modules))"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", script]
    status, *loaded = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().split()
    assert status == "0"
    assert {"argparse", "procmaps.cli.show"} <= set(loaded)
    unwanted = ["typing", "json", "shutil", "dataclasses", "pathlib", "inspect", "subprocess", "logging", "unicodedata"]
    # argparse of Python 3.14 loads some of them by itself
    argparse = "import argparse, sys; argparse.ArgumentParser('x').parse_args([]); print(*sys.modules)"
    by_argparse = subprocess.run([*command[:-1], argparse], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    of_ours = {"procmaps._records", "procmaps.cli._explain", "procmaps.cli._permissions"}
    assert set(loaded) & {*unwanted, *of_ours} <= set(by_argparse)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "the following arguments are required: TARGET"),
        (["-x", "1"], "unrecognized arguments: -x"),
        (["1", "a", "\x1b[2J\n"], "unrecognized arguments: \\x1b[2J\\x0a"),
        (["1", "--ano"], "unrecognized arguments: --ano"),
        (["1", "-A"], "argument -A/--after: expected one argument"),
        (["1", "-A", "-1"], "argument -A/--after: expected a number of rows, not '-1'"),
        (["1", "-C", "\u00b2"], "argument -C/--context: expected a number of rows, not '\u00b2'"),
        (["1", "-a", "xyz"], f"argument -a/--address: {ADDRESS}, not 'xyz'"),
        (["1", "-a", "0x"], f"argument -a/--address: {ADDRESS}, not '0x'"),
        (["1", "-a", "1_0"], f"argument -a/--address: {ADDRESS}, not '1_0'"),
        (["1", "-a", "1" * 17], f"argument -a/--address: {ADDRESS}, not '{'1' * 17}'"),
        (["1", "-p", "rwz"], f"argument -p/--perms: {PERMS}, not 'rwz'"),
        (["1", "-p", "--json"], f"argument -p/--perms: {PERMS}, not '--json'"),
        (["1", "--kind", "heap,foo"], f"argument --kind: no kind is called 'foo'; there are {KINDS}"),
        (["1", "--json", "--jsonl"], "argument --jsonl: not allowed with argument --json"),
    ],
)  # fmt: skip
def test_wrong_arguments(command, arguments, expected):
    assert command(*arguments) == (2, "", f"procmaps: {expected}\n  Try: procmaps --help\n")


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (["shwo"], 4, "no process is called shwo, and no file\n  There is a verb show.\n"),
        (["dif", "a", "b"], 2, "unrecognized arguments: b\n  Try: procmaps --help\n  There is a verb diff.\n"),
        (["show", "shwo"], 4, "no process is called shwo, and no file\n"),
    ],
)
def test_a_verb_that_was_mistyped(command, arguments, status, expected):
    assert command(*arguments) == (status, "", f"procmaps: {expected}")


def test_a_verb_says_its_own_help(command):
    assert command("show")[2].endswith("\n  Try: procmaps show --help\n")


@unix
@pytest.mark.parametrize(
    ("path", "expected"),
    [("/missing/x\r", "/missing/x\\x0d: no such file or directory"), ("/", "/: is a directory")],
)
def test_files_that_cannot_be_read(command, path, expected):
    assert command(path) == (2, "", f"procmaps: cannot read {expected}\n")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *[("500ms", 0.5), ("1s", 1), ("2", 2), ("1.5", 1.5), ("5m", 300), ("1h", 3600), (".5s", 0.5)],
        *[("10ms", 0.01), ("480h", 480 * 3600)],
    ],
)
def test_durations(text, seconds):
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "0",
        "0s",
        "-1s",
        "1d",
        "1 s",
        "1e3",
        "1sm",
        "\u0661s",
        "1.2.3",
        "inf",
        "\u00b2",
        "9" * 400,
        "9ms",
        "481h",
        "999999999h",
    ],
)
def test_what_is_no_duration(text):
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)
