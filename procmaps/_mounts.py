"""What is mounted, and as what the kernel prints a file. See proc_pid_mountinfo(5), proc_pid_fdinfo(5)."""

from __future__ import annotations

import os
from typing import NamedTuple


class Mount(NamedTuple):
    """One mount: the device that maps print for its files, and the type of its file system."""

    device: tuple[int, int]
    type: str


class Printed(NamedTuple):
    """The numbers that maps print for a file, and the type of its file system."""

    device: tuple[int, int]
    inode: int
    type: str


def mounts(*tables: str, dir_fd: int | None = None) -> dict[int, Mount]:
    """Return what some tables say is mounted, by the number of the mount; nothing for one that may not be read."""
    found: dict[int, Mount] = {}
    for table in tables:
        for line in _read(table, dir_fd).split(b"\n")[:-1]:
            fields, _, rest = line.partition(b" - ")
            number, _, device = fields.split(b" ")[:3]
            major, _, minor = device.partition(b":")
            found[int(number)] = Mount((int(major), int(minor)), rest.split(b" ")[0].decode())
    return found


def printed(descriptor: int, inode: int, mounted: dict[int, Mount], root: str) -> Printed | None:
    """Return as what maps would print an open file; None if that cannot be known.

    stat(2) is no help: on Btrfs each subvolume has a device number of its own there, and
    overlayfs makes numbers up.
    """
    lines = _read(f"{root}/self/fdinfo/{descriptor}").split(b"\n")
    info = {key: value.strip() for key, _, value in [line.partition(b":") for line in lines]}
    mount = mounted.get(int(info.get(b"mnt_id", -1)))
    # "ino" is there from Linux 5.14 on, "mnt_id" from 3.15 on.
    return mount and Printed(mount.device, int(info.get(b"ino", inode)), mount.type)


def _read(path: str, dir_fd: int | None = None) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=dir_fd)
    except OSError:
        return b""
    with open(descriptor, "rb", buffering=0) as file:
        return file.read()
