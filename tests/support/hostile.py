"""A child whose mappings mislead whoever reads them carelessly, and what it says of them itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.children import stopped, talking

# Of kernels that lack something, or of users who may not do it. All else must be there.
OPTIONAL = {
    "address zero",
    "anon name",
    "anon name deleted",
    "anon name empty",
    "anon_shmem name",
    "huge page",
    "io_uring",
    "packet ring",
    "secretmem",
}


@dataclass(frozen=True)
class Claim:
    """A mapping, as the process that made it knows it.

    `name` has the bytes of the name of the file, before the kernel prints it; `inode` and
    `device` are those of the open file, None where it is none.
    """

    case: str
    begin: int
    size: int
    perms: str
    offset: int | None
    name: bytes | None
    deleted: bool
    kind: str
    inode: int | None
    device: tuple[int, int] | None

    @property
    def printed(self) -> bytes | None:
        """The name as the kernel prints it."""
        if self.name is None:
            return None
        return self.name.replace(b"\n", rb"\012") + b" (deleted)" * self.deleted


@dataclass(frozen=True)
class Hostile:
    """The child while it is stopped."""

    pid: int
    claims: dict[str, Claim]
    refused: dict[str, str]


@contextmanager
def hostile(directory: Path) -> Iterator[Hostile]:
    """Run the child with its files in a directory, and stop it."""
    script = Path(__file__).with_name("hostile_child.py").read_text("utf-8")
    with talking(script, str(directory)) as child:
        assert child.stdout is not None
        said = json.loads(child.stdout.readline())
        claims = {claim["case"]: _claim(claim) for claim in said["claims"]}
        with stopped(child.pid):
            yield Hostile(child.pid, claims, said["refused"])


def _claim(said: dict[str, object]) -> Claim:
    name, device = said.pop("name"), said.pop("device")
    return Claim(
        name=None if name is None else bytes.fromhex(str(name)),
        device=None if device is None else tuple(device),  # type: ignore[arg-type]
        **said,  # type: ignore[arg-type]
    )
