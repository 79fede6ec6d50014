"""Metrics and calibration against scikit-learn and SciPy's answers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag.data.rows import Row, as_passage
from rag.evaluate.metrics.answers import is_right
from rag.evaluate.metrics.logistic import fit_logistic
from rag.finetune.reader.run import measure_reading

RIGHT = Row("1", "answer", {"question": "q"}, ("the red house",), (as_passage("x", "s"),))
NONE = Row("2", "answer", {"question": "q"}, (), (as_passage("x", "s"),), unanswerable=True)


def test_auroc_is_scikit_learns() -> None:
    chance = np.random.default_rng(0)
    margins, answerable = np.round(chance.normal(size=200), 1), chance.random(200) < 0.3
    found = measure_reading([RIGHT if each else NONE for each in answerable], ["x"] * 200, margins.tolist())
    assert found["auroc"] == pytest.approx(roc_auc_score(answerable, margins), abs=1e-12)


def test_the_logistic_fit_is_scikit_learns_where_smoothing_is_small() -> None:
    chance = np.random.default_rng(1)
    scores = chance.normal(size=20_000) * 3
    right = chance.random(20_000) < 1 / (1 + np.exp(-(0.7 * scores - 0.4)))
    slope, bias = fit_logistic(scores.tolist(), right.tolist())
    reference = LogisticRegression(C=1e9, tol=1e-9).fit(scores[:, None], right)
    assert slope == pytest.approx(reference.coef_[0, 0], abs=1e-3)
    assert bias == pytest.approx(reference.intercept_[0], abs=1e-3)


def test_the_fit_is_finite_where_scores_separate_and_leaves_infinite_margins_out() -> None:
    slope, bias = fit_logistic([-2.0, -1.0, 1.0, 2.0, -np.inf], [False, False, True, True, False])
    assert 0 < slope < 10
    assert abs(bias) < 1


def test_metrics_by_hand() -> None:
    found = measure_reading([RIGHT, RIGHT, NONE], ["red house", "a house", "x"], [3.0, 1.0, 2.0])
    assert found == {"exact_match": 50.0, "f1": pytest.approx(100 * (1 + 2 / 3) / 2), "auroc": 0.5}
    assert is_right("a house", RIGHT)
    assert not is_right("green", RIGHT)
    assert not is_right("x", NONE)
