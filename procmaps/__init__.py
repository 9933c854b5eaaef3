"""The memory map of a process: /proc/PID/maps, read as the kernel means it.

>>> import procmaps
>>> maps = procmaps.from_pid()
>>> maps.find(id(maps)).is_writable
True
"""

from __future__ import annotations

try:
    from procmaps._procmaps import __version__
except ModuleNotFoundError as _error:
    raise ImportError(
        f"{_error}. If this is a checkout of the sources, build the extension first: python setup.py develop"
    ) from _error

from procmaps._errors import InconsistentError, ParseError, UnsupportedError
from procmaps._map import Map
from procmaps._maps import Maps
from procmaps._read import from_path, from_pid, from_str

TYPE_CHECKING = False
if TYPE_CHECKING:
    # What _LATER has, for a type checker.
    from procmaps._columns import arrow
    from procmaps._demangle import demangle, demangle_all, demangle_text
    from procmaps._diff import Change, Diff, diff
    from procmaps._iterparse import iterparse
    from procmaps._rows import from_records
    from procmaps._schemas import json_schema
    from procmaps._snapshot import Snapshot, snapshot
    from procmaps._sql import sql
    from procmaps.modules import loaded

__all__ = [
    "Change",
    "Diff",
    "InconsistentError",
    "Map",
    "Maps",
    "ParseError",
    "Snapshot",
    "UnsupportedError",
    "__version__",
    "arrow",
    "demangle",
    "demangle_all",
    "demangle_text",
    "diff",
    "from_path",
    "from_pid",
    "from_records",
    "from_str",
    "iterparse",
    "json_schema",
    "loaded",
    "snapshot",
    "sql",
]

# Names that are imported when they are first asked for, by the module that has them.
_LATER = {
    "Change": "_diff",
    "Diff": "_diff",
    "Snapshot": "_snapshot",
    "arrow": "_columns",
    "demangle": "_demangle",
    "demangle_all": "_demangle",
    "demangle_text": "_demangle",
    "diff": "_diff",
    "from_records": "_rows",
    "iterparse": "_iterparse",
    "json_schema": "_schemas",
    "loaded": "modules",
    "snapshot": "_snapshot",
    "sql": "_sql",
}

for _name in __all__:
    if hasattr(globals().get(_name), "__module__"):
        globals()[_name].__module__ = __name__
del _name

if not TYPE_CHECKING:  # pragma: no branch

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_advice(name)}")
        value = getattr(__import__(f"procmaps.{_LATER[name]}", fromlist=[name]), name)
        value.__module__ = __name__
        globals()[name] = value
        return value

    def _advice(name):
        from os import path

        # Names such as __wrapped__ are looked for in every module.
        is_module = not name.startswith("_") and path.isfile(f"{__path__[0]}/{name}.py")
        return f": import {__name__}.{name}" if is_module else ""

    def __dir__():
        return sorted({*globals(), *_LATER} - {"TYPE_CHECKING", "annotations"})
