"""Metrics of a system's own confidence: abstention, calibration and the risk-coverage curve.

A system that may abstain trades coverage, the share of questions that it answers, for how right its answers are
(El-Yaniv & Wiener 2010; Geifman & El-Yaniv 2017, arXiv:1705.08500).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.errors import InputError
from rag.evaluate.metrics.metric import Array, Metric, divide

BINS = 10


def balanced_accuracy(abstained: Sequence[bool], unanswerable: Sequence[bool]) -> Metric:
    """Return the mean of two shares, in percent: unanswerable questions abstained on, and answerable ones answered.

    nan unless there are questions of both kinds.
    """
    silent, none = np.asarray(abstained, dtype=bool), np.asarray(unanswerable, dtype=bool)
    statistics = np.column_stack([silent & none, none, ~silent & ~none, ~none]).astype(np.float64)

    def total(sums: Array) -> Array:
        return 50 * (divide(sums[..., 0], sums[..., 1]) + divide(sums[..., 2], sums[..., 3]))

    return Metric("balanced_accuracy", statistics, total, "higher", "percent")


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> Metric:
    """Return the expected calibration error, in percent: |mean confidence - share right| of equally wide bins.

    Each bin counts by the answers in it (Guo et al. 2017, arXiv:1706.04599). nan marks a row that is left out.
    """
    stated = np.asarray(confidence, dtype=np.float64)
    counted = ~np.isnan(stated)
    stated = np.where(counted, stated, 0.0)
    # A column for each bin holds the gap of the row in it; the last one counts the rows.
    place = np.clip((stated * bins).astype(int), 0, bins - 1)
    statistics = np.zeros((len(stated), bins + 1))
    statistics[np.arange(len(stated)), place] = np.where(counted, stated - np.asarray(right, dtype=np.float64), 0.0)
    statistics[:, bins] = counted

    def total(sums: Array) -> Array:
        return 100 * divide(np.abs(sums[..., :bins]).sum(axis=-1), sums[..., bins])

    return Metric("calibration_error", statistics, total, "lower", "percent", f"{bins} bins of equal width")


@dataclass(frozen=True)
class CoveragePoint:
    """The result of answering only where the confidence is at least `threshold`.

    `coverage` is the share of questions answered then, 0 to 1, `value` the mean of a value over them.
    """

    threshold: float
    coverage: float
    value: float


def coverage_curve(confidence: Sequence[float], values: Sequence[float]) -> list[CoveragePoint]:
    """Return the curve from the surest question to all of them; questions of equal confidence form one point."""
    stated, worth = np.asarray(confidence, dtype=np.float64), np.asarray(values, dtype=np.float64)
    # Only the last of equal confidences makes a point: no threshold tells them apart.
    order = np.argsort(-stated, kind="stable")
    ordered, sums = stated[order], np.cumsum(worth[order])
    counts = [n for n in range(1, len(order) + 1) if n == len(order) or ordered[n] < ordered[n - 1]]
    return [CoveragePoint(float(ordered[n - 1]), n / len(order), float(sums[n - 1] / n)) for n in counts]


@dataclass(frozen=True)
class ConfidenceBin:
    """The answers of a confidence from `low` to `high`: their number, mean confidence and share right, 0 to 1."""

    low: float
    high: float
    rows: int
    confidence: float
    right: float


def confidence_bins(confidence: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[ConfidenceBin]:
    """Return the non-empty bins of a reliability diagram (DeGroot & Fienberg 1983), as in `calibration_error`."""
    stated, truth = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    place = np.clip((stated * bins).astype(int), 0, bins - 1)
    filled = []
    for number in range(bins):
        inside = place == number
        if inside.any():
            means = float(stated[inside].mean()), float(truth[inside].mean())
            filled.append(ConfidenceBin(number / bins, (number + 1) / bins, int(inside.sum()), *means))
    return filled


def at_coverage(curve: Sequence[CoveragePoint], coverage: float) -> CoveragePoint:
    """Return the first point of a curve that answers at least this share. Raises InputError for an empty curve."""
    reached = next((point for point in curve if point.coverage >= coverage - 1e-12), None)
    if reached is None:
        raise InputError("the curve is empty: it needs at least one question")
    return reached
