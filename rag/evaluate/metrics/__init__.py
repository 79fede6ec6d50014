"""The field's metrics, each with its interval and checked against another implementation."""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.evaluate.metrics.answers import AnswerOutput as AnswerOutput, answer_metrics as answer_metrics
    from rag.evaluate.metrics.confidence import (
        ConfidenceBin as ConfidenceBin,
        CoveragePoint as CoveragePoint,
        at_coverage as at_coverage,
        balanced_accuracy as balanced_accuracy,
        calibration_error as calibration_error,
        confidence_bins as confidence_bins,
        coverage_curve as coverage_curve,
    )
    from rag.evaluate.metrics.cost import (
        Estimate as Estimate,
        Spent as Spent,
        cost_metrics as cost_metrics,
        peak_memory_mb as peak_memory_mb,
        percentile as percentile,
    )
    from rag.evaluate.metrics.info import METRICS as METRICS, MetricInfo as MetricInfo, metric_info as metric_info
    from rag.evaluate.metrics.labels import (
        Confusion as Confusion,
        confusion as confusion,
        label_metrics as label_metrics,
    )
    from rag.evaluate.metrics.licence import (
        CheckedRow as CheckedRow,
        HouseLicence as HouseLicence,
        check_rows as check_rows,
        licence_metrics as licence_metrics,
    )
    from rag.evaluate.metrics.metric import Difference as Difference, Metric as Metric, difference as difference
    from rag.evaluate.metrics.ranking import ranking_metrics as ranking_metrics
    from rag.evaluate.metrics.text import text_metrics as text_metrics

__getattr__, __dir__, __all__ = attach(__name__, __file__)
