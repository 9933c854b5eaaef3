"""The memory map of a process: /proc/PID/maps, read as the kernel means it.

>>> import procmaps
>>> maps = procmaps.from_pid()
>>> maps.find(id(maps)).is_writable
True
"""

from __future__ import annotations

try:
    from procmaps._procmaps import __version__
except ModuleNotFoundError as error:
    raise ImportError(
        f"{error}. If this is a checkout of the sources, build the extension first: python setup.py develop"
    ) from error

from procmaps._errors import InconsistentError, ParseError, UnsupportedError
from procmaps._map import Map
from procmaps._maps import Maps
from procmaps._read import from_path, from_pid, from_str

__all__ = [
    "InconsistentError",
    "Map",
    "Maps",
    "ParseError",
    "UnsupportedError",
    "__version__",
    "from_path",
    "from_pid",
    "from_str",
]

for _name in __all__:
    if hasattr(globals()[_name], "__module__"):
        globals()[_name].__module__ = __name__
del _name
