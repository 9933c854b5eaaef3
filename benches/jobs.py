"""What is measured."""

from __future__ import annotations

from collections import namedtuple

import targets

# Named as the functions of the readers are. A call has so many units: mappings of the process, if
# None. The floor is the job of the kernel alone, which makes the text that is read; None if there is none.
Job = namedtuple("Job", "name title units unit floor")

MAPPING, ADDRESS = "mapping", "address"

JOBS = [
    Job("build", "from_pid, every Map object made", None, MAPPING, "kernel"),
    Job("read", "from_pid, no Map object made", None, MAPPING, "kernel"),
    Job("touch", "from_pid, three attributes of each", None, MAPPING, "kernel"),
    Job("parse", "from_str, every Map object made", None, MAPPING, None),
    Job("parse_only", "from_str, no Map object made", None, MAPPING, None),
    Job("convert", "rows at hand, made into Map objects, columns, dicts", None, MAPPING, None),
    Job("smaps", "smaps.from_pid, PSS of each mapping", None, MAPPING, "kernel_smaps"),
    Job("smaps_read", "smaps.from_pid, no object made", None, MAPPING, "kernel_smaps"),
    Job("smaps_total", "smaps.from_pid, total", None, MAPPING, "kernel_smaps"),
    Job("rollup", "smaps.rollup, USS and PSS", None, MAPPING, "kernel_rollup"),
    Job("find", "find(address), one by one", 100, ADDRESS, None),
    Job("find_in_list", "find_indices(100,000 ints in a list)", 100_000, ADDRESS, None),
    Job("query", "query.find(address): which mapping, now", 1, ADDRESS, None),
    Job("query_open", "the same of an open query.Process", 1, ADDRESS, None),
    Job("walk_code", "query.Process.walk: executable, of files", None, MAPPING, "kernel"),
    Job("filter_code", "from_pid(...).filter: executable, of files", None, MAPPING, "kernel"),
    Job("find_in_buffer", "find_indices(1,000,000 in a buffer)", 1_000_000, ADDRESS, None),
]

# What takes a process of its own.
OTHERS = ["memory", "archive", "import", "command"]

FULL = {"rounds": 11, "nanoseconds": 50_000_000, "targets": targets.ALL, "processes": 7, "archive": 1 << 30}
# Enough to see that it works.
SHORT = {"rounds": 2, "nanoseconds": 1_000_000, "targets": [37, 480], "processes": 1, "archive": 1 << 20}
