"""Where it writes: pipes that close, disks that fill, any encoding, colour."""

from __future__ import annotations

import errno
import io
import os
import re
import shlex
import signal
import subprocess
import sys

import pytest

from procmaps import from_path
from procmaps.cli import _output, main
from procmaps.cli._explain import explain
from procmaps.cli._output import Unwritable
from procmaps.cli._progress import Progress
from support.command import NASTY, linux, run, unix


@unix
@pytest.mark.parametrize("arguments", [[NASTY], [NASTY, "--json"], ["--help"], ["--version"]], ids=str)
def test_a_closed_pipe_is_no_error(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(*arguments, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@unix
def test_a_pipe_that_is_closed_meanwhile(tmp_path):
    (tmp_path / "long").write_bytes(b"".join(b"%x000-%x800 r--p 0 0:0 0\n" % (i, i) for i in range(20000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "procmaps", str(tmp_path / "long")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline().startswith(b"BEGIN ")
    process.stdout.close()
    assert (process.wait(), process.stderr.read()) == (141, b"")
    process.stderr.close()


def test_a_closed_pipe_on_windows(monkeypatch, capsys):
    error = Unwritable(OSError(errno.EINVAL, "Invalid argument"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert explain(error) == 2
    assert capsys.readouterr().err == "procmaps: cannot write: Invalid argument\n"
    monkeypatch.setattr(sys, "platform", "win32")
    assert explain(error) == 141
    assert capsys.readouterr().err == ""


@linux
@pytest.mark.parametrize("arguments", [[NASTY], [NASTY, "--json"], ["--help"], ["--version"]], ids=str)
@pytest.mark.parametrize("buffering", ["", "1"])
def test_a_full_disk(arguments, buffering):
    with open("/dev/full", "wb") as full:
        done = run(*arguments, stdout=full, PYTHONUNBUFFERED=buffering)
    assert (done.returncode, done.stderr) == (2, b"procmaps: cannot write: No space left on device\n")


def shell(command, **environment):
    line = command.replace("procmaps", f"{shlex.quote(sys.executable)} -m procmaps")
    return subprocess.run(
        ["sh", "-c", line],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )


@unix
@pytest.mark.parametrize("arguments", [shlex.quote(str(NASTY)), "--help"])
def test_no_standard_output(arguments):
    done = shell(f"procmaps {arguments} >&-")
    assert (done.returncode, done.stderr) == (2, b"procmaps: cannot write: Bad file descriptor\n")


@unix
def test_no_standard_input():
    done = shell("procmaps - <&-")
    assert (done.returncode, done.stderr) == (2, b"procmaps: standard input is closed\n")


def test_an_input_that_is_none(command, monkeypatch):
    """As Python has it for a program without a console."""
    monkeypatch.setattr(sys, "stdin", None)
    assert command("-") == (2, "", "procmaps: standard input is closed\n")


@pytest.mark.parametrize("verb", ["show", "mem", "diff"])
def test_a_line_that_is_too_long(command, tmp_path, verb):
    path = tmp_path / "long"
    path.write_bytes(b"1000-2000 r--p 00000000 08:01 5 /" + b"x" * (2 << 20))
    status, out, err = command(verb, path, *[path] * (verb == "diff"))
    assert (status, out) == (5, "")
    assert "an end of the line within a mebibyte" in err


@unix
def test_no_standard_error():
    done = shell("procmaps /missing 2>&-")
    assert (done.returncode, done.stdout) == (2, b"")


@linux
def test_a_full_standard_error():
    assert shell("procmaps /missing 2>/dev/full").returncode == 2


# Reads without end, and says when it has begun.
ENDLESS = """
import sys, time, types
def read(_):
    print(flush=True)
    time.sleep(60)
sys.stdin = types.SimpleNamespace(buffer=types.SimpleNamespace(read=read))
from procmaps.cli import main
sys.exit(main(["-"]))
"""


@unix
def test_interrupted():
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert (process.communicate(timeout=120), process.returncode) == ((b"", b""), 130)


ENVIRONMENTS = [
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "utf-8"},
]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
def test_any_encoding(environment):
    done = run(NASTY, **environment)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    text = done.stdout.decode(encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.count("\n") == len(from_path(NASTY)) + 1
    assert ("日本😀" in text) != (r"/tmp/w/\xe6\x97\xa5\xe6\x9c\xac\xf0\x9f\x98\x80" in text)
    assert r"/tmp/w/caf\xe9" in text


@linux
@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
@pytest.mark.parametrize("verb", ["audit", "files"])
def test_sentences_in_any_encoding(proc, verb, environment):
    proc.add(7, os.fsencode("1000-2000 rwxp 00000000 08:01 9          /lib/日本.so\n"))
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    done = run(verb, "7", "--proc", proc.root, *["--reasons"] * (verb == "files"), **environment)
    assert b"Traceback" not in done.stderr
    text = done.stdout.decode(encoding)
    assert ("/lib/日本.so" in text) != (r"/lib/\xe6\x97\xa5\xe6\x9c\xac.so" in text)


@pytest.mark.parametrize("write", [_output.write_text, lambda text: _output.write([text])])
def test_what_standard_output_has_no_letters_for(monkeypatch, write):
    out = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", newline="\n")
    monkeypatch.setattr(sys, "stdout", out)
    write("\x1b[1mé日\t")
    assert out.buffer.getvalue().rstrip(b"\n") == b"\x1b[1m\xe9\\xe6\\x97\\xa5\t"


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
def test_json_is_the_same_in_any_encoding(environment):
    assert run(NASTY, "--json", **environment).stdout == run(NASTY, "--json").stdout


@unix
@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
def test_errors_in_any_encoding(environment):
    done = run("/missing/é\x1b\udcff", **environment)
    assert done.returncode == 2
    assert done.stderr.startswith(b"procmaps: cannot read /missing/")
    assert b"\\x1b\\xff: " in done.stderr


def test_an_argument_of_windows_may_be_half_a_character(command):
    status, _, err = command("./\ud800" if os.name == "nt" else "x\ud800", "--settled", "a", "b\ud800")
    assert (status, err.partition("\n")[0]) == (2, "procmaps: unrecognized arguments: b\\xed\\xa0\\x80")


# Colour


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("option", "environment", "is_terminal", "expected"),
    [
        ("auto", {}, False, False),
        ("auto", {"TERM": "xterm"}, False, False),
        ("auto", {"TERM": "xterm"}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {}, True, False),
        ("auto", {"WT_SESSION": "x"}, True, True),
        ("auto", {"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, False, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0", "CLICOLOR_FORCE": ""}, False, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1", "TERM": "xterm"}, True, False),
    ],
)
def test_when_there_is_color(listing, monkeypatch, option, environment, is_terminal, expected):
    out = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main([str(listing), "--color", option]) == 0
    assert ("\x1b[" in out.getvalue()) == expected


def test_json_has_no_color(command, listing):
    assert "\x1b" not in command(listing, "--json", "--color=always")[1]


def test_color_in_a_pipe_changes_nothing_else(command, listing):
    colored = command(listing, "--color=always")[1]
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == command(listing)[1]


@pytest.mark.parametrize(
    ("columns", "expected"), [("100", 100), ("0", 80), ("x", 80), ("", 80), ("70000", 65535), ("9" * 5000, 80)]
)
def test_the_width_that_the_environment_tells(monkeypatch, columns, expected):
    monkeypatch.setenv("COLUMNS", columns)
    assert _output.terminal_width(Terminal()) == expected
    assert _output.terminal_width(io.StringIO()) is None
    assert _output.terminal_width(None) is None


def test_the_size_of_what_is_no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert _output.terminal_size() == (80, 24)


# Progress


class Closed(Terminal):
    def write(self, _):
        raise OSError(errno.EIO, "Input/output error")


def test_progress_gives_up_where_it_cannot_be_told(monkeypatch):
    monkeypatch.setattr("procmaps.cli._progress._PATIENCE", 0)
    monkeypatch.setattr(sys, "stderr", Closed())
    with Progress() as progress:
        progress.tell("1 of 2")
        progress.tell("2 of 2")


def test_progress_is_taken_away_in_the_end(monkeypatch):
    monkeypatch.setattr("procmaps.cli._progress._PATIENCE", 0)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress() as progress:
        progress.tell("1 of 2\x1b[2J")
        progress.tell("2 of 2")  # too soon after the first
    assert sys.stderr.getvalue().split("\r") == ["", "1 of 2\\x1b[2J" + " " * 66, "", " " * 79, ""]
