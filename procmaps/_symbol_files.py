"""The symbols of the files of modules, and of the code that a process made at run time."""

from __future__ import annotations

import errno
import os
from io import UnsupportedOperation
from stat import S_ISREG
from typing import NamedTuple
from weakref import WeakValueDictionary

from procmaps._names import encode
from procmaps._proc_files import after, number
from procmaps._procmaps import SymbolTable
from procmaps._read import O_PATH, proc_root
from procmaps._threads import living

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from procmaps._maps import Maps
    from procmaps._module import Module
    from procmaps._procmaps import Lines, Symbol

_MOST_PERF_MAP = 64 << 20
_MOST_NAMES = 1 << 30

# Of each version of a file, as long as somebody has its table.
_tables: WeakValueDictionary[tuple[object, ...], SymbolTable] = WeakValueDictionary()


class Reading(NamedTuple):
    """The symbols of a module.

    Attributes:
        table: The symbols; None if they cannot be read.
        problem: What could not be read, and why; None if all was.
    """

    table: SymbolTable | None
    problem: str | None = None


def symbols_of(module: Module) -> Reading:
    """Return the symbols of a module."""
    try:
        with module.open() as file:
            table = _table(module, file)
    except (OSError, LookupError) as error:
        return Reading(None, getattr(error, "strerror", None) or str(error))
    if table is None:
        return Reading(None, "it is no ELF file")
    return Reading(table, "; ".join(table.notes) or None)


def lines_of(module: Module) -> tuple[Lines | None, str | None]:
    """Return the debug information of a module, None if there is none; and why it cannot be read."""
    from procmaps._procmaps import Lines

    try:
        with module.open() as file:
            return Lines.of_file(_path(file), module.path, roots_of(module.maps, module._root)), None
    except UnsupportedOperation:  # it is in memory
        return None, None
    except (OSError, LookupError) as error:
        return None, getattr(error, "strerror", None) or str(error)


def listed(module: Module) -> list[Symbol]:
    """See `Module.symbols`."""
    table = _read(module)
    symbols = []
    size = 0
    for index in range(len(table)):
        symbol = table.symbol(index, module)
        size += len(symbol.name)
        # In a file that was made for it, many long names are in the same place.
        if size > _MOST_NAMES:
            raise LookupError(f"the symbols of {module.name} have names of more than {_MOST_NAMES:,} letters")
        symbols.append(symbol)
    return symbols


def elf_address_of(module: Module, name: str) -> int:
    """Return where a symbol begins.

    Raises:
        LookupError: There is none of that name, or there are several; or they cannot be read.
    """
    table = _read(module)
    found = sorted({table.symbol(index, module).elf_address for index in table.named(encode(name))})
    if not found:
        raise LookupError(f"{module.name} has no symbol {name!r}")
    if len(found) > 1:
        places = ", ".join([f"{address:#x}" for address in found])
        raise LookupError(f"{module.name} has {len(found)} symbols {name!r}, at ELF addresses {places}")
    return found[0]


def _read(module: Module) -> SymbolTable:
    table, problem = symbols_of(module)
    if table is None:
        raise LookupError(f"the symbols of {module.name} cannot be read: {problem}")
    return table


def roots_of(maps: Maps, root: str | None) -> list[str]:
    """Return the directories below which files with debug information can be: ours, and the process's."""
    if root is not None or maps.pid is None:
        return [root or "/"]
    theirs = os.path.join(living(f"{proc_root(maps._origin[3])}/{maps.pid}"), "root")
    try:
        is_ours = os.path.samefile(theirs, "/")
    except OSError:
        is_ours = True
    return ["/"] if is_ours else ["/", theirs]


def perf_map_of(maps: Maps) -> Reading:
    """Return the symbols of the code that a process made at run time, as far as it wrote them to /tmp."""
    if maps.pid is None:
        return Reading(None, "a saved listing has no code")
    directory = f"{proc_root(maps._origin[3])}/{maps.pid}"
    path = next(filter(os.path.lexists, _perf_maps(directory, maps.pid)), None)
    if path is None:
        return Reading(None, "it is of no module, and there is no /tmp/perf-PID.map")
    try:
        return _perf_map(path, directory)
    except OSError as error:
        return Reading(None, f"{path}: {error.strerror}")


def _table(module: Module, file: BinaryIO) -> SymbolTable | None:
    try:
        status = os.fstat(file.fileno())
    except OSError:  # it is in memory
        return SymbolTable.of_image(file.read())
    roots = roots_of(module.maps, module._root)
    version = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
    # What else has symbols of it is looked for by its path, and in another container there can be another file.
    key = (version, module.path, *map(_identity, roots))
    table = _tables.get(key)
    if table is None:
        table = SymbolTable.of_file(_path(file), module.path, roots)
        if table is not None:
            _tables[key] = table
    return table


def _identity(root: str) -> tuple[int, int] | None:
    try:
        status = os.stat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _path(file: BinaryIO) -> str:
    return f"/proc/self/fd/{file.fileno()}"


def _perf_maps(directory: str, pid: int) -> list[str]:
    """Return where the file can be: in the process's own /tmp by its own number, and in ours."""
    theirs = _field(directory, "NSpid").split()[-1:] or [str(pid)]
    return [f"{living(directory)}/root/tmp/perf-{theirs[0]}.map", f"/tmp/perf-{pid}.map"]


def _perf_map(path: str, directory: str) -> Reading:
    found = os.open(path, O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(found)
        # In /tmp anybody can put a file of that name.
        owners = {0, os.geteuid(), *map(number, _field(directory, "Uid").split())}
        if not S_ISREG(status.st_mode) or status.st_uid not in owners:
            raise PermissionError(errno.EPERM, "it is not a file of the process's user, of root or of ours", path)
        surplus = max(0, status.st_size - _MOST_PERF_MAP)
        with open(f"/proc/self/fd/{found}", "rb") as file:
            if surplus:  # what is said last replaces what was said before
                file.seek(surplus - 1)
                surplus += len(file.readline(_MOST_PERF_MAP)) - 1
            table = SymbolTable.of_perf_map(file.read(_MOST_PERF_MAP))
    finally:
        os.close(found)
    notes = [f"{path}: {note}" for note in table.notes]
    if surplus:
        notes.append(f"{path}: it is too large, and its first {surplus:,} bytes were not read")
    return Reading(table, "; ".join(notes) or None)


def _field(directory: str, name: str) -> str:
    """Return a field of the status of a process, "" if there is none."""
    return after(f"{directory}/status", f"{name}:").decode("ascii", "replace")
