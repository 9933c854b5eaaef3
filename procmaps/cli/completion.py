"""The verb `completion`: what makes a shell complete the command line."""

from __future__ import annotations

from procmaps.cli import _output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "fish", "zsh")

USAGE = "SHELL"

DESCRIPTION = """\
Print what makes a shell complete verbs, options and their values, processes and files.

examples:
  source <(procmaps completion bash)                                    in ~/.bashrc
  source <(procmaps completion zsh)                                     in ~/.zshrc, after compinit
  procmaps completion fish > ~/.config/fish/completions/procmaps.fish
"""
STATUSES = """\
exit status:
  0  it was printed
  2  the command line is wrong, or the output cannot be written
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def run(options: argparse.Namespace) -> int:
    """Print it, and return 0."""
    from procmaps.cli import _bash, _fish, _zsh

    scripts = {"bash": _bash.script, "fish": _fish.script, "zsh": _zsh.script}
    _output.write(scripts[options.shell]())
    return 0
