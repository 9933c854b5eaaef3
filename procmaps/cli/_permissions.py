"""Why a process cannot be read or seen, from what the system says of it and of us."""

from __future__ import annotations

import os

from procmaps._proc_files import after, content_or_nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

CAP_SYS_PTRACE = 19

YAMA = "/proc/sys/kernel/yama/ptrace_scope"
MOUNTS = "/proc/self/mountinfo"
STATUS = "/proc/self/status"
_ABLE = (
    "You have CAP_SYS_PTRACE: the process is in another user namespace, or a security module (SELinux, "
    "AppArmor, seccomp) forbids it."
)
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")


def on_denied(path: str) -> Iterator[str]:
    """Yield what explains that a file in /proc/PID is not for us, and what helps."""
    root, pid = _process_of(path)
    if not pid:
        return
    is_able = _is_able()
    yield _ABLE if is_able else _reason(pid, _field(os.path.join(root, pid, "status"), "Uid").split())
    yield from _hidden(root)
    if os.geteuid():
        yield f"Try: sudo procmaps {pid}"
    if _is_container() and not is_able:
        yield "This is a container: docker run --cap-add SYS_PTRACE; in Kubernetes securityContext.capabilities.add"
    scope = _content(YAMA).strip()
    if scope not in ("", "0"):
        yield f"kernel.yama.ptrace_scope is {scope}, but matters to debuggers only, not to readers of maps."


def on_missing(path: str) -> Iterator[str]:
    """Yield what may hide a process that is not there."""
    root, pid = _process_of(path)
    hidden = list(_hidden(root))
    yield from hidden
    if hidden and os.geteuid():
        yield f"Try: sudo procmaps {pid}"
    if _is_container():
        yield "This is a container: it sees the processes of the host only if it was started with --pid=host."


def on_unseen(root: str, is_refused: bool) -> Iterator[str]:
    """Yield what would show more processes to one who asks for all, if some were refused or are hidden."""
    # Windows hides nothing, and has no geteuid().
    hidden = [line for line in _hidden(root) if os.geteuid()]
    yield from hidden
    if is_refused and os.geteuid():
        yield f"Reading processes of others needs root or CAP_SYS_PTRACE. You are uid {os.geteuid()}."
    elif is_refused:
        yield "A security module, a user namespace or missing capabilities forbid it."
    if (hidden or is_refused) and _is_container():
        yield "This is a container: docker run --cap-add SYS_PTRACE --pid=host sees the processes of the host."


def _process_of(path: str) -> tuple[str, str]:
    """Return the proc file system and the number in the path of a process, or of a file of it; '' for other paths."""
    for place in (path, os.path.dirname(path)):
        root, pid = os.path.split(place)
        if pid.isdigit() and os.path.lexists(os.path.join(root, "self")):
            return root, pid
    return "", ""


def _is_able() -> bool:
    return bool(int(_field(STATUS, "CapEff") or "0", 16) >> CAP_SYS_PTRACE & 1)


def _reason(pid: str, owners: list[str]) -> str:
    own = str(os.geteuid())
    if not owners:
        return f"You are uid {own}, and are not told whose process {pid} is. Reading it needs CAP_SYS_PTRACE."
    if set(owners[:3]) == {own}:
        return (
            f"You are uid {own}, and so is process {pid}, but it is protected: it has or had privileges that you lack "
            "(capabilities, set-uid, set-gid), or has asked for it by prctl(2). Reading it needs CAP_SYS_PTRACE."
        )
    uids = " and ".join(sorted(set(owners[:3]), key=lambda uid: (len(uid), uid)))
    return f"You are uid {own}; process {pid} belongs to uid {uids}. Reading it needs CAP_SYS_PTRACE."


def _hidden(root: str) -> Iterator[str]:
    """Yield a sentence if the proc file system hides the processes of other users."""
    for line in _content(MOUNTS).splitlines():
        place, _, source = line.partition(" - ")
        value = source.partition("hidepid=")[2].split(",")[0]
        if place.split()[4:5] == [root] and value not in ("", "0", "off"):
            yield f"{root} is mounted with hidepid={value}: it hides the processes of other users."


def _is_container() -> bool:
    return "KUBERNETES_SERVICE_HOST" in os.environ or any(map(os.path.exists, CONTAINER_MARKS))


def _field(path: str, name: str) -> str:
    return after(path, f"{name}:").decode("utf-8", "replace").strip()


def _content(path: str) -> str:
    return content_or_nothing(path).decode("utf-8", "replace")
