"""Phrases: the chunks of a store that hold some words just as they are, whatever they mean."""

from __future__ import annotations

import re

from rag.retrieve.retrievers import Retriever
from stores.base import Hit, Store
from stores.filters.filter import Where
from stores.filters.parse import as_filter

CANDIDATES = 20  # chunks of word search that are looked at


def find_phrase(retriever: Retriever, phrase: str, where: Where = None) -> list[Hit] | None:
    """Return hits that hold a phrase's words in a row, best BM25 first, of those that `where` allows.

    Case, punctuation and white space do not count. None without a store to ask.
    """
    store = store_of(retriever)
    if store is None:
        return None
    words = phrase_words(phrase)
    hits = store.search_text(phrase, CANDIDATES, as_filter(where)) if words.strip() else []
    return [hit for hit in hits if words in phrase_words(hit.chunk.embedding_text)]


def store_of(retriever: object) -> Store | None:
    """Return the store that a retriever, or the one that it wraps, searches."""
    while retriever is not None:
        store: Store | None = getattr(retriever, "store", None)
        if store is not None:
            return store
        retriever = getattr(retriever, "retriever", None)
    return None


def phrase_words(text: str) -> str:
    """Return the words of a text in lower case, with one blank between them and around."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(words)} "
