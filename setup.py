"""Build script: the metadata is in pyproject.toml, the crate in Cargo.toml and rust/.

``python setup.py develop`` is ``pip install --editable .``. It is handled before anything is imported: it
needs nothing but pip, and works alike with the newest setuptools, with an old one and with none.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
MANIFEST = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
START_OF_1980 = 315532800  # no zip tells an earlier time
EDITABLE_PIP = (21, 3)  # the first that asks a pyproject.toml for an editable install
LICENSED = 77  # the first setuptools that takes `license` in pyproject.toml for an SPDX expression; required there, too


def manifest(key: str) -> str:
    """Return a string from the table [package] of Cargo.toml. There is no tomllib before Python 3.11."""
    return re.search(rf'^{key} = "(.+)"$', MANIFEST, re.MULTILINE)[1]


def description() -> str:
    """Return the README as it can stand alone, on an index: no pictures, and the names of files for links to them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    without_pictures = re.sub(r"!\[[^]]*\]\((?!https:)[^)]*\)\n\n", "", text)
    with_names = re.sub(r"\[([^]]*)\]\((?!https:)([^)]*)\)", r"\1 (`\2`)", without_pictures)
    return f"{with_names}\nThe files that are named here are in the source distribution.\n"


VERSION = manifest("version")
RUST_VERSION = manifest("rust-version")


def first_version(command: list[str]) -> tuple[int, ...]:
    """Return the first version number that a command prints, or () if it cannot be run."""
    try:
        output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    found = re.search(rb"(\d+)\.(\d+)", output)
    return (int(found[1]), int(found[2])) if found else ()


def rust_fault() -> str | None:
    """Say what is missing to build the extension, and how to get it."""
    needed = tuple(int(part) for part in RUST_VERSION.split("."))
    found = first_version(["rustc", "--version"])
    if found >= needed and shutil.which(os.environ.get("CARGO", "cargo")):
        return None
    what = f"this Rust is {found[0]}.{found[1]}" if found and found < needed else "no working cargo is on PATH"
    return (
        f"procmaps is built by Rust {RUST_VERSION} or later, and {what}: get it from https://rustup.rs or your "
        "system's packages (Debian 12: apt-get install cargo-web), or install a wheel, which needs no Rust"
    )


def develop(options: list[str]) -> int:
    """Do what the old command did, by pip."""
    pip = [sys.executable, "-m", "pip"]
    version = first_version([*pip, "--version"])
    if version < EDITABLE_PIP:
        has = f"pip {version[0]}.{version[1]}" if version else "no pip"
        sys.exit(f"setup.py develop: needs pip 21.3 or later, and {sys.executable} has {has}")
    if {"-u", "--uninstall"} & set(options):
        return subprocess.call([*pip, "uninstall", "--yes", "procmaps"])
    fault = rust_fault()
    if fault:
        sys.exit(f"setup.py develop: {fault}")
    options = ["--no-deps" if option == "-N" else option for option in options]
    return subprocess.call([*pip, "install", *options, "--editable", str(ROOT)])


if "develop" in sys.argv[1:]:
    sys.argv.remove("develop")
    sys.exit(develop(sys.argv[1:]))

import setuptools  # noqa: E402

if int(setuptools.__version__.partition(".")[0]) < LICENSED:
    sys.exit(
        f"procmaps is built by setuptools {LICENSED} or later, and this is {setuptools.__version__}: upgrade it, or "
        "let pip build in isolation, as it does without --no-build-isolation"
    )

from setuptools.command.build import build  # noqa: E402
from setuptools.command.sdist import sdist  # noqa: E402
from setuptools.errors import PlatformError  # noqa: E402
from setuptools_rust import Binding, RustExtension, build_rust  # noqa: E402


class CleanBuild(build):
    """Build from nothing: what an earlier build left of the package in build/ would go into the wheel."""

    def run(self) -> None:
        # Not all of that directory: --build-lib may say one with more in it.
        shutil.rmtree(Path(self.build_lib, "procmaps"), ignore_errors=True)
        super().run()


class CheckedBuildRust(build_rust):
    """Say what is missing in one sentence, before anything else does in many."""

    def run(self) -> None:
        fault = rust_fault()
        if fault:
            raise PlatformError(fault)
        super().run()


class ReproducibleSdist(sdist):
    """Pack the same bytes from the same files, whoever packs them and when."""

    def make_archive(self, base_name, format, root_dir=None, base_dir=None, owner=None, group=None):  # noqa: A002
        if format != "gztar":
            return super().make_archive(base_name, format, root_dir, base_dir, owner, group)
        time = int(os.environ.get("SOURCE_DATE_EPOCH", START_OF_1980))

        def without_origin(member: tarfile.TarInfo) -> tarfile.TarInfo:
            member.uid, member.gid, member.uname, member.gname, member.mtime = 0, 0, "", "", time
            member.mode = 0o755 if member.mode & 0o100 else 0o644
            return member

        archive = Path(f"{base_name}.tar.gz")
        archive.parent.mkdir(parents=True, exist_ok=True)
        with (
            archive.open("wb") as file,
            gzip.GzipFile("", "wb", 9, file, time) as gz,
            tarfile.open(None, "w", gz) as tar,
        ):
            tar.add(base_dir, filter=without_origin)
        return str(archive)


def stable_abi() -> str | None:
    """Return the Python tag of a wheel for all later CPythons, or None where it serves this Python alone.

    One built by 3.15 or later is for those only: its setuptools names the library in a way that older Pythons
    do not look for. Free-threaded CPython has such an ABI from 3.15 on, PyPy and GraalPy have none.
    """
    if sys.implementation.name != "cpython" or os.environ.get("PROCMAPS_NO_ABI3") == "1":
        return None
    if sys.version_info >= (3, 15):
        return "cp315"
    return None if IS_FREE_THREADED else "cp39"


setuptools.setup(
    version=VERSION,
    long_description=description(),
    long_description_content_type="text/markdown",
    cmdclass={"build": CleanBuild, "build_rust": CheckedBuildRust, "sdist": ReproducibleSdist},
    rust_extensions=[
        RustExtension(
            "procmaps._procmaps",
            path="Cargo.toml",
            binding=Binding.PyO3,
            # setuptools-rust asks pyo3 for the stable ABI itself, but for the one with a GIL only
            features=["pyo3/abi3t-py315"] if IS_FREE_THREADED and stable_abi() else [],
            cargo_manifest_args=["--locked"],
            debug=False,  # an editable install is as fast
        )
    ],
    options={"bdist_wheel": {"py_limited_api": stable_abi() or False}},
)
