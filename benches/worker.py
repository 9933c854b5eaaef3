"""Does what one reader can, when told, in an interpreter of its own.

The first line out tells what the reader is called and what it can do. Then for each line in,
`JOB PID NUMBER`, one line out: the nanoseconds of a call, of so many made one after the other. The
answer to `check PID 1` is instead a checksum of the ranges that the reader sees, which all must share.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
import zlib


def load(path):
    """Return the module in a file of `readers`."""
    spec = importlib.util.spec_from_file_location("reader", path)
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    return reader


def nanoseconds(call, number):
    """Return the mean time of a call."""
    start = time.perf_counter_ns()
    for _ in range(number):
        call()
    return (time.perf_counter_ns() - start) / number


def answer(reader):
    """Do what the lines of standard input say."""
    prepared_for = call = None
    for line in sys.stdin:
        job, pid, number = line.split()
        if (job, pid) != prepared_for:
            call = None
            prepared_for, call = (job, pid), getattr(reader, job)(int(pid))
        result = zlib.crc32(repr(call()).encode()) if job == "check" else nanoseconds(call, int(number))
        print(result, flush=True)


def main(path):
    try:
        reader = load(path)
    except ImportError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return
    public = [name for name in vars(reader) if not name.startswith("_")]
    print(json.dumps({"name": reader.NAME, "version": reader.VERSION, "jobs": public}), flush=True)
    answer(reader)


if __name__ == "__main__":
    main(sys.argv[1])
