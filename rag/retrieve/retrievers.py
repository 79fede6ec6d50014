"""From a question to the chunks that may answer it: by meaning, by words, or both fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ingest.embed import Embedder
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
    """Find chunks for a question."""

    @property
    def fingerprint(self) -> str:
        """A hash that changes with the store, the models and the options that the hits depend on."""

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        """Return up to k hits, best first, among the chunks that `where` allows.

        `where` is a filter or its text: "price < 900". Raises ValueError for a text that is none.
        """


@dataclass(frozen=True)
class DenseRetriever:
    """Nearest chunks by cosine of their vectors to the question's."""

    store: Store
    embedder: Embedder

    @property
    def fingerprint(self) -> str:
        return fingerprint("dense", self.store, self.embedder)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        hits = self.store.search(self.embedder.embed_query(question), k, as_filter(where))
        return [Hit(hit.chunk, hit.score, {"dense": hit.score}) for hit in hits]


@dataclass(frozen=True)
class Bm25Retriever:
    """Chunks that share the question's words, the rare ones counting most."""

    store: Store
    embedder: Embedder | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint("bm25", self.store)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        hits = self.store.search_text(question, k, as_filter(where))
        return [Hit(hit.chunk, hit.score, {"bm25": hit.score}) for hit in hits]


@dataclass(frozen=True)
class HybridRetriever:
    """Dense and BM25 together, each looking `depth` chunks deep.

    `fusion` is "scores" (`fuse_scores`) or "ranks" (`fuse`, whose `constant` it is). `weight` is the share of dense in
    the sum, from 0 to 1, and BM25 has the rest; `neighbour` is that of both. `Hit.parts` holds the two scores of a hit
    where it was found by both. The defaults were chosen, and judged on other questions, by
    tests/benchmarks/retrieval.py.
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
            raise ValueError(f"unknown fusion {self.fusion!r}; known: scores, ranks")
        for name in ("weight", "neighbour"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, not {getattr(self, name)}")

    @property
    def fingerprint(self) -> str:
        options = (self.depth, self.fusion, self.weight, self.neighbour, self.constant)
        return fingerprint("hybrid", self.store, self.embedder, options)

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        depth = max(k, self.depth)
        rankings = {
            "dense": DenseRetriever(self.store, self.embedder).retrieve(question, depth, where),
            "bm25": Bm25Retriever(self.store).retrieve(question, depth, where),
        }
        return self.fused(rankings)[:k]

    def fused(self, rankings: Mapping[str, Sequence[Hit]]) -> list[Hit]:
        """Return the hits of "dense" and "bm25", merged as this retriever does."""
        weights = {"dense": self.weight, "bm25": 1 - self.weight}
        if self.fusion == "ranks":
            return reciprocal_rank_fusion(rankings, self.constant, self.neighbour, weights)
        all_matches = len(rankings["bm25"]) < self.depth  # every other chunk shares no word: its BM25 is 0
        return score_fusion(rankings, self.neighbour, weights, lowest={"bm25": 0.0} if all_matches else {})


def new_retriever(kind: str, store: Store, embedder: Embedder, **options: Any) -> Retriever:
    """Return a retriever of this kind over a store. Raises ValueError with the known kinds."""
    retriever: Retriever = construct(kind, RETRIEVERS, "rag.retrievers", store, embedder, **options)
    return retriever
