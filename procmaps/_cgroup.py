r"""Who runs a process: the unit of systemd and the container, as its control groups tell.

The paths are what systemd and the container engines make of them, not what the kernel promises: a
process in a control group of another making has neither. See proc_pid_cgroup(5), systemd.unit(5),
and systemd's cg_path_get_unit().
"""

from __future__ import annotations

_UNITS = (".service", ".scope", ".socket", ".mount", ".swap")

# What engines put before the identifier of a container, and behind it.
_ENGINES = ("docker-", "libpod-", "crio-", "cri-containerd-", "containerd-", "nerdctl-", "buildkit-")
_LXC = ("lxc.payload.", "lxc.payload/", "lxc/", "lxc.monitor.")
_HEXADECIMAL = frozenset("0123456789abcdef")


def path_of(cgroup: str) -> str | None:
    """Return the path that tells most in the text of /proc/PID/cgroup.

    That is the one of the unified hierarchy, or if it is the root, systemd's own, or any longest.
    """
    paths = {}
    for line in cgroup.split("\n"):
        _, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if colon:
            paths[controllers] = path
    for controllers in ("", "name=systemd"):
        if paths.get(controllers, "/") != "/":
            return paths[controllers]
    return max(paths.values(), key=len, default=None)


def units_of(path: str) -> tuple[str | None, str | None]:
    """Return the unit of the system, and that of the user's own manager if there is one below.

    >>> units_of("/system.slice/cron.service")
    ('cron.service', None)
    >>> units_of("/user.slice/user-1000.slice/user@1000.service/app.slice/emacs.service")
    ('user@1000.service', 'emacs.service')
    """
    parts = [_unescaped(part) for part in path.split("/")]
    unit, rest = _first_unit(parts)
    user_unit = _first_unit(rest)[0] if unit is not None and unit.startswith("user@") else None
    return unit, user_unit


def container_of(path: str) -> str | None:
    """Return the identifier of a container, or the name of one that has names; None if there seems to be none.

    >>> container_of("/system.slice/docker-" + "4f" * 32 + ".scope")[:12]
    '4f4f4f4f4f4f'
    >>> container_of("/lxc.payload.web/system.slice/cron.service")
    'web'
    """
    for part in reversed(path.split("/")):
        name = _without_engine(part)
        if len(name) == 64 and set(name) <= _HEXADECIMAL:
            return name
    for prefix in _LXC:
        _, found, rest = path.partition(f"/{prefix}")
        if found:
            return rest.partition("/")[0] or None
    for part in path.split("/"):
        if part.startswith("machine-") and part.endswith(".scope"):
            return part[len("machine-") : -len(".scope")].replace(r"\x2d", "-")
    return None


def _first_unit(parts: list[str]) -> tuple[str | None, list[str]]:
    """Return the first that is a unit, and what is below it; slices only divide."""
    for i, part in enumerate(parts):
        if part.endswith(_UNITS):
            return part, parts[i + 1 :]
    return None, []


def _unescaped(part: str) -> str:
    """Return the name that systemd has written with a mark, as the kernel has one like it."""
    return part.removeprefix("_")


def _without_engine(part: str) -> str:
    name = part.removesuffix(".scope")
    return next((name[len(engine) :] for engine in _ENGINES if name.startswith(engine)), name.rpartition(":")[2])
