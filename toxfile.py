"""Let tox find every Python that pyenv has installed, not only the one that is switched on."""

from __future__ import annotations

import os
from pathlib import Path

PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
INSTALLED = sorted(map(str, PYENV.glob("versions/*/bin")), reverse=True)
os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *INSTALLED])
