"""Retrievers: from a question to the chunks that may answer it, by meaning, by words, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ingest.closing import Closing, close_parts
from ingest.embed import Embedder
from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from ingest.plugins import construct
from rag.retrieve.rank_fusion import reciprocal_rank_fusion, score_fusion
from stores.base import Hit, Store
from stores.filters.filter import Where
from stores.filters.parse import as_filter

RETRIEVERS = {
    "dense": "rag.retrieve.retrievers:DenseRetriever",
    "bm25": "rag.retrieve.retrievers:Bm25Retriever",
    "hybrid": "rag.retrieve.retrievers:HybridRetriever",
}


class Retriever(Protocol):
    """Find chunks for a question.

    A retriever with an attribute `embedder` promises that the score "dense" in `Hit.parts` is a cosine of that
    embedder: the thresholds of `rag.answer.defaults` go by its name.
    """

    @property
    def fingerprint(self) -> str:
        """A hash that changes with the store, the models and the options that the hits depend on."""

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        """Return up to k hits, best first, among the chunks that `where` allows.

        `where` is a filter or its text: "price < 900". Raises InputError for a text that is no filter.
        """


class StoreRetriever(Closing):
    """A retriever over a store; closing it closes the store and the embedder."""

    store: Store
    embedder: Embedder | None

    def close(self) -> None:
        self.store.close()
        close_parts(self.embedder)


@dataclass(frozen=True)
class DenseRetriever(StoreRetriever):
    """Find the chunks whose vectors have the highest cosine with the question's."""

    store: Store
    embedder: Embedder

    @property
    def fingerprint(self) -> str:
        return fingerprint("dense", self.store, self.embedder, type(self.embedder).__name__)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        hits = self.store.search(self.embedder.embed_query(question), k, as_filter(where))
        return [Hit(hit.chunk, hit.score, {"dense": hit.score}) for hit in hits]


@dataclass(frozen=True)
class Bm25Retriever(StoreRetriever):
    """Find the chunks that share words with the question; rare words count most."""

    store: Store
    embedder: Embedder | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint("bm25", self.store)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        hits = self.store.search_text(question, k, as_filter(where))
        return [Hit(hit.chunk, hit.score, {"bm25": hit.score}) for hit in hits]


@dataclass(frozen=True)
class HybridRetriever(StoreRetriever):
    """Fuse the `depth` best chunks of dense and of BM25 retrieval.

    `fusion` is "scores" (`score_fusion`) or "ranks" (`reciprocal_rank_fusion`, with `constant`). `weight` is the weight
    of dense retrieval, from 0 to 1, and BM25 has the rest; `neighbour` is the parameter of both fusions. `Hit.parts`
    holds both scores of a hit that was found by both. The defaults were chosen by tests/benchmarks/retrieval.py, and
    tested on other questions.
    """

    store: Store
    embedder: Embedder
    depth: int = 100
    fusion: Literal["scores", "ranks"] = "scores"
    weight: float = 0.55
    neighbour: float = 0.8
    constant: float = 60.0

    def __post_init__(self) -> None:
        if self.fusion not in ("scores", "ranks"):
            raise InputError(f"unknown fusion {self.fusion!r}; known: scores, ranks")
        for name in ("weight", "neighbour"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} must be from 0 to 1, not {getattr(self, name)}")

    @property
    def fingerprint(self) -> str:
        options = (self.depth, self.fusion, self.weight, self.neighbour, self.constant)
        # The class, too: a copy's vectors are those of its model only nearly, and both have the model's fingerprint.
        return fingerprint("hybrid", self.store, self.embedder, type(self.embedder).__name__, options)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        depth, allowed = max(k, self.depth), as_filter(where)
        rankings = {
            "dense": self.store.search(self.embedder.embed_query(question), depth, allowed),
            "bm25": self.store.search_text(question, depth, allowed),
        }
        return self.fuse(rankings, k)

    def fuse(self, rankings: Mapping[str, Sequence[Hit]], k: int | None = None) -> list[Hit]:
        """Return the k best hits of the rankings "dense" and "bm25" in one, by this retriever's options."""
        weights = {"dense": self.weight, "bm25": 1 - self.weight}
        if self.fusion == "ranks":
            return reciprocal_rank_fusion(rankings, self.constant, self.neighbour, weights, k)
        # A short ranking holds every chunk that shares a word with the question: all others have a BM25 of 0.
        lowest = {"bm25": 0.0} if len(rankings["bm25"]) < self.depth else {}
        return score_fusion(rankings, self.neighbour, weights, lowest, k)


def new_retriever(kind: str, store: Store, embedder: Embedder, **options: Any) -> Retriever:
    """Return a retriever of this kind over a store. Raises InputError with the known kinds."""
    retriever: Retriever = construct(kind, RETRIEVERS, "rag.retrievers", store, embedder, **options)
    return retriever
