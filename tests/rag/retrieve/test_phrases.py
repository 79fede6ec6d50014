"""Phrases: the chunks that hold some words in a row, through any retriever over a store."""

from __future__ import annotations

import pytest

from ingest.chunk import Chunker
from ingest.types import Document
from rag.index.index import Index
from rag.retrieve.phrases import find_phrase, phrase_words
from rag.retrieve.retrievers import Bm25Retriever, HybridRetriever
from stores import new_store


@pytest.fixture
def index(embedder) -> Index:
    index = Index(new_store("memory"), embedder, Chunker(embedder.tokens, size=40))
    texts = {"a": "Code QX-77 is for doors.", "b": "The 77 doors of QX are shut.", "c": "Zürich kettles boil."}
    index.add([Document(text, source) for source, text in texts.items()])
    return index


@pytest.mark.parametrize(
    ("phrase", "sources"),
    [("qx-77", ["a"]), ("QX 77", ["a"]), ("ZÜRICH kettles", ["c"]), ("doors", ["a", "b"]), ("QX-78", []), ("", [])],
)
def test_the_chunks_that_hold_a_phrase(index: Index, phrase: str, sources: list[str]) -> None:
    for retriever in (HybridRetriever(index.store, index.embedder), Bm25Retriever(index.store)):
        hits = find_phrase(retriever, phrase)
        assert hits is not None
        assert sorted(hit.chunk.source for hit in hits) == sources


def test_a_filter_holds_and_without_a_store_nobody_knows(index: Index) -> None:
    hits = find_phrase(Bm25Retriever(index.store), "doors", "source == 'b'")
    assert [hit.chunk.source for hit in hits or ()] == ["b"]
    assert find_phrase(object(), "doors") is None  # type: ignore[arg-type]


def test_words_are_compared_without_accents_and_marks() -> None:
    assert phrase_words("Zürich, QX-77!") == " zurich qx 77 "
