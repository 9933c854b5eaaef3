"""Who imports whom, and what `import procmaps` loads: the core imports downward only, and little."""

from __future__ import annotations

import ast
import json
import os
import runpy
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import procmaps
import procmaps.cli

PACKAGE = Path(procmaps.__file__).parent

# The core, lowest first: a module imports only from those named beside it.
LAYERS = {
    "_procmaps": set(),
    "_names": set(),
    "_errors": set(),
    "_map": {"_names", "_procmaps"},
    "_of_type": set(),
    "_selection": {"_of_type", "_procmaps"},
    "_listlike": set(),
    "_sequence": {"_listlike", "_map", "_procmaps"},
    "_maps": {"_names", "_selection", "_sequence"},
    "_read": {"_errors", "_maps", "_names", "_procmaps"},
    "__init__": {"_errors", "_map", "_maps", "_procmaps", "_read"},
}

# Further questions that a method of the core hands on: imported when it is called.
DELEGATES = {
    "_map": {"_rich"},
    "_maps": {"_audit", "_columns", "_diff", "_html", "_modules", "_rich", "_rows", "picture"},
    "_read": {"_heading", "_lines"},
}

# What the core has of the standard library: it is loaded already in every interpreter, or nearly.
# By cpyext PyPy runs extension modules.
LIGHT = {"_collections_abc", "_operator", "_thread", "cpyext", "errno", "gc", "os", "sys"}

HEAVY = {
    "argparse", "ast", "asyncio", "collections", "collections.abc", "contextlib", "copy", "ctypes",
    "dataclasses", "datetime", "enum", "fnmatch", "functools", "importlib.metadata", "inspect", "itertools",
    "json", "locale", "logging", "mmap", "operator", "pathlib", "pickle", "platform", "random", "re",
    "shutil", "signal", "socket", "string", "struct", "subprocess", "tempfile", "textwrap", "threading",
    "traceback", "types", "typing", "unicodedata", "urllib", "warnings", "weakref",
}  # fmt: skip


def imports_of(path: Path) -> tuple[set[str], set[str]]:
    """Return the modules of this package that a file imports at run time, and the other ones."""
    finder = Imports()
    finder.visit(ast.parse(path.read_bytes()))
    ours = {name for name in finder.names if name.split(".")[0] == "procmaps"}
    return {name.partition(".")[2] or "__init__" for name in ours}, finder.names - ours - {"__future__"}


class Imports(ast.NodeVisitor):
    """Collects what is imported, but for what only a type checker sees."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        self.names.update(alias.name for alias in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "imports are absolute"
        if node.module == "procmaps":
            self.names.update(self._of_package(alias.name) for alias in node.names)
        else:
            self.names.add(str(node.module))

    def _of_package(self, name: str) -> str:
        is_module = (PACKAGE / f"{name}.py").exists() or (PACKAGE / name).is_dir()
        return f"procmaps.{name}" if is_module else "procmaps"

    def visit_If(self, node: ast.If) -> None:
        is_checking = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.orelse if is_checking else node.body + node.orelse:
            self.visit(statement)


@pytest.mark.parametrize("module", [name for name in LAYERS if name != "_procmaps"])
def test_the_core_imports_downward_only(module):
    ours, others = imports_of(PACKAGE / f"{module}.py")
    assert ours == LAYERS[module] | DELEGATES.get(module, set())
    assert others <= LIGHT
    below = list(LAYERS)[: list(LAYERS).index(module)]
    assert LAYERS[module] <= set(below)


def submodules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.stem not in LAYERS or path.parent != PACKAGE)


@pytest.mark.parametrize("path", submodules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_beside_the_core_does_not_need_the_command(path):
    """The rest imports from the core as it likes, but only the command imports the command."""
    ours, _ = imports_of(path)
    is_command = path.name == "__main__.py" or "cli" in path.relative_to(PACKAGE).parts
    assert is_command or not {name for name in ours if name.split(".")[0] in ("cli", "__main__")}


def test_no_verb_needs_another_one():
    """What two of them have in common is beside them."""
    verbs = {f"cli.{verb}" for verb in procmaps.cli.VERBS}
    for verb in verbs:
        assert not imports_of(PACKAGE / f"{verb.replace('.', '/')}.py")[0] & verbs
    for path in (PACKAGE / "cli").glob("_*.py"):
        assert not imports_of(path)[0] & verbs


def test_only_the_command_prints():
    printing = [
        path.relative_to(PACKAGE).parts
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert {parts[0] for parts in printing} <= {"__main__.py", "cli", "selfcheck.py"}


def loaded_by(statements: str) -> set[str]:
    """Return the modules that statements load in an interpreter that has loaded nothing but its own."""
    script = (
        f"import sys, os; sys.path.insert(0, {str(PACKAGE.parent)!r}); before = set(sys.modules)\n{statements}\n"
        "names = sorted(set(sys.modules) - before); import json; print(json.dumps(names))"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", script]
    return set(json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))


def test_the_import_loads_nothing_heavy():
    loaded = loaded_by("import procmaps")
    ours = {"procmaps", *(f"procmaps.{name}" for name in LAYERS if name not in ("__init__", "_of_type", "_selection"))}
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.split(".")[0] == "procmaps"} == ours
    assert loaded - ours <= LIGHT | {"__future__"}


def test_the_probe_sees_what_is_loaded():
    assert {"json", "re", "enum"} <= loaded_by("import json") & (HEAVY | {"json"})


def test_use_loads_nothing_heavy():
    uses = (
        "maps = procmaps.from_str('1-2 r--p 0 0:0 0 /x'); maps.find(1); repr(maps); maps.filter(kind='file', perms='r')"
    )
    if sys.platform == "linux":
        uses += "; procmaps.from_pid(); procmaps.from_path('/proc/self/maps')"
    assert loaded_by(f"import procmaps; {uses}") & HEAVY == set()


# What is promised to those who import it


def test_no_module_compares_bytes_with_text(tmp_path):
    """Also not in constants: then `python -bb` fails while it compiles, so it has to compile here."""
    script = """if True:
        import importlib, pkgutil, procmaps
        for module in pkgutil.walk_packages(procmaps.__path__, "procmaps."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        assert procmaps.from_str(b"1000-2000 rw-p 0 0:0 0 [heap]").filter(kind="heap")
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    subprocess.run([sys.executable, "-bb", "-c", script], env=environment, check=True)


def test_public_names():
    assert sorted(procmaps.__all__) == procmaps.__all__
    for name in procmaps.__all__:
        assert getattr(getattr(procmaps, name), "__module__", "procmaps") == "procmaps", name
        assert getattr(procmaps, name).__doc__
    public = {name for name in dir(procmaps) if not name.startswith("_")}
    assert public - set(procmaps.__all__) <= {path.stem for path in PACKAGE.glob("*") if path.stem != "__init__"}


def test_a_name_that_is_not_there():
    assert set(procmaps._LATER) <= set(procmaps.__all__) <= set(dir(procmaps))
    for name in ("nothing", "_nothing", ""):
        with pytest.raises(AttributeError, match=f"module 'procmaps' has no attribute '{name}'$"):
            getattr(procmaps, name)


def test_a_module_that_was_not_imported_says_what_to_do():
    statements = """
        try: procmaps.host
        except AttributeError as error: assert str(error).endswith("no attribute 'host': import procmaps.host"), error
        else: raise AssertionError
    """
    loaded_by("import procmaps\n" + textwrap.dedent(statements))


def test_a_checkout_that_is_not_built_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "procmaps._procmaps", None)
    with pytest.raises(ImportError, match=r"build the extension first: python setup\.py develop"):
        runpy.run_path(procmaps.__file__, run_name="procmaps")
