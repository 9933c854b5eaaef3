"""What an installed procmaps consists of: checked where PROCMAPS_TEST_INSTALLED says that it is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from importlib import machinery, metadata
from pathlib import Path

import pytest

import procmaps
from procmaps import _procmaps

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(procmaps.__file__).parent
CHECKOUT = ROOT / "procmaps"
installed = pytest.mark.skipif(
    os.environ.get("PROCMAPS_TEST_INSTALLED") != "1", reason="tests an installed copy: PROCMAPS_TEST_INSTALLED is not 1"
)
is_free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
has_stable_abi = sys.implementation.name == "cpython" and (sys.version_info >= (3, 15) or not is_free_threaded)


def test_version_is_the_one_of_cargo() -> None:
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', manifest, re.MULTILINE)
    assert version is not None
    assert procmaps.__version__ == _procmaps.__version__ == version[1]


def test_carries_its_types() -> None:
    assert (HOME / "py.typed").is_file()
    assert (HOME / "_procmaps.pyi").is_file()


def test_native_module_is_beside_the_facade() -> None:
    assert Path(_procmaps.__file__).parent == HOME


@installed
def test_is_not_the_checkout() -> None:
    assert not CHECKOUT.exists() or not HOME.samefile(CHECKOUT)


@installed
def test_metadata() -> None:
    about = metadata.metadata("procmaps")
    assert about["Version"] == procmaps.__version__
    assert about["License-Expression"] == "MIT"
    assert about["Requires-Python"] == ">=3.9"
    assert about["Description-Content-Type"] == "text/markdown"
    assert all("extra ==" in requirement for requirement in metadata.requires("procmaps") or ())


@installed
def test_files_are_those_of_the_checkout_and_one_native_module() -> None:
    names = {path.as_posix() for path in metadata.files("procmaps") or ()}
    packaged = {name for name in names if name.startswith("procmaps/") and not name.endswith(".pyc")}
    native = {name for name in packaged if name.endswith(tuple(machinery.EXTENSION_SUFFIXES))}
    assert native == {f"procmaps/{Path(_procmaps.__file__).name}"}
    assert {name.partition("/")[0] for name in names} <= {
        "..",  # the command, and where Windows keeps it
        "procmaps",
        f"procmaps-{procmaps.__version__}.dist-info",
    }
    if CHECKOUT.is_dir():
        files = {path.relative_to(ROOT).as_posix() for path in CHECKOUT.rglob("*") if path.is_file()}
        assert packaged - native == {name for name in files if not name.endswith((".pyc", ".so", ".pyd"))}


@installed
def test_wheel_is_for_the_stable_abi_where_there_is_one() -> None:
    wheel = metadata.distribution("procmaps").read_text("WHEEL") or ""
    expected = has_stable_abi and os.environ.get("PROCMAPS_NO_ABI3") != "1"
    assert bool(re.search(r"^Tag: cp3\d+-abi3-", wheel, re.MULTILINE)) == expected


@installed
def test_command_is_there() -> None:
    command = Path(sysconfig.get_path("scripts"), "procmaps" + (".exe" if os.name == "nt" else ""))
    done = subprocess.run([command, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    assert procmaps.__version__ in done.stdout


@pytest.mark.skipif(sys.version_info < (3, 12), reason="has no interpreters of its own to try")
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="has no sub-interpreters")
def test_subinterpreter_refuses_the_import() -> None:
    load = f"import sys; sys.path[:] = {sys.path!r}; import procmaps"
    if sys.version_info >= (3, 13):
        code = f"import _interpreters as it; print(it.exec(it.create('isolated'), {load!r}).formatted)"
    else:
        code = f"import _xxsubinterpreters as it; it.run_string(it.create(), {load!r})"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert re.search("ImportError.*: .* does not support loading in subinterpreters", done.stdout), done.stdout
    assert done.returncode in (0, 1)  # no crash


@pytest.mark.skipif(not is_free_threaded, reason="this build has a GIL")
def test_import_leaves_the_gil_off() -> None:
    code = "import procmaps, sys; print(sys._is_gil_enabled())"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
