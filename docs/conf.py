"""The site that `tox -e docs` builds: the pages beside this file, and a reference from the docstrings.

A new page, or a new public module, is in it without being listed anywhere.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.util.docutils import SphinxDirective

import procmaps

project = "procmaps"
version = release = procmaps.__version__
copyright = "the procmaps developers"  # noqa: A001
extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 3
default_role = "py:obj"
python_use_unqualified_type_names = True
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
html_theme = "furo"
html_title = f"procmaps {release}"
html_show_sphinx = html_copy_source = False


class Reference(SphinxDirective):
    """A section for the package and each of its public modules."""

    def run(self) -> list[nodes.Node]:
        names = [module.name for module in pkgutil.iter_modules(procmaps.__path__, "procmaps.")]
        public = ["procmaps", *(name for name in names if "._" not in name and name != "procmaps.cli")]
        return self.parse_text_to_nodes("\n".join(map(section, public)), allow_section_headings=True)


def section(name: str) -> str:
    importlib.import_module(name)
    # What is inherited is told too, but not what Python has for all.
    options = "   :members:\n   :inherited-members: OSError, BaseException, tuple, object\n"
    return f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n{options}```\n"


def translate(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Make reStructuredText of a docstring: its Google sections, and `[heap]`, which is code but no name."""
    # Of an attribute the first words before a colon would be taken for its type.
    kind = "function" if what in ("property", "attribute") else what
    text = str(GoogleDocstring(lines, Config(napoleon_use_ivar=True), app, kind, name, obj, options))
    lines[:] = re.sub("`+[^`]+`+", as_code, text).splitlines()


def as_code(found: re.Match[str]) -> str:
    return found[0] if re.fullmatch(r"``.*``|`[\w.]+(\(\))?`", found[0], re.DOTALL) else f"`{found[0]}`"


def is_field_of_a_tuple(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: object) -> bool | None:
    """Leave out what the docstring of the class tells."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number") else None


def setup(app: Sphinx) -> None:
    app.add_directive("reference", Reference)
    app.connect("autodoc-process-docstring", translate)
    app.connect("autodoc-skip-member", is_field_of_a_tuple)
