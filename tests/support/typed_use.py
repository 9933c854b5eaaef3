"""Uses of the API, each with the type that a checker is to see. Checked, never run: see test_typing.py."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Optional

from typing_extensions import assert_type

import procmaps
from procmaps import InconsistentError, Map, Maps, ParseError, UnsupportedError

m = Map(0x1000, 0x2000, "r-xp", device=(8, 1), pathname="/bin/cat")
maps = procmaps.from_pid()

assert_type(m.begin_address, int)
assert_type(m.end_address, int)
assert_type(m.perms, str)
assert_type(m.offset, int)
assert_type(m.device, tuple[int, int])
assert_type(m.inode, int)
assert_type(m.pathname, Optional[str])
assert_type(m.path, Optional[str])
assert_type(m.size, int)
assert_type(m.kind, str)
assert_type(m.is_readable, bool)
assert_type(m.is_deleted, bool)
assert_type(0x1000 in m, bool)
assert_type(m.overlaps(m), bool)
assert_type(m.file_offset(0x1000), Optional[int])
assert_type(m.line(bits=32), str)
assert_type(m < m, bool)
assert_type(bytes(m), bytes)
assert_type(sorted(maps), list[Map])

assert_type(procmaps.from_pid(1, settled=True, attempts=5, proc="/proc"), Maps)
assert_type(procmaps.from_pid(proc=Path("/proc")), Maps)
assert_type(procmaps.from_path(b"/proc/self/maps"), Maps)
assert_type(procmaps.from_path(Path("x"), dialect="cygwin"), Maps)
assert_type(procmaps.from_str(""), Maps)
assert_type(procmaps.from_str(memoryview(b"")), Maps)

assert_type(maps[0], Map)
assert_type(maps[1:], Maps)
assert_type(maps + [m], Maps)  # noqa: RUF005
assert_type(iter(maps), Iterator[Map])
assert_type(maps.find(0), Optional[Map])
assert_type(maps.find_all([0]), list[Optional[Map]])
assert_type(maps.filter(lambda m: m.size > 5, perms="r", kind=["heap"]), Maps)
assert_type(maps.between(0, 5), Maps)
assert_type(maps.gaps(), list[tuple[int, int]])
assert_type(maps.by_pathname(), dict[Optional[str], Maps])
assert_type(maps.index(m), int)
assert_type(maps.is_ordered, bool)
assert_type(maps.pid, Optional[int])
assert_type(maps.attempts, Optional[int])
assert_type(maps.without_memory, Optional[str])
assert_type(Maps(iter([m])), Maps)
assert_type({maps: m}, dict[Maps, Map])
maps.find_all(array("Q"))
maps.find_indices(range(5))

as_sequence: Sequence[Map] = maps
assert_type([m.pathname for m in as_sequence], list[Optional[str]])

try:
    procmaps.from_pid(1)
except ParseError as error:
    assert_type((error.lineno, error.column, error.field, error.expected), tuple[int, int, str, str])
    assert_type(error.line, bytes)
except InconsistentError as error:
    assert_type(error.maps, Maps)
    assert_type(error.attempts, int)
except UnsupportedError as error:
    as_os_error: OSError = error

# What a checker is to refuse. An "ignore" that ignores nothing is an error of --strict.
m.perms = "rwxp"  # type: ignore[misc]
maps[0] = m  # type: ignore[index]
maps.append(m)  # type: ignore[attr-defined]
procmaps.from_pid("1")  # type: ignore[arg-type]
procmaps.from_str(5)  # type: ignore[arg-type]
procmaps.from_str("", dialect="dos")  # type: ignore[arg-type]
Map(0)  # type: ignore[call-arg]
Map(0, 1, pathname=b"x")  # type: ignore[arg-type]
Maps([1])  # type: ignore[list-item]
maps.filter(perms=5)  # type: ignore[arg-type]
maps.find("x")  # type: ignore[arg-type]
