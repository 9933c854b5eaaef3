"""What a release would upload, checked before anybody does: run it by `tox -e dist`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What setuptools adds.
GENERATED = re.compile(r"PKG-INFO|setup\.cfg|procmaps\.egg-info/.*")


def run(*command: object, cwd: Path = ROOT) -> str:
    done = subprocess.run([*map(str, command)], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
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


@pytest.fixture
def tree(sdist: Path, tmp_path: Path) -> Path:
    """What the sdist holds, as it was in the repository."""
    shutil.unpack_archive(sdist, tmp_path)
    (tree,) = tmp_path.iterdir()
    for name in ("PKG-INFO", "setup.cfg"):
        (tree / name).unlink()
    shutil.rmtree(tree / "procmaps.egg-info")
    return tree


def test_sdist_is_reproducible(sdist: Path, tree: Path) -> None:
    """Elsewhere, later and by somebody else it gets the same bytes."""
    for path in tree.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(path.stat().st_mode & 0o700)
    run(sys.executable, "-m", "build", "--sdist", tree)
    assert (tree / "dist" / sdist.name).read_bytes() == sdist.read_bytes()


def test_sdist_of_an_sdist_is_the_same(sdist: Path, tmp_path: Path) -> None:
    """Also with the files in it that setuptools has added."""
    shutil.unpack_archive(sdist, tmp_path)
    (unpacked,) = tmp_path.iterdir()
    run(sys.executable, "-m", "build", "--sdist", unpacked)
    assert (unpacked / "dist" / sdist.name).read_bytes() == sdist.read_bytes()


def test_what_builds_is_locked() -> None:
    """Nothing but the versions of the lock is installed to build a release."""
    lock = (ROOT / ".ci" / "build-constraints.txt").read_text(encoding="ascii")
    required = re.search(r"^requires = (\[.*\])$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert required is not None
    pip = [sys.executable, "-m", "pip", "--quiet", "install", "--dry-run", "--ignore-installed", "--report=-"]
    report = json.loads(subprocess.run([*pip, *json.loads(required[1])], stdout=subprocess.PIPE, check=True).stdout)
    found = {f"{item['metadata']['name']}=={item['metadata']['version']}" for item in report["install"]}
    locked = {line.partition(";")[0] for line in lock.splitlines() if not line.startswith("#")}
    other = {line for line in locked if line.startswith("setuptools==")} - found
    assert found == locked - other
    assert len(other) == 1


def test_release_writes_the_version_everywhere(tree: Path) -> None:
    changelog = (tree / "CHANGELOG.md").read_text(encoding="utf-8")
    if "(unreleased)" not in changelog:
        (tree / "CHANGELOG.md").write_text("## 1.0.0 (unreleased)\n\nWhat changed.\n\n" + changelog, encoding="utf-8")
    run(sys.executable, ".ci/release.py", "--write-only", "97.98.99", cwd=tree)
    assert re.search(r"^## 97\.98\.99 \(\d{4}-\d\d-\d\d\)$", (tree / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    # Cargo would have to change a lock that has another version.
    for manifest in ("Cargo.toml", "fuzz/Cargo.toml"):
        told = run("cargo", "metadata", "--locked", "--format-version=1", "--manifest-path", tree / manifest)
        assert '"name":"_procmaps","version":"97.98.99"' in told


def test_release_is_built_by_the_lock(tree: Path) -> None:
    """With a version in it that does not exist nothing is built."""
    (tree / ".ci" / "build-constraints.txt").write_text("setuptools-rust==0.0.1\n", encoding="ascii")
    (tree / "CHANGELOG.md").write_text("## 1.0.0 (unreleased)\n\nWhat changed.\n", encoding="utf-8")
    release = [sys.executable, ".ci/release.py", "97.98.99"]
    done = subprocess.run(release, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode != 0
    assert "setuptools-rust==0.0.1" in done.stdout
    assert not (tree / "dist").exists()


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
    for licence in ("LICENSE", "NOTICES.txt"):
        assert any(name.endswith(f"/licenses/{licence}") for name in names)
    assert not [name for name in names if name.endswith(".pyc")]


def test_index_shows_what_needs_no_other_file(sdist: Path, wheel: Path) -> None:
    """A link or a picture is of the web; a file is called by its name."""
    with tarfile.open(sdist) as archive, zipfile.ZipFile(wheel) as installed:
        (told,) = (member for member in archive if re.fullmatch("[^/]+/PKG-INFO", member.name))
        (name,) = (name for name in installed.namelist() if name.endswith(".dist-info/METADATA"))
        pages = [archive.extractfile(told).read().decode(), installed.read(name).decode()]
    for page in pages:
        assert "What do you want to know? (`docs/index.md`) has a page" in page
        targets = re.findall(r'(?:\]\(|src=")([^)"]*)', page)
        assert not [target for target in targets if not target.startswith("https:")]


def test_index_would_take_them(sdist: Path, wheel: Path) -> None:
    run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
    run(sys.executable, "-m", "check_wheel_contents", wheel)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="abi3audit runs on 3.10 and later")
def test_wheel_keeps_to_the_stable_abi(wheel: Path) -> None:
    assert "-abi3-" in wheel.name
    run(sys.executable, "-m", "abi3audit", "--strict", wheel)
