"""The verb `demangle`: names, text on standard input, and what is in the way."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from support.command import run, unix


def test_names(command):
    assert command("demangle", "_Z3foov", "_ZN3barC1ESs@@V") == (0, "foo()\nbar::bar(std::string)@@V\n", "")
    status, out, err = command("demangle", "-v", "_Z1fSs")
    assert (status, out, err) == (0, "f(std::basic_string<char, std::char_traits<char>, std::allocator<char> >)\n", "")


def test_names_that_are_none(command):
    status, out, err = command("demangle", "main", "_Z3foov")
    assert (status, out) == (1, "main\nfoo()\n")
    assert err.startswith("procmaps: not a mangled name: position 0: expected ")


@unix
def test_a_name_of_any_bytes():
    done = run("demangle", os.fsdecode(b"_Z1\xe9v"))
    assert (done.returncode, done.stdout) == (0, b"\xe9()\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", b""),
        (b"\xff\0_Z3foov\r\n \xe9_Z3foov@@V", b"\xff\0foo()\r\n \xe9foo()@@V"),
        (b"_Z3foov " * 50_000, b"foo() " * 50_000),
        (b"x" * 3_000_000 + b" _Z3foov", b"x" * 3_000_000 + b" foo()"),
    ],
    ids=["nothing", "bytes", "more than a part", "a word without end"],
)
def test_a_text(text, expected):
    done = run("demangle", stdin=text)
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, b"")


def test_a_text_comes_as_it_goes():
    """A line is there before the next one is written; a name that is not at its end is waited for."""
    command = [sys.executable, "-m", "procmaps", "demangle"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for written, expected in [(b"_Z3foov\n_Z3", b"foo()\n"), (b"barv\n", b"bar()\n")]:
            process.stdin.write(written)
            process.stdin.flush()
            assert process.stdout.readline() == expected
        process.stdin.write(b"_Z3foov")
        process.stdin.close()
        assert process.stdout.read() == b"foo()"
    assert process.returncode == 0


@unix
def test_nobody_reads():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run("demangle", stdin=b"_Z3foov\n", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_nothing_to_read(command, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert command("demangle") == (2, "", "procmaps: standard input is closed\n")


def test_what_cannot_be_read(command, monkeypatch):
    class Broken:
        buffer = property(lambda self: self)

        def read1(self, _size):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(sys, "stdin", Broken())
    status, out, err = command("demangle")
    assert (status, out) == (2, "")
    assert err.startswith("procmaps: cannot read standard input: ")
