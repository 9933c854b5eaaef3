"""Programs and libraries in memory: from an address to a module and back, and which are loaded.

>>> import procmaps
>>> maps = procmaps.from_pid()
>>> vdso = [module for module in maps.modules() if module.name == "[vdso]"]
>>> [maps.locate(module.base).module == module for module in vdso] == [True] * len(vdso)
True
"""

from __future__ import annotations

import os

from procmaps._elf import Elf, Segment
from procmaps._elf_files import open_memory
from procmaps._link_map import in_load_order
from procmaps._maps import Maps
from procmaps._module import Location, Module
from procmaps._module_names import is_called
from procmaps._of_type import of_type
from procmaps._read import from_pid
from procmaps.query import Process

__all__ = ["Elf", "Location", "Module", "Segment", "load_order", "loaded"]


def loaded(name: str, pid: int | None = None, *, proc: str | os.PathLike[str] | None = None) -> list[Module]:
    """Return the loads of a library in a process; an empty list if there is none.

    More than one means that there are several copies of it, each with memory and threads of its own. They are
    in the order in which they were loaded if `load_order` knows it, and by address if not.

    Args:
        name: The stem of the name, such as `"libcudart"`: that finds `libcudart.so`, `libcudart.so.12` and
            `libcudart-d0da41ae.so.11.0`, and not `libcudart_stub.so`; or with a version or a
            part of it, `"libcudart.so.11"`; or the whole name, `"python3.11"`. It is
            compared with the name of the file and with the soname. `"libc"` is the C library of musl, too,
            which is its dynamic linker, `ld-musl-x86_64.so.1`.
        pid: The number of the process; None for this one.
        proc: As for `procmaps.from_pid`.

    Raises:
        ProcessLookupError, PermissionError, UnsupportedError: As `procmaps.from_pid`.
        ValueError: The name has a slash: a library is not asked for by its path.

    >>> import procmaps
    >>> procmaps.loaded("libc_that_nobody_has")
    []
    """
    if "/" in of_type("name", name, str):
        raise ValueError(f"the name of a library has no slash: {name!r}; Module.path has the path")
    maps = from_pid(pid, proc=proc)
    modules = load_order(maps) or maps.modules()
    return [module for module in modules if is_called(module.name, name) or is_called(module.soname, name)]


def load_order(maps: Maps) -> list[Module] | None:
    """Return the modules of a process in the order in which its dynamic linker has loaded them.

    The program is the first; what the dynamic linker has not loaded is at the end. None if the order is not
    known: the program has no dynamic linker, its memory may not be read (ptrace(2): same user, and
    kernel.yama.ptrace_scope), or the maps are no process's.

    >>> import procmaps, sys
    >>> modules = procmaps.modules.load_order(procmaps.from_pid())
    """
    if of_type("maps", maps, Maps).pid is None:
        return None
    try:
        with Process(maps.pid, proc=maps._origin[3]) as process:
            descriptor = open_memory(process)
        try:
            return in_load_order(descriptor, maps.modules())
        finally:
            os.close(descriptor)
    except OSError:
        return None
