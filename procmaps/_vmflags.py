"""The two-letter codes of the VmFlags line, and what they mean."""

from __future__ import annotations

#: What each code means, in the order in which the kernel prints them.
VM_FLAGS: dict[str, str] = {
    "rd": "readable",
    "wr": "writable",
    "ex": "executable",
    "sh": "shared, and the file was opened for writing",
    "mr": "may be made readable",
    "mw": "may be made writable",
    "me": "may be made executable",
    "ms": "shared, or may be: the s of the permissions",
    "gd": "grows down, as a stack",
    "pf": "page frames without struct page (PFN range)",
    "dw": "denies writing to the file (until Linux 5.14)",
    "lo": "locked in memory",
    "io": "memory of a device",
    "sr": "advised: read sequentially",
    "rr": "advised: read randomly",
    "dc": "not copied by fork",
    "de": "not expanded by mremap",
    "ac": "counted for overcommit",
    "nr": "no swap space reserved",
    "ht": "of hugetlbfs",
    "sf": "page faults are synchronous (DAX)",
    "nl": "not linear (until Linux 3.19)",
    "ar": "particular to the architecture",
    "wf": "wiped in the child of fork",
    "dd": "not dumped to core files",
    "bt": "guarded branch targets (arm64 BTI)",
    "mt": "tagged memory (arm64 MTE)",
    "sd": "soft-dirty",
    "mm": "mixed: pages with and without struct page",
    "hg": "advised: huge pages",
    "nh": "advised: no huge pages",
    "mg": "advised: merge equal pages (KSM)",
    "mp": "holds bounds tables (x86 MPX, until Linux 5.5)",
    "um": "userfaultfd: missing pages",
    "uw": "userfaultfd: writes to protected pages",
    "ui": "userfaultfd: minor faults",
    "ur": "userfaultfd: any access to protected pages",
    "lf": "locked when first touched",
    "ss": "shadow stack",
    "dp": "may be dropped when memory is short",
    "sl": "sealed: cannot be changed",
    "gu": "may have guard pages within",
    "??": "a flag for which that kernel has no code",
}


def describe(code: str) -> str:
    """Return what a code of `Usage.vm_flags` means.

    A code that is not in `VM_FLAGS`, of a newer kernel for instance, is "unknown".

    >>> describe("gd"), describe("zz")
    ('grows down, as a stack', 'unknown')

    See show_smap_vma_flags() in fs/proc/task_mmu.c; proc_pid_smaps(5).
    """
    return VM_FLAGS.get(code, "unknown")
