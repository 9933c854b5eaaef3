"""What the services that build a release are told to do, as far as it shows without them: `tox -e matrix`."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from pathlib import Path

import pytest
import tomllib

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = ROOT / "tests" / "data" / "build-identifiers"


def build_identifiers(platform: str) -> list[str]:
    """Ask cibuildwheel what it would build or at least test."""
    # The machines for Linux are chosen where it is called; from here it leaves out PyPy on Apple's arm64.
    machines = ["--archs", "all"] if platform == "linux" else []
    command = ["cibuildwheel", "--print-build-identifiers", "--platform", platform, *machines, str(ROOT)]
    listed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.findall(r"^\w+-\w+$", listed, re.MULTILINE)


@pytest.mark.parametrize("platform", ["linux", "macos", "windows"])
def test_wheels_are_for_these(platform: str) -> None:
    expected = (EXPECTED / f"{platform}.txt").read_text(encoding="ascii").split()
    assert sorted(build_identifiers(platform)) == sorted(expected)


def test_services_pin_one_cibuildwheel_that_is_checked_here() -> None:
    travis = re.search(r"CIBUILDWHEEL_VERSION=(\S+)", (ROOT / ".travis.yml").read_text(encoding="utf-8"))
    appveyor = re.search(r"CIBUILDWHEEL_VERSION: (\S+)", (ROOT / "appveyor.yml").read_text(encoding="utf-8"))
    group = re.search(r'"cibuildwheel~=(\d+\.\d+)\.\d+"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert travis and appveyor and group
    assert travis[1] == appveyor[1]
    assert travis[1].startswith(group[1] + ".")


def test_all_that_is_uploaded_is_built_by_the_lock() -> None:
    """Wheels by the environment of each platform, which replaces a common one, and the sdist by that of its job."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["cibuildwheel"]
    for platform in ("linux", "macos", "windows"):
        constraint = options[platform]["environment"]["PIP_CONSTRAINT"].removeprefix("/project/")
        assert (ROOT / constraint).is_file(), platform
    travis = (ROOT / ".travis.yml").read_text(encoding="utf-8")
    (sdist,) = [job for job in travis.split("\n    - ") if "build --sdist" in job]
    assert f"env: PIP_CONSTRAINT={constraint}" in sdist


def test_every_linux_is_built_by_travis() -> None:
    """Each machine of the list is one that a job asks for."""
    jobs = re.findall(r'CIBW_ARCHS_LINUX=(?:"(.+?)"|(\S+))', (ROOT / ".travis.yml").read_text(encoding="utf-8"))
    asked = {machine for quoted, plain in jobs for machine in (quoted or plain).split()}
    listed = (EXPECTED / "linux.txt").read_text(encoding="ascii").split()
    assert asked == {identifier.partition("linux_")[2] for identifier in listed}


def test_the_page_has_what_ran() -> None:
    platforms = runpy.run_path(str(ROOT / ".ci" / "platforms.py"))
    page = platforms["page"](json.loads(platforms["RESULTS"].read_text(encoding="utf-8")))
    assert platforms["PAGE"].read_text(encoding="utf-8") == page
