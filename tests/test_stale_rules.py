"""Rules of `stale` for what no test can have: memory that takes hardware, and what the kernel makes for itself."""

from __future__ import annotations

import pytest

from procmaps import Map
from procmaps._stale_rules import rule_for


@pytest.mark.parametrize(
    ("pathname", "state", "rule"),
    [
        ("/anon_hugepage (deleted)", "no_file", "kernel"),
        ("/drm mm object (deleted)", "no_file", "kernel"),
        ("/dmabuf:system", "no_file", "kernel"),
        ("/[aio] (deleted)", "no_file", "kernel"),
        ("/secretmem (deleted)", "no_file", "kernel"),
        ("/dev/ashmem/dalvik (deleted)", "no_file", "kernel"),
        ("anon_inode:[perf_event]", "no_file", "kernel"),
        ("socket:[7]", "no_file", "kernel"),
        ("/anon_hugepage (deleted)", "deleted", None),
        ("/dev/nvidia0 (deleted)", "deleted", "device"),
        ("/dev/nvidiactl (deleted)", "deleted", "device"),
        ("/dev/dri/renderD128 (deleted)", "deleted", "device"),
        ("/dev/mali0 (deleted)", "deleted", "device"),
        ("/dev/kgsl-3d0 (deleted)", "deleted", "device"),
        ("/dev/nvidia0", "replaced", None),
        ("/tmp/dev/nvidia0 (deleted)", "deleted", None),
    ],
)
def test_rules(pathname, state, rule):
    m = Map(0x1000, 0x2000, "r-xs", 0, (0, 5), 9, pathname)
    found = rule_for(m, state, pathname.removesuffix(" (deleted)"))
    assert (found and found.id) == rule
