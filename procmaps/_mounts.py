"""What is mounted, and as what the kernel prints a file. See proc_pid_mountinfo(5), proc_pid_fdinfo(5)."""

from __future__ import annotations

from typing import NamedTuple

from procmaps._proc_files import content_or_nothing, number

# The most mounts that there can be, unless more are asked for, are 100,000; a line has some hundred bytes.
_MOST = 64 << 20


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
        for line in content_or_nothing(table, dir_fd, _MOST).split(b"\n")[:-1]:
            fields, _, rest = line.partition(b" - ")
            mount, _, device = [*fields.split(b" ")[:3], b"", b"", b""][:3]
            numbers = [value for field in (mount, *device.split(b":")) if (value := number(field)) is not None]
            if len(numbers) == 3:
                name, major, minor = numbers
                found[name] = Mount((major, minor), rest.split(b" ")[0].decode("ascii", "replace"))
    return found


def printed(descriptor: int, inode: int, mounted: dict[int, Mount], root: str) -> Printed | None:
    """Return as what maps would print an open file; None if that cannot be known.

    stat(2) is no help: on Btrfs each subvolume has a device number of its own there, and
    overlayfs makes numbers up.
    """
    lines = content_or_nothing(f"{root}/self/fdinfo/{descriptor}").split(b"\n")
    info = {key: value.strip() for key, _, value in [line.partition(b":") for line in lines]}
    # "ino" is there from Linux 5.14 on, "mnt_id" from 3.15 on.
    name, told = number(info.get(b"mnt_id", b"")), number(info.get(b"ino", b""))
    mount = None if name is None else mounted.get(name)
    return mount and Printed(mount.device, inode if told is None else told, mount.type)
