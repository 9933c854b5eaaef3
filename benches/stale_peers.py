"""Sets `procmaps stale` beside lsof, needrestart and checkrestart, on the same processes.

    sudo python benches/stale_peers.py            the table
    sudo python benches/stale_peers.py --write    the same, into docs/stale.md

The processes are those of the tests (tests/support/made_host.py), in a directory that no tool leaves out
on principle. A tool says of a process that it is stale or says nothing; which of its files, is not compared.
Debian has the tools in the packages lsof, needrestart and debian-goodies; one that is not there is left out.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import procmaps.host  # noqa: E402
from support.made_host import DECOYS, PLAIN, PRIVILEGED, Workshop, made_host  # noqa: E402

PAGE = ROOT / "docs" / "stale.md"
BEGIN, END = "<!-- benches/stale_peers.py -->", "<!-- end -->"


def output(*command):
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    return run.stdout.decode("utf-8", "replace")


def ours(_):
    """Return the word for each process in which something is stale."""
    states = {}
    for entry in procmaps.host.stale():
        states.setdefault(entry.process.pid, set()).add(entry.fate.state)
    return {pid: "unsure" if states[pid] == {"unsure"} else "stale" for pid in states}


def lsof(pids):
    """Take what people look for: DEL, or a program or library with (deleted) behind its name."""
    found, pid, kind = {}, 0, ""
    for line in output("lsof", "-n", "-P", "-w", "-F", "fn", "-p", ",".join(map(str, pids))).splitlines():
        if line[:1] == "p":
            pid = int(line[1:])
        elif line[:1] == "f":
            kind = line[1:]
        elif kind == "DEL" or (kind in ("txt", "mem") and line.endswith("(deleted)")):
            found[pid] = "stale"
    return found


def needrestart(_):
    text = output("needrestart", "-v", "-r", "l", "-l")
    return {int(pid): "stale" for pid in re.findall(r"#(\d+) uses (?:deleted|obsolete|non-existing)", text)}


def checkrestart(_):
    text = output("checkrestart", "-v")
    return {int(pid): "stale" for pid in re.findall(r"Process .* \(PID: (\d+)\)", text)}


TOOLS = {"procmaps": ours, "lsof": lsof, "needrestart": needrestart, "checkrestart": checkrestart}


def version(tool):
    if tool == "procmaps":
        return procmaps.__version__
    package = "debian-goodies" if tool == "checkrestart" else tool
    return output("dpkg-query", "-f", "${Version}", "-W", package) if shutil.which("dpkg-query") else "?"


def truth(stale):
    states = {state for state, _ in stale}
    return "unsure" if states == {"unsure"} else "stale" if stale else "-"


def table(host, said):
    """Yield the lines of the table; what is wrong is bold."""
    yield f"| process | truth | {' | '.join(f'{tool} {version(tool)}' for tool in said)} |"
    yield "|---" * (len(said) + 2) + "|"
    wrong = dict.fromkeys(said, 0)
    for made in host:
        true, cells = truth(made.stale), []
        for tool, words in said.items():
            word = words.get(made.pid, "-")
            wrong[tool] += word != true
            cells.append(word if word == true else f"**{word}**")
        decoy = "decoy: " if made.case in DECOYS else ""
        yield f"| {decoy}{made.case.replace('_', ' ')} | {true} | {' | '.join(cells)} |"
    yield f"| wrong, of {len(host)} | | {' | '.join(str(wrong[tool]) for tool in said)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    parser.add_argument("--directory", default="/var/lib", help="where the files are made [/var/lib]")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("only root can read all processes, and make some of these")
    tools = {tool: ask for tool, ask in TOOLS.items() if tool == "procmaps" or shutil.which(tool)}
    with tempfile.TemporaryDirectory(prefix="made-", dir=options.directory) as name:
        place = Path(name)
        with made_host(Workshop(place), place, {**PLAIN, **DECOYS, **PRIVILEGED}) as host:
            pids = [made.pid for made in host]
            lines = list(table(host, {tool: ask(pids) for tool, ask in tools.items()}))
    print(*lines, sep="\n")
    if options.write:
        page = PAGE.read_text("utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
