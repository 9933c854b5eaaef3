"""What a type checker sees of the API: `support/typed_use.py`, by mypy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import procmaps

pytest.importorskip("mypy", reason="mypy is not installed: the tox environment `type` has it")

PACKAGE = Path(procmaps.__file__).parent


@pytest.mark.slow
def test_types_are_those_that_callers_rely_on(tmp_path):
    assert (PACKAGE / "py.typed").exists()
    environment = dict(os.environ)
    if "site-packages" not in PACKAGE.parts:
        environment["MYPYPATH"] = str(PACKAGE.parent)
    use = Path(__file__).parent / "support" / "typed_use.py"
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent", str(use)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
