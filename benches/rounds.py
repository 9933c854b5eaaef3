"""Times taken in turns: what disturbs the machine disturbs every reader."""

from __future__ import annotations


def measure(pid, readers, rounds, nanoseconds):
    """Return the times of a call of each reader, one for each round.

    Args:
        pid: The process that is read.
        readers: Pairs of a Reader and the name of its job.
        rounds: How often each reader has its turn.
        nanoseconds: About how long a turn is.
    """
    numbers = [_calls(reader.do(name, pid), reader.do(name, pid), nanoseconds) for reader, name in readers]
    times = [[] for _ in readers]
    for round_ in range(rounds):
        for i in _turns(len(readers), round_):
            reader, name = readers[i]
            times[i].append(reader.do(name, pid, numbers[i]))
    return times


def _calls(first, second, nanoseconds):
    """Return how many calls fill a turn, going by two calls to warm up."""
    return max(1, int(nanoseconds / min(first, second)))


def _turns(number, round_):
    """Return the order of a round: another one begins, every other time backwards."""
    order = [(i + round_) % number for i in range(number)]
    return order if round_ % 2 else order[::-1]
