"""The retrieval quality of an embedder on held-out passages: nDCG@10, MRR@10 and recall@10 by exact search.

sentence-transformers' InformationRetrievalEvaluator is not used: it breaks ties by chance, so that an embedder that
maps all texts to one vector may score well, and it cannot skip training passages that answer a question too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.data.ngrams import fold_text
from rag.finetune.embedder.pairs import PairSplit, distinct_texts

if TYPE_CHECKING:
    from ingest.embed.base import Vectors

K = 10
NAMES = ("ndcg@10", "mrr@10", "recall@10")
Embed = Callable[[list[str]], "Vectors"]


@dataclass(frozen=True)
class HeldOut:
    """Questions, the candidate passages, and for each question the right ones.

    `right` and `skipped` hold indices of `candidates`. Those skipped are training passages that answer the question
    too; they count neither way.
    """

    questions: tuple[str, ...]
    candidates: tuple[str, ...]
    right: tuple[tuple[int, ...], ...]
    skipped: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, split: PairSplit, questions: int, distractors: int, seed: int) -> HeldOut | None:
        """Return the evaluation of a split's validation pairs; None if there are none.

        The candidates are all held-out passages and up to `distractors` training passages, chosen by the seed, as are
        the `questions`.
        """
        if not split.valid:
            return None
        chance = random.Random(seed)

        def sample(texts: Sequence[str], count: int) -> list[str]:
            if len(texts) <= count:
                return list(texts)
            return [texts[place] for place in sorted(chance.sample(range(len(texts)), count))]

        # Mark for each question the right candidates, and those of the training part that answer it too.
        chosen = sample(distinct_texts(pair.question for pair in split.valid), questions)
        held = distinct_texts(pair.passage for pair in split.valid)
        candidates = [*held, *sample(distinct_texts(pair.passage for pair in split.train), distractors)]
        places = {fold_text(text): place for place, text in enumerate(candidates)}
        golds = [
            sorted(places[key] for key in split.golds[fold_text(question)] if key in places) for question in chosen
        ]
        right = tuple(tuple(place for place in gold if place < len(held)) for gold in golds)
        skipped = tuple(tuple(place for place in gold if place >= len(held)) for gold in golds)
        return cls(tuple(chosen), tuple(candidates), right, skipped)

    def measure(self, embed_questions: Embed, embed_passages: Embed) -> dict[str, float]:
        """Return the means over the questions, each from 0 to 1: "ndcg@10", "mrr@10", "recall@10"."""
        passages = scale_to_unit(embed_passages(list(self.candidates)))
        questions = scale_to_unit(embed_questions(list(self.questions)))
        return average_metrics(
            [
                rank_golds(passages @ question, right, skipped)
                for question, right, skipped in zip(questions, self.right, self.skipped, strict=True)
            ]
        )


def rank_golds(scores: Vectors, right: Sequence[int], skipped: Sequence[int] = ()) -> list[int]:
    """Return the ranks of the right candidates, from 1; of equal scores a wrong candidate's counts as the better."""
    wrong = np.delete(scores, [*right, *skipped])
    ordered = sorted((float(scores[place]) for place in right), reverse=True)
    return [place + int(np.count_nonzero(wrong >= score)) for place, score in enumerate(ordered, start=1)]


def average_metrics(ranks: Sequence[Sequence[int]]) -> dict[str, float]:
    """Return the means over questions of binary nDCG, reciprocal rank and recall at K, given the right ones' ranks."""
    rows = []
    for question in ranks:
        gain = sum(1 / np.log2(rank + 1) for rank in question if rank <= K)
        ideal = sum(1 / np.log2(rank + 1) for rank in range(1, min(len(question), K) + 1))
        reciprocal = 1 / question[0] if question[0] <= K else 0.0
        rows.append((gain / ideal, reciprocal, sum(rank <= K for rank in question) / len(question)))
    return {name: float(mean) for name, mean in zip(NAMES, np.mean(rows, axis=0), strict=True)}


def scale_to_unit(vectors: Vectors) -> Vectors:
    """Return vectors (n, d) scaled to unit length."""
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
