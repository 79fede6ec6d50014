"""Turn a name into a class: by this distribution's own table, else by the entry points of others."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from ingest.errors import InputError


def resolve(kind: str, table: Mapping[str, str], group: str) -> Any:
    """Return the object that `kind` names: a `module:attribute` of the table, or an entry point of `group`.

    Raises InputError with the known names.
    """
    if kind in table:
        module, _, attribute = table[kind].partition(":")
        return getattr(import_module(module), attribute)
    plugins = {point.name: point for point in entry_points(group=group)}
    if kind in plugins:
        return plugins[kind].load()
    names = ", ".join(sorted({*table, *plugins}))
    raise InputError(f"unknown {group.removeprefix('rag.').removesuffix('s')} {kind!r}; known: {names}")
