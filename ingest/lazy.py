"""Load a package's public names at their first use, so that importing the package stays cheap."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package whose `__init__.py` is `file`.

    The names are written once, as imports below `if TYPE_CHECKING:` in that file, where type checkers find them, too.
    Other public names that the file defines or re-exports belong to `__all__` as well.
    """
    modules, defined = _read_names(Path(file).read_text("utf-8"))

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(modules[name]), name)

    names = [*modules, *defined]
    return get, lambda: sorted(names), names


def _read_names(source: str) -> tuple[dict[str, str], list[str]]:
    """Return the module of each lazy name, and the names that the file itself re-exports or defines."""
    modules: dict[str, str] = {}
    defined: list[str] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for line in node.body:
                if isinstance(line, ast.ImportFrom):
                    modules |= {alias.name: line.module or "" for alias in line.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            defined += [alias.name for alias in node.names if alias.asname == alias.name]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined += [node.name] if not node.name.startswith("_") else []
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            defined += [name for name in names if name.isupper() and not name.startswith("_")]
    return modules, defined
