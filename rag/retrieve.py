"""From a question to the chunks that may answer it: by meaning, by words, or both fused by rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ingest.embed import Embedder
from ingest.plugins import resolve
from ingest.types import Chunk
from stores.base import Hit, Store
from stores.filters import Where, as_filter

NEAR = 1_500  # characters: a chunk or two of the default size

RETRIEVERS = {
    "dense": "rag.retrieve:DenseRetriever",
    "bm25": "rag.retrieve:Bm25Retriever",
    "hybrid": "rag.retrieve:HybridRetriever",
}


class Retriever(Protocol):
    """Find chunks for a question."""

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        """Return up to k hits, best first, among the chunks that `where` allows.

        `where` is a filter or its text: "price < 900". Raises ValueError for a text that is none.
        """


@dataclass(frozen=True)
class DenseRetriever:
    """Nearest chunks by cosine of their vectors to the question's."""

    store: Store
    embedder: Embedder

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        hits = self.store.search(self.embedder.embed_query(question), k, as_filter(where))
        return [Hit(hit.chunk, hit.score, {"dense": hit.score}) for hit in hits]


@dataclass(frozen=True)
class Bm25Retriever:
    """Chunks that share the question's words, the rare ones counting most."""

    store: Store
    embedder: Embedder | None = None

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        hits = self.store.search_text(question, k, as_filter(where))
        return [Hit(hit.chunk, hit.score, {"bm25": hit.score}) for hit in hits]


@dataclass(frozen=True)
class HybridRetriever:
    """Dense and BM25 together, by reciprocal rank fusion.

    Each looks `depth` chunks deep. `Hit.parts` holds the two scores of a hit where it was found by both. `constant` and
    `neighbour` are those of `fuse`; the defaults were chosen on the retrieval sets of tests/benchmarks/retrieval.py.
    """

    store: Store
    embedder: Embedder
    depth: int = 100
    constant: float = 10.0
    neighbour: float = 0.5

    def retrieve(self, question: str, k: int = 5, where: Where = None) -> list[Hit]:
        depth = max(k, self.depth)
        rankings = {
            "dense": DenseRetriever(self.store, self.embedder).retrieve(question, depth, where),
            "bm25": Bm25Retriever(self.store).retrieve(question, depth, where),
        }
        return fuse(rankings, self.constant, self.neighbour)[:k]


def fuse(rankings: Mapping[str, Sequence[Hit]], constant: float = 60.0, neighbour: float = 0.0) -> list[Hit]:
    """Merge rankings by reciprocal rank: a chunk's score is the sum of 1 / (constant + rank), ranks from 1.

    Source: Cormack, Clarke & Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods", SIGIR 2009, where constant = 60. With `neighbour` above 0 a chunk counts in each ranking at least that
    share of what the best chunk near it in the same source counts: one retriever may have found the sentence before.
    Of chunks with equal scores the one in the ranking named first comes first.
    """
    chunks = {hit.chunk.id: hit.chunk for ranking in rankings.values() for hit in ranking}
    near = _neighbours(chunks) if neighbour else {}
    scores = dict.fromkeys(chunks, 0.0)
    parts: dict[str, dict[str, float]] = {key: {} for key in chunks}
    for name, ranking in rankings.items():
        own = {hit.chunk.id: 1.0 / (constant + rank) for rank, hit in enumerate(ranking, start=1)}
        for key in chunks:
            lent = max((own.get(other, 0.0) for other in near.get(key, ())), default=0.0)
            scores[key] += max(own.get(key, 0.0), neighbour * lent)
        for hit in ranking:
            parts[hit.chunk.id].update(hit.parts or {name: hit.score})
    hits = [Hit(chunks[key], score, parts[key]) for key, score in scores.items()]
    return sorted(hits, key=lambda hit: -hit.score)  # stable: `chunks` are in the rankings' order


def _neighbours(chunks: Mapping[str, Chunk]) -> dict[str, list[str]]:
    """Return for each chunk's id those of the others that begin within NEAR characters of it in the same source."""
    by_source: dict[str, list[tuple[str, Chunk]]] = {}
    for key, chunk in chunks.items():
        by_source.setdefault(chunk.source, []).append((key, chunk))
    return {
        key: [other for other, each in by_source[chunk.source] if other != key and abs(each.start - chunk.start) < NEAR]
        for key, chunk in chunks.items()
    }


def new_retriever(kind: str, store: Store, embedder: Embedder, **options: Any) -> Retriever:
    """Return a retriever of this kind over a store. Raises ValueError with the known kinds."""
    retriever: Retriever = resolve(kind, RETRIEVERS, group="rag.retrievers")(store, embedder, **options)
    return retriever
