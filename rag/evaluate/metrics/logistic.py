"""The logistic function fitted to right and wrong: how scores become probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def fit_logistic(scores: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Return slope and bias of the logistic function that gives the chance of being right by a score.

    Scores that are not finite take no part.
    """
    x = np.asarray(scores, dtype=np.float64)
    held = np.isfinite(x)
    [slope], bias = fit_logistics(x[held][:, None], np.asarray(right, dtype=bool)[held])
    return slope, bias


def fit_logistics(columns: Array, right: NDArray[np.bool_], ridge: float = 1e-9) -> tuple[list[float], float]:
    """Return a weight for each of the (rows, columns), and the bias.

    Fitted by Newton's method to Platt's smoothed targets (Platt 1999, with Lin, Lin & Weng 2007), so that the fit is
    finite where scores separate right from wrong. `ridge` is added to the squares of the weights.
    """
    n_right, n_wrong = int(right.sum()), int((~right).sum())
    target = np.where(right, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))
    inputs = np.column_stack([columns, np.ones(len(columns))])
    found = np.zeros(inputs.shape[1])
    found[-1] = np.log((n_right + 1) / (n_wrong + 1))
    penalty = np.full(len(found), ridge)
    penalty[-1] = 1e-9
    for _ in range(100):
        chance = logistic(inputs @ found)
        gradient = inputs.T @ (chance - target) + penalty * found
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        found -= np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    return [float(weight) for weight in found[:-1]], float(found[-1])


def logistic(logits: Array) -> Array:
    """Return 1 / (1 + exp(-x)) of each."""
    chances: Array = 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
    return chances
