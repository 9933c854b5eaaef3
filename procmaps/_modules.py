"""The modules of a listing: found, and looked up by address."""

from __future__ import annotations

import os
from _operator import index

from procmaps._elf_files import LISTED, Answer, in_directory, of_process, of_vdso
from procmaps._loads import by_headers, by_shape, can_be_loaded
from procmaps._module import Location, Module
from procmaps.query import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Callable

    from procmaps._map import Map
    from procmaps._maps import Maps
    from procmaps.symbols import Symbolizer


class Index:
    """The modules of one listing, and which mapping is whose."""

    def __init__(self, modules: list[Module]) -> None:
        self.modules = modules
        self._symbolizer: Symbolizer | None = None
        self._of = {m: module for module in modules for m in module.maps}

    def locate(self, address: int, m: Map) -> Location:
        """Return where an address is, in a mapping."""
        module = self._of.get(m)
        if module is None or address not in module:
            return Location(address, m, None, m.file_offset(address), None)
        return Location(address, m, module, module.file_offset(address), module.elf_address(address))

    def symbolizer(self, maps: Maps) -> Symbolizer:
        """Return what knows the symbols of the listing."""
        if self._symbolizer is None:
            from procmaps.symbols import Symbolizer

            self._symbolizer = Symbolizer(maps)
        return self._symbolizer


def modules_of(maps: Maps, root: str | os.PathLike[str] | None = None) -> list[Module]:
    """See `Maps.modules`."""
    return _read(maps, os.fsdecode(root)) if root is not None else list(index_of(maps).modules)


def locate(maps: Maps, address: int, symbol: bool) -> Location | None:
    """See `Maps.locate`."""
    return locate_all(maps, [address], symbol)[0]


def locate_all(maps: Maps, addresses: Iterable[int], symbol: bool) -> list[Location | None]:
    """See `Maps.locate_all`."""
    addresses = list(addresses)
    found = index_of(maps)
    if symbol:
        return found.symbolizer(maps).locate(addresses)
    return [
        None if m is None else found.locate(index(address), m)
        for address, m in zip(addresses, maps.find_all(addresses))
    ]


def names_of(maps: Maps) -> list[str | None]:
    """Return for each mapping the name of the module that it is of, or else its own, None if it has none.

    That is the path, with the base behind it where a file is loaded several times. What goes on past
    the end of a module is not of it.
    """
    by_path: dict[str, list[Module]] = {}
    for module in index_of(maps).modules:
        by_path.setdefault(module.path or module.pathname, []).append(module)
    names: dict[Map, str] = {}
    for path, modules in by_path.items():
        for module in modules:
            name = path if len(modules) == 1 else f"{path} at {module.base:#x}"
            names.update([(m, name) for m in module.maps if m.end_address <= module.end_address])
    return [names.get(m) or m.path or m.pathname for m in maps]


def index_of(maps: Maps) -> Index:
    """Return what was found, or is found now."""
    if maps._modules is None:
        maps._modules = Index(_read(maps, None))
    return maps._modules


def _read(maps: Maps, root: str | None) -> list[Module]:
    if root is not None:
        return _modules(maps, lambda mine: in_directory(root, mine[0]), root)
    if maps.pid is None:
        return _modules(maps, _untold(LISTED))
    try:
        process = Process(maps.pid, proc=maps._origin[3])
    except OSError as error:
        return _modules(maps, _untold(error.strerror or str(error)))
    with process:
        return _modules(maps, lambda mine: _answer(process, mine))


def _untold(reason: str) -> Callable[[list[Map]], Answer]:
    return lambda _: Answer(None, reason=reason)


def _answer(process: Process, mine: list[Map]) -> Answer:
    return of_vdso(process, mine[0]) if mine[0].kind == "vdso" else of_process(process, mine)


def _modules(maps: Maps, answer: Callable[[list[Map]], Answer], root: str | None = None) -> list[Module]:
    files: dict[tuple[object, ...], list[Map]] = {}
    for m in sorted(maps):
        if m.kind in ("file", "memfd", "vdso") and m.is_private:
            files.setdefault((m.device, m.inode, m.pathname), []).append(m)
    found: list[Module] = []
    for mine in files.values():
        if can_be_loaded(mine):
            found += _of_one_file(maps, mine, answer(mine), root)
    return sorted(found, key=lambda module: module.base)


def _of_one_file(maps: Maps, mine: list[Map], answer: Answer, root: str | None) -> list[Module]:
    if answer.elf is not None:
        loads = by_headers(maps, mine, answer.elf)
        return [Module(maps._those(load), answer, bias, root) for bias, load in loads]
    if answer.is_elf is False:
        return []
    return [Module(maps._those(load), answer, None, root) for load in by_shape(maps, mine)]
