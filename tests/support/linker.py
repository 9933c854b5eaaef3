"""What the dynamic linker of this process says: dl_iterate_phdr(3) and dladdr(3)."""

from __future__ import annotations

import ctypes
import os


class _Header(ctypes.Structure):
    # 64 bits: p_flags comes second
    _fields_ = (
        [
            ("type", ctypes.c_uint32),
            ("flags", ctypes.c_uint32),
            ("offset", ctypes.c_uint64),
            ("vaddr", ctypes.c_uint64),
            ("paddr", ctypes.c_uint64),
            ("filesz", ctypes.c_uint64),
            ("memsz", ctypes.c_uint64),
            ("align", ctypes.c_uint64),
        ]
        if ctypes.sizeof(ctypes.c_void_p) == 8
        else [
            ("type", ctypes.c_uint32),
            ("offset", ctypes.c_uint32),
            ("vaddr", ctypes.c_uint32),
            ("paddr", ctypes.c_uint32),
            ("filesz", ctypes.c_uint32),
            ("memsz", ctypes.c_uint32),
            ("flags", ctypes.c_uint32),
            ("align", ctypes.c_uint32),
        ]
    )


class _Image(ctypes.Structure):
    _fields_ = (
        ("bias", ctypes.c_size_t),
        ("name", ctypes.c_char_p),
        ("headers", ctypes.POINTER(_Header)),
        ("count", ctypes.c_uint16),
    )


class _Symbol(ctypes.Structure):
    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_size_t),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_size_t),
    )


_libc = ctypes.CDLL(None)
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Image), ctypes.c_size_t, ctypes.c_void_p)
_libc.dladdr.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Symbol)]


def images() -> list[tuple[int, int, str]]:
    """Return what is loaded, in the dynamic linker's order: base, bias and name of each."""
    found = []

    def visit(image, _size, _data):
        headers = [image.contents.headers[i] for i in range(image.contents.count)]
        first = min(header.vaddr for header in headers if header.type == 1 and header.memsz)
        page = os.sysconf("SC_PAGE_SIZE")
        base = (image.contents.bias + first) % (1 << 8 * ctypes.sizeof(ctypes.c_void_p)) // page * page
        found.append((base, image.contents.bias, os.fsdecode(image.contents.name)))
        return 0

    _libc.dl_iterate_phdr(_CALLBACK(visit), None)
    return found


def symbol_at(address: int) -> tuple[str, int, str | None, int] | None:
    """Return the file, its base, and the nearest symbol below an address and where that is; None if in no file."""
    found = _Symbol()
    if not _libc.dladdr(address, ctypes.byref(found)):
        return None
    name = None if found.name is None else os.fsdecode(found.name)
    return os.fsdecode(found.file), found.base, name, found.address or 0
