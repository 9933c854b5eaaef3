"""What the readers are asked about: texts and addresses, the same for each."""

from __future__ import annotations

import random


def text(pid):
    """Return the listing of a process."""
    with open(f"/proc/{pid}/maps", "rb") as file:
        return file.read()


def ranges(pid):
    """Return the ranges of addresses of a process."""
    heads = [line.split(b" ", 1)[0].split(b"-") for line in text(pid).split(b"\n")[:-1]]
    return [(int(begin, 16), int(end, 16)) for begin, end in heads]


def addresses(pid, number):
    """Return addresses at random: nine of ten in some mapping, the others anywhere."""
    chance = random.Random(1)
    mapped = [chance.randrange(*range_) for range_ in chance.choices(ranges(pid), k=number)]
    return [chance.randrange(2**64) if chance.random() < 0.1 else address for address in mapped]
