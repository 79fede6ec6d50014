"""Models that several configurations share: one copy in memory, however many stores and tenants use it.

>>> models = Models()
>>> tenants = [Config.load(f"{name}/rag.toml").with_models(models) for name in ("north", "south")]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any, TypeVar

from ingest.closing import Closing
from ingest.fingerprint import fingerprint

T = TypeVar("T")


class Models(Closing):
    """Embedders, readers, rerankers and generators by what makes them; each is built once.

    Parts that share a model stay usable when one of them is closed: closing the models closes these.
    """

    def __init__(self) -> None:
        self._parts: dict[str, object] = {}
        self._lock = RLock()

    def share(self, kind: str, options: Mapping[str, Any], make: Callable[[], T]) -> T:
        """Return the model of a kind with these options, built by `make` where there is none yet.

        A model that is given as an object is its owner's, and is returned as `make` returns it.
        """
        if not isinstance(options.get("model"), str):
            return make()
        key = fingerprint("shared model", kind, sorted((name, repr(value)) for name, value in options.items()))
        with self._lock:
            if key not in self._parts:
                part = make()
                self._parts[key] = part.lend() if isinstance(part, Closing) else part
            return self._parts[key]  # type: ignore[return-value]

    def close(self) -> None:
        """Close every model. Pipelines and indexes that use one cannot be used any more."""
        with self._lock:
            parts, self._parts = list(self._parts.values()), {}
        for part in parts:
            if isinstance(part, Closing):
                part.close()
