"""What a target can be, and what is said when it is nothing or too much."""

from __future__ import annotations

import io
import json
import os
import re
import sys

import pytest

from procmaps import from_pid, from_str
from procmaps.cli import _permissions
from support.children import sleeping, talking, zombie
from support.command import LISTING, NASTY, linux, pathnames, run
from support.fake_proc import PF_KTHREAD


def add(proc, pid, name, maps=LISTING, command=b""):
    directory = proc.add(pid, maps)
    (directory / "comm").write_bytes(name + b"\n")
    (directory / "cmdline").write_bytes(command)


@linux
def test_a_number_is_a_process(command):
    with sleeping() as pid:
        status, out, err = command(pid, "--json")
        shown = json.loads(out)
        assert (status, err, shown["pid"], shown["attempts"]) == (0, "", pid, 1)
        assert [m["pathname"] for m in shown["maps"]] == [m.pathname for m in from_pid(pid)]


@linux
def test_self_is_the_command(command):
    assert json.loads(command("self", "--json")[1])["pid"] == os.getpid()


def test_a_file(command, listing, monkeypatch, proc):
    monkeypatch.setenv("PROCMAPS_PROC", str(proc.root))
    monkeypatch.chdir(listing.parent)
    assert command("listing") == command("./listing") == command(listing)
    assert pathnames(command("listing")[1])[:3] == ["/bin/cat", "/bin/cat", "[heap]"]


@linux
def test_a_file_called_like_a_number_has_a_slash(command, tmp_path, monkeypatch):
    (tmp_path / "2147483647").write_bytes(LISTING)
    monkeypatch.chdir(tmp_path)
    assert command("./2147483647")[0] == 0
    assert command("2147483647")[0] == 4


def test_standard_input(command, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LISTING)))
    status, out, _ = command("-", "--jsonl")
    assert status == 0
    assert [json.loads(line)["begin_address"] for line in out.splitlines()] == [
        hex(m.begin_address) for m in from_str(LISTING)
    ]


def test_standard_input_is_bytes():
    done = run("-", "--json", stdin=NASTY.read_bytes(), PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["maps"] == json.loads(run(NASTY, "--json").stdout)["maps"]


@linux
def test_a_name_is_the_process_of_that_name(command, proc):
    add(proc, 12, b"one")
    add(proc, 34, b"oneself")
    (proc.root / "56").mkdir()  # gone before its name was read
    (proc.root / "acpi").mkdir()
    status, out, err = command("one", "--proc", proc.root, "--json")
    assert (status, json.loads(out)["pid"], err) == (0, 12, "")


@linux
def test_a_name_of_a_real_process(command):
    script = """if True:
        import os
        with open("/proc/self/comm", "w") as file:
            file.write(f"p {os.getpid()} \\x1b")
        print(flush=True)
        input()
        """
    with talking(script) as child:
        child.stdout.readline()
        assert json.loads(command(f"p {child.pid} \x1b", "--json")[1])["pid"] == child.pid


@linux
def test_the_command_itself_is_not_meant_by_a_name(command, proc):
    add(proc, os.getpid(), b"python3")
    assert command("python3", "--proc", proc.root)[0] == 4
    add(proc, 2**22 + 7, b"python3")
    assert command("python3", "--proc", proc.root)[0] == 0


@linux
@pytest.mark.parametrize("arguments", [b"/opt/a-name-that-is-cut\0-v\0", b"/bin/python3\0./a-name-that-is-cut\0"])
def test_a_name_that_the_kernel_has_cut(command, proc, arguments):
    add(proc, 12, b"a-name-that-is-", command=arguments)
    add(proc, 13, b"a-name-that-is-", command=b"a-name-that-is-another\0")
    assert json.loads(command("a-name-that-is-cut", "--proc", proc.root, "--json")[1])["pid"] == 12
    assert command("a-name-that-is-mine", "--proc", proc.root)[0] == 4
    assert command("a-name-that-is-", "--proc", proc.root)[0] == 2


@linux
def test_of_several_processes_one_is_to_be_chosen(command, proc):
    add(proc, 12, b"srv", command=b"srv\0--name=\x1b[2J\n\0" + b"x" * 200 + b"\0")
    add(proc, 7, b"srv")
    status, out, err = command("srv", "--proc", proc.root)
    assert (status, out) == (2, "")
    lines = err.splitlines()
    assert lines[0] == "procmaps: 2 processes are called srv; which one?"
    assert lines[1] == "        7  [srv]"
    assert re.fullmatch(r" +12  srv --name=\\x1b\[2J\\x0a x+\.\.\.x+", lines[2])
    assert len(lines[2]) == 2 + 7 + 2 + 90


@linux
def test_of_many_processes_not_all_are_listed(command, proc):
    for pid in (*range(200, 212), *range(90, 101)):
        add(proc, pid, b"srv")
    first, *lines, last = command("srv", "--proc", proc.root)[2].splitlines()
    assert (first, last) == ("procmaps: 23 processes are called srv; which one?", "  ... and 3 more")
    assert [int(line.split()[0]) for line in lines] == [*range(90, 101), *range(200, 209)]


@linux
def test_neither_a_file_nor_a_process_is_guessed(command, proc, tmp_path, monkeypatch):
    add(proc, 12, b"listing")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "listing").write_bytes(LISTING[:82])
    status, _, err = command("listing", "--proc", proc.root)
    assert (status, err) == (
        2,
        "procmaps: listing is a file and the name of process 12: write ./listing or 12\n",
    )
    assert command("./listing", "--proc", proc.root)[1].count("\n") == 2
    assert command("12", "--proc", proc.root)[1].count("\n") == 8


@pytest.mark.parametrize("name", ["-q", "--json", "-f", "-1"])
def test_what_is_behind_two_dashes_is_no_option(command, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(LISTING)
    table = command(f"./{name}")
    assert table[0] == 0
    for argv in (["--"], ["show", "--"], ["--color=never", "--"]):
        assert command(*argv, name) == table
    assert command("-p", "rw", "--", name, "heap")[1].count("\n") == 2
    assert command(f"./{name}", "--", name)[2].endswith(": none of 7 mappings matches\n")


@linux
def test_nothing_of_that_name(command, proc):
    assert command("no\x1bne", "--proc", proc.root) == (
        4,
        "",
        "procmaps: no process is called no\\x1bne, and no file\n",
    )


@linux
def test_nothing_of_that_name_may_be_hidden(command, proc, tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"22 20 0:5 / {proc.root} rw - proc proc rw,hidepid=2\n")
    monkeypatch.setattr(_permissions, "MOUNTS", str(mounts))
    monkeypatch.setattr(_permissions, "CONTAINER_MARKS", ())
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    status, _, err = command("none", "--proc", proc.root)
    assert (status, err.splitlines()) == (
        4,
        [
            "procmaps: no process is called none, and no file",
            f"  {proc.root} is mounted with hidepid=2: it hides the processes of other users.",
        ],
    )


@pytest.mark.parametrize("target", ["none", "1", "self"])
def test_no_proc_file_system(command, tmp_path, target):
    status, out, err = command(target, "--proc", tmp_path / "none")
    assert (status, out) == (2, "")
    assert "no proc file system" in err


@pytest.mark.parametrize("target", ["0", "2147483648", "00", "99999999999999999999", "9" * 5000])
def test_numbers_of_no_process(command, target):
    status, _, err = command(target)
    assert (status, err) == (2, f"procmaps: the number of a process is from 1 to 2147483647, not {target}\n")


@linux
def test_digits_are_those_of_ascii(command):
    assert command("²")[0] == 4


@linux
@pytest.mark.parametrize("variable", ["PROCMAPS_PROC", "HOST_PROC"])
def test_proc_from_the_environment(command, proc, monkeypatch, variable):
    monkeypatch.setenv(variable, str(proc.root))
    add(proc, 12, b"one")
    assert command("one")[0] == command("12")[0] == 0


@linux
def test_a_zombie(command):
    with zombie() as pid:
        status, out, err = command(pid)
        assert (status, out) == (1, "")
        assert re.fullmatch(rf"procmaps: \S+ \(pid {pid}\): a zombie, whose memory is gone\n", err)
        whole = json.loads(command(pid, "--json")[1])
        assert (whole["maps"], whole["without_memory"]) == ([], "zombie")


@linux
def test_a_kernel_thread(command, proc):
    proc.add(2, b"", flags=PF_KTHREAD)
    (proc.root / "2" / "comm").write_bytes(b"kthread\x1bd\n")
    assert command("2", "--proc", proc.root) == (
        1,
        "",
        "procmaps: kthread\\x1bd (pid 2): a kernel thread, which has no memory of its own\n",
    )


def test_an_empty_listing(command, tmp_path):
    (tmp_path / "empty").touch()
    assert command(tmp_path / "empty") == (1, "", f"procmaps: {tmp_path / 'empty'}: no mappings\n")
