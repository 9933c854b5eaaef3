#!/usr/bin/env python3
"""Collect the licences of what is compiled into the extension: `notices.py` writes NOTICES.txt, `--check` compares it.

The crates are those that Cargo.lock names, on any system, but for what only builds: build scripts and macros.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "NOTICES.txt"
DENY = ROOT / "deny.toml"
HEAD = """\
The native module of procmaps contains the Rust standard library (https://www.rust-lang.org,
MIT OR Apache-2.0) and these crates from https://crates.io, under the licences below.
"""

Package = dict[str, Any]


def packages() -> list[Package]:
    """Return the crates whose code the extension contains, by name."""
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--manifest-path={ROOT / 'Cargo.toml'}"]
    metadata = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    known = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    found: set[str] = set()
    waiting = [metadata["resolve"]["root"]]
    while waiting:
        linked = {dependency["pkg"] for dependency in nodes[waiting.pop()]["deps"] if is_linked(dependency, known)}
        waiting += linked - found
        found |= linked
    return sorted((known[id_] for id_ in found), key=lambda package: (package["name"], package["version"]))


def is_linked(dependency: dict[str, Any], known: dict[str, Package]) -> bool:
    """Tell what runs from what only builds or tests."""
    is_macro = any("proc-macro" in target["kind"] for target in known[dependency["pkg"]]["targets"])
    return not is_macro and any(kind["kind"] is None for kind in dependency["dep_kinds"])


def licence(package: Package) -> tuple[str, str]:
    """Return the licence that we take a crate under, and its text."""
    choices = re.split(r" OR |/", package["license"] or "")
    name = next((name for name in accepted() if name in choices), None)
    if name is None:
        sys.exit(f"{package['name']}: {package['license']!r} leaves no choice that deny.toml allows")
    files = sorted(path for path in Path(package["manifest_path"]).parent.iterdir() if is_licence(path))
    of_that_name = [path for path in files if name.partition("-")[0].lower() in path.name.lower()]
    if not of_that_name and len(files) != 1:
        sys.exit(f"{package['name']}: which file has its licence {name}? There are {[path.name for path in files]}")
    return name, (of_that_name or files)[0].read_text(encoding="utf-8").strip()


def accepted() -> list[str]:
    """Return the licences that cargo-deny allows, the first choice first. There is no tomllib before Python 3.11."""
    found = re.search(r"^allow = (\[.*\])$", DENY.read_text(encoding="utf-8"), re.MULTILINE)
    names: list[str] = json.loads(found[1]) if found else []
    return names


def is_licence(path: Path) -> bool:
    return path.is_file() and re.match(r"(un)?licen[cs]e|copying", path.name, re.IGNORECASE) is not None


def notices() -> str:
    """Return the text of the file: every licence once, with the crates that it is for."""
    holders: dict[tuple[str, str], list[str]] = {}
    for package in packages():
        holders.setdefault(licence(package), []).append(f"{package['name']} {package['version']}")
    parts = [f"{', '.join(crates)} ({name})\n\n{text}\n" for (name, text), crates in holders.items()]
    return f"\n{'-' * 80}\n\n".join([HEAD, *parts])


def main(*arguments: str) -> int:
    text = notices()
    if arguments != ("--check",):
        NOTICES.write_text(text, encoding="utf-8")
    elif not NOTICES.exists() or NOTICES.read_text(encoding="utf-8") != text:
        print("NOTICES.txt is not what Cargo.lock asks for: run .ci/notices.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
