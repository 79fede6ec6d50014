"""How right labels are, class by class, and whether what belongs to no class is noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.data.rows import Row
from rag.evaluate.metrics.metric import Array, Metric, divide, measured_mean, measured_ratio


@dataclass(frozen=True)
class Confusion:
    """How often each label was given for each right one: `counts[right][given]`, both in the order of `labels`."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def most(self, limit: int = 10) -> list[tuple[str, str, int]]:
        """Return the commonest confusions, (right, given, rows), most frequent first."""
        wrong = [
            (right, given, count)
            for right, line in zip(self.labels, self.counts, strict=True)
            for given, count in zip(self.labels, line, strict=True)
            if right != given and count
        ]
        return sorted(wrong, key=lambda each: -each[2])[:limit]


def confusion(labels: Sequence[str], rows: Sequence[Row], classes: Sequence[str] | None = None) -> Confusion:
    """Return the confusion table of labels given to rows; `classes` as in `label_metrics`."""
    right = [row.target for row in rows]
    counted = Counter(zip(right, labels, strict=True))
    names = _classes(labels, right, classes)
    return Confusion(tuple(names), tuple(tuple(counted[of, given] for given in names) for of in names))


def label_metrics(
    labels: Sequence[str],
    rows: Sequence[Row],
    classes: Sequence[str] | None = None,
    out_of_scope: str | None = None,
    scores: Sequence[float] | None = None,
) -> list[Metric]:
    """Return the metrics of labels given to rows, aligned, all in percent.

    accuracy, and macro_f1: the mean F1 of the classes that occur, in the rows or among the labels given.
    With the label that stands for `out_of_scope`: out_of_scope_precision, _recall and _f1. With `scores` too (higher:
        more likely out of scope): out_of_scope_auroc, the chance that one row out of scope scores above one within.

    `classes` are all labels there are, in any order; give them where two systems are to be compared, since each may
    name others. Raises ValueError for labels that are not among them.
    """
    right = [row.target for row in rows]
    names = _classes(labels, right, classes)
    hit = [given == wanted for given, wanted in zip(labels, right, strict=True)]
    metrics = [
        measured_mean("accuracy", [100.0 * each for each in hit], "higher", "percent"),
        Metric("macro_f1", _per_class(labels, right, names), _macro_f1, "higher", "percent"),
    ]
    if out_of_scope is None:
        return metrics
    found = np.array([label == out_of_scope for label in labels], dtype=bool)
    outside = np.array([label == out_of_scope for label in right], dtype=bool)
    both = 100.0 * (found & outside)
    metrics += [
        measured_ratio("out_of_scope_precision", both, found, "higher", "percent"),
        measured_ratio("out_of_scope_recall", both, outside, "higher", "percent"),
        measured_ratio("out_of_scope_f1", 2 * both, found.astype(float) + outside, "higher", "percent"),
    ]
    if scores is not None:
        metrics.append(auroc("out_of_scope_auroc", scores, outside))
    return metrics


def _classes(labels: Sequence[str], right: Sequence[str], classes: Sequence[str] | None) -> list[str]:
    used = {*labels, *right}
    if classes is None:
        return sorted(used)
    unknown = used - set(classes)
    if unknown:
        raise ValueError(f"{min(unknown)!r} is not one of the {len(set(classes))} classes given")
    return sorted(set(classes))


def _per_class(labels: Sequence[str], right: Sequence[str], names: Sequence[str]) -> Array:
    """Return, a row: hits of each class, then how often it was given plus how often it was right."""
    at = {name: number for number, name in enumerate(names)}
    statistics = np.zeros((len(labels), 2 * len(names)))
    for row, (given, wanted) in enumerate(zip(labels, right, strict=True)):
        statistics[row, at[given]] += given == wanted
        statistics[row, len(names) + at[given]] += 1
        statistics[row, len(names) + at[wanted]] += 1
    return statistics


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
    given, others = np.asarray(scores, dtype=np.float64), ~positive
    placements = np.zeros(len(given))
    above = _share_below(given[positive], given[others])
    below = 1 - _share_below(given[others], given[positive])
    area = above.mean() if len(above) and len(below) else np.nan
    placements[positive], placements[others] = 2 * above - area, 2 * below - area
    statistics = np.column_stack([placements * positive, positive, placements * others, others]).astype(np.float64)
    return Metric(name, 100 * statistics * [1, 0.01, 1, 0.01], _two_means, "higher", "percent")


def _share_below(values: Array, others: Array) -> Array:
    """Return, for each value, the share of others that are lower, those that are equal counting half."""
    if not len(others):
        return np.full(len(values), np.nan)
    ordered = np.sort(others)
    lower, not_higher = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return (lower + not_higher) / (2 * len(others))


def _two_means(sums: Array) -> Array:
    return (divide(sums[..., 0], sums[..., 1]) + divide(sums[..., 2], sums[..., 3])) / 2
