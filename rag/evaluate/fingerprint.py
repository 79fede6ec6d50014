"""What made an output: a hash by which kept outputs are told from those that another model or store would give."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from rag.generate.base import Generator


def fingerprint(part: Any) -> str:
    """Return a hash of all that decides a part's outputs."""
    return hashlib.sha256(json.dumps(_settings(part), sort_keys=True, default=str).encode()).hexdigest()


def _settings(part: Any) -> Any:
    """Return what decides a part's outputs, as JSON values: for a store its sources, for a model its files."""
    if isinstance(part, Generator):
        return [type(part).__name__, part.name, _files(part.name)]
    if hasattr(part, "sources") and hasattr(part, "manifest"):  # a store
        listed = sorted((info.source.source, info.source.fingerprint) for info in part.sources())
        return [dict(part.manifest), hashlib.sha256(json.dumps(listed).encode()).hexdigest()]
    if hasattr(part, "fingerprint"):  # an embedder
        return part.fingerprint
    if is_dataclass(part) and not isinstance(part, type):
        return [type(part).__name__, {each.name: _settings(getattr(part, each.name)) for each in fields(part)}]
    if isinstance(part, Mapping):
        return {str(key): _settings(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_settings(value) for value in part]
    if isinstance(part, set | frozenset):
        return sorted(map(str, part))
    if part is None or isinstance(part, str | int | float | bool):
        return part
    public = {name: value for name, value in getattr(part, "__dict__", {}).items() if not name.startswith("_")}
    return [type(part).__name__, {name: _settings(value) for name, value in public.items()}]


def _files(name: str) -> list[tuple[str, int, int]]:
    """Return a model folder's files with size and time: trained again, it is another model under the same name."""
    folder = Path(name)
    if not folder.is_dir():
        return []
    return sorted((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir())
