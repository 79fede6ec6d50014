"""Fusion by hand-worked ranks, and the three retrievers over one store."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.retrieve import Bm25Retriever, DenseRetriever, HybridRetriever, fuse, new_retriever
from stores import new_store
from stores.base import Entry, Hit, Source
from stores.filters import parse_filter

TEXTS = ["red apple pie", "green apple", "blue whale", "apple apple apple tree"]


def hit(text: str, score: float) -> Hit:
    return Hit(Chunk(text, text, 0, len(text)), score)


@pytest.fixture
def store(embedder):
    store = new_store("memory")
    store.bind({"embedder": "words", "embedder_fingerprint": "words-1", "dimension": "64"})
    for number, text in enumerate(TEXTS):
        chunk = Chunk(text, f"{number}.txt", 0, len(text), metadata={"number": number})
        store.write(put=[Entry(Source(chunk.source, chunk.source, "1"), [chunk], embedder.embed_documents([text]))])
    return store


def test_fusion_adds_reciprocal_ranks() -> None:
    fused = fuse({"dense": [hit("a", 0.9), hit("b", 0.8)], "bm25": [hit("b", 7.0), hit("c", 3.0)]}, constant=60)
    assert [each.chunk.text for each in fused] == ["b", "a", "c"]
    assert [each.score for each in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])
    assert [dict(each.parts) for each in fused] == [{"dense": 0.8, "bm25": 7.0}, {"dense": 0.9}, {"bm25": 3.0}]


def test_a_neighbour_lends_half_its_rank() -> None:
    first, second = (Chunk(text, "doc", start, start + 5) for text, start in (("first", 0), ("later", 900)))
    far = Chunk("other", "doc", 5_000, 5_005)
    rankings = {"dense": [Hit(far, 0.9), Hit(first, 0.8)], "bm25": [Hit(second, 7.0)]}
    fused = fuse(rankings, constant=10, neighbour=0.5)
    assert {each.chunk.text: each.score for each in fused} == pytest.approx(
        {"other": 1 / 11, "first": 1 / 12 + 0.5 / 11, "later": 1 / 11 + 0.5 / 12}
    )
    assert [each.chunk.text for each in fused] == ["later", "first", "other"]
    assert [each.chunk.text for each in fuse(rankings)] == ["other", "later", "first"]


def test_ties_go_to_the_ranking_named_first() -> None:
    fused = fuse({"dense": [hit("z", 0.9)], "bm25": [hit("a", 1.0)]})
    assert [each.chunk.text for each in fused] == ["z", "a"]


def test_dense_scores_are_cosines(store, embedder) -> None:
    hits = DenseRetriever(store, embedder).retrieve("blue whale", k=2)
    assert hits[0].chunk.text == "blue whale"
    assert hits[0].score == pytest.approx(1, abs=1e-3)
    assert hits[0].parts == {"dense": hits[0].score}


def test_bm25_finds_by_words_only(store, embedder) -> None:
    hits = Bm25Retriever(store, embedder).retrieve("apple pie", k=5)
    assert hits[0].chunk.text == "red apple pie"
    assert "blue whale" not in [each.chunk.text for each in hits]
    assert set(hits[0].parts) == {"bm25"}


def test_hybrid_holds_both_scores_and_filters_first(store, embedder) -> None:
    hits = HybridRetriever(store, embedder).retrieve("green apple", k=2, where=parse_filter("number < 2"))
    assert [each.chunk.text for each in hits] == ["green apple", "red apple pie"]
    assert set(hits[0].parts) == {"dense", "bm25"}


def test_a_retriever_by_name(store, embedder) -> None:
    assert isinstance(new_retriever("bm25", store, embedder), Bm25Retriever)
    with pytest.raises(ValueError, match="unknown retriever 'best'; known: bm25, dense, hybrid"):
        new_retriever("best", store, embedder)
