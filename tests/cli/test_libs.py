"""The verb `libs`: what a process has loaded."""

from __future__ import annotations

import ctypes
import json
import os

import pytest

import procmaps
from procmaps.cli import main
from support.children import sleeping
from support.command import linux
from support.compiled import library, loaded_again, needs_cc

pytestmark = linux


@pytest.fixture(scope="module")
def child():
    with sleeping() as pid:
        yield pid


@pytest.fixture
def saved(child, tmp_path):
    path = tmp_path / "saved.maps"
    path.write_text(procmaps.from_pid(child).text())
    return path


def test_the_table(command, child):
    status, out, err = command("libs", child)
    header, *rows = out.splitlines()
    assert (status, err) == (0, "")
    assert header.split() == ["BASE", "SIZE", "BUILD-ID", "PATHNAME"]
    modules = procmaps.from_pid(child).modules()
    assert [row.split()[0] for row in rows] == [f"{module.base:#x}" for module in modules]
    assert [row.split()[2] for row in rows] == [(module.build_id or b"").hex()[:12] or "-" for module in modules]
    assert [row.split()[3] for row in rows] == [module.pathname for module in modules]
    assert command("libs", child, "-q") == (0, "", "")


def test_by_name(command, child):
    name = procmaps.from_pid(child).modules()[0].name
    status, out, _ = command("libs", child, name, "--no-header")
    assert (status, len(out.splitlines())) == (0, 1)
    status, out, err = command("libs", child, "libnone")
    assert (status, out) == (1, "")
    assert err.endswith(f"(pid {child}): no module called libnone\n")
    assert command("libs", child, "")[0] == 1


def test_json(command, child):
    document = json.loads(command("libs", child, "--json")[1])
    modules = procmaps.from_pid(child).modules()
    assert (document["schema"], document["pid"]) == ("procmaps/1", child)
    for record, module in zip(document["modules"], modules):
        assert record == {
            "base": f"{module.base:#x}",
            "end_address": f"{module.end_address:#x}",
            "size": module.size,
            "bias": f"{module.bias:#x}",
            "build_id": None if module.build_id is None else module.build_id.hex(),
            "soname": module.soname,
            "architecture": module.architecture,
            "source": module.source,
            "reason": None,
            "device": list(module.device),
            "inode": module.inode,
            "maps": len(module.maps),
            "pathname": module.pathname,
        }
    assert len(document["modules"]) == len(modules)


def test_load_order(command, child, saved):
    order = procmaps.modules.load_order(procmaps.from_pid(child))
    if order is None:
        pytest.skip("the memory of a child may not be read here")
    rows = command("libs", child, "--load-order", "--no-header")[1].splitlines()
    assert [row.split()[0] for row in rows] == [f"{module.base:#x}" for module in order]
    status, _, err = command("libs", saved, "--load-order")
    assert status == 2
    assert f"the order in which {saved} has loaded its libraries is not known" in err


def test_a_saved_listing(command, child, saved):
    status, out, err = command("libs", saved, "--no-header")
    rows = out.splitlines()
    assert status == 0
    assert {row.split()[2] for row in rows} == {"?"}
    assert err.startswith(f"procmaps: {len(rows)} of these: from the listing alone: a saved listing has no files: ")
    status, out, err = command("libs", saved, "--root", "/", "--no-header")
    live = command("libs", child, "--no-header")[1]
    assert [row.split() for row in out.splitlines() if "[vdso]" not in row] == [
        row.split() for row in live.splitlines() if "[vdso]" not in row
    ]
    assert err in ("", "procmaps: [vdso]: from the listing alone: it was in the memory of the process only: [vdso]\n")


def test_a_process_has_its_files(command, child):
    status, _, err = command("libs", child, "--root", "/")
    assert status == 2
    assert "--root is for saved listings" in err


def test_nothing(command, tmp_path):
    path = tmp_path / "empty.maps"
    path.write_text("1000-2000 rw-p 00000000 00:00 0 \n")
    assert command("libs", path) == (1, "", f"procmaps: {path}: no module\n")
    assert command("libs", path, "--duplicates") == (
        1,
        "",
        f"procmaps: {path}: no library is loaded more than once\n",
    )


LISTING = """\
1000-2000 r-xp 00000000 08:01 1 /usr/lib/libgomp.so.1
3000-4000 r-xp 00000000 08:01 2 /opt/torch/lib/libgomp-a34b3233.so.1.0.0
5000-6000 r-xp 00000000 08:01 3 /opt/a/lib.cpython-311-x86_64-linux-gnu.so
7000-8000 r-xp 00000000 08:01 4 /opt/b/lib.cpython-311-x86_64-linux-gnu.so
9000-a000 r-xp 00000000 08:01 5 /opt/c/utils.cpython-311-x86_64-linux-gnu.so
b000-c000 r-xp 00000000 08:01 6 /opt/d/utils.cpython-311-x86_64-linux-gnu.so
d000-e000 r-xp 00000000 08:01 7 /opt/plugin
f000-10000 r-xp 00000000 08:01 7 /opt/plugin
11000-12000 r-xp 00000000 08:01 8 /usr/lib/libgomp_stub.so
"""


def test_duplicates(command, tmp_path):
    path = tmp_path / "listing"
    path.write_text(LISTING)
    status, out, _ = command("libs", path, "--duplicates")
    assert status == 0
    assert out.splitlines() == [
        "COPIES LIBRARY BASE   SIZE BUILD-ID PATHNAME",
        "     2 libgomp 0x1000   4K ?        /usr/lib/libgomp.so.1",
        "     2 libgomp 0x3000   4K ?        /opt/torch/lib/libgomp-a34b3233.so.1.0.0",
        "     2 plugin  0xd000   4K ?        /opt/plugin",
        "     2 plugin  0xf000   4K ?        /opt/plugin",
    ]
    rows = json.loads(command("libs", path, "--duplicates", "--json")[1])["modules"]
    assert [row["base"] for row in rows] == ["0x1000", "0x3000", "0xd000", "0xf000"]
    assert {row["copies"] for row in rows} == {2}
    assert {row["source"] for row in rows} == {None}


@needs_cc
def test_duplicates_of_this_process(tmp_path, capsys):
    path = library(tmp_path / "libcopies.so")

    first = ctypes.CDLL(path)
    with loaded_again(path):
        assert main(["libs", str(os.getpid()), "libcopies", "--duplicates", "--no-header"]) == 0
        out = capsys.readouterr().out
    assert first is not None
    assert [row.split()[:2] for row in out.splitlines()] == [["2", "libcopies"]] * 2
