"""Metrics of labels: accuracy, F1 by class, and the detection of texts out of scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.errors import InputError
from rag.data.rows import Row
from rag.evaluate.metrics.metric import Array, Metric, divide, mean_metric, ratio_metric


@dataclass(frozen=True)
class Confusion:
    """The confusion table: `counts[right][predicted]`, both in the order of `labels`."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def commonest(self, limit: int = 10) -> list[tuple[str, str, int]]:
        """Return the commonest confusions, (right, predicted, rows), most frequent first."""
        wrong = [
            (right, predicted, count)
            for right, line in zip(self.labels, self.counts, strict=True)
            for predicted, count in zip(self.labels, line, strict=True)
            if right != predicted and count
        ]
        return sorted(wrong, key=lambda confusion: -confusion[2])[:limit]


def confusion(labels: Sequence[str], rows: Sequence[Row], classes: Sequence[str] | None = None) -> Confusion:
    """Return the confusion table of predicted labels; `classes` as in `label_metrics`."""
    right = [row.target for row in rows]
    counted = Counter(zip(right, labels, strict=True))
    names = _order_classes(labels, right, classes)
    return Confusion(tuple(names), tuple(tuple(counted[wanted, predicted] for predicted in names) for wanted in names))


def label_metrics(
    labels: Sequence[str],
    rows: Sequence[Row],
    classes: Sequence[str] | None = None,
    out_of_scope: str | None = None,
    scores: Sequence[float] | None = None,
) -> list[Metric]:
    """Return the metrics of predicted labels, aligned with the rows, all in percent.

    accuracy, and macro_f1: the mean F1 of the classes that occur, in the rows or among the predictions.
    With an `out_of_scope` label: out_of_scope_precision, _recall and _f1. With `scores` too (higher: more likely out of
        scope): out_of_scope_auroc, the chance that one row out of scope scores above one within.

    `classes` are all possible labels, in any order; two systems that are compared need the same. Raises InputError for
    labels that are not among them.
    """
    right = [row.target for row in rows]
    names = _order_classes(labels, right, classes)
    hits = [predicted == wanted for predicted, wanted in zip(labels, right, strict=True)]

    # Statistics of macro F1: the hits of each class, then how often it was predicted plus how often it was right.
    number = {name: n for n, name in enumerate(names)}
    statistics = np.zeros((len(labels), 2 * len(names)))
    for row, (predicted, wanted) in enumerate(zip(labels, right, strict=True)):
        statistics[row, number[predicted]] += predicted == wanted
        statistics[row, len(names) + number[predicted]] += 1
        statistics[row, len(names) + number[wanted]] += 1

    metrics = [
        mean_metric("accuracy", [100.0 * hit for hit in hits], "higher", "percent"),
        Metric("macro_f1", statistics, _macro_f1, "higher", "percent"),
    ]
    if out_of_scope is None:
        return metrics
    flagged = np.array([label == out_of_scope for label in labels], dtype=bool)
    outside = np.array([label == out_of_scope for label in right], dtype=bool)
    both = 100.0 * (flagged & outside)
    metrics += [
        ratio_metric("out_of_scope_precision", both, flagged, "higher", "percent"),
        ratio_metric("out_of_scope_recall", both, outside, "higher", "percent"),
        ratio_metric("out_of_scope_f1", 2 * both, flagged.astype(float) + outside, "higher", "percent"),
    ]
    if scores is not None:
        metrics.append(auroc("out_of_scope_auroc", scores, outside))
    return metrics


def _order_classes(labels: Sequence[str], right: Sequence[str], classes: Sequence[str] | None) -> list[str]:
    used = {*labels, *right}
    if classes is None:
        return sorted(used)
    if unknown := used - set(classes):
        raise InputError(f"{min(unknown)!r} is not one of the {len(set(classes))} classes given")
    return sorted(set(classes))


def _macro_f1(sums: Array) -> Array:
    classes = sums.shape[-1] // 2
    hits, named = sums[..., :classes], sums[..., classes:]
    occurs = named > 0
    f1 = np.where(occurs, 2 * hits / np.where(occurs, named, 1), 0)
    return 100 * divide(f1.sum(axis=-1), occurs.sum(axis=-1).astype(np.float64))


def auroc(name: str, scores: Sequence[float], positive: np.ndarray) -> Metric:
    """Return the area under the ROC curve, in percent (Mann & Whitney 1947), by its placements (DeLong et al. 1988).

    It is the chance that a positive row scores above another one. The placement of a positive row is the share of the
    others that score lower (ties half), and the other way round; the mean of either kind is the area A. Their sum over
    both kinds, less A, has A's value and its variance.
    """
    # The placements of the positive rows, and of the others.
    values, others = np.asarray(scores, dtype=np.float64), ~positive
    placements = np.zeros(len(values))
    above = _share_below(values[positive], values[others])
    below = 1 - _share_below(values[others], values[positive])
    area = above.mean() if len(above) and len(below) else np.nan
    placements[positive], placements[others] = 2 * above - area, 2 * below - area
    statistics = np.column_stack([placements * positive, positive, placements * others, others]).astype(np.float64)

    def mean_of_both(sums: Array) -> Array:
        return (divide(sums[..., 0], sums[..., 1]) + divide(sums[..., 2], sums[..., 3])) / 2

    return Metric(name, 100 * statistics * [1, 0.01, 1, 0.01], mean_of_both, "higher", "percent")


def _share_below(values: Array, others: Array) -> Array:
    """Return, for each value, the share of others that are lower; equal ones count half."""
    if not len(others):
        return np.full(len(values), np.nan)
    ordered = np.sort(others)
    lower, not_higher = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return (lower + not_higher) / (2 * len(others))
