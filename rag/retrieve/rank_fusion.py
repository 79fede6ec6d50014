"""Rank fusion: merge the rankings of several retrievers, by rank or by score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.types import Chunk
from stores.base import Hit

NEAR = 1_500  # characters: a chunk or two of the default size

Weights = Mapping[str, float]  # by the name of a ranking


def reciprocal_rank_fusion(
    rankings: Mapping[str, Sequence[Hit]],
    constant: float = 60.0,
    neighbour: float = 0.0,
    weights: Weights | None = None,
) -> list[Hit]:
    """Merge rankings by reciprocal rank: a chunk's score is the sum of weight / (constant + rank), ranks from 1.

    Source: Cormack, Clarke & Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods", SIGIR 2009, where constant = 60 and each weight is 1, as here without `weights`.

    With `neighbour` above 0, a chunk also gets, in each ranking, that share of the vote of the best chunk near it in
    the same source: one retriever may have found the sentence before. Of chunks with equal scores the one in the
    ranking named first comes first.
    """
    votes = {name: [1.0 / (constant + rank) for rank in range(1, len(hits) + 1)] for name, hits in rankings.items()}
    return _merge(rankings, votes, neighbour, weights)


def score_fusion(
    rankings: Mapping[str, Sequence[Hit]],
    neighbour: float = 0.0,
    weights: Weights | None = None,
    lowest: Mapping[str, float] | None = None,
) -> list[Hit]:
    """Merge rankings by score: a chunk's score is the weighted sum of its scores, each ranking scaled to 0 to 1.

    1 is the ranking's best score; 0 is the score in `lowest`, such as {"bm25": 0.0}, or else the ranking's last. A
    chunk that a ranking lacks has 0 there. Source: Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid
    Retrieval", TOIS 2023: convex combination with (theoretical) min-max normalisation. Unlike reciprocal ranks, it
    keeps the distance of the best to the rest. `neighbour`, `weights` and ties are those of `reciprocal_rank_fusion`.
    """
    votes = {}
    for name, hits in rankings.items():
        scores = [hit.score for hit in hits]
        low = (lowest or {}).get(name, min(scores, default=0.0))
        width = max(scores, default=0.0) - low
        votes[name] = [(score - low) / width if width else 1.0 for score in scores]
    return _merge(rankings, votes, neighbour, weights)


def _merge(
    rankings: Mapping[str, Sequence[Hit]],
    votes: Mapping[str, Sequence[float]],
    neighbour: float,
    weights: Weights | None,
) -> list[Hit]:
    """Add up each chunk's votes; `votes` are in the rankings' order."""
    keys = {name: [hit.chunk.id for hit in hits] for name, hits in rankings.items()}  # an id is a hash: computed once
    chunks = {key: hit.chunk for name in keys for key, hit in zip(keys[name], rankings[name], strict=True)}

    # The chunks that begin near each other in the same source.
    by_source: dict[str, list[tuple[str, Chunk]]] = {}
    for key, chunk in chunks.items():
        by_source.setdefault(chunk.source, []).append((key, chunk))
    near = {
        key: [
            other
            for other, neighbouring in by_source[chunk.source]
            if neighbour and other != key and abs(neighbouring.start - chunk.start) < NEAR
        ]
        for key, chunk in chunks.items()
    }

    # In each ranking a chunk has its own vote, or a share of its best neighbour's.
    scores = dict.fromkeys(chunks, 0.0)
    parts: dict[str, dict[str, float]] = {key: {} for key in chunks}
    for name, hits in rankings.items():
        own, weight = dict(zip(keys[name], votes[name], strict=True)), 1.0 if weights is None else weights[name]
        for key in chunks:
            lent = max((own.get(other, 0.0) for other in near[key]), default=0.0)
            scores[key] += weight * max(own.get(key, 0.0), neighbour * lent)
        for key, hit in zip(keys[name], hits, strict=True):
            parts[key].update(hit.parts or {name: hit.score})

    merged = [Hit(chunks[key], score, parts[key]) for key, score in scores.items()]
    return sorted(merged, key=lambda hit: -hit.score)  # stable: `chunks` are in the rankings' order
