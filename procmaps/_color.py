"""What colours mean, from the 16 that every terminal has. Never the only sign: the columns say the same."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from procmaps._map import Map

#: What the legend tells, in its order, and by what name each is set.
LEGEND = {
    "STACK": "stack",
    "HEAP": "heap",
    "CODE": "code",
    "DATA": "data",
    "RODATA": "rodata",
    "W+X": "rwx",
    "GUARD": "guard",
}

# Beside what mappings are: what a table says of its rows.
_ROWS = {
    "header": "1",
    "gap": "2",
    "match": "1",
    "added": "32",
    "removed": "31",
    "changed": "33",
    "good": "32",
    "warning": "33",
    "bad": "31",
}

#: By the debugger extensions that have taught them to people: SGR codes, as in `ls --color`.
THEMES = {
    "pwndbg": {
        "stack": "33",
        "heap": "34",
        "code": "31",
        "data": "35",
        "rodata": "",
        "rwx": "1;4",
        "guard": "36",
        **_ROWS,
    },
    "gef": {"stack": "35", "heap": "32", "code": "31", "data": "", "rodata": "", "rwx": "1;4", "guard": "36", **_ROWS},
}
DEFAULT = "pwndbg"


class Palette:
    r"""The colours in use; with none, text stays as it is.

    Args:
        codes: By what they mean, the SGR codes such as `"1;31"`; an empty one is no colour.

    >>> Palette({"heap": "34"}).paint("x", "heap"), PLAIN.paint("x", "heap")
    ('\x1b[34mx\x1b[0m', 'x')
    """

    __slots__ = ("_codes",)

    def __init__(self, codes: Mapping[str, str]) -> None:
        self._codes = codes

    def __bool__(self) -> bool:
        return bool(self._codes)

    def paint(self, text: str, *meanings: str | None) -> str:
        """Return a text in the colours of what it means."""
        if not self._codes:
            return text
        codes = ";".join(filter(None, [self._codes.get(meaning or "") for meaning in meanings]))
        return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text

    def legend(self) -> str:
        """Return the line that says what the colours mean."""
        return "  ".join([self.paint(name, meaning) for name, meaning in LEGEND.items()])


#: No colours.
PLAIN = Palette({})


def palette(theme: str = DEFAULT, settings: str = "") -> Palette:
    """Return the colours of a theme, some of them set otherwise.

    Args:
        theme: One of `THEMES`.
        settings: As GREP_COLORS has them: `"heap=34:rwx=1;4;31"`; `theme=NAME` sets the theme.

    Raises:
        ValueError: It names no such theme or meaning, or a code is not of digits and semicolons.
    """
    changes = dict([_setting(setting) for setting in settings.split(":") if setting])
    codes = dict(THEMES[_known(changes.pop("theme", theme), THEMES)])
    for meaning, code in changes.items():
        codes[_known(meaning, codes)] = _digits(code)
    return Palette(codes)


def meanings(m: Map | None) -> tuple[str, ...]:
    """Return what a mapping is, or an unmapped range, in the words of the palette."""
    if m is None:
        return ("gap",)
    if not (m.is_readable or m.is_writable or m.is_executable) or m.perms[3] == "g":
        return ("guard",)
    return ("rwx", _meaning(m)) if m.is_writable and m.is_executable else (_meaning(m),)


def _meaning(m: Map) -> str:
    kind = m.kind
    if kind in ("stack", "heap"):
        return kind
    if m.is_executable:
        return "code"
    return "data" if m.is_writable else "rodata"


def _setting(text: str) -> tuple[str, str]:
    meaning, sign, code = text.partition("=")
    if not sign:
        raise ValueError(f"expected settings such as heap=34:rwx=1;31, not {text!r}")
    return meaning, code


def _known(name: str, names: Mapping[str, object]) -> str:
    if name not in names:
        raise ValueError(f"there is no {name!r}, only {', '.join(names)}")
    return name


def _digits(code: str) -> str:
    if code.strip("0123456789;"):
        raise ValueError(f"a colour is of digits and semicolons, such as 1;31, not {code!r}")
    return code
