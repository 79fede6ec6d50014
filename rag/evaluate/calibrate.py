"""Fit how sure answers are to rows of which it is known whether they were answered right."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.errors import RowsError
from rag.answer.confidence import AFTER, BEFORE, FOLDS, LEAST, THRESHOLDS, ConfidenceModel, Fitted, values_of
from rag.answer.types import Signals
from rag.data.rows import Row
from rag.evaluate.metrics.confidence import balanced_accuracy, calibration_error
from rag.evaluate.metrics.logistic import Array, fit_logistics
from rag.evaluate.metrics.metric import Metric


@dataclass(frozen=True)
class Calibrated:
    """A confidence and how far it can be trusted: measured on each fifth of the rows as fitted to the other four.

    `chances` are those of the rows, None where one has no signals.
    """

    model: ConfidenceModel
    chances: Sequence[float | None]
    calibration_error: Metric
    balanced_accuracy: Metric


def calibrate(
    rows: Sequence[Row], signals: Sequence[Signals], right: Sequence[bool], about: Mapping[str, Any], seed: int = 0
) -> Calibrated:
    """Fit to what is known of each row's answer, and to whether that was right.

    Raises RowsError where too few rows were answered right, or too few wrong, to fit anything.
    """
    names = AFTER if _all_known(signals, AFTER) else _known(signals)
    usable = [at for at, each in enumerate(signals) if values_of(each, names) is not None]
    counts = sum(right[at] for at in usable), sum(not right[at] for at in usable)
    if not names or min(counts) < LEAST:
        raise RowsError(
            f"{counts[0]} answers were right and {counts[1]} wrong: a confidence is fitted to at least {LEAST} of each;"
            " give more rows, some of them unanswerable (--unanswerable makes such)"
        )
    folds = _folds([rows[at] for at in usable], seed)
    chances: list[float | None] = [None] * len(rows)
    for fold in range(FOLDS):
        learnt = [at for at, own in zip(usable, folds, strict=True) if own != fold]
        fitted = fit(learnt, signals, right, names)
        for at, own in zip(usable, folds, strict=True):
            if own == fold:
                chances[at] = fitted.chance(signals[at])
    silent = [row.unanswerable for row in rows]
    threshold = max(THRESHOLDS, key=lambda least: (_balanced(chances, silent, least).value, -least))
    after = fit(usable, signals, right, names) if "agreed" in names else None
    before = fit(usable, signals, right, [name for name in names if name != "agreed"])
    known = [(chance, each) for chance, each in zip(chances, right, strict=True) if chance is not None]
    error = calibration_error([chance for chance, _ in known], [each for _, each in known])
    model = ConfidenceModel(before, after, threshold, {**about, "rows": len(usable), "right": counts[0]})
    return Calibrated(model, chances, error, _balanced(chances, silent, threshold))


def fit(places: Sequence[int], signals: Sequence[Signals], right: Sequence[bool], names: Sequence[str]) -> Fitted:
    """Return the logistic function of the named signals at these places; columns are scaled to fit them evenly."""
    columns: Array = np.array([values_of(signals[at], names) for at in places], dtype=np.float64)
    middle, width = columns.mean(axis=0), np.maximum(columns.std(axis=0), 1e-9)
    weights, bias = fit_logistics((columns - middle) / width, np.array([right[at] for at in places]), ridge=1.0)
    plain = np.array(weights) / width
    return Fitted(
        {name: round(float(weight), 6) for name, weight in zip(names, plain, strict=True)},
        round(bias - float(plain @ middle), 6),
    )


def _balanced(chances: Sequence[float | None], unanswerable: Sequence[bool], least: float) -> Metric:
    return balanced_accuracy([chance is None or chance < least for chance in chances], unanswerable)


def _known(signals: Sequence[Signals]) -> tuple[str, ...]:
    return tuple(name for name in BEFORE if _all_known(signals, (name,)))


def _all_known(signals: Sequence[Signals], names: Sequence[str]) -> bool:
    """Whether these are known of most rows: where nothing was found, nothing is known."""
    return sum(values_of(each, names) is not None for each in signals) > len(signals) / 2


def _folds(rows: Sequence[Row], seed: int) -> list[int]:
    """Return each row's fold; a question that is asked twice has both in one."""
    questions = list(dict.fromkeys(str(row.values["question"]) for row in rows))
    random.Random(seed).shuffle(questions)
    places = {question: at % FOLDS for at, question in enumerate(questions)}
    return [places[str(row.values["question"])] for row in rows]
