"""Run the suite as the user nobody, who may read no process but his own: `nobody.py [PYTEST OPTION]...`.

Needs root, to become nobody; setpriv(1); and the wheel in TOX_PACKAGE, where tox has it. All is done in a
directory that nobody can get at, with a Python that he can run: neither a checkout nor a pyenv below /root is such.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("tests", "benches", "docs", "README.md", "Cargo.toml", "pyproject.toml")
NOBODY = 65534
BECOME = [
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--bounding-set=-all",
    "--inh-caps=-all",
]


def main(*options):
    if os.geteuid():
        sys.exit("only root can become nobody")
    python = python_for_all()
    with tempfile.TemporaryDirectory(prefix="nobody-") as name:
        os.chmod(name, 0o755)
        place = Path(name)
        home = place / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        copy(place)
        run([python, "-m", "venv", place / "env"])
        pip = [place / "env" / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
        run([*pip, "install", "--upgrade", "pip>=25.1"])
        run([*pip, "install", os.environ["TOX_PACKAGE"], "--group", f"{place}/pyproject.toml:test"])
        suite = ["-m", "pytest", "--doctest-modules", "--pyargs", "procmaps", place / "tests"]
        sys.exit(
            subprocess.call([*BECOME, place / "env" / "bin" / "python", *suite, *options], cwd=home, env=settings(home))
        )


def python_for_all():
    """Return a Python that nobody can run, with its library."""
    candidates = [os.path.realpath(sys.executable), "/usr/local/bin/python3", "/usr/bin/python3"]
    for python in candidates:
        # By way of a shell: setpriv itself is root still when it executes.
        test = [*BECOME, "sh", "-c", 'exec "$0" -I -c "import ensurepip"', python]
        if subprocess.call(test, stderr=subprocess.DEVNULL) == 0:
            return python
    sys.exit(f"nobody can run none of {', '.join(candidates)}")


def copy(place):
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, place / name)
    for path in place.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def settings(home):
    kept = {name: os.environ[name] for name in ("CI", "LANG", "PATH", "TERM") if name in os.environ}
    report = {"PYTEST_ADDOPTS": f"-c {home.parent}/pyproject.toml -p no:cacheprovider"}
    return {
        **kept,
        **report,
        "HOME": str(home),
        # His own lets nobody in, and tmux asks for it.
        "SHELL": "/bin/sh",
        "TMPDIR": str(home),
        "HYPOTHESIS_STORAGE_DIRECTORY": f"{home}/hypothesis",
        "PROCMAPS_TEST_INSTALLED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(command):
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
