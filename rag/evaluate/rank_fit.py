"""Fit the ranking of candidate spans to questions of which it is known what spans are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from rag.answer.ranking import SPAN_SIGNALS, RankingModel, SpanSignals
from rag.evaluate.metrics.metric import Array

RIDGE = 10.0  # few questions have to fit many weights: of 3 to 30 the best on collections that were left out
LEAST_QUESTIONS = 20  # with spans of which some are right and some wrong


@dataclass(frozen=True)
class RankingRow:
    """The signals of a question's candidate spans, and which of them are right; `weight` is what it counts."""

    signals: Sequence[SpanSignals]
    right: Sequence[bool]
    weight: float = 1.0


def fit_ranking(rows: Sequence[RankingRow], ridge: float = RIDGE) -> RankingModel | None:
    """Return the weights with which the softmax over a question's spans gives the right ones most: a conditional logit.

    Signals are scaled to fit evenly. Questions whose spans are all right or all wrong teach nothing; with too few
    others there is no model.
    """
    from scipy.optimize import minimize

    known = [row for row in rows if any(row.right) and not all(row.right)]
    if len(known) < LEAST_QUESTIONS:
        return None
    columns = [np.array([astuple(signals) for signals in row.signals], dtype=np.float64) for row in known]
    right = [np.array(row.right, dtype=bool) for row in known]
    width = np.maximum(np.concatenate(columns).std(axis=0), 1e-9)

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = 0.5 * ridge * float(weights @ weights), ridge * weights
        for row, values, is_right in zip(known, columns, right, strict=True):
            scaled = values / width
            scores = scaled @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            share = float(chances[is_right].sum()) + 1e-12
            total -= row.weight * float(np.log(share))
            slope = slope + row.weight * scaled.T @ (chances - np.where(is_right, chances, 0.0) / share)
        return total, slope

    solution = minimize(loss, np.zeros(len(SPAN_SIGNALS)), jac=True, method="L-BFGS-B").x
    return RankingModel(
        {name: round(float(weight), 6) for name, weight in zip(SPAN_SIGNALS, solution / width, strict=True)}
    )
