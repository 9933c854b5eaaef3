"""The completion for zsh."""

from __future__ import annotations

from procmaps.cli import DEFAULT, VERBS
from procmaps.cli._described import verbs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps.cli._described import Option, Verb

_TAIL = """\
    esac
}
_procmaps_target() {
    _alternative 'self:this process:(self)' 'processes:process:_pids' 'files:listing:_files'
}
if [[ $funcstack[1] == _procmaps ]]; then
    _procmaps "$@"
else
    compdef _procmaps procmaps
fi\
"""


def script() -> Iterator[str]:
    """Yield the lines of it."""
    yield "#compdef procmaps"
    yield "_procmaps() {"
    yield f"    local verb={DEFAULT}"
    yield "    local -a verbs=("
    yield from [f"        {_quoted(f'{verb}:{help_}')}" for verb, help_ in VERBS.items()]
    yield "    )"
    yield "    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then"
    yield "        _describe -t verbs verb verbs"
    yield "    fi"
    yield "    if (( CURRENT > 2 && $verbs[(I)$words[2]:*] )); then"
    yield "        verb=$words[2]"
    yield "        shift words"
    yield "        (( CURRENT-- ))"
    yield "    fi"
    yield "    case $verb in"
    for verb in verbs():
        yield f"        {verb.name}) _arguments -s \\"
        yield from [f"            {spec} \\" for option in verb.options for spec in _specs(option)]
        yield f"            {_quoted(_positional(verb))} ;;"
    yield from _TAIL.splitlines()


def _specs(option: Option) -> Iterator[str]:
    """Yield what _arguments wants for each name of an option: the names that exclude it, what it does, its value."""
    others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
    value = "" if option.value is None else f":{_plain(option.value)}:{_values(option)}"
    for name in option.names:
        sign = "=" if option.value is not None and name.startswith("--") else ""
        yield _quoted(f"{others}{name}{sign}[{_plain(option.summary)}]{value}")


def _values(option: Option) -> str:
    if option.choices:
        return f"({' '.join(option.choices)})"
    return "_files" if option.takes_file else " "


def _positional(verb: Verb) -> str:
    if verb.words:
        return f"1:word:({' '.join(verb.words)})"
    return "*:target:_procmaps_target" if verb.takes_target else "*: : "


def _plain(text: str) -> str:
    """Return a text with what means something to _arguments escaped."""
    return "".join([f"\\{character}" if character in "[]:\\" else character for character in text])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
