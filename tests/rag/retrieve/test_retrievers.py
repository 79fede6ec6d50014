"""Fusion by hand-worked ranks, and the three retrievers over one store."""

from __future__ import annotations

import pytest

from ingest.types import Chunk
from rag.retrieve.rank_fusion import reciprocal_rank_fusion, score_fusion
from rag.retrieve.retrievers import Bm25Retriever, DenseRetriever, HybridRetriever, new_retriever
from stores import new_store
from stores.base import Entry, Hit, Source
from stores.filters.parse import parse_filter

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
    fused = reciprocal_rank_fusion(
        {"dense": [hit("a", 0.9), hit("b", 0.8)], "bm25": [hit("b", 7.0), hit("c", 3.0)]}, constant=60
    )
    assert [each.chunk.text for each in fused] == ["b", "a", "c"]
    assert [each.score for each in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])
    assert [dict(each.parts) for each in fused] == [{"dense": 0.8, "bm25": 7.0}, {"dense": 0.9}, {"bm25": 3.0}]


def test_a_neighbour_lends_half_its_rank() -> None:
    first, second = (Chunk(text, "doc", start, start + 5) for text, start in (("first", 0), ("later", 900)))
    far = Chunk("other", "doc", 5_000, 5_005)
    rankings = {"dense": [Hit(far, 0.9), Hit(first, 0.8)], "bm25": [Hit(second, 7.0)]}
    fused = reciprocal_rank_fusion(rankings, constant=10, neighbour=0.5)
    assert {each.chunk.text: each.score for each in fused} == pytest.approx(
        {"other": 1 / 11, "first": 1 / 12 + 0.5 / 11, "later": 1 / 11 + 0.5 / 12}
    )
    assert [each.chunk.text for each in fused] == ["later", "first", "other"]
    assert [each.chunk.text for each in reciprocal_rank_fusion(rankings)] == ["other", "later", "first"]


def test_ranks_can_count_unequally() -> None:
    rankings = {"dense": [hit("a", 0.9), hit("b", 0.8)], "bm25": [hit("b", 7.0)]}
    fused = reciprocal_rank_fusion(rankings, constant=10, weights={"dense": 0.75, "bm25": 0.25})
    assert [(each.chunk.text, each.score) for each in fused] == [
        ("b", pytest.approx(0.75 / 12 + 0.25 / 11)),
        ("a", pytest.approx(0.75 / 11)),
    ]


def test_fusion_of_scores_scales_each_ranking() -> None:
    dense = [hit("a", 0.9), hit("b", 0.8), hit("c", 0.4)]
    bm25 = [hit("c", 8.0), hit("b", 6.0), hit("d", 2.0)]
    weights = {"dense": 0.75, "bm25": 0.25}
    fused = score_fusion({"dense": dense, "bm25": bm25}, weights=weights, lowest={"bm25": 0.0})
    assert [(each.chunk.text, each.score) for each in fused] == [
        ("b", pytest.approx(0.75 * 0.8 + 0.25 * 0.75)),  # (.8 - .4) / (.9 - .4); 6 / 8
        ("a", pytest.approx(0.75)),
        ("c", pytest.approx(0.25)),  # the last of dense counts 0, the best of BM25 1
        ("d", pytest.approx(0.25 * 0.25)),
    ]
    assert [dict(each.parts) for each in fused][:2] == [{"dense": 0.8, "bm25": 6.0}, {"dense": 0.9}]
    fused = score_fusion({"dense": dense, "bm25": bm25})
    assert {each.chunk.text: each.score for each in fused} == pytest.approx({"a": 1, "b": 0.8 + 4 / 6, "c": 1, "d": 0})


def test_scores_of_neighbours_support_too() -> None:
    first, second = (Chunk(text, "doc", start, start + 5) for text, start in (("first", 0), ("later", 900)))
    rankings = {"dense": [Hit(first, 0.9), hit("z", 0.5)], "bm25": [Hit(second, 7.0)]}
    fused = score_fusion(rankings, neighbour=0.5)
    assert {each.chunk.text: each.score for each in fused} == pytest.approx({"first": 1.5, "later": 1.5, "z": 0})


@pytest.mark.parametrize("scores", [[0.5], [0.5, 0.5]])
def test_equal_scores_count_one(scores) -> None:
    ranking = [hit(str(number), score) for number, score in enumerate(scores)]
    assert [each.score for each in score_fusion({"dense": ranking, "bm25": []})] == [1.0] * len(scores)


def test_ties_go_to_the_ranking_named_first() -> None:
    fused = reciprocal_rank_fusion({"dense": [hit("z", 0.9)], "bm25": [hit("a", 1.0)]})
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


def test_hybrid_by_scores_and_by_ranks(store, embedder) -> None:
    dense = DenseRetriever(store, embedder).retrieve("apple tree", k=4)
    bm25 = Bm25Retriever(store).retrieve("apple tree", k=4)
    rankings = {"dense": dense, "bm25": bm25}
    weights = {"dense": 0.75, "bm25": 0.25}
    scores = HybridRetriever(store, embedder, weight=0.75, neighbour=0)
    assert scores.retrieve("apple tree", k=4) == score_fusion(rankings, weights=weights, lowest={"bm25": 0.0})
    ranks = HybridRetriever(store, embedder, fusion="ranks", weight=0.5, neighbour=0, constant=60)
    halves = [Hit(each.chunk, each.score / 2, each.parts) for each in reciprocal_rank_fusion(rankings)]
    assert ranks.retrieve("apple tree", k=4) == halves


def test_bm25_counts_from_zero_only_where_it_found_all(store, embedder) -> None:
    rankings = {"dense": [hit("a", 0.9), hit("b", 0.5)], "bm25": [hit("b", 8.0), hit("a", 6.0)]}
    weighted = {"weight": 0.5, "neighbour": 0}
    complete = HybridRetriever(store, embedder, depth=3, **weighted).fuse(rankings)
    assert {each.chunk.text: each.score for each in complete} == pytest.approx({"a": 0.5 + 0.5 * 6 / 8, "b": 0.5})
    cut_off = HybridRetriever(store, embedder, depth=2, **weighted).fuse(rankings)
    assert {each.chunk.text: each.score for each in cut_off} == pytest.approx({"a": 0.5, "b": 0.5})


@pytest.mark.parametrize(("weight", "kind"), [(1, DenseRetriever), (0, Bm25Retriever)])
def test_all_weight_on_one(store, embedder, weight, kind) -> None:
    both = HybridRetriever(store, embedder, weight=weight, neighbour=0).retrieve("green apple", k=2)
    alone = kind(store, embedder).retrieve("green apple", k=2)
    assert [each.chunk for each in both] == [each.chunk for each in alone]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"fusion": "magic"}, "unknown fusion 'magic'; known: scores, ranks"),
        ({"weight": 1.5}, "weight must be from 0 to 1, not 1.5"),
        ({"neighbour": -1}, "neighbour must be from 0 to 1, not -1"),
    ],
)
def test_what_hybrid_refuses(store, embedder, options, problem) -> None:
    with pytest.raises(ValueError, match=problem):
        HybridRetriever(store, embedder, **options)


def test_a_retriever_by_name(store, embedder) -> None:
    assert isinstance(new_retriever("bm25", store, embedder), Bm25Retriever)
    with pytest.raises(ValueError, match="unknown retriever 'best'; known: bm25, dense, hybrid"):
        new_retriever("best", store, embedder)


def test_a_fingerprint_tells_a_copy_from_its_model(store, embedder) -> None:
    copy = type("Copy", (type(embedder),), {})()
    assert copy.fingerprint == embedder.fingerprint
    for kind in (DenseRetriever, HybridRetriever):
        assert kind(store, copy).fingerprint != kind(store, embedder).fingerprint
        assert kind(store, embedder).fingerprint == kind(store, embedder).fingerprint
