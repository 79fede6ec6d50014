"""Where chunks and their vectors are kept, and found again: `new_store("local", path="my-store")`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ingest.errors import StoreBusy, StoreError, WrongEmbedder
from ingest.plugins import resolve
from stores.base import Entry, Hit, Source, SourceInfo, Store
from stores.filters.filter import Filter, Where, matches
from stores.filters.parse import as_filter, filter_from_dict, parse_filter

if TYPE_CHECKING:
    from stores.local.store import LocalStore
    from stores.memory import MemoryStore

__all__ = [  # noqa: RUF022 - in the order that a reader needs them
    # opening one
    "STORES",
    "LocalStore",
    "MemoryStore",
    "new_store",
    # the contract
    "Entry",
    "Hit",
    "Source",
    "SourceInfo",
    "Store",
    "StoreBusy",
    "StoreError",
    "WrongEmbedder",
    # filters
    "Filter",
    "Where",
    "as_filter",
    "filter_from_dict",
    "matches",
    "parse_filter",
]  # fmt: skip

STORES = {"local": "stores.local.store:LocalStore", "memory": "stores.memory:MemoryStore"}

_LAZY = {"LocalStore": "stores.local.store", "MemoryStore": "stores.memory"}  # these load numpy and faiss


def new_store(kind: str, **options: object) -> Store:
    """Return an open store of this kind; the options are its constructor's.

    Raises MissingExtra with the pip command, ValueError with the known names.
    """
    store: Store = resolve(kind, STORES, group="rag.stores")(**options)
    return store


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
