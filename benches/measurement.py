"""One run: all jobs, at one process after the other."""

from __future__ import annotations

import os

import figures
import processes
import report
import rounds
import targets
from jobs import JOBS


class Measurement:
    """Prints tables, and collects their records.

    Args:
        readers: What is compared, ours first.
        peers: The interpreter that has the peers, or None.
        effort: How much of it: see jobs.py.
        wanted: The names of the jobs.
    """

    def __init__(self, readers, peers, effort, wanted):
        self.records = []
        self._readers = readers
        self._peers = peers
        self._effort = effort
        self._wanted = wanted

    def of_target(self, pid, is_largest):
        """Measure all that concerns a process."""
        mappings = targets.count(pid)
        self._agree(pid)
        for job in JOBS:
            if job.name in self._wanted:
                self._job(job, pid, mappings)
        if "command" in self._wanted:
            self._commands("command", "time of a whole process", mappings, processes.listings(pid))
        if "memory" in self._wanted and is_largest:
            self._memory(pid, mappings)

    def of_archive(self, directory, text):
        """Measure passes over a file that repeats a listing up to some size."""
        if "archive" not in self._wanted:
            return
        times = max(1, self._effort["archive"] // len(text))
        path = os.path.join(directory, "archive")
        with open(path, "wb") as file:
            file.writelines(text for _ in range(times))
        able = [reader for reader in self._readers if "archive" in reader.jobs]
        passes = processes.archive(able, path)
        if len({answer for _, answer, _ in passes[1:]}) != 1:
            raise RuntimeError(f"the readers do not agree: {passes}")
        labels = ["read", *[reader.label for reader in able]]
        found = figures.archive(times * len(text), times * text.count(b"\n"), labels, passes)
        self._report(found, report.archive_lines)

    def of_imports(self):
        """Measure what an import takes."""
        if "import" in self._wanted:
            self._commands("import", "time to import", None, processes.imports(self._peers))

    def _agree(self, pid):
        """Fail if two readers see different ranges: figures of different answers are no comparison."""
        seen = {reader.label: reader.do("check", pid) for reader in self._readers if "check" in reader.jobs}
        if len(set(seen.values())) != 1:
            raise RuntimeError(f"the readers do not agree: {seen}")

    def _job(self, job, pid, mappings):
        able = [reader for reader in self._readers if job.name in reader.jobs]
        floors = [reader for reader in self._readers if job.floor in reader.jobs]
        turns = [(reader, job.name) for reader in able] + [(reader, job.floor) for reader in floors]
        times = rounds.measure(pid, turns, self._effort["rounds"], self._effort["nanoseconds"])
        labels = [reader.label for reader, _ in turns]
        floor = times[-1] if floors else None
        self._report(figures.calls(job, mappings, labels, times, floor), report.call_lines)

    def _commands(self, job, title, mappings, commands):
        times = processes.times(list(commands.values()), self._effort["processes"])
        self._report(figures.processes(job, title, mappings, list(commands), times), report.process_lines)

    def _memory(self, pid, mappings):
        found = []
        for reader in self._readers:
            for job in [job for job in ("build", "read") if reader.is_python and job in reader.jobs]:
                taken = processes.memory(reader, job, pid, self._effort["processes"])
                found.append(figures.memory(mappings, f"{reader.label}, {job}", *taken))
        self._report(found, report.memory_lines)

    def _report(self, records, lines):
        self.records += records
        print(*lines(records), sep="\n", flush=True)
