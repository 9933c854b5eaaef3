"""One mapping: the value type."""

from __future__ import annotations

from _operator import index

from procmaps._names import DELETED, ERRORS, encode
from procmaps._procmaps import MapFields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from procmaps._procmaps import Table

    # The order of the line, and of the tuples that the native layer gives:
    # begin, end, perms, offset, dev_major, dev_minor, inode, pathname.
    Row = tuple[int, int, str, int, int, int, int, "str | None"]

_MAX = 2**64 - 1

_PERMS = {
    access + sharing
    for access in ("===", "---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx")
    for sharing in ("p", "s", "S", "g")
}


class Map(MapFields):
    """A range of addresses of a process, as one line of /proc/PID/maps has it.

    An immutable value: equal, ordered and hashable by its fields, in the order of
    the line. Addresses and offsets are ints below 2**64, sizes are bytes, and the
    end is exclusive. Nothing of the line is stripped, decoded or guessed: what is
    an interpretation (`path`, `is_deleted`, `kind`, ...) says so.

    A Map of a listing keeps the numbers and names of all of it in memory, some 60 to 90 bytes a
    mapping, as long as it is there itself.

    Args:
        begin_address: The first address.
        end_address: The first address past it, not below `begin_address`.
        perms: The kernel's four letters, such as `"r-xp"`.
        offset: The offset in the file, bytes.
        device: The major and minor number of the file's device.
        inode: The file's inode, 0 if there is none.
        pathname: What is printed after the inode; None if nothing is.

    Raises:
        ValueError: No line could say that.

    >>> m = Map(0x1000, 0x3000, "r-xp", device=(8, 1), inode=4, pathname="/bin/cat")
    >>> m
    Map(begin_address=0x1000, end_address=0x3000, perms='r-xp', offset=0x0, device=(8, 1), inode=4, pathname='/bin/cat')
    >>> str(m)
    '00001000-00003000 r-xp 00000000 08:01 4                                  /bin/cat'
    >>> 0x1000 in m, 0x3000 in m
    (True, False)

    See proc_pid_maps(5); show_map_vma() in fs/proc/task_mmu.c.
    """

    __slots__ = ()
    __match_args__ = ("begin_address", "end_address", "perms", "offset", "device", "inode", "pathname")

    def __new__(
        cls,
        begin_address: int,
        end_address: int,
        perms: str = "---p",
        offset: int = 0,
        device: tuple[int, int] = (0, 0),
        inode: int = 0,
        pathname: str | None = None,
    ) -> Map:
        major, minor = _pair(device)
        row = (
            _number("begin_address", begin_address),
            _number("end_address", end_address),
            _perms(perms),
            _number("offset", offset),
            _number("device[0]", major, 2**32 - 1),
            _number("device[1]", minor, 2**32 - 1),
            _number("inode", inode),
            _pathname(pathname),
        )
        if row[1] < row[0]:
            raise ValueError(f"end_address {row[1]:#x} is below begin_address {row[0]:#x}")
        return _new(cls, row)

    # What the name says

    @property
    def is_anonymous(self) -> bool:
        """Whether no name is printed.

        `[heap]`, `[stack]` and `[anon:NAME]` are anonymous memory to the kernel too, but
        have a name; so has shared anonymous memory, whose name is `/dev/zero (deleted)`.
        """
        return self.pathname is None

    @property
    def is_special(self) -> bool:
        """Whether the name is no path: `[heap]`, `anon_inode:[eventpoll]`, `socket:[7]`."""
        name = self.pathname
        return name is not None and name[0] != "/"

    @property
    def is_deleted(self) -> bool:
        """Whether the kernel seems to say that the name of the file is gone.

        True if `kind` is "file" and the name ends in ` (deleted)`. A living file that is
        really called so looks the same, and a file that was replaced by another under
        its name has lost its name: the text cannot tell.

        >>> Map(0, 4096, "r-xp", 0, (8, 1), 42, "/lib/x.so (deleted)").is_deleted
        True
        """
        name = self.pathname
        return name is not None and name.endswith(DELETED) and self.kind == "file"

    @property
    def path(self) -> str | None:
        r"""The path of the file, None if `kind` is not "file".

        `pathname` without the ` (deleted)` that makes `is_deleted` true, so as uncertain
        as that; `\012` is left as it is. The path is one from the root directory of the
        one who read the listing: in another mount namespace it may name another file.

        >>> Map(0, 4096, "r-xp", 0, (8, 1), 42, "/lib/x.so (deleted)").path
        '/lib/x.so'
        """
        name = self.pathname
        if name is None or self.kind != "file":
            return None
        return name.removesuffix(DELETED)

    # Questions

    def overlaps(self, other: Map) -> bool:
        """Return whether the two have an address in common."""
        if not isinstance(other, Map):
            raise TypeError(f"other is a Map, not {type(other).__name__}; `address in m` asks for an address")
        return max(self.begin_address, other.begin_address) < min(self.end_address, other.end_address)

    def file_offset(self, address: int) -> int | None:
        """Return the offset in the file of an address, in bytes.

        This is the number that uprobes and perf(1) take. It is not the address in the
        ELF file's own numbering, which debuggers and addr2line(1) take.

        Args:
            address: An address in this mapping.

        Returns:
            The offset; None if there is no file, that is if the name is no path.

        Raises:
            ValueError: The address is not in this mapping.

        >>> hex(Map(0x5000, 0x7000, "r-xp", 0x2000, (8, 1), 42, "/bin/cat").file_offset(0x5010))
        '0x2010'
        """
        address = index(address)
        if address not in self:
            raise ValueError(f"{address:#x} is not in {self!r}")
        name = self.pathname
        return None if name is None or name[0] != "/" else self.offset + address - self.begin_address

    # Text

    def line(self, bits: int = 64) -> str:
        """Return the line that a kernel prints for this, without the newline.

        Args:
            bits: 64, or 32 for a kernel with 32-bit pointers, which has the name at
                another column. (A 32-bit process on a 64-bit kernel is listed as on 64.)

        >>> Map(0x1000, 0x3000, "rw-p", pathname="[heap]").line(bits=32)
        '00001000-00003000 rw-p 00000000 00:00 0          [heap]'
        """
        bits = index(bits)
        if bits not in (32, 64):
            raise ValueError(f"bits is 32 or 64, not {bits!r}")
        begin, end, perms, offset, major, minor, inode, name = self._row
        head = f"{begin:08x}-{end:08x} {perms} {offset:08x} {major:02x}:{minor:02x} {inode} "
        # print() in rust/maps.rs is the same for whole listings.
        # seq_pad(m, ' ') fills up to column 25 + sizeof(void *) * 6 - 1, and always adds one blank.
        return head if name is None else f"{head:{24 + bits // 8 * 6}} {name}"

    def __str__(self) -> str:
        return self.line()

    def __bytes__(self) -> bytes:
        return encode(self.line())

    def __repr__(self) -> str:
        begin, end, perms, offset, major, minor, inode, name = self._row
        return (
            f"{type(self).__name__}(begin_address={begin:#x}, end_address={end:#x}, perms={perms!r}, "
            f"offset={offset:#x}, device=({major}, {minor}), inode={inode}, pathname={name!r})"
        )

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:
        """Yield what rich shows of it."""
        from procmaps._rich import fields

        return fields(self)

    # The protocols of a value

    def __reduce__(self) -> tuple[Callable[..., Map], tuple[Any, ...]]:
        return type(self), tuple(getattr(self, name) for name in self.__match_args__)

    def __copy__(self) -> Map:
        return self

    def __deepcopy__(self, memo: object) -> Map:
        return self

    def __replace__(self, **changes: Any) -> Map:
        """Return a copy with some fields changed: `copy.replace` of Python 3.13+."""
        return type(self)(**{**{name: getattr(self, name) for name in self.__match_args__}, **changes})


def map_of(row: Row | Table) -> Map:
    """Return the Map of a row that the native layer has checked, or of the first one of its table."""
    return _new(Map, row)


_new = MapFields.__new__


def _number(name: str, value: int, largest: int = _MAX) -> int:
    try:
        # index() leaves a bool what it is before Python 3.10.
        number = int(index(value))
    except TypeError:
        raise TypeError(f"{name} is an int, not {type(value).__name__}") from None
    if 0 <= number <= largest:
        return number
    raise ValueError(f"{name} is from 0 to {largest:#x}, not {number:#x}")


def _pair(device: tuple[int, int]) -> tuple[int, int]:
    try:
        major, minor = device
    except (TypeError, ValueError) as error:
        raise type(error)(f"device is a pair of numbers, major and minor, not {device!r}") from None
    return major, minor


def _perms(value: str) -> str:
    if isinstance(value, str) and value in _PERMS:
        return value
    raise ValueError(f"perms are four letters such as 'r-xp', not {value!r}")


def _pathname(value: str | None) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"pathname is a str or None, not {type(value).__name__}")
    if not value or value[0] == " " or "\n" in value or "\0" in value:
        raise ValueError(
            f"pathname cannot be {value!r}: a name is not empty, does not begin with a blank, "
            "and holds no newline (the kernel writes \\012) and no NUL"
        )
    value.encode("utf-8", ERRORS)
    return value
