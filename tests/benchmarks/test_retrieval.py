"""The measure that retrieval is judged by, against scikit-learn's, and the choice of settings on other questions."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

SPEC = importlib.util.spec_from_file_location(
    "benchmarks_retrieval", Path(__file__).parents[1] / "benchmarks" / "retrieval.py"
)
retrieval = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = retrieval  # where its dataclasses look for their module
SPEC.loader.exec_module(retrieval)


def test_ndcg_equals_scikit_learns() -> None:
    chance = random.Random(1)
    for _ in range(200):
        grades = [chance.choice([0, 0, 0, 1, 2]) for _ in range(chance.randint(2, 40))]
        if not any(grades):
            continue
        names = [f"d{n}" for n in range(len(grades))]
        relevant = {name: grade for name, grade in zip(names, grades, strict=True) if grade}
        scores = list(range(len(names), 0, -1))  # ranked as listed
        gains = [2**grade - 1 for grade in grades]  # scikit-learn takes gains
        assert retrieval.ndcg_at(names, relevant) == pytest.approx(ndcg_score([gains], [scores], k=10))


def scored(name: str, dense: list[float], bm25: list[float], hybrid: list[list[float]]):
    """The first half of the questions belongs to half 0."""
    halves = np.arange(len(dense)) >= len(dense) // 2
    return retrieval.Scored(name, halves.astype(int), np.array(dense), np.array(bm25), np.array(hybrid))


def test_halves_are_fixed_and_even() -> None:
    halves = [retrieval.half(f"set/{number}") for number in range(1_000)]
    assert halves[:12] == [1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0]
    assert 450 < sum(halves) < 550


def test_the_setting_is_chosen_on_one_half_and_shown_on_the_other(monkeypatch) -> None:
    monkeypatch.setattr(retrieval, "SETTINGS", [{"weight": 0.1}, {"weight": 0.2}])
    sets = [
        scored("one", [0.5, 0.5, 0.5, 0.1], [0.2, 0.2, 0.4, 0.4], [[0.6, 0.6, 0.4, 0.4], [0.5, 0.5, 0.5, 0.7]]),
        scored("two", [0.0, 0.0, 0.0, 0.0], [0.3, 0.3, 0.3, 0.3], [[0.3, 0.3, 0.2, 0.2], [0.3, 0.3, 0.3, 0.3]]),
    ]
    assert [retrieval.choose(sets, on) for on in (0, 1)] == [0, 1]
    lines = list(retrieval.held_out(sets))
    assert lines[0] == {"chosen on half": 0, "weight": 0.1, "mean gain there": 0.05}
    # of the second half BM25 is the better alone: .4 against .3; the setting chosen on the first gains nothing there
    assert {name: lines[1][name] for name in ("set", "questions", "dense", "bm25", "hybrid", "gain")} == {
        "set": "one", "questions": 2, "dense": 0.3, "bm25": 0.4, "hybrid": 0.4, "gain": 0.0,
    }  # fmt: skip
    assert (lines[4]["set"], lines[4]["shown on half"], lines[4]["hybrid"], lines[4]["gain"]) == ("one", 0, 0.5, 0.0)
    # each question by the setting chosen without it: .5, .5, .4, .4 against dense, .4 on all four
    assert (lines[6]["shown on half"], lines[6]["questions"], lines[6]["hybrid"], lines[6]["gain"]) == (
        "both", 4, 0.45, 0.05,
    )  # fmt: skip


def test_the_interval_is_that_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(0.3, 0.1, size=400)
    low, high = retrieval.interval(values)
    assert (low, high) == pytest.approx((values.mean() - 1.96 * 0.005, values.mean() + 1.96 * 0.005), abs=0.001)
    assert retrieval.interval(np.full(10, 0.2)) == pytest.approx((0.2, 0.2))
