"""The verb `watch`: in a pipe and on a terminal, which it leaves as it was."""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

if os.name == "nt":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

from procmaps import InconsistentError
from procmaps.cli import watch
from procmaps.cli._watched import Watched
from support.children import reaped, sleeping, talking, zombie
from support.command import linux, run
from support.terminal import Terminal

pytestmark = linux

# Maps a mebibyte, with a name that would clear the screen, for each line that it is told.
GROWING = """if True:
    import mmap, os, sys
    kept, content = [], b"x" * (1 << 20)
    os.write(1, b"begun\\n")
    for line in sys.stdin:
        with open(sys.argv[1] + str(len(kept)), "wb+") as file:
            file.truncate(1 << 20)
            kept.append(mmap.mmap(file.fileno(), 1 << 20))
        kept[-1].write(content)
        os.write(1, b"done\\n")
    """
NASTY = 'a,"b" \x1b[2J\n<i>'


class Growing:
    def __init__(self, child):
        self.pid = child.pid
        self._child = child

    def grow(self):
        self._child.stdin.write(b"\n")
        self._child.stdin.flush()
        assert self._child.stdout.readline() == b"done\n"

    def grow_slowly(self):
        """Grow for who cannot tell whether it is seen yet."""
        self.grow()
        time.sleep(0.2)

    def end(self):
        self._child.stdin.close()
        self._child.wait()


@pytest.fixture
def growing(tmp_path):
    with talking(GROWING, str(tmp_path / NASTY)) as child:
        assert child.stdout.readline() == b"begun\n"
        yield Growing(child)


@contextmanager
def piped(*arguments):
    command = [sys.executable, "-m", "procmaps", "watch", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


# In a pipe


def is_written(change):
    return change["new"]["pathname"] is not None and change["memory_change"].get("rss") == 1 << 20


def test_a_line_of_json_for_each_change(growing):
    with piped(growing.pid, "--every=50ms", "--what", "added", "--memory") as process:
        # When it has begun cannot be seen from here.
        while not select.select([process.stdout], [], [], 0.3)[0]:
            growing.grow()
        # One may be seen after it was mapped and before it is written to; and what is written is in memory too.
        while not is_written(change := json.loads(process.stdout.readline())):
            growing.grow()
        growing.end()
        assert process.communicate()[1] == b""
        assert process.returncode == 0
    assert (change["schema"], change["pid"], change["what"]) == ("procmaps/1", growing.pid, ["added"])
    assert (change["size_change"], change["memory_change"]["rss"]) == (1 << 20, 1 << 20)
    assert 'a,"b" \x1b[2J\\012<i>' in change["new"]["pathname"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", change["time"])


def test_so_many_readings():
    with sleeping() as pid:
        begin = time.monotonic()
        assert run("watch", pid, "--count=3", "--every=100ms").returncode == 0
        assert time.monotonic() - begin > 0.3
        with Terminal(100, 24, ["watch", pid, "--count=2", "--every=100ms"]) as seen:
            assert seen.end() == 0


def test_how_fast_it_grows(growing):
    process = watched(growing.pid, what=["added"])
    growing.grow()
    growing.grow()
    process.read()
    process._begin -= 1000
    told = watch._told(process, process.changes_since_first())
    assert re.fullmatch(r"2 added: \+2M SIZE \(\+2.0K/s\) in 1\d\d\d s", told)


def test_a_closed_pipe_ends_it_at_once_and_in_silence():
    with sleeping() as pid, piped(pid, "--every=1h") as process:
        process.stdout.close()
        assert process.wait(timeout=120) == 141
        assert process.stderr.read() == b""


def test_quiet():
    with sleeping() as pid:
        done = run("watch", pid, "--every=50ms", "--count=2", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_an_output_that_is_no_file(command):
    with sleeping() as pid:
        assert command("watch", pid, "--count=1", "--every=10ms")[0] == 0


ENDLESS = "what is watched has no end, and so is no document: --jsonl has a document for each change"
DURATION = "argument --every: expected a time from 10ms to 480h, such as 1s, 200ms or 5m"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--json"], ENDLESS),
        (["--csv"], ENDLESS),
        (["--every=1ms"], f"{DURATION}, not '1ms'"),
        (["--every=x"], f"{DURATION}, not 'x'"),
        (["--every=1.2.3s"], f"{DURATION}, not '1.2.3s'"),
        (["--every=481h"], f"{DURATION}, not '481h'"),
        (["--count=0"], "argument --count: expected a number of readings, not '0'"),
    ],
)
def test_wrong_arguments(command, arguments, expected):
    status, out, err = command("watch", "self", *arguments)
    assert (status, out, err.partition("\n")[0]) == (2, "", f"procmaps: {expected}")


def test_what_cannot_be_watched(command, listing, proc):
    assert command("watch", listing)[2] == f"procmaps: {listing} is no process: a listing does not change\n"
    assert command("watch", reaped())[0] == 4
    with zombie() as pid:
        status, out, err = command("watch", pid)
    assert (status, out) == (1, "")
    assert err.endswith(f" (pid {pid}): a zombie, which has no mappings\n")
    proc.add(12, b"x\n")
    assert command("watch", 12, "--proc", proc.root)[0] == 5


def watched(pid, **options):
    return Watched(argparse.Namespace(**{"target": str(pid), "proc": None, "memory": False, "what": None, **options}))


def test_another_process_of_that_number_is_not_taken_for_it(monkeypatch):
    with sleeping() as pid:
        process = watched(pid)
        assert process.read()
        monkeypatch.setattr("procmaps.cli._watched.start_ticks", lambda _: 1)
        assert not process.read()
        assert not process.is_there


def test_a_reading_that_is_torn_is_left_out(monkeypatch):
    with sleeping() as pid:
        process = watched(pid)

        def torn(*_, **__):
            raise InconsistentError

        monkeypatch.setattr("procmaps.cli._watched.from_pid", torn)
        assert process.read()
    assert (process.torn, len(process.changes)) == (1, 0)
    assert watch._told(process, process.changes_since_first()) == "no changes in 0 s; 1 readings were torn"


# On a terminal


def test_what_has_changed_is_shown(growing):
    with Terminal(100, 24, ["watch", growing.pid, "--every=100ms", "--memory", "--what=added"]) as seen:
        seen.until(lambda seen: "no changes" in seen.rows[1])
        growing.grow()
        seen.until(lambda seen: "1 added" in seen.rows[1])
        growing.grow()
        seen.until(lambda seen: "2 added: +2M SIZE, +2M RSS" in seen.rows[1])
        title = rf"\S+ \(pid {growing.pid}\): \d+ mappings, .* in memory +every 0.1 s, Ctrl-C ends"
        assert re.fullmatch(title, seen.rows[0])
        assert seen.rows[3].split() == ["BEGIN", "END", "PERMS", "SIZE", "CHANGE", "RSS", "LAST", "WHAT", "PATHNAME"]
        assert seen.rows[4].startswith("+ 0x")
        assert "\\x1b[2J\\012<i>" in seen.rows[4]
        assert seen.rows[6] == ""
        growing.end()
        assert seen.end() == 0
        left = seen.output.rpartition(b"\x1b[?1049l")[2].decode()
        assert f"(pid {growing.pid}) has ended: 2 added: +2M SIZE, +2M RSS" in left
        assert left.count("\\012<i>") == 2


def test_the_terminal_gets_another_size(growing):
    with Terminal(120, 24, ["watch", growing.pid, "--every=1h"]) as seen:
        seen.until(lambda seen: "Ctrl-C ends" in seen.rows[0])
        assert len(seen.rows[0]) == 120
        seen.resize(70, 4)
        # It is drawn again long before the next reading.
        seen.until(lambda seen: "Ctrl-C ends" in seen.rows[0] and len(seen.rows[0]) == 70)
        seen.resize(20, 4)
        seen.until(lambda seen: len(seen.rows[0]) <= 20 and "Ctrl" not in seen.rows[0])
        seen.press(b"\x03")
        assert seen.end() == 130


def test_the_largest_are_shown_if_not_all_fit(growing):
    with Terminal(100, 7, ["watch", growing.pid, "--every=50ms", "--what=added"]) as seen:
        seen.until(lambda seen: "no changes" in seen.rows[1])
        for _ in range(4):
            growing.grow()
        seen.until(lambda seen: seen.rows[6] == "... and 2 more, of less")
        assert len([row for row in seen.rows if row.startswith("+ ")]) == 2
        seen.press(b"\x03")
        assert seen.end() == 130


@pytest.mark.parametrize(
    ("how", "status"),
    [
        (lambda seen: seen.press(b"\x03"), 130),
        (lambda seen: seen.process.send_signal(signal.SIGTERM), 143),
        (lambda seen: seen.process.send_signal(signal.SIGHUP), 129),
    ],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)
def test_however_it_ends_the_terminal_is_as_it_was(growing, how, status):
    with Terminal(100, 24, ["watch", growing.pid, "--every=50ms"]) as seen:
        before = seen.settings
        seen.until(lambda seen: "no changes" in seen.rows[1])
        growing.grow()
        seen.until(lambda seen: "added" in seen.rows[1])
        assert seen.screen.cursor.hidden
        how(seen)
        assert seen.end() == status
        assert seen.settings == before
        assert not seen.screen.cursor.hidden
        assert pyte_modes(seen) == {"wrap", "cursor"}
        assert seen.output.count(b"\x1b[?1049h") == seen.output.count(b"\x1b[?1049l") == 1
        assert seen.output.index(b"\x1b[?1049l") < seen.output.rindex(b" in ")
        assert b"Traceback" not in seen.output


def pyte_modes(seen):
    import pyte.modes as modes

    names = {modes.DECAWM: "wrap", modes.DECTCEM: "cursor"}
    return {name for mode, name in names.items() if mode in seen.screen.mode}


def test_ctrl_z_gives_the_terminal_back(growing):
    with Terminal(100, 24, ["watch", growing.pid, "--every=50ms"]) as seen:
        seen.until(lambda seen: "no changes" in seen.rows[1])
        # Of a session without a shell nobody may stop the first process but by SIGSTOP: so it goes on at once.
        seen.process.send_signal(signal.SIGTSTP)
        seen.until(lambda seen: seen.output.count(b"\x1b[?1049h") == 2)
        assert seen.output.count(b"\x1b[?1049l") == 1
        seen.press(b"\x03")
        assert seen.end() == 130


def test_colors(growing):
    with Terminal(100, 24, ["watch", growing.pid, "--every=50ms", "--what=added"]) as seen:
        seen.until(lambda seen: "no changes" in seen.rows[1])
        growing.grow()
        seen.until(lambda seen: seen.rows[4].startswith("+ "))
        assert seen.screen.buffer[4][2].fg == "green"
    with Terminal(100, 24, ["watch", growing.pid, "--every=50ms", "--color=never", "--no-header"]) as seen:
        seen.until(lambda seen: "no changes" in seen.rows[1])
        growing.grow()
        seen.until(lambda seen: seen.rows[3].startswith(("+ ", "~ ")))
        assert b"m0x" not in seen.output


def test_a_terminal_that_can_do_nothing(growing):
    with Terminal(200, 24, ["watch", growing.pid, "--every=50ms", "--what=added"], TERM="dumb") as seen:
        seen.until(lambda seen: growing.grow_slowly() or seen.rows[0].startswith("+ 0x"))
        assert b"\x1b[?" not in seen.output
        seen.press(b"\x03")
        assert seen.end() == 130


def test_json_on_a_terminal(growing):
    with Terminal(500, 24, ["watch", growing.pid, "--every=50ms", "--jsonl", "--what=added"]) as seen:
        seen.until(lambda seen: growing.grow_slowly() or '{"schema": "procmaps/1"' in seen.rows[0])
        assert b"\x1b" not in seen.output


# Under tmux, as people have it


@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_a_session_under_tmux(growing, tmp_path):
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", os.devnull]

    def ask(*arguments):
        return subprocess.run([*tmux, *arguments], stdout=subprocess.PIPE, check=True).stdout.decode()

    def until(is_seen):
        deadline = time.monotonic() + 120
        while not is_seen(shown := ask("capture-pane", "-p")):
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
        return shown

    command = f"{sys.executable} -m procmaps watch {growing.pid} --every=100ms"
    lines = ["trap : INT", "stty -g > before", command, "echo status $?", "stty -g > after", "echo over", "read line"]
    (tmp_path / "script").write_text(f"cd {tmp_path}\n" + "\n".join(lines))
    ask("new-session", "-d", "-x", "100", "-y", "20", f"sh {tmp_path / 'script'}")
    try:
        until(lambda shown: "no changes" in shown)
        growing.grow()
        until(lambda shown: "+ 0x" in shown)
        assert "\x1b[32m" in ask("capture-pane", "-p", "-e")
        ask("resize-window", "-x", "64", "-y", "10")
        shown = until(lambda shown: len(shown.splitlines()[0]) == 64)
        assert max(map(len, shown.splitlines())) <= 64
        ask("send-keys", "C-c")
        assert "status 130" in until(lambda shown: "over" in shown)
        assert (tmp_path / "after").read_bytes() == (tmp_path / "before").read_bytes() != b""
        assert ask("display-message", "-p", "#{cursor_flag} #{alternate_on} #{wrap_flag}") == "1 0 1\n"
    finally:
        ask("kill-server")
