"""A proc file system made of plain files, for what a kernel does too rarely to wait for."""

from __future__ import annotations

import os
from pathlib import Path

PF_KTHREAD = 0x200000
PF_EXITING = 0x4


class FakeProc:
    """A directory with `self`, and processes as they are added."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "self").mkdir()

    def add(self, pid: int, maps: bytes, state: str = "S", flags: int = 0, comm: str = "x") -> Path:
        """Add a process; its directory."""
        directory = self.root / str(pid)
        directory.mkdir()
        (directory / "maps").write_bytes(maps)
        (directory / "stat").write_bytes(os.fsencode(f"{pid} ({comm}) {state} 1 {pid} {pid} 0 -1 {flags} 0 0 0 0\n"))
        return directory
