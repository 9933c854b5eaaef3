"""The completion for fish."""

from __future__ import annotations

from procmaps.cli import DEFAULT, VERBS
from procmaps.cli._described import verbs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps.cli._described import Option, Verb


def script() -> Iterator[str]:
    """Yield the lines of it."""
    yield "# fish completion of procmaps"
    yield "function __procmaps_verb"
    yield "    set -l words (commandline -opc)"
    yield f"    if set -q words[2]; and contains -- $words[2] {' '.join(VERBS)}"
    yield "        echo $words[2]"
    yield "    else"
    yield f"        echo {DEFAULT}"
    yield "    end"
    yield "end"
    yield "function __procmaps_is_first"
    yield "    test (count (commandline -opc)) -eq 1"
    yield "end"
    yield "complete -c procmaps -f"
    for name, help_ in VERBS.items():
        yield f"complete -c procmaps -n __procmaps_is_first -a {name} -d {_quoted(help_)}"
    for verb in verbs():
        yield from _of_verb(verb)


def _of_verb(verb: Verb) -> Iterator[str]:
    when = f"complete -c procmaps -n 'test (__procmaps_verb) = {verb.name}'"
    if verb.words:
        yield f"{when} -a {_quoted(' '.join(verb.words))}"
    if verb.takes_target:
        yield f"{when} -F -a '(__fish_complete_pids)'"
    for option in verb.options:
        yield f"{when} {' '.join([*_names(option), *_value(option)])} -d {_quoted(option.summary)}"


def _names(option: Option) -> Iterator[str]:
    for name in option.names:
        yield f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"


def _value(option: Option) -> list[str]:
    if option.value is None:
        return []
    if option.choices:
        return ["-x", "-a", _quoted(" ".join(option.choices))]
    return ["-r", "-F"] if option.takes_file else ["-x"]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
