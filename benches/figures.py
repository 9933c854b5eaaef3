"""Times and bytes into records: medians, and the medians of the ratios of each round."""

from __future__ import annotations

from statistics import median


def calls(job, mappings, labels, times, floor):
    """Return a record for each reader of a job, compared with the first and with the times of the floor."""
    units = job.units or mappings
    return [
        {
            "job": job.name,
            "title": job.title,
            "mappings": mappings,
            "reader": label,
            "unit": job.unit,
            "ns": median(taken),
            "ns_per_unit": median(taken) / units,
            "per_ours": ratio(taken, times[0]),
            "per_floor": floor and ratio(taken, floor),
            "times": taken,
        }
        for label, taken in zip(labels, times)
    ]


def processes(job, title, mappings, labels, times):
    """Return a record for each command, compared with the first."""
    return [
        {
            "job": job,
            "title": title,
            "mappings": mappings,
            "reader": label,
            "ns": median(taken),
            "ns_over_first": median([time - first for time, first in zip(taken, times[0])]),
            "per_first": ratio(taken, times[0]),
            "times": taken,
        }
        for label, taken in zip(labels, times)
    ]


def memory(mappings, label, kept, peak, collection):
    """Return a record of what a result takes."""
    return {
        "job": "memory",
        "title": "resident memory of a result, a mapping",
        "mappings": mappings,
        "reader": label,
        "kept_per_unit": kept / mappings,
        "peak_per_unit": peak / mappings,
        "ns_of_collection": collection,
    }


def archive(size, mappings, labels, passes):
    """Return a record for each pass over a long file, compared with the second, which is ours."""
    return [
        {
            "job": "archive",
            "title": f"a file of {size / 2**20:,.0f} MiB, one mapping after the other",
            "mappings": mappings,
            "reader": label,
            "ns": taken,
            "ns_per_unit": taken / mappings,
            "per_ours": taken / passes[1][0],
            "peak": peak,
        }
        for label, (taken, _, peak) in zip(labels, passes)
    ]


def ratio(times, others):
    """Return the median of the ratios of all rounds."""
    return median([time / other for time, other in zip(times, others)])
