"""How well an embedder finds held-out passages: nDCG@10, MRR@10 and recall@10 by exact search."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.data.ngrams import fold_text
from rag.finetune.embedder.pairs import Split, distinct_texts

if TYPE_CHECKING:
    from ingest.embed.base import Vectors

K = 10
NAMES = ("ndcg@10", "mrr@10", "recall@10")
Embed = Callable[[list[str]], "Vectors"]


@dataclass(frozen=True)
class HeldOut:
    """Questions, the passages to find them among, and for each question which passages are right.

    `right` and `passed_over` hold places in `candidates`: those passed over are training passages that answer the
    question too, and count neither way.
    """

    questions: tuple[str, ...]
    candidates: tuple[str, ...]
    right: tuple[tuple[int, ...], ...]
    passed_over: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, split: Split, questions: int, distractors: int, seed: int) -> HeldOut | None:
        """Return what the split's validation pairs measure, None without any.

        The candidates are all held-out passages and up to `distractors` training passages, chosen by the seed, as are
        the `questions`.
        """
        if not split.valid:
            return None
        chance = random.Random(seed)
        asked = _some(distinct_texts(pair.question for pair in split.valid), questions, chance)
        held = distinct_texts(pair.passage for pair in split.valid)
        candidates = [*held, *_some(distinct_texts(pair.passage for pair in split.train), distractors, chance)]
        places = {fold_text(text): place for place, text in enumerate(candidates)}
        found = [sorted(places[key] for key in split.golds[fold_text(question)] if key in places) for question in asked]
        right = tuple(tuple(place for place in each if place < len(held)) for each in found)
        passed_over = tuple(tuple(place for place in each if place >= len(held)) for each in found)
        return cls(tuple(asked), tuple(candidates), right, passed_over)

    def measure(self, embed_questions: Embed, embed_passages: Embed) -> dict[str, float]:
        """Return the means over the questions, each from 0 to 1: "ndcg@10", "mrr@10", "recall@10"."""
        passages = _unit(embed_passages(list(self.candidates)))
        questions = _unit(embed_questions(list(self.questions)))
        each = [
            scores_of(ranks(passages @ question, right, passed_over))
            for question, right, passed_over in zip(questions, self.right, self.passed_over, strict=True)
        ]
        means = np.mean(each, axis=0)
        return {name: float(mean) for name, mean in zip(NAMES, means, strict=True)}


def ranks(scores: Vectors, right: Sequence[int], passed_over: Sequence[int]) -> list[int]:
    """Return the ranks from 1 of the right ones; of equal scores a wrong one counts as the better."""
    wrong = np.delete(scores, [*right, *passed_over])
    ordered = sorted((float(scores[place]) for place in right), reverse=True)
    return [place + int(np.count_nonzero(wrong >= score)) for place, score in enumerate(ordered, start=1)]


def scores_of(ranks: Sequence[int]) -> tuple[float, float, float]:
    """NDCG with binary gains, reciprocal rank of the first, and the share found, all within the first K."""
    gain = sum(1 / np.log2(rank + 1) for rank in ranks if rank <= K)
    ideal = sum(1 / np.log2(rank + 1) for rank in range(1, min(len(ranks), K) + 1))
    return float(gain / ideal), 1 / ranks[0] if ranks[0] <= K else 0.0, sum(rank <= K for rank in ranks) / len(ranks)


def _some(texts: Sequence[str], count: int, chance: random.Random) -> list[str]:
    return (
        list(texts)
        if len(texts) <= count
        else [texts[place] for place in sorted(chance.sample(range(len(texts)), count))]
    )


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
