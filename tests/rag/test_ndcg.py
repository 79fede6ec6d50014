"""The measure that retrieval is judged by, against scikit-learn's."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

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
