"""A second parser of /proc/PID/smaps, in plain Python, to hold the native one against.

Written from proc_pid_smaps(5) and the kernel's sources, not from the native parser. The lines of
maps are for `reference`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

import reference
from agreement import rows_of
from procmaps import ParseError
from procmaps.smaps import Usage, Usages, from_str

NAMES = {
    "Size": "size",
    "KernelPageSize": "kernel_page_size",
    "MMUPageSize": "mmu_page_size",
    "Rss": "rss",
    "Pss": "pss",
    "Pss_Dirty": "pss_dirty",
    "Pss_Anon": "pss_anon",
    "Pss_File": "pss_file",
    "Pss_Shmem": "pss_shmem",
    "Shared_Clean": "shared_clean",
    "Shared_Dirty": "shared_dirty",
    "Private_Clean": "private_clean",
    "Private_Dirty": "private_dirty",
    "Referenced": "referenced",
    "Anonymous": "anonymous",
    "KSM": "ksm",
    "LazyFree": "lazy_free",
    "AnonHugePages": "anon_huge_pages",
    "ShmemPmdMapped": "shmem_pmd_mapped",
    "FilePmdMapped": "file_pmd_mapped",
    "Shared_Hugetlb": "shared_hugetlb",
    "Private_Hugetlb": "private_hugetlb",
    "Swap": "swap",
    "SwapPss": "swap_pss",
    "Locked": "locked",
    "Nonlinear": "nonlinear",
    "THPeligible": "thp_eligible",
    "ProtectionKey": "protection_key",
    "VmFlags": "vm_flags",
}
#: What has no unit.
NUMBERS = {"THPeligible", "ProtectionKey"}


class Block(NamedTuple):
    """A mapping and its fields, as attributes have them; those that are not known by label."""

    row: reference.Row
    fields: dict[str, object]
    other: dict[str, bytes]


class Refused(Exception):
    """The number of the first line that is none, or of the mapping without a field."""


def parse(text: bytes) -> list[Block]:
    """Return the mappings of a text."""
    lines = text.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    blocks: list[Block] = []
    begun = 0
    for lineno, line in enumerate(lines, 1):
        if blocks and re.match(rb"[A-Z]", line):
            _add_field(blocks[-1], line, lineno)
            continue
        if blocks and not (blocks[-1].fields or blocks[-1].other):
            raise Refused(begun)
        blocks.append(Block(_row(line, lineno), {}, {}))
        begun = lineno
    if blocks and not (blocks[-1].fields or blocks[-1].other):
        raise Refused(begun)
    return blocks


def _row(line: bytes, lineno: int) -> reference.Row:
    try:
        (row,) = reference.parse(line + b"\n")
    except reference.Refused:
        raise Refused(lineno) from None
    return row


def _add_field(block: Block, line: bytes, lineno: int) -> None:
    match = re.match(rb"([!-9;-~]+):[ \t]*(.*)\Z", line, re.DOTALL)
    if not match:
        raise Refused(lineno)
    label, text = match[1].decode(), match[2]
    if label not in NAMES:
        if label in block.other:
            raise Refused(lineno)
        block.other[label] = text
        return
    value = _value(label, line.partition(b":")[2])
    if value is None or NAMES[label] in block.fields:
        raise Refused(lineno)
    block.fields[NAMES[label]] = value


def _value(label: str, text: bytes) -> object:
    """Return what stands after the colon; None if it is no value."""
    if label == "VmFlags":
        codes = re.fullmatch(rb" *(?:[!-~]{2}(?: +|\Z))*", text)
        return codes and tuple(text.decode().split())
    number = re.fullmatch(rb"[ \t]*([0-9]+)" + (b"" if label in NUMBERS else b" kB"), text)
    if not number:
        return None
    value = int(number[1]) * (1 if label in NUMBERS else 1024)
    if value >= 2**64:
        return None
    return value != 0 if label == "THPeligible" else value


def assert_agrees(text: bytes) -> None:
    """Assert that a text is taken or refused as here."""
    try:
        blocks = parse(text)
    except Refused as refused:
        with pytest.raises(ParseError) as caught:
            from_str(text)
        (lineno,) = refused.args
        assert caught.value.lineno == lineno
        assert caught.value.line == text.split(b"\n")[lineno - 1]
    else:
        assert_are(from_str(text), blocks)


def assert_are(usages: Usages, blocks: list[Block]) -> None:
    """Assert that usages are those of blocks."""
    assert rows_of(usages.maps) == [block.row for block in blocks]
    for usage, block in zip(usages, blocks):
        assert fields_of(usage) == block.fields
        assert {label: text.encode("utf-8", "surrogateescape") for label, text in usage.other.items()} == block.other


def fields_of(usage: Usage) -> dict[str, object]:
    """Return what is there of the known fields."""
    fields = {name: getattr(usage, name, None) for name in NAMES.values()}
    return {name: value for name, value in fields.items() if value is not None}
