"""What is said when a listing or a process cannot be read, and the exit status."""

from __future__ import annotations

import errno
import io
import os
import re
import subprocess
import sys

import pytest

import procmaps
from procmaps import from_path
from procmaps.cli import _permissions, _target
from procmaps.cli._explain import explain
from support.children import reaped
from support.command import LISTING, linux, run, unix


@pytest.mark.parametrize(
    ("text", "column", "line", "mark"),
    [
        (LISTING + b"7f95-7fa5 r-xq 0 08:01 42\n", 14, "7f95-7fa5 r-xq 0 08:01 42", "             ^"),
        (b"\xe6\x97\xa5 \x1b]0;x\x07\n", 1, r"日 \x1b]0;x\x07", "^"),
        (b"1000-2000 \xe6\x97\xa5\r\n", 11, r"1000-2000 日\x0d", "          ^"),
        ("1-2 r--p 0 0:0 0 /\u65e5\u672c\0\n".encode(), 25, r"1-2 r--p 0 0:0 0 /日本\x00", " " * 22 + "^"),
        (b"1000-2000 " + b"r" * 99 + b"\n", 12, "1000-2000 r" + "r" * 40 + "...", "           ^"),
        (b"1-2 r--p 0 0:0 0 " + b"n" * 99 + b"\0\n", 117, "..." + "n" * 60 + r"\x00", " " * 63 + "^"),
    ],
)
def test_a_line_that_is_none(command, tmp_path, text, column, line, mark):
    path = tmp_path / "text"
    path.write_bytes(text)
    status, out, err = command(path)
    lines = err.splitlines()
    assert (status, out, len(lines)) == (5, "", 4)
    lineno = text.count(b"\n")
    assert lines[0].startswith(f"procmaps: {path}, line {lineno}, column {column}: ")
    assert lines[1:3] == ["  " + line, "  " + mark]
    assert "procmaps.lenient" in lines[3]


@pytest.mark.parametrize(
    ("verb", "text", "advice"),
    [
        (
            "show",
            LISTING[:82] + b"Size:           4 kB\n",
            "This is a listing of /proc/PID/smaps: procmaps mem reads it",
        ),
        ("mem", LISTING, "This is a listing of /proc/PID/maps, which tells no use of memory"),
    ],
)
def test_maps_and_smaps_are_told_apart(command, tmp_path, verb, text, advice):
    (tmp_path / "text").write_bytes(text)
    status, out, err = command(verb, tmp_path / "text")
    assert (status, out) == (5, "")
    assert err.splitlines()[-1].startswith(f"  {advice}")


def test_what_was_expected_is_said(command, tmp_path):
    (tmp_path / "text").write_bytes(b"7f95-7fa5 r-xq 0 08:01 42\n")
    with pytest.raises(procmaps.ParseError) as raised:
        from_path(tmp_path / "text")
    error = raised.value
    assert f": {error.field}: expected {error.expected}\n" in command(tmp_path / "text")[2]


def test_standard_input_that_is_none():
    done = run("-", stdin=b"hello\n")
    assert (done.returncode, done.stdout) == (5, b"")
    assert done.stderr.startswith(b"procmaps: standard input, line 1, column 1: ")


@linux
def test_a_process_whose_listing_is_none(command, proc):
    proc.add(12, b"hello\n")
    status, _, err = command("12", "--proc", proc.root)
    assert status == 5
    assert err.startswith(f"procmaps: {proc.root}/12/maps, line 1, column 1: ")


@linux
def test_a_process_that_is_gone(command):
    pid = reaped()
    assert command(pid) == (
        4,
        "",
        f"procmaps: cannot read /proc/{pid}: no such process {pid}: it ended, or is hidden from this user\n",
    )


@linux
def test_a_process_that_does_not_stand_still(command, monkeypatch):
    error = procmaps.InconsistentError(errno.EAGAIN, "The mappings changed", "/proc/9/maps")

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(_target, "from_pid", refuse)
    assert command("9") == (6, "", "procmaps: cannot read /proc/9/maps: the mappings changed\n  Try again.\n")


def test_where_there_are_no_processes(capsys):
    error = procmaps.UnsupportedError(errno.ENOSYS, "no proc file system on this system; this needs Linux", "/proc/1")
    assert explain(error) == 2
    assert capsys.readouterr().err == (
        "procmaps: cannot read /proc/1: no proc file system on this system; this needs Linux\n"
        "  A saved listing can be read here: procmaps FILE\n"
    )


def test_standard_input_that_cannot_be_read(command, monkeypatch):
    class Broken(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, _):
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Broken())))
    assert command("-") == (2, "", "procmaps: cannot read standard input: input/output error\n")


# As another user the interpreter could not load what it has not loaded yet.
AS_NOBODY = """
import ctypes, os, signal, sys
from procmaps.cli import main, _explain, show
main(["self", "-q", "-p", "r"])
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
"""


def as_nobody(statements):
    return subprocess.run([sys.executable, "-c", AS_NOBODY + statements], capture_output=True, check=False)


@linux
@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="needs root, to become somebody else")
def test_a_process_of_another_user():
    done = as_nobody("sys.exit(main(['1']))")
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout) == (3, b"")
    assert lines[0] == "procmaps: cannot read /proc/1/maps: permission denied"
    assert "  You are uid 65534; process 1 belongs to uid 0. Reading it needs CAP_SYS_PTRACE." in lines
    assert "  Try: sudo procmaps 1" in lines


@linux
@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="needs root, to become somebody else")
def test_a_process_of_the_same_user_that_is_protected():
    # prctl(PR_SET_DUMPABLE, 0) is what a change of uid does too; the parent undoes it for itself.
    done = as_nobody(
        "prctl = ctypes.CDLL(None).prctl; prctl(4, 1)\n"
        "pid = os.fork()\n"
        "if pid == 0: prctl(4, 0); os.kill(os.getpid(), signal.SIGSTOP)\n"
        "os.waitpid(pid, os.WUNTRACED); status = main([str(pid)]); os.kill(pid, signal.SIGKILL); sys.exit(status)"
    )
    assert done.returncode == 3
    assert re.search(rb"\n  You are uid 65534, and so is process \d+, but it is protected: ", done.stderr)


@pytest.fixture
def denied(proc, monkeypatch, capsys, tmp_path):
    """Have a process that cannot be read: what is said of it."""

    def explained(uids="0 0 0 0", capabilities="0", mounts="", yama=None, own=1000, error=PermissionError):
        directory = proc.add(12, b"")
        if uids is not None:
            (directory / "status").write_text(f"Name:\tx\nUid:\t{uids}\n")
        (tmp_path / "status").write_text(f"CapPrm:\tffff\nCapEff:\t{capabilities}\n")
        (tmp_path / "mounts").write_text(f"20 1 0:1 / / rw - ext4 a rw,hidepid=2\n{mounts}")
        monkeypatch.setattr(_permissions, "STATUS", tmp_path / "status")
        monkeypatch.setattr(_permissions, "MOUNTS", tmp_path / "mounts")
        if yama is not None:
            (tmp_path / "yama").write_text(yama)
            monkeypatch.setattr(_permissions, "YAMA", tmp_path / "yama")
        monkeypatch.setattr(os, "geteuid", lambda: own, raising=False)
        path = f"{proc.root}/12" if error is ProcessLookupError else f"{proc.root}/12/maps"
        code = errno.ESRCH if error is ProcessLookupError else errno.EACCES
        assert explain(error(code, "No", path)) == (4 if error is ProcessLookupError else 3)
        first, *lines = capsys.readouterr().err.splitlines()
        assert first.startswith(f"procmaps: cannot read {path}: ")
        return [line[2:] for line in lines]

    return explained


OTHER = "You are uid 1000; process 12 belongs to uid 0. Reading it needs CAP_SYS_PTRACE."


@unix
def test_denied_of_another_user(denied):
    assert denied() == [OTHER, "Try: sudo procmaps 12"]


@unix
def test_denied_of_several_users(denied):
    assert "belongs to uid 9 and 1000." in denied(uids="1000 9 1000 1000")[0]


@unix
def test_denied_of_the_same_user(denied):
    assert denied(uids="1000 1000 1000 5")[0].startswith("You are uid 1000, and so is process 12, but it is protected")


@unix
def test_denied_of_an_unknown_user(denied):
    assert denied(uids=None)[0] == (
        "You are uid 1000, and are not told whose process 12 is. Reading it needs CAP_SYS_PTRACE."
    )


@unix
@pytest.mark.parametrize(
    ("capabilities", "has"), [("000001ffffffffff", True), ("80000", True), ("ffffffff7ffff", False)]
)
def test_denied_though_capable(denied, capabilities, has):
    assert denied(capabilities=capabilities)[0].startswith("You have CAP_SYS_PTRACE: ") == has


@unix
def test_denied_to_root(denied):
    assert not any("sudo" in line for line in denied(own=0))


@unix
@pytest.mark.parametrize(("scope", "lines"), [("1\n", 3), ("3\n", 3), ("0\n", 2)])
def test_denied_under_yama(denied, scope, lines):
    said = denied(yama=scope)
    assert len(said) == lines
    assert lines == 2 or said[2].startswith(f"kernel.yama.ptrace_scope is {scope.strip()}, but ")


@unix
@pytest.mark.parametrize("option", ["2", "invisible", "1", "0", "off"])
@pytest.mark.parametrize("error", [PermissionError, ProcessLookupError])
def test_hidden_processes(denied, proc, option, error):
    said = denied(mounts=f"22 20 0:5 / {proc.root} rw - proc proc rw,hidepid={option},gid=4\n", error=error)
    sentence = f"{proc.root} is mounted with hidepid={option}: it hides the processes of other users."
    hides = option not in ("0", "off")
    assert (sentence in said) == hides
    assert ("Try: sudo procmaps 12" in said) == (hides or error is PermissionError)


@unix
def test_a_missing_process_that_nothing_hides(denied):
    assert denied(error=ProcessLookupError) == []


@unix
def test_hidden_from_root(denied, proc):
    mounts = f"22 20 0:5 / {proc.root} rw - proc proc rw,hidepid=2\n"
    assert len(denied(mounts=mounts, own=0, error=ProcessLookupError)) == 1


@unix
@pytest.mark.parametrize("mark", ["file", "variable"])
@pytest.mark.parametrize("error", [PermissionError, ProcessLookupError])
def test_in_a_container(denied, monkeypatch, tmp_path, mark, error):
    if mark == "file":
        monkeypatch.setattr(_permissions, "CONTAINER_MARKS", ("/missing", str(tmp_path)))
    else:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert denied(error=error)[-1].startswith("This is a container: ")


@unix
def test_who_has_the_capability_is_not_told_to_get_it(denied, monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    said = denied(capabilities="80000", own=0)
    assert said[0].startswith("You have CAP_SYS_PTRACE: ")
    assert len(said) == 1


@unix
def test_a_file_that_is_not_permitted_is_no_process(capsys, tmp_path):
    (tmp_path / "12").mkdir()
    assert explain(PermissionError(errno.EACCES, "Permission denied", f"{tmp_path}/12/maps")) == 3
    assert capsys.readouterr().err == f"procmaps: cannot read {tmp_path}/12/maps: permission denied\n"
