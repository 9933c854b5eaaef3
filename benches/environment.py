"""What is built and installed for a measurement, in a directory of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv

HERE = os.path.dirname(os.path.abspath(__file__))


def default_cache():
    """Return where things are kept from one run to the next."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "procmaps-benches")


def floor(cache):
    """Build the floor, and return the program; None without cargo."""
    return program("floor", cache)


def program(name, cache):
    """Build a program of this directory, and return it; None without cargo."""
    cargo = shutil.which("cargo")
    if cargo is None:
        return None
    target = os.path.join(cache, name)
    manifest = os.path.join(HERE, name, "Cargo.toml")
    options = ["--quiet", "--release", "--locked", "--manifest-path", manifest, "--target-dir", target]
    subprocess.run([cargo, "build", *options], check=True)
    return os.path.join(target, "release", name)


def peers(cache, install):
    """Return the interpreter that has the peers, installed now if wished; None if there is none."""
    directory = os.path.join(cache, f"peers-{sys.version_info[0]}.{sys.version_info[1]}")
    python = os.path.join(directory, "bin", "python")
    if install:
        if not os.path.exists(python):
            venv.create(directory, with_pip=True)
        with open(os.path.join(HERE, "peers.txt")) as file:
            for peer in file.read().split():
                # One by one: a peer that cannot be had for this Python leaves the others.
                subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer])
    return python if os.path.exists(python) else None


def add_peers(cache):
    """Install the peers, and let this process import them behind what it has."""
    python = peers(cache, install=True)
    code = "import sysconfig; print(sysconfig.get_path('platlib'))"
    sys.path.append(subprocess.run([python, "-c", code], stdout=subprocess.PIPE, check=True, text=True).stdout.strip())
