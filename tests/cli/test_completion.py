"""Completions and the manual page: made of the parsers, taken by shells and by man."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from procmaps.cli import VERBS
from procmaps.cli._described import verbs
from procmaps.cli.completion import SHELLS
from support.command import unix

EVERY = {verb.name: verb for verb in verbs()}


def needs(program):
    return pytest.mark.skipif(not shutil.which(program), reason=f"needs {program}")


def test_every_verb_is_described():
    assert EVERY.keys() == VERBS.keys()
    for verb in EVERY.values():
        assert {"-h", "--help", "--version"} <= {name for option in verb.options for name in option.names}
        assert verb.groups["about the command"]


def test_options():
    options = {name: option for option in EVERY["show"].options for name in option.names}
    assert options["-p"] is options["--perms"]
    assert (options["-p"].value, options["--gaps"].value) == ("PATTERN", None)
    assert options["--color"].choices == ["auto", "always", "never"]
    assert options["--proc"].takes_file
    assert options["--no-deleted"].help == f"not: {options['--deleted'].help}"
    assert options["--no-header"].help == "print rows only"
    assert options["--context"].summary == "both"
    assert EVERY["completion"].words == list(SHELLS)
    assert (EVERY["diff"].takes_target, EVERY["manual"].takes_target) == (True, False)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_can_read_its_script(command, shell, tmp_path):
    status, out, err = command("completion", shell)
    assert (status, err) == (0, "")
    assert out.isascii()
    if shutil.which(shell):
        (tmp_path / "script").write_text(out)
        checked = subprocess.run([shell, "-n", str(tmp_path / "script")], capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, b"")


def test_another_shell(command):
    status, _, err = command("completion", "tcsh")
    assert (status, "choose from" in err) == (2, True)


@pytest.fixture
def bash(command, tmp_path):
    """Ask a real bash what it makes of words, the last one unfinished."""
    script = tmp_path / "completion"
    script.write_text(command("completion", "bash")[1])

    def ask(*words):
        lines = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _procmaps; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(
            ["bash", "--norc", "-c", lines, str(script), "procmaps", *words],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        assert done.stderr == b""
        return done.stdout.decode().split("\n")[:-1]

    return ask


@unix
@needs("bash")
class TestBash:
    @pytest.mark.parametrize("verb", VERBS)
    def test_options_of_a_verb(self, bash, verb):
        assert bash(verb, "-") == [name for option in EVERY[verb].options for name in option.names]

    def test_verbs(self, bash):
        assert bash("sn") == ["snapshot"]
        assert "snapshot" not in bash("show", "sn")

    def test_without_a_verb_it_is_the_default(self, bash):
        assert bash("--tot") == ["--totals"]
        assert bash("--color", "al") == ["always"]

    def test_values(self, bash):
        assert bash("show", "--color", "") == ["auto", "always", "never"]
        assert bash("show", "--theme", "=", "g") == ["gef"]
        assert bash("show", "--theme", "=") == ["pwndbg", "gef"]
        assert bash("mem", "--by", "mo") == ["module"]
        assert bash("show", "--pathname", "") == [""]
        assert bash("completion", "") == ["bash", "fish", "zsh"]

    def test_targets(self, bash, tmp_path, monkeypatch):
        (tmp_path / "123 $(touch x).maps").touch()
        (tmp_path / "proc" / "1234").mkdir(parents=True)
        (tmp_path / "proc" / "1$(touch x)").mkdir()
        monkeypatch.setenv("PROCMAPS_PROC", str(tmp_path / "proc"))
        assert bash("show", "123") == ["1234", "123 $(touch x).maps"]
        assert bash("diff", "x", "se") == ["self"]
        assert bash("snapshot", "1", "-o", "comp") == ["completion"]
        assert not (tmp_path / "x").exists()


@needs("fish")
def test_fish(command, tmp_path):
    (tmp_path / "script").write_text(command("completion", "fish")[1])

    def ask(line):
        asked = ["fish", "-c", f"source {tmp_path / 'script'}; complete -C '{line}'"]
        out = subprocess.run(asked, stdout=subprocess.PIPE, cwd=tmp_path, check=True).stdout.decode()
        return [answer.partition("\t")[0] for answer in out.splitlines()]

    assert ask("procmaps sna") == ["snapshot"]
    assert ask("procmaps diff --nor") == ["--normalize"]
    assert ask("procmaps show --color ") == ["always", "auto", "never"]
    assert ask("procmaps --tot") == ["--totals"]
    assert ask("procmaps completion ") == ["bash", "fish", "zsh"]


# The manual page

MACROS = {".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi", ".RS", ".RE", ".BR"}


def test_the_manual_page(command):
    status, out, err = command("manual")
    assert (status, err) == (0, "")
    assert {line.split()[0] for line in out.splitlines() if line[:1] in (".", "'")} <= MACROS
    for verb in EVERY.values():
        part = out.partition(f".SH PROCMAPS {verb.name.upper()}\n")[2].partition("\n.SH ")[0]
        assert part.count("procmaps ") >= 1
        for option in verb.options:
            if "--help" in option.names or "--version" in option.names:
                continue
            shown = re.escape(option.names[-1].replace("-", r"\-"))
            assert re.search(rf"\\fB{shown}\\fR", part) or "See OUTPUT, below." in part, option.names


@needs("groff")
def test_groff_takes_it(command):
    page = command("manual")[1].encode()
    done = subprocess.run(["groff", "-man", "-ww", "-Tascii"], input=page, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"PROCMAPS(1)" in done.stdout
