"""The program that reads the maps of many processes and does nothing with them: floor/host.rs."""

from __future__ import annotations

import os
import subprocess


class Floor:
    """It, in so many threads, beside the floor of one process.

    Args:
        floor: The program that environment.floor() has built.
        threads: How many.
    """

    def __init__(self, floor, threads):
        command = [os.path.join(os.path.dirname(floor), "host"), str(threads)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, pids):
        """Return the nanoseconds for all."""
        self._process.stdin.write(" ".join(map(str, pids)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.communicate()
