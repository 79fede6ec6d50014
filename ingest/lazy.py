"""Load a package's public names at their first use, so that importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package whose `__init__.py` is `file`.

    The names are written once, as the imports below `if TYPE_CHECKING:` in that file, where type checkers find them,
    too. Other public names that the file defines or imports belong to `__all__` as well.
    """
    homes, present = _public_names(Path(file).read_text("utf-8"))

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(homes[name]), name)

    names = [*homes, *present]
    return get, lambda: sorted(names), names


def _public_names(source: str) -> tuple[dict[str, str], list[str]]:
    """Return the modules of the lazy names, and the names that the file itself re-exports or defines."""
    homes: dict[str, str] = {}
    present: list[str] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for line in node.body:
                if isinstance(line, ast.ImportFrom):
                    homes |= {alias.name: line.module or "" for alias in line.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            present += [alias.name for alias in node.names if alias.asname == alias.name]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            present += [node.name] if not node.name.startswith("_") else []
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            present += [name for name in names if name.isupper() and not name.startswith("_")]
    return homes, present
