"""What it costs a process that its pages are counted, told to who wants it."""

from __future__ import annotations

import os

from procmaps._proc_files import after, number
from procmaps._read import own_pid, proc_root
from procmaps._table import human
from procmaps.cli._output import complain

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

# Above this a process is warned for. On one machine the kernel took so long for so much.
LARGE = 4 << 30
_MILLISECONDS = 42


def add_yes_argument(group: argparse._ActionsContainer) -> None:
    """Add the option that leaves out the warning."""
    group.add_argument("-y", "--yes", action="store_true", help=f"do not warn of processes above {human(LARGE)}")


def warn(pid: int, options: argparse.Namespace) -> None:
    """Say so before another process is held up noticeably."""
    root = proc_root(options.proc)
    rss = _rss(os.path.join(root, str(pid)))
    if rss > LARGE and pid != own_pid(root) and not options.yes:
        complain(
            f"procmaps: process {pid} has {human(rss)} in memory: it will be held up for about "
            f"{rss * _MILLISECONDS // LARGE} ms when it maps memory meanwhile. (--yes: do not say so.)"
        )


def _rss(directory: str) -> int:
    """Return what a process has in memory, as the kernel counts it without looking at its pages."""
    # Such as b"      1234 kB".
    words = after(os.path.join(directory, "status"), "VmRSS:").split()
    return 1024 * ((number(words[0]) if words else None) or 0)
