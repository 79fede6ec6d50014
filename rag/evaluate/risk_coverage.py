"""How far a system's own confidence can be trusted: what leaving out the unsure answers brings, and how right it is."""

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
    """`curve`: the mean of `measure`, in percent, over the surest rows, by the share of rows that these are.

    Questions that the system left unanswered are part of no point, but of all rows that the share is of. `bins` are its
    answers by how sure they were given.
    """

    measure: str
    curve: tuple[CoveragePoint, ...]
    bins: tuple[ConfidenceBin, ...]

    @property
    def surest(self) -> list[CoveragePoint]:
        """The first points of the curve that answer at least 30, 50 and 70% of the rows, and its last."""
        *before, last = self.curve
        reached = [[each for each in before if each.coverage >= share - 1e-9] for share in SHARES]
        return [*(points[0] for points in reached if points), last]


def risk_coverage(records: Sequence[Prediction], rows: Sequence[Row]) -> RiskCoverage | None:
    """Return what the records' confidences are worth; None where they have none, or are not answers or labels."""
    task = rows[0].task
    given = [
        (record.confidence if task == "answer" else record.probability, record, row)
        for record, row in zip(records, rows, strict=True)
        if not record.abstained
    ]
    if task not in ("answer", "classify") or not given or any(chance is None for chance, _, _ in given):
        return None
    chances = [chance or 0.0 for chance, _, _ in given]
    if task == "answer":
        worth = [100 * token_f1(record.output, _references(row)) for _, record, row in given]
        right = [is_right(record.output, row) for _, record, row in given]
    else:
        right = [record.output == row.target for _, record, row in given]
        worth = [100.0 * each for each in right]
    share = len(given) / len(rows)
    points = [
        CoveragePoint(each.threshold, each.coverage * share, each.value) for each in coverage_curve(chances, worth)
    ]
    measure = "f1" if task == "answer" else "accuracy"
    return RiskCoverage(measure, tuple(_thinned(points)), tuple(confidence_bins(chances, right)))


def _references(row: Row) -> tuple[str, ...]:
    return () if row.unanswerable else row.references


def _thinned(points: Sequence[CoveragePoint]) -> list[CoveragePoint]:
    """Return at most POINTS of them, evenly spread, the last among them."""
    if len(points) <= POINTS:
        return list(points)
    return [points[round((at + 1) * len(points) / POINTS) - 1] for at in range(POINTS)]
