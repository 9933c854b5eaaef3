"""What a release would upload, checked before anybody does: run it by `tox -e dist`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What setuptools adds.
GENERATED = re.compile(r"PKG-INFO|setup\.cfg|procmaps\.egg-info/.*")


def run(*command: object) -> str:
    done = subprocess.run([*map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--sdist", "--outdir", place)
    return next(place.glob("procmaps-*.tar.gz"))


@pytest.fixture(scope="module")
def wheel() -> Path:
    """The one that tox has built and tested."""
    return Path(os.environ["TOX_PACKAGE"])


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone: git does not know what the repository holds")
def test_sdist_is_the_repository(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        members = {member.name.partition("/")[2] for member in archive if member.isfile()}
    tracked = set(run("git", "ls-files", "-z").rstrip("\0").split("\0"))
    assert {name for name in members if not GENERATED.fullmatch(name)} == tracked


def test_wheel_holds_the_package_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {re.sub(r"-.*\.", "-*.", name.partition("/")[0]) for name in names} == {"procmaps", "procmaps-*.dist-info"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith(".pyc")]


def test_index_would_take_them(sdist: Path, wheel: Path) -> None:
    run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
    run(sys.executable, "-m", "check_wheel_contents", wheel)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="abi3audit runs on 3.10 and later")
def test_wheel_keeps_to_the_stable_abi(wheel: Path) -> None:
    assert "-abi3-" in wheel.name
    run(sys.executable, "-m", "abi3audit", "--strict", wheel)
