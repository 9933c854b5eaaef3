"""One question asked of every process of this host, answered in one pass.

`scan` gives the mappings that are asked for; `who`, `stale`, `audit` and `limits` are questions that are
often asked. The maps are read by threads of the native core, and filtered before Python has objects of
them. What could not be read is counted and named, never passed over:

>>> import procmaps.host
>>> scan = procmaps.host.scan(perms="rwx", kind="anonymous")
>>> writable_code = {process.pid: len(process.maps) for process in scan}
>>> scan.read + len(scan.refused + scan.failed + scan.vanished + scan.kernel_threads + scan.zombies) == scan.total
True
"""

from procmaps._answer import Answer
from procmaps._audit import Finding, audit
from procmaps._audit_rules import RULES
from procmaps._fate import Fate
from procmaps._limits import REASONS, Count, Shape, limits
from procmaps._scan import ProcessMaps, Scan, Unread, scan
from procmaps._stale import Stale, StaleAnswer, stale
from procmaps._stale_rules import RULES as STALE_RULES
from procmaps._who import Use, UseAnswer, who

__all__ = [
    "REASONS",
    "RULES",
    "STALE_RULES",
    "Answer",
    "Count",
    "Fate",
    "Finding",
    "ProcessMaps",
    "Scan",
    "Shape",
    "Stale",
    "StaleAnswer",
    "Unread",
    "Use",
    "UseAnswer",
    "audit",
    "limits",
    "scan",
    "stale",
    "who",
]
