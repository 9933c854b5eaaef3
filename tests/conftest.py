"""Which procmaps is tested, and on which Python."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

import procmaps
import strategies  # noqa: F401, it sets how Hypothesis draws; a file that runs by itself may not ask for it

# Programs and modules that the tests use, which doctest would import to look for examples.
collect_ignore = ["support"]
# Parsing, and what is done with listings: this runs where there is no /proc to read processes from.
NEEDS_NO_PROC = {
    *("addresses", "captures", "color", "corpus", "counted", "csv", "escape", "filter", "golden", "iterparse", "kind"),
    *("laws", "lenient", "map", "map_answers", "maps", "no_proc", "packaging", "parse_errors", "records"),
    *("smaps", "smaps_captures", "table", "usage_table"),
}
HAS_PROC = os.path.exists("/proc/self/maps")
CHECKOUT = Path(__file__).resolve().parent.parent / "procmaps"


def pytest_configure() -> None:
    """Refuse to test the checkout in place of what was installed."""
    where = Path(procmaps.__file__).resolve().parent
    if os.environ.get("PROCMAPS_TEST_INSTALLED") == "1" and where == CHECKOUT:
        raise pytest.UsageError(f"PROCMAPS_TEST_INSTALLED=1, but procmaps comes from the checkout: {where}")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    if HAS_PROC or collection_path.suffix != ".py" or collection_path.stem.removeprefix("test_") in NEEDS_NO_PROC:
        return None
    return collection_path.name.startswith("test_")


@pytest.fixture(scope="session", autouse=True)
def name_the_python(record_testsuite_property: Callable[[str, object], None]) -> None:
    """Leave in the JUnit report what .ci/summary.py asks for."""
    record_testsuite_property("python", platform.python_version())


@pytest.fixture(params=["privileged", "unprivileged"])
def privilege(request: pytest.FixtureRequest) -> Iterator[bool]:
    """With what it takes to follow /proc/PID/map_files, and without."""
    from support.privileges import CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN, without

    if request.param == "unprivileged":
        with without(CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE):
            yield False
    elif os.geteuid() != 0:
        pytest.skip("needs root")
    else:
        yield True
