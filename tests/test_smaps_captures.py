"""What a dozen kernels, an emulator and other people's devices printed of memory use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import procmaps.smaps
from procmaps._amounts import AMOUNTS
from smaps_reference import assert_agrees, fields_of, parse
from test_corpus import CORPUS, SMAPS

DATA = Path(__file__).parent / "data"
KERNELS = sorted(path.stem for path in (DATA / "smaps").glob("nasty-*.smaps"))
ROLLUPS = sorted(path.stem for path in (DATA / "smaps").glob("nasty-*.smaps_rollup"))
EMULATORS = sorted(path.stem for path in (DATA / "smaps" / "qemu-user").glob("*.smaps"))

# How many fields a mapping has: those of 5.10, then Pss_Dirty, then KSM; one more where the processor
# has protection keys.
FIELDS = {"5.10": 23, "6.1": 24, "6.12": 25, "7.2": 25, "7.3own": 25, "16k": 25}


@pytest.fixture(scope="module", params=KERNELS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def usages(name):
    return procmaps.smaps.from_path(DATA / "smaps" / f"{name}.smaps")


@pytest.fixture(scope="module")
def truth(name):
    return json.loads((DATA / "captures" / f"{name}.json").read_text("utf-8"))


def test_how_much_is_compared():
    assert len(KERNELS) >= 12
    assert len(ROLLUPS) >= 13
    assert len(EMULATORS) >= 10


def test_reference(name):
    assert_agrees((DATA / "smaps" / f"{name}.smaps").read_bytes())


def test_the_mappings_are_those_of_maps(name, usages):
    assert usages.maps == procmaps.from_path(DATA / "captures" / f"{name}.maps")
    assert len(usages) > 100


def test_every_field_of_every_kernel(name, usages):
    kernel = name.rpartition("-")[2]
    has_keys = "x86_64" in name
    for usage in usages:
        assert len(fields_of(usage)) == FIELDS[kernel] - (not has_keys)
        assert (usage.protection_key is None) == (not has_keys)
        assert (usage.pss_dirty is None) == (kernel == "5.10")
        assert (usage.ksm is None) == (kernel in ("5.10", "6.1"))
        assert usage.other == {}
        assert usage.pss_anon is usage.nonlinear is None


def test_sizes(usages, truth):
    sizes = {m["start"]: m["end"] - m["start"] for m in truth["mappings"]}
    for usage in usages:
        assert usage.size == usage.map.size == sizes.pop(usage.map.begin_address, usage.size)
    assert not sizes


def test_pages(name, usages, truth):
    page = truth["pagesize"]
    huge = {usage for usage in usages if "ht" in usage.vm_flags}
    assert {usage.kernel_page_size for usage in usages if usage not in huge} == {page}
    assert {usage.mmu_page_size for usage in usages if usage not in huge} == {page}
    assert all(usage.kernel_page_size > page for usage in huge)
    assert huge or name.startswith(("nasty-mips", "nasty-arm64-16k", "nasty-loong64"))


def test_amounts_that_belong_together(usages):
    for usage in usages:
        parts = usage.shared_clean, usage.shared_dirty, usage.private_clean, usage.private_dirty
        assert usage.rss == sum(parts)
        assert usage.dirty == usage.shared_dirty + usage.private_dirty
        assert usage.uss == usage.private_clean + usage.private_dirty + usage.private_hugetlb
        assert usage.thp == usage.anon_huge_pages + usage.shmem_pmd_mapped + usage.file_pmd_mapped
        assert usage.pss <= usage.rss
        assert (usage.pss_dirty or 0) <= usage.pss
        assert usage.anonymous <= usage.rss
        assert usage.referenced <= usage.rss


def test_what_the_program_says_of_its_memory(usages, truth):
    seen = set()
    for mapping in truth["mappings"]:
        usage = usages.find(mapping["start"])
        for note in mapping["note"].split():
            kind, _, value = note.partition(":")
            if kind in ("rss_pages", "private_dirty_pages", "size_pages"):
                amount = getattr(usage, kind.rpartition("_")[0])
                assert amount == int(value) * truth["pagesize"], mapping["case"]
                seen.add(kind)
            elif kind == "vmflag":
                assert value in usage.vm_flags or (value == "lf" and "??" in usage.vm_flags), mapping["case"]
                seen.add(value)
    assert seen >= {"rss_pages", "private_dirty_pages", "size_pages", "dc", "dd", "gd", "lf", "lo", "nr", "rr", "sr"}


def test_flags_have_meanings(usages):
    codes = {code for usage in usages for code in usage.vm_flags}
    assert codes >= {"rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd", "lo"}
    assert codes <= set(procmaps.smaps.VM_FLAGS)


def test_flags_agree_with_the_permissions(usages):
    for usage in usages:
        letters = "".join(
            [letter if code in usage.vm_flags else "-" for code, letter in zip(("rd", "wr", "ex"), "rwx")]
        )
        assert usage.map.perms[:3] == letters
        # "sh" is less: it is missing where the file could not be written anyway.
        assert usage.map.is_shared == ("ms" in usage.vm_flags) >= ("sh" in usage.vm_flags)


def test_no_name_is_taken_for_a_field(usages):
    names = [usage.map.pathname for usage in usages]
    assert any(name and name.endswith("Rss:                   4 kB") for name in names)


# The roll-up


@pytest.mark.parametrize("name", ROLLUPS)
def test_rollups(name):
    text = (DATA / "smaps" / f"{name}.smaps_rollup").read_bytes()
    assert_agrees(text)
    (usage,) = procmaps.smaps.from_str(text)
    assert usage.map.pathname == "[rollup]"
    assert usage.map.perms == "---p"
    assert usage.size is usage.kernel_page_size is usage.vm_flags is None
    assert usage.pss_anon + usage.pss_file + usage.pss_shmem == pytest.approx(usage.pss, abs=2 * 1024)


@pytest.mark.parametrize("name", [name for name in ROLLUPS if name in KERNELS])
def test_a_rollup_is_the_sum(name):
    """The sums of mappings that are each rounded down to 1024, so that they can be lower by as much."""
    (rollup,) = procmaps.smaps.from_path(DATA / "smaps" / f"{name}.smaps_rollup")
    usages = procmaps.smaps.from_path(DATA / "smaps" / f"{name}.smaps")
    total = usages.total()
    compared = set()
    for amount in AMOUNTS:
        if getattr(rollup, amount) is not None and getattr(total, amount) is not None:
            rounded = len(usages) * 1024 if amount.startswith("pss") or amount in ("swap_pss", "locked") else 0
            assert 0 <= getattr(rollup, amount) - getattr(total, amount) <= rounded
            compared.add(amount)
    assert len(compared) >= 15
    assert rollup.rss > 0


# Others


@pytest.mark.parametrize("name", EMULATORS)
def test_emulators(name):
    text = (DATA / "smaps" / "qemu-user" / f"{name}.smaps").read_bytes()
    assert_agrees(text)
    usages = procmaps.smaps.from_str(text)
    # Of another run, with other addresses.
    maps = procmaps.from_path(DATA / "captures" / "qemu-user" / f"{name}.maps")
    assert usages.maps[0] == maps[0]
    assert {m.pathname for m in usages.maps} == {m.pathname for m in maps}
    assert usages.total().rss == 0 < usages.total().size
    assert any(usage.vm_flags == () for usage in usages)


# From the issue trackers: WSL 1 has one field a mapping. Android before Linux 5.17 has the names of
# anonymous memory in a field of its own.
WSL = b"""\
7f82f6bf0000-7f82f6bfb000 r-xp 00000000 00:00 107598             /lib/x86_64-linux-gnu/libnss_files-2.27.so
Pss:                   1 kB
7f82f6bfb000-7f82f6bfc000 ---p 0000b000 00:00 107598             /lib/x86_64-linux-gnu/libnss_files-2.27.so
Pss:                   0 kB
"""
ANDROID = b"""\
7f82f6bf0000-7f82f6bfb000 rw-p 00000000 00:00 0                                  [anon:libc_malloc]
Name:           [anon:libc_malloc]
Size:                 44 kB
Rss:                   4 kB
"""


def test_wsl():
    usages = procmaps.smaps.from_str(WSL)
    assert [usage.pss for usage in usages] == [1024, 0]
    assert usages[0].rss is usages[0].uss is usages[0].vm_flags is None
    assert usages.total().pss == 1024
    assert usages.total().rss is None


def test_android():
    (usage,) = procmaps.smaps.from_str(ANDROID)
    assert usage.other == {"Name": "[anon:libc_malloc]"}
    assert (usage.size, usage.rss) == (44 << 10, 4096)


@pytest.mark.skipif(CORPUS is None, reason="no corpus beside the checkout, and PROCMAPS_CORPUS is not set")
def test_the_corpus():
    assert len(SMAPS) >= 16
    for name in SMAPS:
        text = (CORPUS / name).read_bytes()
        assert_agrees(text)
        labels = {label for block in parse(text) for label in block.fields}
        assert len(labels) >= 6
