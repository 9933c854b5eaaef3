r"""Names made safe and fit to show.

The name of a file may hold anything: escape sequences that repaint a terminal, characters
that turn the direction of the text. What cannot be shown is written as its bytes, `\xNN`
each, so that nothing of a name but plain text reaches a terminal or a log. This is for
people to read and cannot be read back: a name that really holds the four letters `\x1b`
looks the same. Records (`_records`) are exact.
"""

from __future__ import annotations

from procmaps._names import encode


def escaped(text: str, encoding: str = "utf-8") -> str:
    r"""Return a text with the bytes of what cannot be shown as `\xNN`.

    That is control and format characters, blanks other than the plain one, bytes that did
    not decode, and what the encoding does not have.

    >>> print(escaped("/tmp/\x1b[31m\u202etxt.exe"))
    /tmp/\x1b[31m\xe2\x80\xaetxt.exe
    """
    if text.isprintable() and _is_in(text, encoding):
        return text
    return "".join([c if c.isprintable() and _is_in(c, encoding) else _bytes_of(c) for c in text])


def encodable(text: str, encoding: str) -> str:
    r"""Return a text with the bytes of what an encoding does not have as `\xNN`, and all else as it is.

    >>> print(encodable("/tmp/\u65e5", "ascii"))
    /tmp/\xe6\x97\xa5
    """
    if _is_in(text, encoding):
        return text
    return "".join([c if _is_in(c, encoding) else _bytes_of(c) for c in text])


def shown(name: str, encoding: str = "utf-8") -> str:
    r"""Return a name `escaped`, and with the blanks at its end as `\x20`, since they cannot be seen.

    >>> print(shown("/tmp/a b "))
    /tmp/a b\x20
    """
    text = escaped(name, encoding)
    plain = text.rstrip(" ")
    return plain + r"\x20" * (len(text) - len(plain))


def width(text: str) -> int:
    """Return how many columns of a terminal a printable text takes.

    >>> width("日本"), width("e\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum([0 if category(c) in ("Mn", "Me") else 1 + (east_asian_width(c) in ("F", "W")) for c in text])


def cut(text: str, room: int, ellipsis: str = "…") -> str:
    """Return a text that takes at most so many columns, with an ellipsis for what is left out.

    Of a path the directories are cut first, and after them the middle of the file's name.

    >>> cut("/usr/lib/x86_64-linux-gnu/libc.so.6", 22)
    '/usr/lib/x8…/libc.so.6'
    >>> cut("/usr/lib/python3/_csv.cpython-311-x86_64-linux-gnu.so", 22)
    '…/_csv.cpython-…gnu.so'
    """
    if width(text) <= room:
        return text
    slash = text.rfind("/")
    if slash <= 0:
        return _cut_in_the_middle(text, room, ellipsis)
    name = text[slash:]
    left = room - len(ellipsis) - width(name)
    if left < 0:
        return ellipsis + _cut_in_the_middle(name, room - len(ellipsis), ellipsis)
    return _first(text, left) + ellipsis + name


def _cut_in_the_middle(text: str, room: int, ellipsis: str) -> str:
    left = room - len(ellipsis)
    end = left // 3
    return _first(text, left - end) + ellipsis + _first(text[::-1], end)[::-1]


def _is_in(text: str, encoding: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _bytes_of(character: str) -> str:
    try:
        data = encode(character)
    except UnicodeEncodeError:  # not of a name: half a character, as arguments on Windows may have
        data = character.encode("utf-8", "surrogatepass")
    return "".join([f"\\x{byte:02x}" for byte in data])


def _first(text: str, room: int) -> str:
    """Return what takes at most so many columns of a text that takes more."""
    end = taken = 0
    while (taken := taken + width(text[end])) <= room:
        end += 1
    return text[:end]
