"""Build script: the metadata is in pyproject.toml, the crate in Cargo.toml and rust/."""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

from setuptools import setup
from setuptools_rust import Binding, RustExtension

MANIFEST = (Path(__file__).resolve().parent / "Cargo.toml").read_text(encoding="utf-8")


def stable_abi() -> str | None:
    """Return the Python tag of a wheel for all later CPythons, or None where there is no stable ABI.

    One built by 3.15 or later is for those only: its setuptools names the library in a way that older Pythons
    do not look for.
    """
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return None
    return "cp315" if sys.version_info >= (3, 15) else "cp39"


setup(
    version=re.search(r'^version = "(.+)"$', MANIFEST, re.MULTILINE)[1],
    rust_extensions=[
        RustExtension(
            "game_of_life._gol",
            path="Cargo.toml",
            binding=Binding.PyO3,
            cargo_manifest_args=["--locked"],
            debug=False,  # an editable install is as fast
        )
    ],
    options={"bdist_wheel": {"py_limited_api": stable_abi() or False}},
)
