"""The readers that are compared, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = ["ours", "ours_uncollected", "ours_arrow", "ours_numpy", "ours_records", "python_split", "python_re"]
PEERS = ["procmaps_0_6_5", "psutil_", "python_ptrace", "pwntools", "numpy_searchsorted"]


class Reader:
    """A process that does jobs when told, or whose `error` says why it cannot: see worker.py."""

    def __init__(self, command, environment=None):
        self.command = command
        self.environment = environment
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        hello = json.loads(self._process.stdout.readline() or '{"error": "it ended at once"}')
        self.error = hello.get("error")
        self.name, self.version, self.jobs = hello.get("name"), hello.get("version"), hello.get("jobs")

    @property
    def label(self):
        return f"{self.name} {self.version}" if self.version else self.name

    @property
    def is_python(self):
        return self.command[-1].endswith(".py")

    def do(self, job, pid, number=1):
        """Return the nanoseconds of a call, or the checksum if the job is `check`."""
        self._process.stdin.write(f"{job} {pid} {number}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.label} failed at {job}")
        return float(answer)

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def all_readers(python, peers, programs):
    """Start what can be compared here.

    Args:
        python: The interpreter that has our package.
        peers: The interpreter that has the peers, or None.
        programs: Readers that are no Python, by name: the program, or None.

    Returns:
        The readers, ours first, and why others are absent, by name.
    """
    commands = {name: _command(name, python) for name in OWN}
    commands.update({name: _command(name, peers) for name in PEERS if peers})
    commands.update({name: [program] for name, program in programs.items() if program})
    absent = {} if peers else dict.fromkeys(PEERS, "not installed (without --short it is)")
    absent.update({name: "no cargo to build it" for name, program in programs.items() if not program})
    readers = []
    for name, command in commands.items():
        reader = Reader(command, _environment() if name in PEERS else None)
        if reader.error:
            absent[name] = reader.error
            reader.close()
        else:
            readers.append(reader)
    return readers, absent


def _environment():
    """Return the environment of the peers, in which nothing of ours can be found under the name that we share."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _command(name, python):
    return [python, os.path.join(HERE, "worker.py"), os.path.join(HERE, "readers", f"{name}.py")]
