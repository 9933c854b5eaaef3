"""What the command line takes, as its own parsers have it: for completions and for the manual page."""

from __future__ import annotations

from procmaps.cli import DEFAULT, VERBS
from procmaps.cli._parser import parser_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

# What an argument is, by what the help calls it.
_FILES = ("FILE", "DIR", "DIRECTORY", "PATH")
_TARGETS = ("TARGET", "PROCESS", "OLD", "NEW")


class Option:
    """One option.

    Attributes:
        names: How it is written, each with its hyphens.
        value: What the help calls its value; None if it takes none.
        choices: The values that it can have; empty if that is not said.
        help: What it does, in one line.
    """

    def __init__(self, action: argparse.Action, names: list[str]) -> None:
        self.names = names
        self.value = None if action.nargs == 0 else str(action.metavar or action.dest.upper())
        self.choices = [str(choice) for choice in action.choices or ()]
        self.help = " ".join((action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%").split())

    @property
    def takes_file(self) -> bool:
        """Whether its value is the name of a file or directory."""
        return self.value in _FILES

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return self.help.partition(";")[0].partition(":")[0]


class Verb:
    """One verb.

    Attributes:
        name: What is written.
        help: What it does.
        usage: What follows the name.
        description: What its help tells.
        statuses: What its help tells of the exit status.
        groups: Its options, by what they are about.
        takes_target: Whether it takes a process, or a listing.
        words: What it takes in place of that; empty if it is not of a few.
    """

    def __init__(self, name: str) -> None:
        module = __import__(f"procmaps.cli.{name}", fromlist=["run"])
        parser = parser_of(module, name)
        positionals = [action for action in parser._actions if not action.option_strings]
        self.name = name
        self.help = VERBS[name]
        self.usage: str = module.USAGE
        self.description: str = module.DESCRIPTION
        self.statuses = str(parser.epilog)
        self.groups = {str(group.title): list(_options(group)) for group in parser._action_groups}
        self.takes_target = any([action.metavar in _TARGETS for action in positionals])
        self.words = [str(choice) for action in positionals for choice in action.choices or ()]

    @property
    def options(self) -> list[Option]:
        """All its options."""
        return [option for options in self.groups.values() for option in options]


def verbs() -> list[Verb]:
    """Return all verbs, that without which the command does the same first."""
    return [Verb(name) for name in sorted(VERBS, key=lambda name: name != DEFAULT)]


def _options(group: argparse._ArgumentGroup) -> Iterator[Option]:
    for action in group._group_actions:
        # --deleted and --no-deleted are one to argparse.
        positive = [name for name in action.option_strings if not _is_negative(name, action)]
        negative = [name for name in action.option_strings if _is_negative(name, action)]
        if positive:
            yield Option(action, positive)
        if negative:
            option = Option(action, negative)
            option.help = f"not: {option.help}"
            yield option


def _is_negative(name: str, action: argparse.Action) -> bool:
    return name.startswith("--no-") and f"--{name[5:]}" in action.option_strings
