"""Phrases: the chunks of a store that hold some words just as they are, whatever they mean."""

from __future__ import annotations

import re
import unicodedata

from rag.retrieve.retrievers import Retriever
from stores.base import Hit, Store
from stores.filters.filter import Where
from stores.filters.parse import as_filter

CANDIDATES = 20  # chunks of word search that are looked at


def find_phrase(retriever: Retriever, phrase: str, where: Where = None) -> list[Hit] | None:
    """Return hits that hold a phrase's words in a row, best BM25 first, of those that `where` allows.

    Case, accents, punctuation and white space do not count, and the last word may go on, as in a plural. None without a
    store to ask.
    """
    store = store_of(retriever)
    if store is None:
        return None
    words = phrase_words(phrase)
    hits = store.search_text(phrase, CANDIDATES, as_filter(where)) if words.strip() else []
    beginning = words.rstrip() if words.strip().isalpha() else words
    return [hit for hit in hits if beginning in phrase_words(hit.chunk.embedding_text)]


def store_of(retriever: object) -> Store | None:
    """Return the store that a retriever, or the one that it wraps, searches."""
    while retriever is not None:
        store: Store | None = getattr(retriever, "store", None)
        if store is not None:
            return store
        retriever = getattr(retriever, "retriever", None)
    return None


def phrase_words(text: str) -> str:
    """Return the words of a text in lower case and without accents, with one blank between them and around."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[^\W_]+", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))
    return f" {' '.join(words)} "
