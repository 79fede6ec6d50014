"""What is measured on held-out passages equals the reference implementation, and ties do not flatter."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, nDCG

from rag.finetune.embedder.held_out import HeldOut
from rag.finetune.embedder.pairs import Pair, split_pairs


def measured(scores: np.ndarray, right: list[list[int]], skipped: list[list[int]]) -> dict[str, float]:
    """Scores (questions, candidates) as cosines of vectors that give just these."""
    questions, candidates = scores.shape
    held_out = HeldOut(
        tuple(map(str, range(questions))),
        tuple(map(str, range(candidates))),
        tuple(map(tuple, right)),
        tuple(map(tuple, skipped)),
    )
    # Candidates are unit vectors along the axes; a question's parts are its scores, a last one makes it of unit length.
    rest = np.sqrt(np.maximum(0, 1 - (scores**2).sum(axis=1, keepdims=True)))
    asked = np.concatenate([scores, rest], axis=1)
    axes = np.eye(candidates, candidates + 1)
    return held_out.measure(lambda texts: asked * 5, lambda texts: axes * 2)  # lengths do not matter


def test_it_equals_ir_measures_on_random_rankings() -> None:
    chance = np.random.default_rng(0)
    for _ in range(60):
        questions, candidates = int(chance.integers(1, 5)), int(chance.integers(3, 40))
        scores = chance.permuted(np.arange(questions * candidates)).reshape(questions, candidates) / 1e4
        right = [sorted(chance.choice(candidates, int(chance.integers(1, 4)), replace=False)) for _ in range(questions)]
        others = [[c for c in range(candidates) if c not in each] for each in right]
        gone = [[int(chance.choice(each))] if each and chance.random() < 0.5 else [] for each in others]
        qrels = [ir_measures.Qrel(str(q), str(c), 1) for q, each in enumerate(right) for c in each]
        run = [
            ir_measures.ScoredDoc(str(q), str(c), float(scores[q, c]))
            for q in range(questions) for c in range(candidates) if c not in gone[q]
        ]  # fmt: skip
        expected = ir_measures.calc_aggregate([nDCG @ 10, RR @ 10, R @ 10], qrels, run)
        found = measured(scores, right, gone)
        assert found == pytest.approx(
            {"ndcg@10": expected[nDCG @ 10], "mrr@10": expected[RR @ 10], "recall@10": expected[R @ 10]}, abs=1e-6
        )


def test_a_collapsed_embedder_scores_nothing() -> None:
    found = measured(np.full((2, 11), 0.1), [[0], [10]], [[], []])
    assert found == {"ndcg@10": 0, "mrr@10": 0, "recall@10": 0}


def test_candidates_are_all_held_out_and_some_learnt_passages_and_those_that_answer_too_are_skipped() -> None:
    pairs = [Pair(f"q{n % 10}", f"p{n}") for n in range(100)]
    split = split_pairs(pairs, None, 0.2, 0)
    held_out = HeldOut.of(split, questions=500, distractors=30, seed=0)
    assert held_out is not None
    held = {pair.passage for pair in split.valid}
    assert set(held_out.candidates[:20]) == held
    assert len(set(held_out.candidates)) == 50
    for question, right, over in zip(held_out.questions, held_out.right, held_out.skipped, strict=True):
        answers = {pair.passage for pair in pairs if pair.question == question}
        assert {held_out.candidates[place] for place in right} == answers & held
        assert {held_out.candidates[place] for place in over} == answers & set(held_out.candidates) - held
    fewer = HeldOut.of(split, questions=3, distractors=0, seed=0)
    assert fewer is not None
    assert (len(fewer.questions), len(fewer.candidates)) == (3, 20)
    assert HeldOut.of(split_pairs(pairs, None, 0, 0), 500, 30, 0) is None


def test_the_hand_worked_value() -> None:
    scores = np.array([[0.5, 0.4, 0.3, 0.2]])  # right are ranks 1 and 3 of three, rank 2 being passed over
    found = measured(scores, [[0, 3]], [[1]])
    assert found["ndcg@10"] == pytest.approx((1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3)))
    assert (found["mrr@10"], found["recall@10"]) == (1, 1)
