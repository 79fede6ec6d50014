"""Fit a confidence to the answers of questions whose right answers are known, kind by kind."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ingest.errors import RowsError
from rag.answer.confidence import (
    AFTER,
    BEFORE,
    ConfidenceModel,
    KindConfidence,
    LogisticModel,
    SignalName,
    signal_value,
)
from rag.answer.kinds import QuestionKind
from rag.answer.ranking import RankingModel
from rag.answer.types import Signals
from rag.evaluate.metrics.confidence import balanced_accuracy, calibration_error
from rag.evaluate.metrics.logistic import fit_logistics
from rag.evaluate.metrics.metric import Array, Metric

KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
FOLDS = 5
LEAST = 20  # right answers, and wrong ones, that a fit needs
BORROWED = 10.0  # answers that those of all other kinds count as in the fit of a kind, so that few answers fit it, too
SCORED: tuple[QuestionKind, ...] = ("explain", "list")  # kinds whose confidence follows the strategy's score alone
COMMON = 0.1  # share of the answers that have a signal, such as the score of a look-up, from which on it is one
MOSTLY = 0.5  # share of wrong answers from which on silence is better
THRESHOLDS = [share / 100 for share in range(5, 96, 5)]


@dataclass(frozen=True)
class CalibrationRow:
    """A question that was asked, the signals of its answer, and the verdict on it.

    Half right answers are not right, but no reason to stay silent. Rows of one `fold` are measured together, as fitted
    to the others; None draws one by the question. `weight` is what the row counts.
    """

    question: str
    kind: QuestionKind
    signals: Signals
    verdict: Literal["right", "half", "wrong", "abstained"]
    unanswerable: bool = False
    fold: int | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Calibration:
    """A fitted confidence and its quality: the rows of each fold are measured as fitted to the others.

    `chances` are those of the rows, None for a row without an answer or without signals.
    """

    model: ConfidenceModel
    chances: Sequence[float | None]
    calibration_error: Metric
    balanced_accuracy: Metric


def fit_confidence(
    rows: Sequence[CalibrationRow],
    about: Mapping[str, Any],
    seed: int = 0,
    most_wrong: float = 0.1,
    least: int = LEAST,
    ranking: RankingModel | None = None,
) -> Calibration:
    """Fit the probability of a right answer to the signals of the rows, a function for each kind of question.

    The `ranking` that chose the answers is kept in the model.

    A kind has its own function if at least `least` answers were right and as many not; the others share that of
    "short". The threshold of a function is the lowest at which at most the share `most_wrong` of the answers are wrong.
    Raises RowsError where too few of all rows were answered right, or too few wrong.
    """
    # Kinds with enough rows have a function of their own, the others one together. Without enough for that, all have.
    groups = _group_by_function(rows, least)
    names = [name for name in BEFORE if _is_common(rows, name)]
    n_right = sum(row.verdict == "right" for row in rows)
    if not names or min(n_right, len(rows) - n_right) < least:
        raise RowsError(
            f"{n_right} answers were right and {len(rows) - n_right} were not: a confidence is fitted to at least "
            f"{least} of each; give more rows, some of them unanswerable (--unanswerable makes such)"
        )

    # Cross-validate: both copies of a repeated question are in one fold.
    folds = _choose_folds(rows, seed)
    chances: list[float | None] = [None] * len(rows)
    for fold in sorted(set(folds)):
        others = [row for row, number in zip(rows, folds, strict=True) if number != fold]
        for places in groups.values():
            own = [rows[place] for place in places if folds[place] != fold]
            before, after = _fit_functions(own, others, names)
            for place in places:
                if folds[place] == fold and rows[place].verdict != "abstained":
                    chances[place] = (after or before).probability(rows[place].signals)

    # Fit to all rows what is used from now on.
    kinds = {}
    for kind, places in groups.items():
        own = [rows[place] for place in places]
        threshold = choose_threshold(own, [chances[place] for place in places], most_wrong)
        kinds[kind] = KindConfidence(*_fit_functions(own, rows, names), threshold)
    model = ConfidenceModel(kinds, {**about, "rows": len(rows), "right": n_right}, ranking)

    scored = [(chance, row.verdict == "right") for chance, row in zip(chances, rows, strict=True) if chance is not None]
    error = calibration_error([chance for chance, _ in scored], [right for _, right in scored])
    silent = [
        chance is None or chance < model.of(row.kind).min_confidence for chance, row in zip(chances, rows, strict=True)
    ]
    return Calibration(model, chances, error, balanced_accuracy(silent, [row.unanswerable for row in rows]))


def choose_threshold(rows: Sequence[CalibrationRow], chances: Sequence[float | None], most_wrong: float) -> float:
    """Return the lowest threshold at which few enough answers are wrong; if there is none, that with the fewest.

    It is 1 where more than half are wrong at any: such questions are left unanswered.
    """
    answered = [(row, chance) for row, chance in zip(rows, chances, strict=True) if chance is not None]

    def wrong_share(threshold: float) -> float:
        kept = [row for row, chance in answered if chance >= threshold]
        total = sum(row.weight for row in kept)
        return sum(row.weight for row in kept if row.verdict == "wrong") / total if total else 1.0

    shares = {threshold: wrong_share(threshold) for threshold in THRESHOLDS}
    fewest = min(shares, key=shares.__getitem__)
    threshold = next((threshold for threshold, share in shares.items() if share <= most_wrong), fewest)
    return threshold if shares[threshold] <= max(most_wrong, MOSTLY) else 1.0


def fit_signals(
    rows: Sequence[CalibrationRow], names: Sequence[SignalName], counts: Sequence[float] | None = None
) -> LogisticModel:
    """Return the logistic function of the named signals; columns are scaled to fit them evenly.

    A signal that some rows lack has a column more, which is 1 there. `counts` is what each row counts.
    """
    # None becomes nan.
    values = np.array([[signal_value(row.signals, name) for name in names] for row in rows], dtype=np.float64)
    lacks = np.isnan(values)
    mean, width = np.nanmean(values, axis=0), np.maximum(np.nanstd(values, axis=0), 1e-9)
    gaps = [number for number in range(len(names)) if lacks[:, number].any()]
    columns: Array = np.column_stack([np.where(lacks, 0.0, (values - mean) / width), lacks[:, gaps]])
    right = np.array([row.verdict == "right" for row in rows])
    coefficients, bias = fit_logistics(columns, right, ridge=1.0, counts=counts)

    # Back to the scale of the signals: an unknown one counts as its mean, and its own column.
    plain = np.array(coefficients[: len(names)]) / width
    unknown = {
        names[gap]: round(float(plain[gap] * mean[gap] + extra), 6)
        for gap, extra in zip(gaps, coefficients[len(names) :], strict=True)
    }
    slopes = {name: round(float(weight), 6) for name, weight in zip(names, plain, strict=True)}
    return LogisticModel(slopes, round(bias - float(plain @ mean), 6), unknown)


def _fit_functions(
    own: Sequence[CalibrationRow], rows: Sequence[CalibrationRow], before: Sequence[SignalName]
) -> tuple[LogisticModel, LogisticModel | None]:
    """Return the functions before and after the answer, fitted to a kind's own rows and a little to all."""
    weighted = [(row, row.weight) for row in own]
    if len(own) < len(rows):
        share = BORROWED / sum(row.weight for row in rows)
        weighted += [(row, share * row.weight) for row in rows]
    known = [
        (row, weight) for row, weight in weighted if all(signal_value(row.signals, name) is not None for name in before)
    ]
    first = fit_signals([row for row, _ in known], before, [weight for _, weight in known])

    # Only an answer has the signals that are known afterwards.
    answered = [(row, weight) for row, weight in known if row.verdict != "abstained"]
    answers = [row for row in own if row.verdict != "abstained"]
    after = [name for name in AFTER if name not in BEFORE and _is_common(answers, name)]
    if not after:
        return first, None
    # A strategy that scores its answers knows what they rest on, which is seldom the reader's best span.
    if "score" in after and all(row.kind in SCORED for row in answers):
        scored = [(row, row.weight) for row in answers if signal_value(row.signals, "score") is not None]
        return first, fit_signals([row for row, _ in scored], ["score"], [weight for _, weight in scored])
    return first, fit_signals([row for row, _ in answered], [*before, *after], [weight for _, weight in answered])


def _group_by_function(rows: Sequence[CalibrationRow], least: int) -> dict[QuestionKind, list[int]]:
    """Return the places of the rows that share a function, by the kind that it is kept under."""
    counts = Counter((row.kind, row.verdict == "right") for row in rows if row.verdict != "abstained")
    own = {kind for kind in KINDS if min(counts[kind, True], counts[kind, False]) >= least}
    groups: dict[QuestionKind, list[int]] = {kind: [] for kind in KINDS if kind in own | {"short"}}
    for place, row in enumerate(rows):
        groups[row.kind if row.kind in own else "short"].append(place)
    n_right = sum(rows[place].verdict == "right" for place in groups["short"])
    if min(n_right, len(groups["short"]) - n_right) < least:
        groups["short"] = list(range(len(rows)))
    return groups


def _choose_folds(rows: Sequence[CalibrationRow], seed: int) -> list[int]:
    """Return the fold of each row: its own, or one drawn by its question where rows have none or all the same."""
    questions = list(dict.fromkeys(row.question for row in rows))
    random.Random(seed).shuffle(questions)
    drawn = {question: number % FOLDS for number, question in enumerate(questions)}
    folds = [drawn[row.question] if row.fold is None else row.fold for row in rows]
    return folds if len(set(folds)) > 1 else [drawn[row.question] for row in rows]


def _is_common(rows: Sequence[CalibrationRow], name: SignalName) -> bool:
    """Tell whether enough rows have a signal to learn its worth, and that of its absence."""
    return sum(signal_value(row.signals, name) is not None for row in rows) > COMMON * len(rows)
