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
    k: int | None = None,
) -> list[Hit]:
    """Merge rankings by reciprocal rank: a chunk's score is the sum of weight / (constant + rank), ranks from 1.

    Returns the k best, all without `k`.

    Source: Cormack, Clarke & Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods", SIGIR 2009, where constant = 60 and each weight is 1, as here without `weights`.

    With `neighbour` above 0, a chunk also gets, in each ranking, that share of the vote of the best chunk near it in
    the same source: one retriever may have found the sentence before. Of chunks with equal scores the one in the
    ranking named first comes first.
    """
    votes = {name: [1.0 / (constant + rank) for rank in range(1, len(hits) + 1)] for name, hits in rankings.items()}
    return _merge(rankings, votes, neighbour, weights, k)


def score_fusion(
    rankings: Mapping[str, Sequence[Hit]],
    neighbour: float = 0.0,
    weights: Weights | None = None,
    lowest: Mapping[str, float] | None = None,
    k: int | None = None,
) -> list[Hit]:
    """Merge rankings by score: a chunk's score is the weighted sum of its scores, each ranking scaled to 0 to 1.

    1 is the ranking's best score; 0 is the score in `lowest`, such as {"bm25": 0.0}, or else the ranking's last. A
    chunk that a ranking lacks has 0 there. Source: Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid
    Retrieval", TOIS 2023: convex combination with (theoretical) min-max normalisation. Unlike reciprocal ranks, it
    keeps the distance of the best to the rest. `neighbour`, `weights`, `k` and ties are those of
    `reciprocal_rank_fusion`.
    """
    votes = {}
    for name, hits in rankings.items():
        scores = [hit.score for hit in hits]
        low = (lowest or {}).get(name, min(scores, default=0.0))
        width = max(scores, default=0.0) - low
        votes[name] = [(score - low) / width if width else 1.0 for score in scores]
    return _merge(rankings, votes, neighbour, weights, k)


def _merge(
    rankings: Mapping[str, Sequence[Hit]],
    votes: Mapping[str, Sequence[float]],
    neighbour: float,
    weights: Weights | None,
    k: int | None,
) -> list[Hit]:
    """Add up each chunk's votes and return the k best; `votes` are in the rankings' order."""
    # Number the chunks in the rankings' order, told apart by what their ids are hashes of: an id itself is costly.
    chunks: dict[tuple[str, int, str], Chunk] = {}
    numbers: dict[tuple[str, int, str], int] = {}
    ranked: dict[str, dict[int, Hit]] = {}
    for name, hits in rankings.items():
        ranked[name] = {}
        for hit in hits:
            key = hit.chunk.source, hit.chunk.start, hit.chunk.text
            ranked[name][numbers.setdefault(key, len(numbers))] = hit
            chunks.setdefault(key, hit.chunk)
    places = list(chunks)
    near = _find_near(places) if neighbour else {}

    # In each ranking a chunk has its own vote, or a share of its best neighbour's.
    scores = [0.0] * len(places)
    for name in rankings:
        own = dict(zip(ranked[name], votes[name], strict=True))
        weight = 1.0 if weights is None else weights[name]
        for number in range(len(places)):
            vote = own.get(number, 0.0)
            if number in near:
                vote = max(vote, neighbour * max([own.get(other, 0.0) for other in near[number]]))
            scores[number] += weight * vote

    best = sorted(range(len(places)), key=lambda number: -scores[number])[:k]  # stable: ties in the rankings' order
    return [Hit(chunks[places[number]], scores[number], _parts(ranked, number)) for number in best]


def _find_near(places: Sequence[tuple[str, int, str]]) -> dict[int, list[int]]:
    """Return the others that begin near each place in the same source, for those that have any, by their numbers."""
    near: dict[int, list[int]] = {}
    ordered = sorted(range(len(places)), key=places.__getitem__)
    for index, number in enumerate(ordered):
        source, start, _ = places[number]
        for after in range(index + 1, len(ordered)):
            other = ordered[after]
            if places[other][0] != source or places[other][1] - start >= NEAR:
                break
            near.setdefault(number, []).append(other)
            near.setdefault(other, []).append(number)
    return near


def _parts(ranked: Mapping[str, Mapping[int, Hit]], number: int) -> dict[str, float]:
    parts: dict[str, float] = {}
    for name, hits in ranked.items():
        if hit := hits.get(number):
            parts.update(hit.parts or {name: hit.score})
    return parts
