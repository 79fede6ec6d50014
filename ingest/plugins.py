"""How a name becomes a class: this package's own table first, then entry points of other distributions."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any


def resolve(kind: str, table: Mapping[str, str], group: str) -> Any:
    """Return the object that `kind` names: a `module:attribute` of the table, or an entry point of `group`.

    Raises ValueError with the known names.
    """
    if kind in table:
        module, _, attribute = table[kind].partition(":")
        return getattr(import_module(module), attribute)
    found = {point.name: point for point in entry_points(group=group)}
    if kind in found:
        return found[kind].load()
    known = ", ".join(sorted({*table, *found}))
    raise ValueError(f"unknown {group.removeprefix('rag.').removesuffix('s')} {kind!r}; known: {known}")
