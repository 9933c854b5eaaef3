"""The verb `audit`: code in places where there should be none."""

from __future__ import annotations

from procmaps._audit import audit
from procmaps._audit_rules import BY_ID, RULES, SEVERITIES
from procmaps._counted import counted
from procmaps.cli import _host, _output
from procmaps.cli._columns import aligned
from procmaps.cli._errors import Refused
from procmaps.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from procmaps._answer import Answer
    from procmaps._audit import Finding

_MEANINGS = {"high": "bad", "medium": "warning", "low": ""}

USAGE = "[OPTION]... [PROCESS]..."

DESCRIPTION = """\
Look for code in places where there should be none: memory that can be written and executed, code of
no file, code that others may change. What is found is a reason to look, no proof; and to find
nothing proves nothing. Nothing is written, stopped or attached to.

examples:
  sudo procmaps audit --all
  procmaps audit 1234 --fail-on high          in CI: exit status 1 for these only
  sudo procmaps audit --all --ignore PM001:java --ignore PM007
  sudo procmaps audit --all --sarif > audit.sarif
  procmaps audit --rules                      what is looked for
"""
STATUSES = _host.STATUSES.format(
    nothing="nothing was found, or nothing as severe as --fail-on", something="something was"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("targets", metavar="PROCESS", nargs="*", help="the number of a process, or its name")
    group = parser.add_argument_group("what is looked for")
    group.add_argument("--all", action="store_true", help="look at all processes")
    group.add_argument(
        "--ignore",
        metavar="RULE[:NAME]",
        action="append",
        default=[],
        help="leave out a rule; or only for what has that name: a pattern for the name of the command, the path of "
        "the program, or the name of the mapping. May be given several times",
    )
    group.add_argument(
        "--fail-on", metavar="SEVERITY", choices=SEVERITIES, default="low", help=f"one of {', '.join(SEVERITIES)}"
    )
    group.add_argument("--rules", action="store_true", help="show the rules, and look for nothing")
    group.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0, which code-scanning services read")
    _host.add_host_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Look for it, and return 1 if something as severe as asked for was found."""
    if options.rules:
        rows = [[rule.id, rule.severity, rule.name, rule.what] for rule in RULES]
        _output.write(aligned(rows, ["ID", "SEVERITY", "NAME", "WHAT"], prose=True))
        return 0
    if bool(options.targets) == options.all:
        raise Refused("which processes? Name some, or give --all", "Try: procmaps audit --help")
    _check(options.ignore)
    pids = _host.pids_of(options)
    with Progress() as progress:
        answer = audit(pids, ignore=options.ignore, progress=progress.tell_processes, proc=options.proc)
    if not options.quiet:
        _output.write(_lines(answer, options))
        if not (_output.is_data(options) or options.sarif):
            _output.complain(f"procmaps: {counted(len(answer), 'finding')} in {_host.readable(answer.scan)}")
    least = SEVERITIES.index(options.fail_on)
    is_severe = any([SEVERITIES.index(finding.rule.severity) >= least for finding in answer])
    return _host.status_of(answer, 1 if is_severe else 0, options)


def _check(ignore: list[str]) -> None:
    unknown = [entry for entry in ignore if entry.partition(":")[0] not in BY_ID]
    if unknown:
        raise Refused(f"--ignore {unknown[0]}: there is no such rule", "Try: procmaps audit --rules")


def _lines(answer: Answer[Finding], options: argparse.Namespace) -> Iterator[str]:
    if options.sarif:
        from procmaps._sarif import sarif_lines

        return sarif_lines(answer)
    if _output.is_data(options):
        records = [finding.record() for finding in answer]
        return _output.data_lines(options, _host.head(answer, options), "findings", records)
    rows = [_row(finding) for finding in answer]
    return aligned(
        rows,
        ["SEVERITY", "RULE", "PID", "PROCESS", "ADDRESS", "PERMS", "WHAT"],
        header=options.header,
        palette=_output.colors(options),
        meanings=[[_MEANINGS[finding.rule.severity]] for finding in answer],
        prose=True,
    )


def _row(finding: Finding) -> list[str]:
    process, m = finding.process, finding.map
    assert process is not None
    return [
        finding.rule.severity,
        finding.rule.id,
        str(process.pid),
        _host.title(process),
        f"{m.begin_address:#x}",
        m.perms,
        finding.message,
    ]
