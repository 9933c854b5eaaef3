"""Texts that nobody here wrote: crash dumps, bug reports, device trees, fixtures of other projects.

They are other people's and not in this repository. The tests read them where they are: in the
directory that PROCMAPS_CORPUS names, or else in shared/corpus beside the checkout. Its
MANIFEST.tsv says, for each text, how many lines of it are mappings and what is notable about them.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Callable

import pytest

import procmaps
from agreement import assert_agrees, bytes_of


def find_corpus() -> Path | None:
    if "PROCMAPS_CORPUS" in os.environ:
        return Path(os.environ["PROCMAPS_CORPUS"])
    beside = [parent / "shared" / "corpus" for parent in Path(__file__).resolve().parents]
    return next((path for path in beside if path.is_dir()), None)


def read_manifest() -> dict[str, dict[str, str]]:
    with open(CORPUS / "MANIFEST.tsv", encoding="utf-8", newline="") as manifest:
        return {row["file"]: row for row in csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE)}


CORPUS = find_corpus()
MANIFEST = {} if CORPUS is None else read_manifest()

pytestmark = pytest.mark.skipif(
    CORPUS is None, reason="no corpus: no shared/corpus beside the checkout, and PROCMAPS_CORPUS is not set"
)

# What is refused: line, field, and why it is right that it is.
REFUSED = {
    "NEGATIVE-ascii-art-at-proc_1_maps.txt": (1, "begin_address", "a drawing"),
    "aosp-invalid_elf_offset_arm.maps": (1, "offset", "edited by hand: two blanks before the offset"),
    "apport-report-3.maps": (4, "inode", "out of Python source: the line is continued by a backslash"),
    "apport-report-4.maps": (1, "inode", "out of Python source: {' '} after the inode"),
    "blazesym-maps.rs-2.maps": (1, "offset", "edited by hand: two blanks before the offset"),
    "hikvision-arm-2.6-proc_1_task_1_pagemaps.maps": (2, "begin_address", "counts of pages between the lines"),
    "jc-pid_numa_maps.numa_maps": (1, "begin_address", "numa_maps, another file"),
    "minidump-breakpad-linux_executable_stack.maps": (35, "device", "the last line is cut in the middle"),
    "openharmony-32.maps": (145, "inode", "CRLF: the first line without a name ends in a carriage return"),
    "openharmony-64.maps": (141, "inode", "CRLF, likewise"),
    "openharmony-printer64.maps": (21, "inode", "CRLF, likewise"),
    "orbit-MapsTest-3.maps": (5, "inode", 'out of C++ source: \\n"); after the inode'),
    "orbit-MapsTest-4.maps": (3, "inode", 'out of C++ source: "); after the inode'),
}
SMAPS = sorted(name for name in MANIFEST if name.endswith(".smaps"))
PARSED = sorted(name for name in MANIFEST if name not in REFUSED and name not in SMAPS)

# What stands as a kernel printed it, and prints back byte for byte. In the others the blanks at the
# end of unnamed lines are gone, or numbers and blanks are not as wide as the kernel makes them.
KERNEL_64 = """
    android-unidbg-inca android-unidbg-self aosp-libprocinfo apport-jammy-sleep bcc-test_c_api blazesym-large bs_prog00
    fork_and_exec hs_err-ZenoCoding hs_err-behrica hs_err-dejankos hs_err-demogitjava hs_err-dgmneto hs_err-elliotrock
    hs_err-sergiologino hs_err-trilliam25 jabedude-example jc-pid_maps libreport-sample
    minidump-breakpad-linux_divide_by_zero minidump-breakpad-linux_executable_heap
    minidump-breakpad-linux_inside_module_exe_region1 minidump-breakpad-linux_inside_module_exe_region2
    minidump-breakpad-linux_jmp_to_0 minidump-breakpad-linux_jmp_to_module_not_exe_region
    minidump-breakpad-linux_null_dereference minidump-breakpad-linux_null_read_av
    minidump-breakpad-linux_outside_module minidump-breakpad-linux_overflow minidump-breakpad-linux_raise_sigabrt
    minidump-breakpad-linux_stacksmash minidump-breakpad-linux_write_to_nonwritable_module
    minidump-breakpad-linux_write_to_nonwritable_region_math minidump-breakpad-linux_write_to_outside_module
    minidump-breakpad-linux_write_to_outside_module_via_math minidump-breakpad-linux_write_to_under_4k
    minidump-orbit-hello_ggp_stand.10849.1657182631.core minidump-rust-minidump-linux-mini
    minidump-symbolic-crash_linux orbit-ReadLinuxModules orbit-ReadLinuxModules-3 otel-process prometheus-fixtures-2
    woodruffw-golden
"""
KERNEL_32 = """
    android-arc-2.6.29-adbd android-ndk-profiler dynamorio-comment hikvision-arm-2.6-proc_1_maps
    innofirmware-arm-4.4-proc_18268_maps innofirmware-arm-4.4-proc_763_maps innofirmware-arm-4.4-proc_793_maps
    innofirmware-arm-4.4-proc_808_maps innofirmware-arm-4.4-proc_816_maps innofirmware-arm-4.4-proc_9720_maps
    isatispro-arm os-course-vim-i386 xhook-doc zteorange-arm-4.1-proc_1_maps zteorange-arm-4.1-proc_604_maps
    zteorange-arm-4.1-proc_606_maps zteorange-arm-4.1-proc_607_maps zteorange-arm-4.1-proc_608_maps
"""


def is_named(m: procmaps.Map, start: str) -> bool:
    return m.pathname is not None and m.pathname.startswith(start)


# What the manifest notes, as a question about a mapping.
NOTES: dict[str, Callable[[procmaps.Map], object]] = {
    "(deleted)": lambda m: m.pathname and m.pathname.endswith(" (deleted)"),
    "-w-": lambda m: m.perms[:3] == "-w-",
    "/dev/": lambda m: is_named(m, "/dev/"),
    "SYSV": lambda m: m.kind == "sysv",
    "[anon:]": lambda m: m.kind == "named",
    "[heap]": lambda m: m.kind == "heap",
    "[sigpage]": lambda m: m.pathname == "[sigpage]",
    "[stack:TID]": lambda m: is_named(m, "[stack:"),
    "[vectors]": lambda m: m.pathname == "[vectors]",
    "[vsyscall]": lambda m: m.kind == "vsyscall",
    "[vvar]": lambda m: m.kind == "vvar",
    "anon_inode": lambda m: m.kind == "anon_inode",
    "anonymous with offset!=0 (old kernel <=2.6.29, or hand-edited)": lambda m: m.offset and not m.inode,
    "ashmem": lambda m: m.kind == "ashmem",
    "dev major>=0x100": lambda m: m.device[0] >= 0x100,
    "dev minor>=0x100": lambda m: m.device[1] >= 0x100,
    "memfd": lambda m: m.kind == "memfd",
    "rwxp": lambda m: m.perms == "rwxp",
    "shared": lambda m: m.is_shared,
    "space in name": lambda m: m.pathname and not is_named(m, "[") and " " in m.pathname.replace(" (deleted)", ""),
}


def lines_of(name: str) -> list[bytes]:
    lines = (CORPUS / name).read_bytes().split(b"\n")
    return lines if lines[-1] else lines[:-1]


def without_fields(name: str) -> bytes:
    """Return the lines of a file of smaps that are mappings; those of fields begin with a capital."""
    return b"".join(line + b"\n" for line in lines_of(name) if line[:1] in b"0123456789abcdef")


def normal(line: bytes) -> tuple[bytes, ...]:
    """Return a line without what differs between layouts: zeros before numbers, blanks before the name."""
    addresses, perms, offset, device, inode_and_name = line.split(b" ", 4)
    inode, _, name = inode_and_name.partition(b" ")
    numbers = [*addresses.split(b"-"), offset, *device.split(b":"), inode]
    return (perms, *[number.lstrip(b"0") for number in numbers], name.lstrip(b" "))


def test_all_texts_are_there():
    files = {path.name for path in CORPUS.iterdir()} - {"MANIFEST.tsv", "README.md"}
    assert files == set(MANIFEST)
    assert set(REFUSED) < set(MANIFEST)
    assert (len(MANIFEST), len(REFUSED), len(SMAPS), len(PARSED)) == (163, 13, 16, 134)


@pytest.mark.parametrize("name", PARSED)
def test_parsed(name):
    text = (CORPUS / name).read_bytes()
    assert_agrees(text)
    assert len(procmaps.from_str(text)) == int(MANIFEST[name]["vma_lines"]) > 0


@pytest.mark.parametrize("name", SMAPS)
def test_parsed_without_the_fields_of_smaps(name):
    text = without_fields(name)
    assert_agrees(text)
    assert len(procmaps.from_str(text)) == int(MANIFEST[name]["vma_lines"]) > 0


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    lineno, field, _ = REFUSED[name]
    with pytest.raises(procmaps.ParseError) as caught:
        procmaps.from_path(CORPUS / name)
    assert (caught.value.lineno, caught.value.field) == (lineno, field)
    assert caught.value.line == lines_of(name)[lineno - 1]
    assert_agrees((CORPUS / name).read_bytes())


@pytest.mark.parametrize("name", SMAPS)
def test_fields_of_smaps_are_refused(name):
    with pytest.raises(procmaps.ParseError) as caught:
        procmaps.from_path(CORPUS / name)
    assert (caught.value.lineno, caught.value.column, caught.value.field) == (2, 1, "begin_address")
    assert caught.value.line.startswith(b"Size:  ")


@pytest.mark.parametrize("name", PARSED + SMAPS)
def test_what_is_notable_is_seen(name):
    maps = procmaps.from_str(without_fields(name) if name in SMAPS else (CORPUS / name).read_bytes())
    notable = set(MANIFEST[name]["notable"].split("; "))
    assert {note for note, holds in NOTES.items() if any(map(holds, maps))} == notable & NOTES.keys()
    assert maps.is_ordered == ("OVERLAP/unsorted" not in notable)


@pytest.mark.parametrize("name", PARSED)
def test_prints_back_but_for_the_layout(name):
    printed = bytes(procmaps.from_path(CORPUS / name)).split(b"\n")
    assert printed.pop() == b""
    assert list(map(normal, printed)) == list(map(normal, lines_of(name)))


def test_prints_back_byte_for_byte():
    whole = {64: [], 32: []}
    for name in PARSED:
        text = (CORPUS / name).read_bytes()
        maps = procmaps.from_str(text)
        for bits, names in whole.items():
            if b"".join(bytes_of(m.line(bits=bits)) + b"\n" for m in maps) == text:
                names.append(name[: -len(".maps")])
    assert sorted(whole[64]) == sorted(KERNEL_64.split())
    assert sorted(whole[32]) == sorted(KERNEL_32.split())
    assert (len(whole[64]), len(whole[32])) == (44, 18)
