"""What the headers of an ELF file say. See elf(5)."""

from __future__ import annotations

import os
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    # What an ELF file says of itself: bits, is_big_endian, type, machine, loads, dynamic, soname, build_id.
    # A load is offset, address, file_size, memory_size, flags, align; dynamic is address, size.
    Load = tuple[int, int, int, int, int, int]
    ElfFields = tuple[int, bool, int, int, list[Load], "tuple[int, int] | None", "bytes | None", "bytes | None"]

# Those of e_machine that Linux runs on, as file(1) and Python's platform module tell them.
_ARCHITECTURES = {
    2: "sparc",
    3: "i386",
    4: "m68k",
    8: "mips",
    15: "parisc",
    20: "ppc",
    21: "ppc64",
    22: "s390",
    40: "arm",
    42: "sh",
    43: "sparc64",
    50: "ia64",
    62: "x86-64",
    94: "xtensa",
    183: "aarch64",
    189: "microblaze",
    243: "riscv",
    252: "csky",
    258: "loongarch",
    0x9026: "alpha",
}


class Segment(NamedTuple):
    """A part of an ELF file that is loaded: a program header of type PT_LOAD.

    Attributes:
        offset: Where it begins in the file, bytes.
        address: Where it begins in memory, in the file's own numbering.
        file_size: How much of it is in the file, bytes.
        memory_size: How much of it is in memory, bytes; what is past `file_size` is zero at first (.bss).
        flags: 4 for readable, 2 for writable, 1 for executable, or a sum of these.
        align: The alignment: address and offset leave the same rest.
    """

    offset: int
    address: int
    file_size: int
    memory_size: int
    flags: int
    align: int

    @property
    def end(self) -> int:
        """The first address past it, in the file's own numbering."""
        return self.address + self.memory_size

    @property
    def delta(self) -> int:
        """The difference of address and offset."""
        return self.address - self.offset


class Elf(NamedTuple):
    """What the headers of an ELF file say.

    Attributes:
        bits: 64 or 32.
        byteorder: "little" or "big".
        type: 2 (ET_EXEC) for a program with fixed addresses, 3 (ET_DYN) for what can be loaded anywhere.
        architecture: The machine, such as "x86-64"; "machine 4711" for one without a name here.
        segments: What is loaded, the lowest address first.
        dynamic: The address of the dynamic section, in the file's own numbering, and its size; None without.
        soname: The name that it asks to be known by, None if it has none.
        build_id: Its build ID, None if it has none.
    """

    bits: int
    byteorder: Literal["little", "big"]
    type: int
    architecture: str
    segments: tuple[Segment, ...]
    dynamic: tuple[int, int] | None
    soname: str | None
    build_id: bytes | None


def elf_of(fields: ElfFields) -> Elf:
    """Return what the native layer has read."""
    bits, is_big_endian, type_, machine, loads, dynamic, soname, build_id = fields
    return Elf(
        bits,
        "big" if is_big_endian else "little",
        type_,
        _ARCHITECTURES.get(machine, f"machine {machine}"),
        tuple([Segment(*load) for load in loads]),
        dynamic,
        None if soname is None else os.fsdecode(soname),
        build_id,
    )
