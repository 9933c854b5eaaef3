"""Findings as SARIF 2.1.0 (OASIS), the format of tools that look for mistakes in programs.

A process is no file: what a result points to is the program that runs, or the file that is mapped; the
process, the address and the mapping are in its properties.
"""

from __future__ import annotations

import os

from procmaps import __version__
from procmaps._audit_rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from procmaps._answer import Answer
    from procmaps._audit import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {"low": "note", "medium": "warning", "high": "error"}
# What code-scanning services sort by, from 0 to 10.
_SCORES = {"low": "3.0", "medium": "5.5", "high": "8.0"}


def sarif_lines(answer: Answer[Finding]) -> Iterator[str]:
    """Yield the lines of a SARIF document."""
    from json import dumps

    yield from dumps(sarif(answer), indent=1).replace("\x7f", "\\u007f").split("\n")


def sarif(answer: Answer[Finding]) -> dict[str, Any]:
    """Return a SARIF document, as dicts that JSON can hold."""
    unread = [*answer.scan.refused, *answer.scan.failed]
    notes = [{"level": "warning", "message": {"text": f"process {one.pid}: {one.error}"}} for one in unread]
    driver = {"name": "procmaps audit", "version": __version__, "rules": [_rule(rule) for rule in RULES]}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_result(finding) for finding in answer],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.what},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"security-severity": _SCORES[rule.severity], "tags": ["security"]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": RULES.index(finding.rule),
        "level": _LEVELS[finding.rule.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding)],
        "partialFingerprints": {"procmaps/v1": _fingerprint(finding)},
        "properties": {"procmaps": finding.record()},
    }


def _location(finding: Finding) -> dict[str, Any]:
    process, m = finding.process, finding.map
    path = m.path or (process and process.exe)
    place: dict[str, Any] = {"logicalLocations": [{"name": f"{m.begin_address:#x}", "kind": "memory"}]}
    if path is not None:
        place["physicalLocation"] = {"artifactLocation": {"uri": _uri(path)}}
    return place


def _uri(path: str) -> str:
    from urllib.parse import quote

    return "file://" + quote(os.fsencode(path))


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same from one run of a program to the next."""
    from hashlib import sha256

    process, m = finding.process, finding.map
    parts = (finding.rule.id, process and process.exe, m.pathname, m.perms)
    return sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()
