"""Questions to the columns of mappings, in SQL."""

from __future__ import annotations

import os

_DIRECTORY = os.path.join(os.path.dirname(__file__), "queries")


def sql(name: str) -> str:
    """Return a query of those that this package has, for DuckDB.

    They ask a table, or a variable, that is called `maps` and has the columns of
    `Maps.__arrow_c_stream__`; the comment at their beginning says what they ask:

    - "addresses": where in which files addresses are; it also needs a table `addresses`
    - "counts": how many mappings the processes have
    - "deleted": which files that are gone are still used
    - "files": which files take the most addresses
    - "memory": which files and kinds of memory use most; asks what `procmaps.smaps.Usages` has
    - "versions": of which libraries several files are mapped
    - "writable_code": which memory may be written and executed

    Args:
        name: One of these words.

    Raises:
        ValueError: There is no such query.

    >>> import procmaps
    >>> procmaps.sql("counts").splitlines()[0][:42]
    '-- How many mappings have the processes? T'
    """
    names = sorted([file.removesuffix(".sql") for file in os.listdir(_DIRECTORY)])
    if name not in names:
        raise ValueError(f"there is no query {name!r}, only {', '.join(names)}")
    with open(os.path.join(_DIRECTORY, f"{name}.sql"), encoding="utf-8") as file:
        return file.read()
