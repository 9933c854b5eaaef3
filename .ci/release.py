#!/usr/bin/env python3
"""Make a release of what is checked out, all but the tag: `tox -e release -- 1.2.3`.

It writes the version (into Cargo.toml, whose copies in lock files follow), the date (into CHANGELOG.md) and the
licences (NOTICES.txt), builds sdist and wheel into dist/ by the versions of .ci/build-constraints.txt, and checks them
by `tox -e lint,dist`.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / ".ci" / "build-constraints.txt"
DONE = """
dist/ has version {0}, as built here. When its changes are right:

    git commit --all --message "Release {0}" && git tag v{0} && git push origin HEAD v{0}

The services that .travis.yml and appveyor.yml configure build the wheels for the index.
"""


def substitute(path: Path, what: str, pattern: str, replacement: str) -> None:
    """Change the one place in a file that the pattern is for."""
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    if not count:
        sys.exit(f"{path.relative_to(ROOT)} has no {what}")
    path.write_text(text, encoding="utf-8")


def write_version(version: str) -> None:
    substitute(ROOT / "Cargo.toml", "version", r'^version = ".+"$', f'version = "{version}"')
    for lock in (ROOT / "Cargo.lock", ROOT / "fuzz" / "Cargo.lock"):
        substitute(lock, "version of _procmaps", r'^(name = "_procmaps"\nversion = ").+"$', rf'\g<1>{version}"')


def close_changelog(version: str, day: datetime.date) -> None:
    """Date the section that is open, which must say something."""
    open_section = r"^## \S+ \(unreleased\)$(?=\n+[^#\n])"
    what = "section '## 1.2.3 (unreleased)' that tells what has changed"
    substitute(ROOT / "CHANGELOG.md", what, open_section, f"## {version} ({day})")


def run(*command: object, **variables: object) -> None:
    print(*command, flush=True)
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    subprocess.run([*map(str, command)], cwd=ROOT, check=True, env=environment)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("version", type=re.compile(r"\d+\.\d+\.\d+").fullmatch, help="as 1.2.3")
    parser.add_argument("--write-only", action="store_true", help="neither build nor check")
    options = parser.parse_args()
    if options.version is None:
        parser.error("a version is three numbers: 1.2.3")
    version = options.version[0]
    close_changelog(version, datetime.datetime.now(datetime.timezone.utc).date())
    write_version(version)
    run(sys.executable, ROOT / ".ci" / "notices.py")
    if options.write_only:
        return
    run(sys.executable, "-m", "build", "--outdir", "dist", PIP_CONSTRAINT=LOCK)
    run(sys.executable, "-m", "tox", "run", "-e", "lint,dist")
    print(DONE.format(version))


if __name__ == "__main__":
    main()
