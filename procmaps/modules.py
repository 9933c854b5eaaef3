"""Programs and libraries in memory: from an address to a module and back, and which are loaded.

>>> import procmaps
>>> maps = procmaps.from_pid()
>>> vdso = [module for module in maps.modules() if module.name == "[vdso]"]
>>> [maps.locate(module.base).module == module for module in vdso] == [True] * len(vdso)
True
"""

from __future__ import annotations

from procmaps._elf import Elf, Segment
from procmaps._module import Location, Module

__all__ = ["Elf", "Location", "Module", "Segment"]
