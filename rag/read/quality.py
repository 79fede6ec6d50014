"""How well a reader reads held-out rows, and how its margins become probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.measure.answers import exact_match, token_f1
from rag.measure.labels import auroc
from rag.rows import Row

Array = NDArray[np.float64]


def reading_metrics(rows: Sequence[Row], texts: Sequence[str], margins: Sequence[float]) -> dict[str, float]:
    """Return exact match and F1 over answerable rows, in percent, and how well margins tell answerable from not.

    `auroc` is the chance that an answerable row's margin is above an unanswerable one's, 0 to 1; left out where all
    rows are one of the two.
    """
    asked = [(row, text) for row, text in zip(rows, texts, strict=True) if not row.unanswerable]
    exact = [float(exact_match(text, row.references)) for row, text in asked] or [0.0]
    shared = [token_f1(text, row.references) for row, text in asked] or [0.0]
    measured = {"exact_match": 100 * float(np.mean(exact)), "f1": 100 * float(np.mean(shared))}
    answerable = np.array([not row.unanswerable for row in rows])
    if answerable.all() or not answerable.any():
        return measured
    return {**measured, "auroc": auroc("auroc", margins, answerable).value / 100}


def fit_logistic(scores: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Return slope and bias of the logistic function that gives the chance of being right by a score.

    Fitted by Newton's method to Platt's smoothed targets (Platt 1999, with Lin, Lin & Weng 2007), so that the fit is
    finite where scores separate right from wrong.
    """
    x = np.asarray(scores, dtype=np.float64)
    held = np.isfinite(x)
    x, wanted = x[held], np.asarray(right, dtype=bool)[held]
    n_right, n_wrong = int(wanted.sum()), int((~wanted).sum())
    target = np.where(wanted, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))
    inputs = np.stack([x, np.ones_like(x)], axis=1)
    found = np.array([0.0, np.log((n_right + 1) / (n_wrong + 1))])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ found, -500, 500)))
        gradient = inputs.T @ (chance - target)
        curvature = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        found -= np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    return float(found[0]), float(found[1])
