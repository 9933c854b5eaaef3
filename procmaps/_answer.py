"""What a question to the whole host found, and what it could not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from procmaps._counted import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, overload

    from procmaps._scan import Scan
else:

    def overload(function):
        return function


T = TypeVar("T")


class Answer(Sequence[T]):
    """What was found, as an immutable sequence, and how far the answer goes.

    Made by `who`, `stale`, `audit` and `limits`.

    Attributes:
        scan: The scan it is made of: `scan.refused` are the processes that this user may not read,
            of which nothing is known; see `Scan`.
    """

    def __init__(self, found: Iterable[T], scan: Scan) -> None:
        self._found = list(found)
        self.scan = scan

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._found[index]

    def __repr__(self) -> str:
        total = counted(self.scan.total, "process", "processes")
        return f"<{type(self).__name__}: {len(self):,} found, {self.scan.read:,} of {total} read>"

    def coverage(self) -> dict[str, Any]:
        """Return what was read and what was not, as a dict that JSON can hold."""
        scan = self.scan
        return {
            "processes": scan.total,
            "read": scan.read,
            "kernel_threads": len(scan.kernel_threads),
            "zombies": len(scan.zombies),
            "vanished": scan.vanished,
            "refused": [unread.record() for unread in scan.refused],
            "failed": [unread.record() for unread in scan.failed],
        }
