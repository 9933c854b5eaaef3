"""The colours of pictures, by what memory is for: pwndbg's, in shades that the colour-blind tell apart."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Theme = Literal["auto", "light", "dark"]

#: What the colours mean, in the order of the legend.
MEANINGS = {
    "heap": "heap",
    "stack": "stacks",
    "code": "code",
    "data": "data of files",
    "rodata": "read-only data",
    "anonymous": "anonymous",
    "shared": "shared",
    "none": "no access",
}

#: The fills. Text on all of them is dark. What cannot be accessed has an outline and no fill.
LIGHT = {
    "heap": "#4a9be0",
    "stack": "#f0dc3c",
    "code": "#e5663a",
    "data": "#cf86b8",
    "rodata": "#c3c9d0",
    "anonymous": "#2fb083",
    "shared": "#eba937",
}
DARK = {
    "heap": "#5aa9ea",
    "stack": "#e8d548",
    "code": "#ea7850",
    "data": "#d295c0",
    "rodata": "#8d96a1",
    "anonymous": "#3ab68b",
    "shared": "#e3a843",
}
ON_FILL = "#14171a"

#: The rest: the page, text, text of less weight, lines, what has no fill.
LIGHT_PAGE = {"page": "#ffffff", "ink": "#1a1d21", "dim": "#5b6570", "line": "#dfe3e8", "none": "#7fa3b8"}
DARK_PAGE = {"page": "#15181c", "ink": "#e8eaed", "dim": "#9aa4af", "line": "#2b3138", "none": "#5d8299"}

THEMES = ("auto", "light", "dark")


def style(theme: str) -> str:
    """Return the rules of a theme; "auto" asks the one who shows the picture.

    They hold inside of pictures of that theme only, as a picture may stand in a page.
    """
    scope = f".procmaps-{theme}"
    if theme == "dark":
        return _common(scope) + _rules(scope, DARK, DARK_PAGE)
    rules = _common(scope) + _rules(scope, LIGHT, LIGHT_PAGE)
    if theme == "light":
        return rules
    return f"{rules}@media(prefers-color-scheme:dark){{{_rules(scope, DARK, DARK_PAGE)}}}"


def _common(scope: str) -> str:
    # Letters of one width, so that what fits can be told without a font.
    fonts = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace"
    return (
        f"{scope}{{max-width:100%;height:auto}}"
        f"{scope} text{{font-family:{fonts};pointer-events:none;white-space:pre}}"
        f"{scope} .strong{{font-weight:bold}}{scope} .on{{fill:{ON_FILL}}}"
    )


def _rules(scope: str, fills: dict[str, str], page: dict[str, str]) -> str:
    rules = [f"{scope} .{name}{{fill:{color}}}" for name, color in fills.items()]
    rules += [f"{scope} .{name}{{fill:{page[name]}}}" for name in ("page", "ink", "dim")]
    rules.append(f"{scope} .line{{stroke:{page['line']}}}")
    rules.append(f"{scope} .none{{fill:{page['page']};stroke:{page['none']}}}")
    rules.append(f"{scope} .edge{{stroke:{page['page']}}}")
    rules.append(f"{scope} .frame{{fill:none;stroke:{page['page']};stroke-width:4;pointer-events:none}}")
    rules.append(f"{scope} .wx{{stroke:{page['ink']};stroke-width:2}}")
    return "".join(rules)
