"""How far a system's own confidence can be trusted: calibration, abstention, and what leaving out the unsure brings.

A system that may abstain trades coverage, the share of questions that it answers, for how right its answers are
(El-Yaniv & Wiener 2010; Geifman & El-Yaniv 2017, arXiv:1705.08500).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.evaluate.metrics.metric import Array, Metric, divide

BINS = 10


def balanced_accuracy(abstained: Sequence[bool], unanswerable: Sequence[bool]) -> Metric:
    """Return the mean of two shares, in percent: unanswerable questions left alone, and answerable ones answered.

    nan unless there are questions of both kinds.
    """
    silent, none = np.asarray(abstained, dtype=bool), np.asarray(unanswerable, dtype=bool)
    statistics = np.column_stack([silent & none, none, ~silent & ~none, ~none]).astype(np.float64)

    def total(sums: Array) -> Array:
        return 50 * (divide(sums[..., 0], sums[..., 1]) + divide(sums[..., 2], sums[..., 3]))

    return Metric("balanced_accuracy", statistics, total, "higher", "percent")


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> Metric:
    """Return the expected calibration error, in percent: |mean confidence - share right| of equally wide bins.

    Each bin counts by the answers in it (Guo et al. 2017, arXiv:1706.04599). nan marks a row that takes no part.
    """
    given = np.asarray(confidence, dtype=np.float64)
    counted = ~np.isnan(given)
    place = np.clip((np.where(counted, given, 0.0) * bins).astype(int), 0, bins - 1)
    gap = np.where(counted, np.where(counted, given, 0.0) - np.asarray(right, dtype=np.float64), 0.0)
    statistics = np.zeros((len(given), bins + 1))
    statistics[np.arange(len(given)), place] = gap
    statistics[:, bins] = counted

    def total(sums: Array) -> Array:
        return 100 * divide(np.abs(sums[..., :bins]).sum(axis=-1), sums[..., bins])

    return Metric("calibration_error", statistics, total, "lower", "percent", f"{bins} bins of equal width")


@dataclass(frozen=True)
class CoveragePoint:
    """What a system reaches when it answers only where its confidence is at least `threshold`.

    `coverage` is the share of questions answered then, 0 to 1, `value` the mean of a value over them.
    """

    threshold: float
    coverage: float
    value: float


def coverage_curve(confidence: Sequence[float], values: Sequence[float]) -> list[CoveragePoint]:
    """Return the curve from the surest question to all of them; questions of equal confidence come in together."""
    given, worth = np.asarray(confidence, dtype=np.float64), np.asarray(values, dtype=np.float64)
    order = np.argsort(-given, kind="stable")
    ordered, sums = given[order], np.cumsum(worth[order])
    lasts = [at for at in range(len(order)) if at + 1 == len(order) or ordered[at + 1] < ordered[at]]
    return [CoveragePoint(float(ordered[at]), (at + 1) / len(order), float(sums[at] / (at + 1))) for at in lasts]


@dataclass(frozen=True)
class ConfidenceBin:
    """The answers of a confidence from `low` to `high`: how many, their mean confidence and the share right, 0 to 1."""

    low: float
    high: float
    rows: int
    confidence: float
    right: float


def confidence_bins(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[ConfidenceBin]:
    """Return the bins of a reliability diagram that hold anything (DeGroot & Fienberg 1983); see calibration_error."""
    given, truth = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    place = np.clip((given * bins).astype(int), 0, bins - 1)
    found = []
    for at in range(bins):
        inside = place == at
        if inside.any():
            means = float(given[inside].mean()), float(truth[inside].mean())
            found.append(ConfidenceBin(at / bins, (at + 1) / bins, int(inside.sum()), *means))
    return found


def at_coverage(curve: Sequence[CoveragePoint], coverage: float) -> CoveragePoint:
    """Return the first point of a curve that answers at least this share. Raises ValueError for an empty curve."""
    found = next((point for point in curve if point.coverage >= coverage - 1e-12), None)
    if found is None:
        raise ValueError("no question was asked: there is no curve")
    return found
