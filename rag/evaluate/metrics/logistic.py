"""Fit logistic functions that turn scores into probabilities, by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.evaluate.metrics.metric import Array


def fit_logistic(scores: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Return slope and bias of the logistic function that gives the chance of being right by a score.

    Scores that are not finite are ignored.
    """
    column = np.asarray(scores, dtype=np.float64)
    finite = np.isfinite(column)
    [slope], bias = fit_logistics(column[finite][:, None], np.asarray(right, dtype=bool)[finite])
    return slope, bias


def fit_logistics(
    columns: Array, right: NDArray[np.bool_], ridge: float = 1e-9, counts: Sequence[float] | None = None
) -> tuple[list[float], float]:
    """Return a weight for each of the (rows, columns), and the bias; `counts` is what each row counts, by default 1.

    The targets are Platt's smoothed ones (Platt 1999, with Lin, Lin & Weng 2007), so that the fit is finite where
    scores separate right from wrong. `ridge` penalises the squares of the weights.
    """
    from sklearn.linear_model import LogisticRegression  # a second to import, and only calibrating needs it

    count = np.ones(len(right)) if counts is None else np.asarray(counts, dtype=np.float64)
    n_right, n_wrong = float(count[right].sum()), float(count[~right].sum())
    target = np.where(right, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))
    # scikit-learn takes classes: each row counts as right and as wrong, weighted by its target.
    model = LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=1e-10, max_iter=200)
    model.fit(
        np.concatenate([columns, columns]),
        np.repeat([1, 0], len(columns)),
        sample_weight=np.concatenate([count * target, count * (1 - target)]),
    )
    return [float(weight) for weight in model.coef_[0]], float(model.intercept_[0])
