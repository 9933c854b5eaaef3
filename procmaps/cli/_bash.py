"""The completion for bash."""

from __future__ import annotations

from procmaps.cli import DEFAULT, VERBS
from procmaps.cli._described import verbs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps.cli._described import Option, Verb

# compgen runs what is in its words as shell code: so no names of processes are among them, only numbers.
_HEAD = """\
# bash completion of procmaps
_procmaps() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} verb={default}
    local verbs="{verbs}" options="" words="" target="" pids
    # bash takes --color=al apart at the sign.
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $prev == "=" ]]; then
        prev=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    if [[ $COMP_CWORD -gt 1 && " $verbs " == *" ${{COMP_WORDS[1]}} "* ]]; then
        verb=${{COMP_WORDS[1]}}
    fi
    case "$verb $prev" in
"""

_TAIL = """\
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
        return
    fi
    if [[ $COMP_CWORD -eq 1 ]]; then
        words="$words $verbs"
    fi
    if [[ $target ]]; then
        pids=$(cd "${PROCMAPS_PROC:-${HOST_PROC:-/proc}}" 2>/dev/null && compgen -G "[1-9]*" | grep -x '[0-9]*')
        words="$words self $pids"
    fi
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    if [[ $target ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _procmaps procmaps\
"""


def script() -> Iterator[str]:
    """Yield the lines of it."""
    every = verbs()
    yield from _HEAD.format(default=DEFAULT, verbs=" ".join(VERBS)).splitlines()
    for verb in every:
        yield from _values(verb)
    yield "    esac"
    yield '    case "$verb" in'
    for verb in every:
        options = " ".join([name for option in verb.options for name in option.names])
        target = " target=1;" * verb.takes_target
        yield f'        {verb.name}) options="{options}"; words="{" ".join(verb.words)}";{target} ;;'
    yield from _TAIL.splitlines()


def _values(verb: Verb) -> Iterator[str]:
    """Yield the cases of the options whose values are known."""
    for option in verb.options:
        if option.value is None:
            continue
        cases = "|".join([f'"{verb.name} {name}"' for name in option.names])
        yield f"        {cases}) {_reply(option)}; return ;;"


def _reply(option: Option) -> str:
    if option.choices:
        return f'COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$cur"))'
    if option.takes_file:
        return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")'
    return "COMPREPLY=()"
