"""Fuse the rankings of two retrievers by rank or by score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.types import Chunk
from stores.base import Hit

NEAR = 1_500  # characters: a chunk or two of the default size


Weights = Mapping[str, float]  # of each ranking, by its name


def reciprocal_rank_fusion(
    rankings: Mapping[str, Sequence[Hit]],
    constant: float = 60.0,
    neighbour: float = 0.0,
    weights: Weights | None = None,
) -> list[Hit]:
    """Merge rankings by reciprocal rank: a chunk's score is the sum of weight / (constant + rank), ranks from 1.

    Source: Cormack, Clarke & Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods", SIGIR 2009, where constant = 60 and each weight is 1, as here without `weights`. With `neighbour` above 0
    a chunk counts in each ranking at least that share of what the best chunk near it in the same source counts: one
    retriever may have found the sentence before. Of chunks with equal scores the one in the ranking named first comes
    first.
    """
    votes = {name: [1.0 / (constant + rank) for rank in range(1, len(hits) + 1)] for name, hits in rankings.items()}
    return _merged(rankings, votes, neighbour, weights)


def score_fusion(
    rankings: Mapping[str, Sequence[Hit]],
    neighbour: float = 0.0,
    weights: Weights | None = None,
    lowest: Mapping[str, float] | None = None,
) -> list[Hit]:
    """Merge rankings by score: a chunk's is the weighted sum of its scores, scaled so that each ranking's best is 1.

    What counts 0 is the score in `lowest`, such as {"bm25": 0.0}, or else the ranking's last; a chunk that a ranking
    lacks counts 0 there too. Source: Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS
    2023: convex combination with (theoretical) min-max normalisation. Unlike reciprocal ranks it keeps how far the best
    is ahead. `neighbour`, `weights` and ties are those of `fuse`.
    """
    votes = {name: _scaled(ranking, (lowest or {}).get(name)) for name, ranking in rankings.items()}
    return _merged(rankings, votes, neighbour, weights)


def _scaled(ranking: Sequence[Hit], lowest: float | None) -> list[float]:
    scores = [hit.score for hit in ranking]
    low = min(scores, default=0.0) if lowest is None else lowest
    width = max(scores, default=0.0) - low
    return [(score - low) / width if width else 1.0 for score in scores]


def _merged(
    rankings: Mapping[str, Sequence[Hit]],
    votes: Mapping[str, Sequence[float]],
    neighbour: float,
    weights: Weights | None,
) -> list[Hit]:
    """Add up what each chunk counts in each ranking; `votes` are in the rankings' order."""
    keys = {name: [hit.chunk.id for hit in ranking] for name, ranking in rankings.items()}  # an id is a hash: made once
    chunks = {key: hit.chunk for name in keys for key, hit in zip(keys[name], rankings[name], strict=True)}
    near = _neighbours(chunks) if neighbour else {}
    scores = dict.fromkeys(chunks, 0.0)
    parts: dict[str, dict[str, float]] = {key: {} for key in chunks}
    for name, ranking in rankings.items():
        own, weight = dict(zip(keys[name], votes[name], strict=True)), 1.0 if weights is None else weights[name]
        for key in chunks:
            lent = max((own.get(other, 0.0) for other in near.get(key, ())), default=0.0)
            scores[key] += weight * max(own.get(key, 0.0), neighbour * lent)
        for key, hit in zip(keys[name], ranking, strict=True):
            parts[key].update(hit.parts or {name: hit.score})
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
