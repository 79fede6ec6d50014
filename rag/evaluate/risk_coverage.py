"""Risk coverage: the gain from leaving out the least confident answers, and the calibration of the confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.match import token_f1
from rag.data.rows import Row
from rag.evaluate.metrics.answers import is_right
from rag.evaluate.metrics.confidence import ConfidenceBin, CoveragePoint, confidence_bins, coverage_curve
from rag.evaluate.predictions import Prediction

SHARES = (0.3, 0.5, 0.7)
POINTS = 100  # of a curve, at most


@dataclass(frozen=True)
class RiskCoverage:
    """The risk-coverage curve of a system, and its reliability.

    `curve` is the mean of `measure`, in percent, over the most confident rows, by their share of all rows. Questions
    that the system left unanswered belong to no point, but to all rows. `bins` are its answers by confidence.
    """

    measure: str
    curve: tuple[CoveragePoint, ...]
    bins: tuple[ConfidenceBin, ...]

    @property
    def surest(self) -> list[CoveragePoint]:
        """The first points of the curve that answer at least 30, 50 and 70% of the rows, and its last."""
        *before, last = self.curve
        reached = [next((point for point in before if point.coverage >= share - 1e-9), None) for share in SHARES]
        return [*(point for point in reached if point is not None), last]


def risk_coverage(predictions: Sequence[Prediction], rows: Sequence[Row]) -> RiskCoverage | None:
    """Return the risk coverage of answers or labels; None without a confidence for each."""
    task = rows[0].task
    answered = [
        (prediction.confidence if task == "answer" else prediction.probability, prediction.output, row)
        for prediction, row in zip(predictions, rows, strict=True)
        if not prediction.abstained
    ]
    confidences = [confidence for confidence, _, _ in answered if confidence is not None]
    if task not in ("answer", "classify") or not answered or len(confidences) < len(answered):
        return None
    if task == "answer":
        measure = "f1"
        worth = [100 * token_f1(output, () if row.unanswerable else row.references) for _, output, row in answered]
        right = [is_right(output, row) for _, output, row in answered]
    else:
        measure = "accuracy"
        right = [output == row.target for _, output, row in answered]
        worth = [100.0 * hit for hit in right]

    # The curve counts answered rows only; its coverage is of all rows.
    share = len(answered) / len(rows)
    points = [
        CoveragePoint(point.threshold, point.coverage * share, point.value)
        for point in coverage_curve(confidences, worth)
    ]
    if len(points) > POINTS:  # evenly spread, the last among them
        points = [points[round((number + 1) * len(points) / POINTS) - 1] for number in range(POINTS)]
    return RiskCoverage(measure, tuple(points), tuple(confidence_bins(confidences, right)))
