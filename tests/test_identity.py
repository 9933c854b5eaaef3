"""What became of the files behind mappings, and their build IDs: what we say against what was done to them."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import mmap
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import procmaps
from procmaps import Map

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from procmaps import _mapped, _mounts
from procmaps._procmaps import read_build_id
from procmaps.identity import Identity, identify
from procmaps.query import Process
from support.children import PYTHON, sleeping, talking
from support.hostile import hostile
from support.privileges import CAP_CHECKPOINT_RESTORE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN, without

PACKAGE = os.path.dirname(os.path.dirname(procmaps.__file__))
PAGE = mmap.PAGESIZE
with Process() as _process:
    BACKENDS = ["ioctl", "text"] if _process.backend == "ioctl" else ["text"]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


both = pytest.mark.usefixtures("privilege")


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


class Mapped:
    """A file that this process maps, until the end of the test."""

    def __init__(self, path, content=b"\0" * PAGE, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ):
        self.path = os.fspath(path)
        with open(path, "w+b") as file:
            file.write(content)
            file.flush()
            self.memory = mmap.mmap(file.fileno(), len(content), flags, prot)
        self.inode = os.stat(path).st_ino

    @property
    def m(self) -> Map:
        return next(m for m in procmaps.from_pid() if m.inode == self.inode)

    def identity(self, backend=None) -> Identity:
        with Process(backend=backend) as process:
            return process.identity(self.m)


@pytest.fixture
def lib(tmp_path):
    return Mapped(tmp_path / "lib.so")


def link_of(m):
    return f"/proc/self/map_files/{m.begin_address:x}-{m.end_address:x}"


# What eight tools get wrong, and more of the kind


@both
def test_present(lib, backend):
    assert lib.identity(backend) == Identity("present", "it is the file at its path", lib.path, lib.path)


def test_removed(lib, privilege):
    os.unlink(lib.path)
    found = lib.identity()
    assert (found.state, found.path) == ("unlinked", lib.path)
    assert found.local_path == (link_of(lib.m) if privilege else None)
    assert found.reason == "its name was removed"


def test_replaced_by_rename(lib, privilege):
    Path(lib.path + ".new").write_bytes(b"new")
    os.rename(lib.path + ".new", lib.path)
    found = lib.identity()
    assert (found.state, found.path) == ("replaced", lib.path)
    assert found.local_path == (link_of(lib.m) if privilege else None)


@both
def test_removed_with_a_blank_in_its_path(tmp_path):
    lib = Mapped(tmp_path / "my lib.so")
    os.unlink(lib.path)
    assert lib.identity()[:3] == ("unlinked", "its name was removed", lib.path)


@both
def test_removed_with_the_longest_name(tmp_path):
    """With ` (deleted)` no file could have it."""
    lib = Mapped(tmp_path / ("x" * 255))
    os.unlink(lib.path)
    assert lib.identity()[:3] == ("unlinked", "its name was removed", lib.path)


@both
def test_a_living_file_that_is_called_deleted(tmp_path, backend):
    lib = Mapped(tmp_path / "x (deleted)")
    assert lib.m.pathname.endswith("x (deleted)")
    assert lib.identity(backend) == Identity("named_so", "the file at its path is called so", lib.path, lib.path)


@both
def test_a_deleted_file_that_was_called_deleted(tmp_path):
    lib = Mapped(tmp_path / "y (deleted)")
    os.unlink(lib.path)
    assert lib.m.pathname.endswith("y (deleted) (deleted)")
    assert lib.identity()[:3] == ("unlinked", "its name was removed", lib.path)


@both
def test_a_deleted_file_beside_a_living_one_that_is_called_so(tmp_path):
    lib = Mapped(tmp_path / "z")
    os.unlink(lib.path)
    Path(lib.path + " (deleted)").touch()
    assert lib.identity()[:3] == ("unlinked", "its name was removed", lib.path)
    Path(lib.path).touch()
    assert lib.identity()[0::2][:2] == ("replaced", lib.path)


@both
def test_written_over_in_place_is_the_same_file(lib):
    with open(lib.path, "r+b") as file:
        file.write(b"other content")
    assert lib.identity().state == "present"


@both
def test_renamed(lib):
    os.rename(lib.path, lib.path + ".old")
    assert lib.identity() == Identity("present", "it is the file at its path", lib.path + ".old", lib.path + ".old")


@both
def test_its_directory_renamed(tmp_path):
    (tmp_path / "a").mkdir()
    lib = Mapped(tmp_path / "a" / "lib.so")
    os.rename(tmp_path / "a", tmp_path / "b")
    assert lib.identity().path == str(tmp_path / "b" / "lib.so")
    assert lib.identity().state == "present"


@both
def test_its_directory_removed_and_a_file_there(tmp_path):
    (tmp_path / "a").mkdir()
    lib = Mapped(tmp_path / "a" / "lib.so")
    shutil.rmtree(tmp_path / "a")
    (tmp_path / "a").touch()
    assert lib.identity().state == "unlinked"


@both
def test_a_link_at_the_path_is_another_file(lib):
    os.rename(lib.path, lib.path + ".1")
    os.link(lib.path + ".1", lib.path + ".2")
    os.unlink(lib.path + ".1")
    os.symlink(lib.path + ".2", lib.path + ".1")
    found = lib.identity()
    assert (found.state, found.path) == ("replaced", lib.path + ".1")


def test_one_of_two_names_removed(lib, privilege):
    os.link(lib.path, lib.path + ".2")
    os.unlink(lib.path)
    found = lib.identity()
    assert (found.state, found.path) == ("unlinked", lib.path)
    assert found.reason == "its name was removed" + "; it has another name still (1 links)" * privilege


@both
def test_its_name_removed_and_given_again(lib):
    os.link(lib.path, lib.path + ".2")
    os.unlink(lib.path)
    os.link(lib.path + ".2", lib.path)
    assert lib.m.pathname.endswith(" (deleted)")
    assert lib.identity() == Identity("present", "its name was removed and given to it again", lib.path, lib.path)


@both
def test_a_newline_and_its_escape(tmp_path, backend):
    two = [Mapped(tmp_path / name) for name in ("a\nb", r"a\012b")]
    assert two[0].m.pathname == two[1].m.pathname
    assert [lib.identity(backend).path for lib in two] == [lib.path for lib in two]
    os.unlink(two[0].path)
    assert [lib.identity(backend).state for lib in two] == ["unlinked", "present"]


@both
def test_a_child_that_misleads(tmp_path, backend):
    with hostile(tmp_path) as child, Process(child.pid, backend=backend) as process:
        states = {case: process.identity(process.find(claim.begin)).state for case, claim in child.claims.items()}
        names = {case: process.identity(process.find(claim.begin)).path for case, claim in child.claims.items()}
    special = {"(deleted) at the end": "named_so", "(deleted) alone": "named_so", "replaced": "replaced"}
    assert states == {
        case: "never_a_file"
        if claim.kind != "file"
        else special.get(case) or ("unlinked" if claim.deleted else "present")
        for case, claim in child.claims.items()
    }
    assert names == {
        case: os.fsdecode(claim.name) if claim.kind == "file" else None for case, claim in child.claims.items()
    }


def test_the_path_leads_to_the_file(tmp_path):
    with hostile(tmp_path) as child, Process(child.pid) as process:
        for case, claim in child.claims.items():
            found = process.identity(process.find(claim.begin))
            if found.local_path is not None and case != "path of six thousand bytes":
                status = os.stat(found.local_path)
                assert (status.st_ino, os.major(status.st_dev), os.minor(status.st_dev)) == (
                    claim.inode,
                    *claim.device,
                ), case


# What changes meanwhile


def test_a_mapping_that_is_gone(lib):
    m = lib.m
    lib.memory.close()
    assert identify(m) == Identity("unknown", "the mapping is not there any more")
    with Process() as process:
        for ask in (process.build_id, process.real_name):
            with pytest.raises(LookupError, match="is not mapped any more"):
                ask(m)


def test_a_name_that_changes_all_the_time(lib):
    m, names = lib.m, itertools.count()

    class Restless(Process):
        def find(self, _):
            fields = {name: getattr(m, name) for name in Map.__match_args__}
            return Map(**{**fields, "pathname": f"/{next(names)}"})

    with Restless() as process:
        assert process.identity(m) == Identity("unknown", "its name changes all the time")


@pytest.mark.parametrize("name", ["identity", "build_id", "real_name"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_process_that_ends_between_two_questions(tmp_path, name, backend):
    """Its name has a newline, so that it is asked for by itself."""
    with hostile(tmp_path) as child:
        m = procmaps.from_pid(child.pid).find(child.claims["newline"].begin)

        class Dying(Process):
            def find(self, _):
                return m

        process = Dying(child.pid, backend=backend)
    with process, pytest.raises(OSError) as caught:
        getattr(process, name)(m)
    assert isinstance(caught.value, ProcessLookupError) or name == "identity"


# Other roots and file systems


# Makes a file system its root, as a container has it, and lets its files meet their fates there.
CONTAINER = r"""if True:
    import ctypes, mmap, os, sys
    libc = ctypes.CDLL(None, use_errno=True)

    def done(result):
        if result:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def put(name):
        fd = os.open(name, os.O_RDWR | os.O_CREAT)
        os.ftruncate(fd, 4096)
        kept.append((name, mmap.mmap(fd, 4096, prot=1), os.fstat(fd).st_ino))
        os.close(fd)

    root, jail = map(os.fsencode, sys.argv[1:])
    kept = []
    try:
        done(libc.unshare(0x20000))
    except PermissionError:
        sys.exit(print("refused"))
    done(libc.mount(None, b"/", None, 0x44000, None))
    done(libc.mount(b"x", root, b"tmpfs", 0, None))
    os.mkdir(root + b"/old")
    done(libc.pivot_root(root, root + b"/old"))
    os.chdir(b"/")
    os.mkdir(b"/jail")
    os.mkdir(b"/etc")
    for name in (b"/etc/passwd", b"/here", b"/gone", b"/x (deleted)", b"/memfd:x", b"/replaced", b"/jail/inside"):
        put(name)
    os.unlink(b"/gone")
    os.unlink(b"/memfd:x")
    os.unlink(b"/replaced")
    os.close(os.open(b"/replaced", os.O_CREAT | os.O_WRONLY))
    if jail == b"jail":
        os.chroot(b"/jail")
    # Nothing more can be imported here, not even what print() needs.
    os.write(1, b" ".join([b"%d" % inode for _, _, inode in kept]) + b"\n")
    os.read(0, 1)
    """


@both
@needs_root
@pytest.mark.parametrize("jail", ["free", "jail"])
def test_a_container(tmp_path, jail):
    """Its paths begin at the root of its mount namespace, even if its own root is not there."""
    with talking(CONTAINER, str(tmp_path), jail) as child, Process(child.pid) as process:
        said = child.stdout.readline()
        if said == b"refused\n":
            pytest.skip("no container may be made here")
        inodes = [int(word) for word in said.split()]
        assert len(inodes) == 7
        files = process.walk(shared=True, file_backed=True)
        maps = [next(m for m in files if m.inode == inode) for inode in inodes]
        found = [process.identity(m) for m in maps]
        assert [(identity.state, identity.path) for identity in found] == [
            ("present", "/etc/passwd"),
            ("present", "/here"),
            ("unlinked", "/gone"),
            ("named_so", "/x (deleted)"),
            ("unlinked", "/memfd:x"),
            ("replaced", "/replaced"),
            ("present", "/jail/inside"),
        ]
        for identity, m in zip(found, maps):
            if identity.state in ("present", "named_so"):
                assert os.stat(identity.local_path).st_ino == m.inode


@contextlib.contextmanager
def mounted(place, kind, source="none", options=""):
    place.mkdir(exist_ok=True)
    mount = ["mount", "-t", kind, "-o", options or "rw", source, place]
    try:
        subprocess.run(mount, check=True, stderr=subprocess.PIPE)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no {kind} can be mounted: {error.stderr.decode()}")
    except FileNotFoundError:
        pytest.skip("mount is not installed")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@needs_root
def test_overlayfs(tmp_path):
    """Maps may have other numbers than stat(2)."""
    for name in ("lower", "upper", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "lower" / "below").write_bytes(b"\0" * PAGE)
    (tmp_path / "lower" / "below, removed").write_bytes(b"\0" * PAGE)
    here = tmp_path / "merged"
    options = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    with mounted(here, "overlay", options=options):
        fates(here, ["below", "below, removed"])


@needs_root
@pytest.mark.skipif(not shutil.which("mkfs.btrfs"), reason="needs mkfs.btrfs")
def test_btrfs(tmp_path):
    """In a subvolume the device number of stat(2) is another one than in maps."""
    image = tmp_path / "image"
    with open(image, "wb") as file:
        file.truncate(256 << 20)
    subprocess.run(["mkfs.btrfs", "-q", image], check=True)
    here = tmp_path / "disk" / "subvolume"
    with mounted(tmp_path / "disk", "btrfs", str(image), "loop"):
        subprocess.run(["btrfs", "-q", "subvolume", "create", here], check=True)
        for name in ("below", "below, removed"):
            (here / name).write_bytes(b"\0" * PAGE)
        fates(here, ["below", "below, removed"])
        numbers_of_its_own(here / "below")


def numbers_of_its_own(path):
    with open(path, "rb") as file, contextlib.closing(mmap.mmap(file.fileno(), PAGE, prot=mmap.PROT_READ)):
        m = next(m for m in procmaps.from_pid() if m.pathname == str(path))
        status = os.stat(path)
        assert m.device != (os.major(status.st_dev), os.minor(status.st_dev))
        assert identify(m).reason == "it is the file at its path"
        with without(CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE):
            assert "another subvolume" in identify(m).reason


def fates(here, below):
    """Let files on a file system meet their fates, and tell these with and without privilege."""
    kept = []

    def keep(name):
        with open(here / name, "rb") as file:
            memory = mmap.mmap(file.fileno(), PAGE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        m = next(m for m in procmaps.from_pid() if m.pathname == str(here / name))
        kept.append((m, memory))
        return m

    for name in ("new", "new, removed", "new, replaced", "x (deleted)"):
        (here / name).write_bytes(b"\0" * PAGE)
    files = {name: keep(name) for name in (*below, "new", "new, removed", "new, replaced", "x (deleted)")}
    os.unlink(here / "new, removed")
    os.unlink(here / below[1])
    (here / "successor").write_bytes(b"")
    os.rename(here / "successor", here / "new, replaced")
    expected = ["present", "unlinked", "present", "unlinked", "replaced", "named_so"]
    with Process() as process:
        assert [process.identity(m).state for m in files.values()] == expected
        with without(CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE):
            assert [process.identity(m).state for m in files.values()] == expected
    for _, memory in kept:
        memory.close()


@needs_root
def test_what_was_unmounted_or_mounted_over(tmp_path):
    here = tmp_path / "here"
    with mounted(here, "tmpfs"):
        lib = Mapped(here / "lib.so")
        with mounted(here, "tmpfs"):
            assert lib.identity().state == "unknown"
            (here / "lib.so").touch()
            found = lib.identity()
            assert (found.state, found.path) == ("replaced", lib.path)
            assert "by a mount" in found.reason
        assert lib.identity().state == "present"
    found = lib.identity()
    assert found.state == "unknown"
    assert "by an unmount" in found.reason


# Degraded


@pytest.mark.parametrize("printed", [None, _mounts.Printed((0, 4242), 1, "overlay")])
def test_numbers_that_cannot_be_compared(lib, monkeypatch, printed):
    """As on overlayfs of older kernels, which prints the numbers of a layer."""
    monkeypatch.setattr(_mapped, "printed", lambda *_: printed)
    monkeypatch.setattr(os, "fstat", lambda fd, real=os.fstat: unnumbered(real(fd)))
    with without(CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE):
        found = lib.identity()
        assert (found.state, found.local_path) == ("unknown", None)
        assert found.reason == "maps and stat(2) have different numbers for one device"
        os.rename(lib.path, lib.path + " (deleted)")
        assert lib.identity().state == "unknown"
        os.unlink(lib.path + " (deleted)")
        assert lib.identity().state == "unlinked"
        Path(lib.path + " (deleted)").touch()
        assert lib.identity().state == "unknown"


def unnumbered(status):
    """The status of a file on a device that only stat(2) knows."""
    fields = list(status)
    fields[2] = os.makedev(0, 4242)
    return os.stat_result(fields)


def test_a_file_on_another_disk(lib, monkeypatch):
    """A true device number that differs is enough."""

    def elsewhere(fd, real=os.fstat):
        fields = list(real(fd))
        fields[2] = os.makedev(4095, 1)
        return os.stat_result(fields)

    monkeypatch.setattr(os, "fstat", elsewhere)
    with without(CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE):
        assert lib.identity().state == "replaced"


@needs_root
def test_a_directory_that_may_not_be_searched(tmp_path):
    """As nobody: what is there cannot be seen, and that is what is said."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    script = """if True:
        import json, mmap, os, sys
        sys.path.insert(0, sys.argv[1])
        import procmaps.identity, procmaps.query
        path = sys.argv[2]
        kept = []
        for name in ("/lib.so", "/gone"):
            fd = os.open(path + name, os.O_RDWR | os.O_CREAT, 0o666)
            os.ftruncate(fd, 4096)
            kept.append((name, mmap.mmap(fd, 4096, prot=1)))
        os.unlink(path + "/gone")
        os.chmod(path, 0o700)
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        with procmaps.query.Process() as process:
            maps = [m for m in process.walk(shared=True) if path in (m.pathname or "")]
            print(json.dumps([[*process.identity(m), m.pathname] for m in maps]))
            for m in maps:
                try:
                    process.build_id(m)
                except PermissionError as error:
                    assert "CAP_CHECKPOINT_RESTORE" in str(error)
                else:
                    raise AssertionError(m)
            program = next(m for m in process.walk() if m.kind == "file")
            print(json.dumps([program.pathname, (process.build_id(program) or b"").hex()]))
        """
    for place in (tmp_path, *list(tmp_path.parents)[:3]):
        os.chmod(place, 0o755)
    with talking(script, PACKAGE, str(hidden)) as child:
        files, (program, build_id) = (json.loads(line) for line in child.stdout)
    assert build_id == (read_build_id(program) or b"").hex()
    assert len(files) == 2
    for state, reason, _, path, pathname in files:
        assert (state, path) == ("unknown", None)
        assert reason == f"{pathname!r} cannot be looked at: Permission denied"


@needs_root
def test_a_directory_of_another_user(lib, tmp_path):
    os.chown(tmp_path, 65534, 65534)
    os.chmod(tmp_path, 0o700)
    with without(CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE):
        assert lib.identity() == Identity("unknown", f"{lib.path!r} cannot be looked at: Permission denied", lib.path)
    with without(CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        found = lib.identity()
        assert (found.state, found.local_path) == ("unknown", link_of(lib.m))
        os.chmod(tmp_path, 0o777)
        os.unlink(lib.path)
        os.chmod(tmp_path, 0o700)
        assert lib.identity().state == "unknown"
    assert lib.identity().state == "unlinked"


def test_a_long_name_with_a_newline(tmp_path, backend):
    """Only the listing has it all, where a newline cannot be told."""
    directory = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d\n" * 120, dir_fd=directory)
        inner = os.open("d\n" * 120, os.O_RDONLY, dir_fd=directory)
        os.close(directory)
        directory = inner
    fd = os.open("f", os.O_RDWR | os.O_CREAT, dir_fd=directory)
    os.ftruncate(fd, PAGE)
    inode = os.fstat(fd).st_ino
    with contextlib.closing(mmap.mmap(fd, PAGE)), Process(backend=backend) as process:
        os.close(fd)
        os.close(directory)
        m = next(m for m in procmaps.from_pid() if m.inode == inode)
        assert process.find(m.begin_address) == m
        assert m in process.walk()
        with pytest.raises(OSError, match="too long") as caught:
            process.real_name(m)
        assert caught.value.errno == errno.ENAMETOOLONG
        assert process.identity(m) == Identity("unknown", f"its name cannot be told: {caught.value.strerror}")
    shutil.rmtree(tmp_path / ("d\n" * 120), ignore_errors=True)


@pytest.mark.parametrize("descriptor", ["mnt_id:\t77\nino:\t5\n", "mnt_id:\t77\n", "pos:\t0\n", None])
def test_what_fdinfo_says(tmp_path, descriptor):
    """Linux 5.14 has the inode, 3.15 the mount."""
    table = tmp_path / "mountinfo"
    table.write_bytes(b"77 1 0:42 / /a\\040b\r rw shared:1 - btrfs /dev/x rw\n78 77 8:1 / /c rw - ext4 y rw\n")
    found = _mounts.mounts(str(table), str(tmp_path / "missing"))
    assert found == {77: _mounts.Mount((0, 42), "btrfs"), 78: _mounts.Mount((8, 1), "ext4")}
    if descriptor is not None:
        info = tmp_path / "self" / "fdinfo"
        info.mkdir(parents=True)
        (info / "3").write_text(descriptor)
    expected = _mounts.Printed((0, 42), 5 if "ino" in (descriptor or "") else 9, "btrfs")
    assert _mounts.printed(3, 9, found, str(tmp_path)) == (expected if "mnt_id" in (descriptor or "") else None)


# Build IDs


def own_files():
    files = procmaps.from_pid().filter(perms="r-xp", kind="file", deleted=False)
    return {m.pathname: m for m in files}


@both
def test_build_ids_by_both_ways():
    files = own_files()
    with Process() as process, Process(backend="text") as by_text:
        found = {name: process.build_id(m) for name, m in files.items()}
        assert found == {name: by_text.build_id(m) for name, m in files.items()}
        assert found == {name: read_build_id(name) for name in files}
    assert sum(map(bool, found.values())) >= 1
    assert {len(build_id) for build_id in found.values() if build_id} <= {8, 16, 20}


def test_the_build_id_of_a_deleted_library(tmp_path, privilege, backend):
    original = next(name for name in own_files() if read_build_id(name))
    lib = Mapped(tmp_path / "lib.so", Path(original).read_bytes())
    os.unlink(lib.path)
    with Process(backend=backend) as process:
        if privilege:
            assert process.build_id(lib.m) == read_build_id(original)
        else:
            with pytest.raises(PermissionError, match="CAP_CHECKPOINT_RESTORE") as caught:
                process.build_id(lib.m)
            assert caught.value.filename == link_of(lib.m)


@both
def test_the_build_id_of_a_deleted_program(tmp_path, backend):
    """That can always be had, by /proc/PID/exe."""
    program = tmp_path / "sleep"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as child:
        try:
            while not procmaps.from_pid(child.pid).filter(pathname=str(program)):
                time.sleep(0.001)
            os.unlink(program)
            with Process(child.pid, backend=backend) as process:
                m = next(m for m in process.walk() if m.kind == "file")
                assert m.is_deleted
                assert process.build_id(m) == read_build_id("/bin/sleep")
        finally:
            child.kill()


@both
def test_a_build_id_only_the_content_tells(tmp_path):
    """A file that was written over in place is present: the build ID is another."""
    with_ids = [name for name in own_files() if read_build_id(name)]
    if len({read_build_id(name) for name in with_ids}) < 2:
        pytest.skip("needs two libraries")
    first, second = with_ids[:2]
    lib = Mapped(tmp_path / "lib.so", Path(first).read_bytes())
    with Process() as process:
        before = process.build_id(lib.m)
        Path(lib.path).write_bytes(Path(second).read_bytes())
        m = lib.m
        assert process.identity(m).state == "present"
        assert process.build_id(m) == read_build_id(second) != before == read_build_id(first)


@both
def test_what_has_no_build_id(lib, backend):
    with Process(backend=backend) as process:
        assert process.build_id(lib.m) is None
        assert process.build_id(lib.m.begin_address) is None
        assert process.build_id(0) is None
        assert process.build_id(procmaps.from_pid().filter(kind="stack")[0]) is None


class Watched:
    """The native handle, and for what it was asked for a build ID."""

    def __init__(self, process):
        self.native, self.asked = process._native, []
        process._native = self

    def build_id(self, address):
        self.asked.append(address)
        return self.native.build_id(address)

    def __getattr__(self, name):
        return getattr(self.native, name)


@pytest.mark.skipif(BACKENDS == ["text"], reason="Linux 6.11+ has the ioctl")
def test_nothing_but_regular_files_is_asked(tmp_path, privilege):
    with hostile(tmp_path) as child, Process(child.pid) as process:
        native = Watched(process)
        for claim in child.claims.values():
            with contextlib.suppress(PermissionError):
                assert process.build_id(process.find(claim.begin)) is None
        asked = {claim.case for claim in child.claims.values() if claim.begin in native.asked}
    assert {child.claims[case].kind for case in asked} <= {"file", "memfd"}
    assert "/dev/zero, private" not in asked
    assert "packet ring" not in asked
    assert "newline" in asked
    assert ("unlinked" in asked) is ("memfd" in asked) is privilege


@needs_root
def test_a_device_that_was_deleted(tmp_path, privilege, backend):
    """Without privilege it cannot be told from a library that was."""
    path = tmp_path / "zero"
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))
        fd = os.open(path, os.O_RDONLY)
    except PermissionError:
        pytest.skip("no device can be made here")
    with contextlib.closing(mmap.mmap(fd, PAGE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)):
        os.close(fd)
        inode = os.stat(path).st_ino
        m = next(m for m in procmaps.from_pid() if m.inode == inode and str(path) in (m.pathname or ""))
        with Process(backend=backend) as process:
            assert process.build_id(m) is None
            os.unlink(path)
            if privilege:
                assert process.build_id(m) is None
            else:
                with pytest.raises(PermissionError, match="may never answer"):
                    process.build_id(m)


# Maps the ring of a packet socket, and asks for its build ID: in our way, then straight.
RING = """if True:
    import ctypes, mmap, os, signal, socket, struct, sys
    sys.path.insert(0, sys.argv[1])
    from procmaps._procmaps import Process as NativeProcess
    from procmaps.query import Process
    ring = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    ring.setsockopt(263, 5, struct.pack("4I", 4096, 1, 2048, 2))
    memory = mmap.mmap(ring.fileno(), 4096)
    with Process() as process:
        m = next(m for m in process.walk() if m.kind == "socket")
        print(process.build_id(m), process.build_id(m.begin_address), process.identity(m).state, flush=True)

    def wake(*_):
        raise InterruptedError("woken")

    signal.signal(signal.SIGALRM, wake)
    signal.alarm(1)
    try:
        print(NativeProcess("/proc", None, "utf-8").build_id(m.begin_address)[1])
    except InterruptedError as error:
        print(error)
    """


@needs_root
@pytest.mark.skipif(BACKENDS == ["text"], reason="Linux 6.11+ has the ioctl")
def test_the_ring_of_a_packet_socket():
    """Asked for its build ID, the kernel can wait for ever. We never ask; and a signal would end it."""
    ring = subprocess.run([*PYTHON, RING, PACKAGE], capture_output=True, timeout=120)
    if b"PermissionError" in ring.stderr:
        pytest.skip("no packet socket may be made here")
    ours, straight = ring.stdout.decode().splitlines()
    assert ours == "None None never_a_file"
    assert straight in ("woken", "b''")
    print(f"asked straight: {straight}")


# Errors of the native layer


@pytest.mark.skipif(BACKENDS == ["text"], reason="Linux 6.11+ has the ioctl")
def test_a_mapping_that_is_gone_when_its_build_id_is_found(tmp_path):
    original = next(name for name in own_files() if read_build_id(name))
    lib = Mapped(tmp_path / "lib.so", Path(original).read_bytes())

    class Vanishing(Watched):
        def build_id(self, address):
            found = self.native.build_id(address)
            lib.memory.close()
            return found

    with Process() as process:
        Vanishing(process)
        with pytest.raises(LookupError, match="is not mapped any more"):
            process.build_id(lib.m)


@pytest.mark.skipif(BACKENDS == ["text"], reason="Linux 6.11+ has the ioctl")
@pytest.mark.parametrize("answer", [None, "other"])
def test_a_mapping_that_is_gone_between_two_questions(tmp_path, answer):
    """Then the build ID is read from the file, of which a descriptor is held."""
    original = next(name for name in own_files() if read_build_id(name))
    lib, two_lines = Mapped(tmp_path / "lib.so", Path(original).read_bytes()), Mapped(tmp_path / "a\nb")
    other = (0, PAGE, "r--p", 0, 0, 0, 0, None)

    class Changing(Watched):
        def build_id(self, _):
            return answer and (other, b"\1")

        def real_name(self, _):
            return answer and (other, b"/x")

    with Process() as process:
        Changing(process)
        assert process.build_id(lib.m) == read_build_id(original)
        with pytest.raises(LookupError, match="is not mapped any more"):
            process.real_name(two_lines.m)


@pytest.mark.skipif(BACKENDS == ["text"], reason="Linux 6.11+ has the ioctl")
def test_a_process_that_ends_when_it_is_asked(tmp_path):
    original = next(name for name in own_files() if read_build_id(name))
    lib = Mapped(tmp_path / "lib.so", Path(original).read_bytes())

    class Ending(Watched):
        def build_id(self, _):
            raise ProcessLookupError(errno.ESRCH, "No such process")

    with Process() as process:
        Ending(process)
        with pytest.raises(ProcessLookupError, match="it ended, or executed another program"):
            process.build_id(lib.m)


def test_a_mapping_that_is_gone_when_its_link_is_read():
    class Stale(Process):
        def find(self, _):
            return Map(0x1000, 0x2000, "r--p", 0, (8, 1), 42, r"/a\012b")

    with Stale(backend="text") as process:
        with pytest.raises(LookupError, match="is not mapped any more"):
            process.real_name(0x1000)
        assert process.identity(process.find(0)) == Identity("unknown", "the mapping is not there any more")


@needs_root
def test_a_handle_that_outlives_its_privilege(backend):
    """It answers what it can, and says of the rest why not."""
    with sleeping() as pid, Process(pid, backend=backend) as process:
        m = next(m for m in process.walk() if m.kind == "file")
        os.seteuid(65534)
        try:
            assert process.find(m.begin_address) == m
            found = process.identity(m)
            assert found == Identity("unknown", f"{m.pathname!r} cannot be looked at: Permission denied", m.pathname)
            with pytest.raises(PermissionError, match="CAP_CHECKPOINT_RESTORE"):
                process.build_id(m)
        finally:
            os.seteuid(0)


def test_what_cannot_be_read(tmp_path):
    assert read_build_id("/dev/zero") is None
    assert read_build_id(str(tmp_path)) is None
    with pytest.raises(FileNotFoundError):
        read_build_id(str(tmp_path / "missing"))


def test_another_process_by_its_number():
    with sleeping() as pid:
        m = next(m for m in procmaps.from_pid(pid) if m.kind == "file")
        found = identify(m, pid)
    assert (found.state, found.path) == ("present", m.pathname)
    with pytest.raises(ProcessLookupError):
        identify(m, pid)
