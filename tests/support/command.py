"""The command as a process of its own, and what it is given to read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from procmaps.cli import VERBS
from procmaps.cli._parser import parser_of

CAPTURES = Path(__file__).parent.parent / "data" / "captures"
NASTY = CAPTURES / "nasty-x86_64-7.2.maps"

LISTING = b"""\
00400000-0040b000 r-xp 00000000 08:11 6553896                            /bin/cat
0060a000-0060b000 rw-p 0000a000 08:11 6553896                            /bin/cat
0060b000-0062c000 rw-p 00000000 00:00 0                                  [heap]
7f0000000000-7f0000001000 rwxp 00000000 00:00 0
7f0000001000-7f0000005000 r--p 00000000 08:11 77                         /lib/old.so (deleted)
7f0000009000-7f000000a000 ---p 00000000 00:00 0
7ffeadae1000-7ffeadb02000 rw-p 00000000 00:00 0                          [stack]
"""

#: The verbs whose results are data, too.
DATA_VERBS = [
    verb
    for verb in VERBS
    if "--json" in parser_of(__import__(f"procmaps.cli.{verb}", fromlist=["run"]), verb).format_help()
]

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
unix = pytest.mark.skipif(os.name == "nt", reason="needs Unix")


def run(*arguments, stdin=None, stdout=subprocess.PIPE, **environment):
    """Run the command, with more in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "procmaps", *map(str, arguments)],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def pathnames(table):
    """Return the last column of a table with a header."""
    return [line.split(None, 5)[5] for line in table.splitlines()[1:]]
