"""What takes a process of its own to measure: memory, imports, the command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from functools import partial
from statistics import median

from reader import HERE


def memory(reader, job, pid, processes):
    """Return medians: the bytes that a result keeps, the peak while it is made, the time it adds to a collection."""
    python, _, path = reader.command
    command = [python, os.path.join(HERE, "memory.py"), path, job, str(pid)]
    run = partial(subprocess.run, check=True, env=reader.environment, stdout=subprocess.PIPE)
    runs = [run(command).stdout.split() for _ in range(processes)]
    return [median(map(int, figures)) for figures in zip(*runs)]


def archive(readers, path):
    """Return the nanoseconds, the answer and the peak of memory of each pass over a long file; the first only reads."""
    script = os.path.join(HERE, "archive.py")
    commands = [([sys.executable, script, "read", path], None)]
    commands += [([reader.command[0], script, reader.command[2], path], reader.environment) for reader in readers]
    run = partial(subprocess.run, check=True, stdout=subprocess.PIPE)
    return [[int(word) for word in run(command, env=environment).stdout.split()] for command, environment in commands]


def times(commands, rounds):
    """Return how long each command takes, in nanoseconds, in turns."""
    found = [[] for _ in commands]
    for _ in range(rounds):
        for command, taken in zip(commands, found):
            start = time.perf_counter_ns()
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            taken.append(time.perf_counter_ns() - start)
    return found


def imports(peers):
    """Return the commands that import something, by name; the first imports nothing."""
    commands = {"python -c pass": [sys.executable, "-I", "-c", "pass"]}
    commands["import procmaps"] = [sys.executable, "-I", "-c", "import procmaps"]
    if peers:
        commands["python -c pass, with the peers"] = [peers, "-I", "-c", "pass"]
        commands["import procmaps 0.6.5"] = [peers, "-I", "-c", "import procmaps"]
        commands["import psutil"] = [peers, "-I", "-c", "import psutil"]
    return commands


def listings(pid):
    """Return the commands that list the mappings of a process, by name."""
    script = os.path.join(sysconfig.get_path("scripts"), "procmaps")
    ours = [script] if os.path.exists(script) else [sys.executable, "-m", "procmaps"]
    commands = {"cat": ["cat", f"/proc/{pid}/maps"]}
    if shutil.which("pmap"):
        commands["pmap"] = ["pmap", str(pid)]
    commands["python -c pass"] = [sys.executable, "-c", "pass"]
    commands["procmaps PID"] = [*ours, str(pid)]
    return commands
