"""What is known of a process beside its maps: what it is called, when it was started, where."""

from __future__ import annotations

import os
import sys

from procmaps._proc_files import after, content, number
from procmaps._threads import living

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def origin(root: str, pid: int | str) -> dict[str, Any]:
    """Return what is known of a process, None for what may not be read.

    The process is told from any other, of any system, by `boot_id`, `pid` and `start_ticks` together.

    Args:
        root: Where the proc file system is.
        pid: The number of the process, or "self".
    """
    directory = os.path.join(root, str(pid))
    ticks = start_ticks(directory)
    return {
        "host": _line(os.path.join(root, "sys/kernel/hostname")),
        "kernel": _line(os.path.join(root, "sys/kernel/osrelease")),
        "machine": None if sys.platform == "win32" else os.uname().machine,
        "boot_id": _line(os.path.join(root, "sys/kernel/random/boot_id")),
        "name": _line(os.path.join(directory, "comm")),
        **_command(living(directory)),
        "start_ticks": ticks,
        "started": _started(root, ticks),
    }


def start_ticks(directory: str) -> int | None:
    """Return when a process was started, in clock ticks since the system was. See proc_pid_stat(5)."""
    stat = _content(os.path.join(directory, "stat")) or b""
    # The name is in parentheses, and may have some itself.
    fields = stat.rpartition(b")")[2].split()
    return number(fields[19]) if len(fields) > 19 else None


def utc(seconds: float) -> str:
    """Return a time as ISO 8601 has it.

    >>> utc(0.25)
    '1970-01-01T00:00:00.250Z'
    """
    from time import gmtime, strftime

    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{int(seconds * 1000) % 1000:03d}Z"


def title(about: dict[str, Any]) -> str:
    """Return what a snapshot is of, in a line for people; with control characters if a name has some."""
    name, pid, host, taken = [about.get(key) or "unknown" for key in ("name", "pid", "host", "taken")]
    return f"{name} (pid {pid}) on {host}, {taken}"


def _started(root: str, ticks: int | None) -> str | None:
    boot = number(after(os.path.join(root, "stat"), "btime "))
    if ticks is None or boot is None or sys.platform == "win32":
        return None
    try:
        return utc(boot + ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, OverflowError, ValueError):  # in no year that there can be
        return None


def _command(directory: str) -> dict[str, Any]:
    """Return the arguments of a process, and their bytes if they are not all UTF-8."""
    data = _content(os.path.join(directory, "cmdline"))
    if not data:  # a kernel thread's is empty
        return {"command": None}
    arguments = data.removesuffix(b"\0").split(b"\0")
    texts = [argument.decode("utf-8", "replace") for argument in arguments]
    if [text.encode("utf-8") for text in texts] == arguments:
        return {"command": texts}
    return {"command": texts, "command_bytes": [argument.hex() for argument in arguments]}


def _line(path: str) -> str | None:
    data = _content(path)
    return None if data is None else data.removesuffix(b"\n").decode("utf-8", "replace")


def _content(path: str) -> bytes | None:
    try:
        return content(path)
    except OSError:
        return None
