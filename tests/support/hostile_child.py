"""Makes the mappings, says what they are as one line of JSON, and waits to be killed.

Run as a script, with a directory for its files as the argument; imports nothing but the standard library.
"""

import ctypes
import json
import mmap
import os
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
c_size, c_void, c_int = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int
# Its offsets have 64 bits everywhere.
map_memory = getattr(libc, "mmap64", libc.mmap)
map_memory.restype = libc.shmat.restype = ctypes.c_ssize_t
map_memory.argtypes = [c_void, c_size, c_int, c_int, c_int, ctypes.c_int64]
libc.shmget.argtypes = [c_int, c_size, c_int]
libc.shmat.argtypes = [c_int, c_void, c_int]
libc.prctl.argtypes = [c_int, ctypes.c_ulong, c_size, c_size, ctypes.c_char_p]

PAGE = mmap.PAGESIZE
READ, WRITE, EXEC = 1, 2, 4
SHARED, PRIVATE, ANONYMOUS = mmap.MAP_SHARED, mmap.MAP_PRIVATE, mmap.MAP_ANONYMOUS
FIXED, NORESERVE, HUGETLB = 0x10, 0x4000, 0x40000
LETTERS = ((READ, "r"), (WRITE, "w"), (EXEC, "x"))

claims, refused = [], {}


def failing(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result % 2 ** (8 * ctypes.sizeof(c_void))  # an address of 32 bits can look negative


# Every other page of this: no two mappings touch, so none are merged.
area = failing(map_memory(None, 2000 * PAGE, 0, PRIVATE | ANONYMOUS | NORESERVE, -1, 0))


def slot():
    global area
    area += 2 * PAGE
    return area - PAGE


def perms(prot, flags):
    return "".join(letter if prot & bit else "-" for bit, letter in LETTERS) + ("s" if flags & SHARED else "p")


def claim(case, begin, size, perms, name, kind, offset=0, deleted=False, stat=None):
    claims.append(
        {
            "case": case,
            "begin": begin,
            "size": size,
            "perms": perms,
            "offset": offset,
            "name": None if name is None else name.hex(),
            "deleted": deleted,
            "kind": kind,
            "inode": stat and stat.st_ino,
            "device": stat and [os.major(stat.st_dev), os.minor(stat.st_dev)],
        }
    )


def put(case, fd, name, kind, prot=READ, flags=PRIVATE | FIXED, offset=0, deleted=False, stat=True):
    at = slot() if flags & FIXED else None
    begin = failing(map_memory(at, PAGE, prot, flags, fd, offset))
    found = os.fstat(fd) if stat and fd >= 0 else None
    claim(case, begin, PAGE, perms(prot, flags), name, kind, offset, deleted, found)


def attempt(case, make):
    try:
        make(case)
    except OSError as error:
        refused[case] = str(error)


# Files, by names that mislead

root = os.fsencode(sys.argv[1])

NAMES = {
    "blank inside": b"my lib.so",
    "blanks inside": b"a  b   c",
    "blank at the end": b"trailing ",
    "blanks at the end": b"trailing2  ",
    "blanks only": b"   ",
    "tab": b"\ttab\tbed\t",
    "newline": b"new\nline",
    "newlines only": b"\n" * 255,
    "newline, as four characters": rb"new\012line",
    "backslash at the end": b"end\\",
    "carriage return inside": b"car\rriage",
    "carriage return at the end": b"endcr\r",
    "form feed and vertical tab": b"a\fb\vc",
    "separators of str.splitlines": b"a\x1cb\x1dc\x1ed\xc2\x85e\xe2\x80\xa8f\xe2\x80\xa9g",
    "no-break space at the end": b"nb\xc2\xa0",
    "byte of latin-1": b"caf\xe9",
    "bytes that are not UTF-8": b"\xff\xfe\xfd\xed\xa0\x80\xc0\xaf",
    "escape sequence": b"\x1b[31mred\x1b[0m",
    "name of the heap": b"[heap]",
    "name of the stack": b"[stack]",
    "name of a named mapping": b"[anon:x]",
    "beginning of a special name": b"[stack:1",
    "name like a memfd": b"memfd:x",
    "name like System V": b"SYSV00000000",
    "(deleted) at the end": b"alive (deleted)",
    "(deleted) alone": b" (deleted)",
    "(deleted) in the middle": b"x (deleted) y",
    "a line of a listing": b"x\n7f0000000000-7f0000001000 rwxp 00000000 00:00 0                          [heap]",
    "the head of a line": b"00400000-00401000 r-xp 00000000 08:01 1 ",
    "a field of smaps": b"Rss:                   4 kB",
    "utf-8": "Zoë 文件 😀".encode(),
}


def create(name):
    fd = os.open(os.path.join(root, name), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o700)
    os.ftruncate(fd, 4 * PAGE)
    return fd


for case, name in NAMES.items():
    put(case, create(name), os.path.join(root, name), "file", offset=PAGE)

UNLINKED = {
    "unlinked": b"gone",
    "unlinked, (deleted) at the end": b"gone2 (deleted)",
    "unlinked, newline and byte of latin-1": b"g\n\xe9",
}

for case, name in UNLINKED.items():
    fd = create(name)
    os.unlink(os.path.join(root, name))
    put(case, fd, os.path.join(root, name), "file", deleted=True)

before, after = os.path.join(root, b"before"), os.path.join(root, b"after")
fd = create(before)
os.rename(before, after)
put("renamed", fd, after, "file")

replaced, successor = os.path.join(root, b"replaced"), os.path.join(root, b"successor")
fd = create(replaced)
os.close(create(successor))
os.rename(successor, replaced)
put("replaced", fd, replaced, "file", deleted=True)

first, second = os.path.join(root, b"hard link 1"), os.path.join(root, b"hard link 2")
fd = create(first)
os.link(first, second)
os.unlink(first)
put("one of two hard links removed", fd, first, "file", deleted=True)

target, link = os.path.join(root, b"target"), os.path.join(root, b"link")
os.close(create(target))
os.symlink(target, link)
put("opened by a symbolic link", os.open(link, os.O_RDONLY), target, "file")

deep, here = root, os.open(root, os.O_RDONLY)
for _ in range(25):
    os.mkdir(b"d" * 240, dir_fd=here)
    here, deep = os.open(b"d" * 240, os.O_RDONLY, dir_fd=here), os.path.join(deep, b"d" * 240)
put("path of six thousand bytes", os.open(b"f", os.O_RDWR | os.O_CREAT, dir_fd=here), os.path.join(deep, b"f"), "file")

fd = os.open(root, os.O_RDWR | getattr(os, "O_TMPFILE", 0o20000000 | os.O_DIRECTORY))  # PyPy has no name for it
put("O_TMPFILE", fd, os.path.join(root, b"#%d" % os.fstat(fd).st_ino), "file", deleted=True)

# Memory that has a name like a path

MEMFDS = {
    "memfd": b"plain",
    "memfd without a name": b"",
    "memfd, blanks": b"a b  ",
    "memfd, slashes": b"/usr/lib/libc.so.6",
    "memfd, tab and newline": b"\tx\ny",
    "memfd, not UTF-8": b"\xff\xfe",
    "memfd, (deleted)": b"z (deleted)",
    "memfd, bracket": b"[heap]",
}


def memfd(name):
    fd = failing(libc.memfd_create(name, 1))  # not that of os, which takes no bytes with PyPy
    os.ftruncate(fd, 4 * PAGE)
    return fd


for case, name in MEMFDS.items():
    put(case, memfd(name), b"/memfd:" + name, "memfd", flags=SHARED | FIXED, deleted=True)

fd = memfd(b"far")
farthest = 2**63 if sys.maxsize > 2**32 else 2**32 * PAGE  # mmap2(2) takes a number of pages
os.ftruncate(fd, farthest - PAGE)
put("the farthest offset", fd, b"/memfd:far", "memfd", offset=farthest - 2 * PAGE, deleted=True)

fd = memfd(b"perms")
for prot in range(8):
    for flags in (SHARED | FIXED, PRIVATE | FIXED):
        put("perms " + perms(prot, flags), fd, b"/memfd:perms", "memfd", prot, flags, deleted=True)

fd = os.open(b"/dev/zero", os.O_RDWR)
put("/dev/zero, private", fd, b"/dev/zero", "file", READ | WRITE)
put("/dev/zero, shared", fd, b"/dev/zero", "shared", READ | WRITE, SHARED | FIXED, deleted=True, stat=False)
put("anonymous, shared", -1, b"/dev/zero", "shared", READ | WRITE, SHARED | ANONYMOUS | FIXED, deleted=True)
put("anonymous, private", -1, None, "anonymous", READ | WRITE, PRIVATE | ANONYMOUS | FIXED)

shmid = failing(libc.shmget(0, PAGE, 0o1600))
begin = failing(libc.shmat(shmid, None, 0))
failing(libc.shmctl(shmid, 0, None))
claim("System V", begin, PAGE, "rw-s", b"/SYSV00000000", "sysv", deleted=True)
claims[-1]["inode"] = shmid

# What not every kernel has, or lets everyone do


def name_anonymous(case, name, kind="named", flags=PRIVATE, prefix=b"[anon:", offset=0):
    begin = failing(map_memory(slot(), PAGE, READ | WRITE, flags | ANONYMOUS | FIXED, -1, 0))
    failing(libc.prctl(0x53564D41, 0, begin, PAGE, name))  # PR_SET_VMA, PR_SET_VMA_ANON_NAME
    claim(case, begin, PAGE, perms(READ | WRITE, flags), prefix + name + b"]", kind, offset)


def huge_page(case):
    size = 2 << 20
    begin = failing(map_memory(None, size, READ | WRITE, PRIVATE | ANONYMOUS | NORESERVE | HUGETLB, -1, 0))
    claim(case, begin, size, "rw-p", b"/anon_hugepage", "hugepage", deleted=True)


def address_zero(case):
    begin = failing(map_memory(0, PAGE, READ, PRIVATE | ANONYMOUS | FIXED, -1, 0))
    claim(case, begin, PAGE, "r--p", None, "anonymous")


def secretmem(case):
    fd = failing(libc.syscall(447, 0))
    os.ftruncate(fd, PAGE)
    put(case, fd, b"/secretmem", "secretmem", READ | WRITE, SHARED, deleted=True, stat=False)


def io_uring(case):
    fd = failing(libc.syscall(425, 4, ctypes.create_string_buffer(120)))
    # IORING_OFF_SQES
    put(case, fd, b"anon_inode:[io_uring]", "anon_inode", READ | WRITE, SHARED, offset=0x10000000, stat=False)


def packet_ring(case):
    ring = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    ring.setsockopt(263, 5, struct.pack("4I", PAGE, 1, PAGE // 2, 2))  # SOL_PACKET, PACKET_RX_RING
    put(case, ring.fileno(), b"socket:[%d]" % os.fstat(ring.fileno()).st_ino, "socket", READ | WRITE, SHARED)
    ring.detach()


attempt("anon name", lambda case: name_anonymous(case, b"a:b/c(d)<e> f"))
attempt("anon name empty", lambda case: name_anonymous(case, b""))
attempt("anon name deleted", lambda case: name_anonymous(case, b"x (deleted)"))
attempt("anon_shmem name", lambda case: name_anonymous(case, b"foo", "shared", SHARED, b"[anon_shmem:"))
attempt("huge page", huge_page)
attempt("address zero", address_zero)
attempt("secretmem", secretmem)
attempt("io_uring", io_uring)
attempt("packet ring", packet_ring)

print(json.dumps({"claims": claims, "refused": refused}), flush=True)
sys.stdin.read()
