"""Stores keep chunks with their vectors and search them: `new_store("local", path="my-store")`."""

from typing import TYPE_CHECKING

from ingest.lazy import attach
from ingest.plugins import construct

if TYPE_CHECKING:
    from ingest.errors import StoreBusy as StoreBusy, StoreError as StoreError, WrongEmbedder as WrongEmbedder
    from stores.base import Entry as Entry, Hit as Hit, Source as Source, SourceInfo as SourceInfo, Store as Store
    from stores.filters import (
        Filter as Filter,
        Where as Where,
        as_filter as as_filter,
        filter_from_dict as filter_from_dict,
        matches as matches,
        parse_filter as parse_filter,
    )
    from stores.local.store import LocalStore as LocalStore
    from stores.memory import MemoryStore as MemoryStore

STORES = {"local": "stores.local.store:LocalStore", "memory": "stores.memory:MemoryStore"}


def new_store(kind: str, **options: object) -> "Store":
    """Return an open store of this kind; the options are those of its constructor.

    Raises MissingExtra with the pip command, InputError with the known names.
    """
    store: Store = construct(kind, STORES, "rag.stores", **options)
    return store


__getattr__, __dir__, __all__ = attach(__name__, __file__)
