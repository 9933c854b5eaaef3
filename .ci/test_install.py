"""Every way to install procmaps, each into a fresh environment and with nothing else of ours around.

Not in tests/: these build procmaps, while those test what was built. Run them by `tox -e install`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="shows a process, which takes /proc")
ROOT = Path(__file__).resolve().parent.parent
NO_RUST = "procmaps is built by Rust 1.85 or later, and "
SHOW_ITSELF = "import procmaps; maps = procmaps.from_pid(); assert id(maps) in maps; print(procmaps.__file__)"


class Environment:
    """A virtual environment, and commands that run in it as a user types them."""

    def __init__(self, path: Path, cargo_target: Path) -> None:
        self.path = path
        self.bin = path / ("Scripts" if os.name == "nt" else "bin")
        self.variables = {name: value for name, value in os.environ.items() if not name.startswith("PY")}
        self.variables["PATH"] = os.pathsep.join([str(self.bin), os.environ["PATH"]])
        self.variables.setdefault("CARGO_TARGET_DIR", str(cargo_target))

    def python(self, *arguments: object, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.bin / "python"), *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd or self.path, env={**self.variables, **variables}, capture_output=True, text=True
        )

    def succeeds(self, *arguments: object, cwd: Path | None = None, **variables: str) -> str:
        done = self.python(*arguments, cwd=cwd, **variables)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def pip(self, *arguments: object, **variables: str) -> str:
        return self.succeeds("-m", "pip", *arguments, **variables)

    def home_of_procmaps(self) -> Path:
        """Use procmaps by import, by command and by `-m`; return where it is."""
        for command in ([self.bin / "procmaps"], [self.bin / "python", "-m", "procmaps"]):
            command_line = [*map(str, command), "self"]
            done = subprocess.run(command_line, cwd=self.path, env=self.variables, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert "[stack]" in done.stdout
        return Path(self.succeeds("-c", SHOW_ITSELF).strip()).parent

    def has_procmaps(self) -> bool:
        return self.python("-c", "import procmaps").returncode == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("install")


@pytest.fixture(scope="module")
def tree(place: Path) -> Path:
    """The checkout as a clone has it: without anything built."""
    built = shutil.ignore_patterns(".*", "target", "build", "dist", "*.egg-info", "*.so", "*.pyd", "__pycache__")
    return Path(shutil.copytree(ROOT, place / "tree", ignore=built))


@pytest.fixture(scope="module")
def sdist(place: Path, tree: Path) -> Path:
    subprocess.run([sys.executable, "-m", "build", "--sdist", "--outdir", place, tree], check=True)
    return next(place.glob("procmaps-*.tar.gz"))


@pytest.fixture(scope="module")
def bare(place: Path) -> Path:
    """A virtual environment as it is made, to copy: to make one takes pip's installation each time."""
    subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
    return (place / "venv").rename(place / "bare")


@pytest.fixture
def environment(bare: Path, place: Path) -> Iterator[Environment]:
    """A new one in the same place, so that cargo need not compile pyo3 for another path of Python each time."""
    shutil.copytree(bare, place / "venv", symlinks=True)
    yield Environment(place / "venv", place / "cargo")
    shutil.rmtree(place / "venv")


def test_directory(environment: Environment, tree: Path) -> None:
    environment.pip("install", tree)
    assert environment.path in environment.home_of_procmaps().parents


def test_what_an_earlier_build_left_is_not_installed(environment: Environment, tree: Path) -> None:
    environment.pip("install", tree)
    for library in tree.glob("build/lib*/procmaps"):
        (library / "left_behind.py").touch()
        (library / "_procmaps.left_behind.so").touch()
    assert list(tree.glob("build/lib*/procmaps/left_behind.py"))
    environment.pip("install", "--force-reinstall", tree)
    assert not list(environment.home_of_procmaps().glob("*left_behind*"))


def test_a_directory_to_build_in_loses_nothing_else(environment: Environment, tree: Path, tmp_path: Path) -> None:
    environment.pip("install", "setuptools>=77", "setuptools-rust")
    (tmp_path / "kept").touch()
    environment.succeeds("setup.py", "build", "--build-lib", tmp_path, cwd=tree)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "procmaps"]


def test_sdist(environment: Environment, sdist: Path) -> None:
    environment.pip("install", sdist)
    assert environment.path in environment.home_of_procmaps().parents


def test_wheel(environment: Environment, sdist: Path, place: Path) -> None:
    environment.pip("wheel", "--no-deps", "--wheel-dir", place / "wheels", sdist)
    (wheel,) = (place / "wheels").iterdir()
    assert re.fullmatch(r"procmaps-[0-9.]+-cp39-abi3-\w+\.whl", wheel.name)
    # Neither Rust nor other packages are needed for it.
    environment.pip("install", "--no-index", wheel, PATH=str(environment.bin))
    assert environment.path in environment.home_of_procmaps().parents


def test_editable(environment: Environment, tree: Path) -> None:
    environment.pip("install", "--editable", tree)
    assert environment.home_of_procmaps() == tree / "procmaps"
    environment.pip("uninstall", "--yes", "procmaps")
    assert not environment.has_procmaps()


@pytest.mark.parametrize("setuptools", ["none", "setuptools<80", "setuptools", "setuptools without develop"])
def test_develop(environment: Environment, tree: Path, setuptools: str) -> None:
    requirement, _, command = setuptools.partition(" without ")
    environment.pip("uninstall", "--yes", "setuptools")
    if requirement != "none":
        environment.pip("install", requirement)
    if command:
        (module,) = environment.path.rglob(f"setuptools/command/{command}.py")
        module.unlink()
    environment.succeeds("setup.py", "develop", cwd=tree)
    assert environment.home_of_procmaps() == tree / "procmaps"
    environment.succeeds("setup.py", "develop", "--uninstall", cwd=tree)
    assert not environment.has_procmaps()


def test_develop_needs_pip(environment: Environment, tree: Path) -> None:
    environment.pip("uninstall", "--yes", "pip")
    done = environment.python("setup.py", "develop", cwd=tree)
    assert done.returncode == 1
    assert re.fullmatch(r"setup\.py develop: needs pip 21\.3 or later, and .* has no pip\n", done.stderr)


@pytest.mark.skipif(sys.version_info >= (3, 10), reason="so old a pip runs on 3.9 only")
def test_develop_needs_a_pip_that_does_not_call_it_back(environment: Environment, tree: Path) -> None:
    environment.pip("install", "pip==20.3.4")
    done = environment.python("setup.py", "develop", cwd=tree)
    assert done.returncode == 1
    assert re.fullmatch(r"setup\.py develop: needs pip 21\.3 or later, and .* has pip 20\.3\n", done.stderr)
    done = environment.python("-m", "pip", "install", "--editable", tree)
    assert done.returncode == 1
    assert "needs pip 21.3 or later" in done.stdout + done.stderr


def test_old_setuptools(environment: Environment, tree: Path) -> None:
    """As who builds without isolation may have it: Debian 12 does."""
    environment.pip("install", "setuptools==66.1.1", "setuptools-rust")
    done = environment.python("-m", "pip", "install", "--no-build-isolation", tree)
    assert done.returncode == 1
    output = done.stdout + done.stderr
    assert output.count("procmaps is built by setuptools 77 or later, and this is 66.1.1: upgrade it, or let pip ") == 1
    assert "Traceback" not in output


def test_no_cargo(environment: Environment, tree: Path) -> None:
    path = str(environment.bin)
    by_pip = environment.python("-m", "pip", "install", tree, PATH=path)
    develop = environment.python("setup.py", "develop", cwd=tree, PATH=path)
    for done in (by_pip, develop):
        output = done.stdout + done.stderr
        assert done.returncode == 1
        assert output.count(NO_RUST + "no working cargo is on PATH: get it from https://rustup.rs or ") == 1
        assert "Traceback" not in output
    assert develop.stderr.count("\n") == 1


def test_old_cargo(environment: Environment, tree: Path) -> None:
    for name in ("cargo", "rustc"):
        tool = environment.bin / name
        tool.write_text(f"#!/bin/sh\necho {name} 1.63.0\n", encoding="ascii")
        tool.chmod(0o755)
    done = environment.python("-m", "pip", "install", tree)
    assert done.returncode == 1
    assert NO_RUST + "this Rust is 1.63: get it from https://rustup.rs or " in done.stdout + done.stderr
