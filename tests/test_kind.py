"""What a name stands for: `kind`, and what is read out of it."""

from __future__ import annotations

import pytest

from procmaps import Map
from procmaps._selection import KINDS as ALL_KINDS

FILE, INTERNAL = (8, 1), (0, 1)

# Name, device, kind, path if the kind is "file", whether it seems deleted.
KINDS = [
    (None, (0, 0), "anonymous", None, False),
    # What the kernel names by itself
    ("[heap]", (0, 0), "heap", None, False),
    ("[stack]", (0, 0), "stack", None, False),
    ("[stack:1234]", (0, 0), "stack", None, False),
    ("[vdso]", (0, 0), "vdso", None, False),
    ("[vvar]", (0, 0), "vvar", None, False),
    ("[vvar_vclock]", (0, 0), "vvar", None, False),
    ("[vsyscall]", (0, 0), "vsyscall", None, False),
    ("[uprobes]", (0, 0), "special", None, False),
    ("[sigpage]", (0, 0), "special", None, False),
    ("[vectors]", (0, 0), "special", None, False),
    ("[rollup]", (0, 0), "special", None, False),
    ("[not known yet]", (0, 0), "special", None, False),
    ("[heap] ", (0, 0), "special", None, False),
    ("[HEAP]", (0, 0), "special", None, False),
    ("heap", (0, 0), "special", None, False),
    # What a program names
    ("[anon:x]", (0, 0), "named", None, False),
    ("[anon:]", (0, 0), "named", None, False),
    ("[anon:a/b]", (0, 0), "named", None, False),
    ("[anon:x (deleted)]", (0, 0), "named", None, False),
    ("[anon:x] (deleted)", (0, 0), "named", None, False),
    ("[anon_shmem:x]", INTERNAL, "shared", None, False),
    ("[anon_shmem:]", INTERNAL, "shared", None, False),
    # What has neither a name of its own nor a path
    ("anon_inode:[io_uring]", (0, 14), "anon_inode", None, False),
    ("anon_inode:bpf-map", (0, 14), "anon_inode", None, False),
    ("anon_inode:x (deleted)", (0, 14), "anon_inode", None, False),
    ("socket:[7]", (0, 8), "socket", None, False),
    # Memory in a file system of the kernel's own
    ("/dev/zero (deleted)", INTERNAL, "shared", None, False),
    ("/memfd:x (deleted)", INTERNAL, "memfd", None, False),
    ("/memfd: (deleted)", INTERNAL, "memfd", None, False),
    ("/memfd:z (deleted) (deleted)", INTERNAL, "memfd", None, False),
    ("/memfd:a b  (deleted)", (0, 15), "memfd", None, False),
    ("/memfd:/usr/lib/libc.so.6 (deleted)", INTERNAL, "memfd", None, False),
    ("/SYSV00000000 (deleted)", INTERNAL, "sysv", None, False),
    ("/SYSV0000aaaa (deleted)", (0, 5), "sysv", None, False),
    ("/anon_hugepage (deleted)", (0, 15), "hugepage", None, False),
    ("/secretmem (deleted)", (0, 6), "secretmem", None, False),
    ("/[aio] (deleted)", (0, 11), "aio", None, False),
    ("/drm mm object (deleted)", INTERNAL, "drm", None, False),
    ("/i915 (deleted)", INTERNAL, "drm", None, False),
    ("/ttm swap (deleted)", INTERNAL, "drm", None, False),
    ("/dmabuf:", (0, 10), "dmabuf", None, False),
    ("/dmabuf:camera", (0, 10), "dmabuf", None, False),
    ("/dev/ashmem", (0, 4), "ashmem", None, False),
    ("/dev/ashmem/dalvik-main space (deleted)", (0, 4), "ashmem", None, False),
    # Files
    ("/bin/cat", FILE, "file", "/bin/cat", False),
    ("/bin/cat (deleted)", FILE, "file", "/bin/cat", True),
    ("/y (deleted) (deleted)", FILE, "file", "/y (deleted)", True),
    ("/x (deleted) y", FILE, "file", "/x (deleted) y", False),
    ("/x(deleted)", FILE, "file", "/x(deleted)", False),
    ("/ (deleted)", FILE, "file", "/", True),
    ("/trailing ", FILE, "file", "/trailing ", False),
    (r"/new\012line", FILE, "file", r"/new\012line", False),
    ("/caf\udce9", FILE, "file", "/caf\udce9", False),
    ("/tmp/#42 (deleted)", (0, 40), "file", "/tmp/#42", True),
    ("//anon", (0, 0), "file", "//anon", False),
    # Files that are called like something else
    ("/[heap]", FILE, "file", "/[heap]", False),
    ("/x/[heap]", FILE, "file", "/x/[heap]", False),
    ("/x/[anon:y]", FILE, "file", "/x/[anon:y]", False),
    ("/SYSVinit/x", FILE, "file", "/SYSVinit/x", False),
    ("/SYSVinit/x", INTERNAL, "file", "/SYSVinit/x", False),
    ("/SYSVinit/x (deleted)", INTERNAL, "file", "/SYSVinit/x", True),
    ("/SYSV0000000g (deleted)", INTERNAL, "file", "/SYSV0000000g", True),
    ("/SYSV0000AAAA (deleted)", INTERNAL, "file", "/SYSV0000AAAA", True),
    ("/SYSV000000000 (deleted)", INTERNAL, "file", "/SYSV000000000", True),
    ("/SYSV0000000 (deleted)", INTERNAL, "file", "/SYSV0000000", True),
    ("/SYSV00000000", INTERNAL, "file", "/SYSV00000000", False),
    ("/x/SYSV00000000 (deleted)", INTERNAL, "file", "/x/SYSV00000000", True),
    ("/memfd:x", INTERNAL, "file", "/memfd:x", False),
    ("/memfd:x (deleted)", FILE, "file", "/memfd:x", True),
    ("/tmp/memfd:x (deleted)", INTERNAL, "file", "/tmp/memfd:x", True),
    ("/dev/zero", (0, 5), "file", "/dev/zero", False),
    ("/dev/zero (deleted)", FILE, "file", "/dev/zero", True),
    ("/secretmem", INTERNAL, "file", "/secretmem", False),
    ("/i915/x (deleted)", INTERNAL, "file", "/i915/x", True),
    ("/dmabuf:camera", FILE, "file", "/dmabuf:camera", False),
    ("/x/dmabuf:camera", (0, 10), "file", "/x/dmabuf:camera", False),
    ("/home/dev/ashmem", (0, 4), "file", "/home/dev/ashmem", False),
]


@pytest.mark.parametrize(("name", "device", "kind", "path", "is_deleted"), KINDS)
def test_kind(name, device, kind, path, is_deleted):
    m = Map(0x1000, 0x2000, device=device, pathname=name)
    assert (m.kind, m.path, m.is_deleted) == (kind, path, is_deleted)
    assert m.pathname == name


@pytest.mark.parametrize(("name", "device"), [row[:2] for row in KINDS])
def test_whether_it_has_a_name_and_whether_that_is_a_path(name, device):
    m = Map(0x1000, 0x2000, offset=0x5000, device=device, pathname=name)
    assert m.is_anonymous == (name is None)
    assert m.is_special == (name is not None and not name.startswith("/"))
    has_offset = name is not None and name.startswith("/")
    assert m.file_offset(0x1010) == (0x5010 if has_offset else None)


def test_every_kind_of_the_documentation_is_here():
    documented = {word for word in Map.kind.__doc__.split("A guess")[0].split('"') if word.isidentifier()}
    assert documented == {kind for _, _, kind, _, _ in KINDS} == ALL_KINDS


def test_neither_permissions_nor_inode_nor_offset_decide():
    for name, device, kind, _, _ in KINDS:
        m = Map(0, 4096, "rwxs", 0x1000, device, 2**64 - 1, name)
        assert m.kind == kind
