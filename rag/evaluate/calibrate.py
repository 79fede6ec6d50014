"""Fit a confidence to the answers of questions whose right answers are known."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.errors import RowsError
from rag.answer.confidence import AFTER, BEFORE, FOLDS, LEAST, THRESHOLDS, ConfidenceModel, LogisticModel, values_of
from rag.answer.types import Signals
from rag.data.rows import Row
from rag.evaluate.metrics.confidence import balanced_accuracy, calibration_error
from rag.evaluate.metrics.logistic import fit_logistics
from rag.evaluate.metrics.metric import Array, Metric


@dataclass(frozen=True)
class Calibration:
    """A fitted confidence and its quality: each fifth of the rows is measured as fitted to the other four.

    `chances` are those of the rows, None for a row without signals.
    """

    model: ConfidenceModel
    chances: Sequence[float | None]
    calibration_error: Metric
    balanced_accuracy: Metric


def fit_confidence(
    rows: Sequence[Row], signals: Sequence[Signals], right: Sequence[bool], about: Mapping[str, Any], seed: int = 0
) -> Calibration:
    """Fit the chance of a right answer to each row's signals, and to whether its answer was right.

    Raises RowsError where too few rows were answered right, or too few wrong.
    """

    # A signal is used where most rows have it: without a hit there is none.
    def is_common(*names: str) -> bool:
        return sum(values_of(signal, names) is not None for signal in signals) > len(signals) / 2

    names = AFTER if is_common(*AFTER) else tuple(name for name in BEFORE if is_common(name))
    usable = [place for place, signal in enumerate(signals) if values_of(signal, names) is not None]
    n_right = sum(right[place] for place in usable)
    if not names or min(n_right, len(usable) - n_right) < LEAST:
        raise RowsError(
            f"{n_right} answers were right and {len(usable) - n_right} wrong: a confidence is fitted to at least "
            f"{LEAST} of each; give more rows, some of them unanswerable (--unanswerable makes such)"
        )

    # Cross-validate: both copies of a repeated question are in one fold.
    questions = list(dict.fromkeys(str(rows[place].values["question"]) for place in usable))
    random.Random(seed).shuffle(questions)
    fold_of = {question: number % FOLDS for number, question in enumerate(questions)}
    folds = {place: fold_of[str(rows[place].values["question"])] for place in usable}
    chances: list[float | None] = [None] * len(rows)
    for fold in range(FOLDS):
        fitted = fit([place for place in usable if folds[place] != fold], signals, right, names)
        for place in usable:
            if folds[place] == fold:
                chances[place] = fitted.probability(signals[place])

    # Choose the threshold, of equal ones the lowest.
    unanswerable = [row.unanswerable for row in rows]

    def abstention_at(threshold: float) -> Metric:
        return balanced_accuracy([chance is None or chance < threshold for chance in chances], unanswerable)

    threshold = max(THRESHOLDS, key=lambda limit: (abstention_at(limit).value, -limit))

    # Fit to all rows what is used from now on.
    after = fit(usable, signals, right, names) if "agreed" in names else None
    before = fit(usable, signals, right, [name for name in names if name != "agreed"])
    scored = [(chance, hit) for chance, hit in zip(chances, right, strict=True) if chance is not None]
    error = calibration_error([chance for chance, _ in scored], [hit for _, hit in scored])
    model = ConfidenceModel(before, after, threshold, {**about, "rows": len(usable), "right": n_right})
    return Calibration(model, chances, error, abstention_at(threshold))


def fit(
    places: Sequence[int], signals: Sequence[Signals], right: Sequence[bool], names: Sequence[str]
) -> LogisticModel:
    """Return the logistic function of the named signals at these places; columns are scaled to fit them evenly."""
    columns: Array = np.array([values_of(signals[place], names) for place in places], dtype=np.float64)
    mean, width = columns.mean(axis=0), np.maximum(columns.std(axis=0), 1e-9)
    weights, bias = fit_logistics((columns - mean) / width, np.array([right[place] for place in places]), ridge=1.0)
    plain = np.array(weights) / width
    return LogisticModel(
        {name: round(float(weight), 6) for name, weight in zip(names, plain, strict=True)},
        round(bias - float(plain @ mean), 6),
    )
