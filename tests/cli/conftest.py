"""The command in this process, and in a place where nothing speaks to it but the test."""

from __future__ import annotations

import pytest

from procmaps.cli import _permissions, main
from support.command import LISTING
from support.fake_proc import FakeProc

SETTINGS = (
    *("NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS", "TERM", "WT_SESSION"),
    *("PROCMAPS_PROC", "HOST_PROC", "KUBERNETES_SERVICE_HOST", "PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONUTF8"),
)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_marks(monkeypatch):
    """Be in no container and under no Yama, wherever this is."""
    monkeypatch.setattr(_permissions, "CONTAINER_MARKS", ())
    monkeypatch.setattr(_permissions, "YAMA", "/missing")


@pytest.fixture
def command(capsys):
    """Run the command here: its exit status, output and error output."""

    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def listing(tmp_path):
    path = tmp_path / "listing"
    path.write_bytes(LISTING)
    return path


@pytest.fixture
def proc(tmp_path):
    """Have a proc file system without processes."""
    (tmp_path / "proc").mkdir()
    return FakeProc(tmp_path / "proc")
