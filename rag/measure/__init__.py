"""Every number that a system is judged by, each with its interval: the field's own metrics, checked against others'."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.measure.answers import AnswerOutput, answer_metrics
    from rag.measure.confidence import (
        ConfidenceBin,
        CoveragePoint,
        at_coverage,
        balanced_accuracy,
        calibration_error,
        confidence_bins,
        risk_coverage,
    )
    from rag.measure.cost import Estimate, Spent, cost_metrics, peak_memory_mb, percentile
    from rag.measure.labels import Confusion, confusion, label_metrics
    from rag.measure.meaning import MEANINGS, Meaning, meaning_of
    from rag.measure.measured import Difference, Measured, difference
    from rag.measure.ranking import ranking_metrics
    from rag.measure.slots import slot_metrics
    from rag.measure.text import text_metrics

_HOME = {
    "AnswerOutput": "rag.measure.answers",
    "Confusion": "rag.measure.labels",
    "ConfidenceBin": "rag.measure.confidence",
    "CoveragePoint": "rag.measure.confidence",
    "Difference": "rag.measure.measured",
    "Estimate": "rag.measure.cost",
    "MEANINGS": "rag.measure.meaning",
    "Meaning": "rag.measure.meaning",
    "Measured": "rag.measure.measured",
    "Spent": "rag.measure.cost",
    "answer_metrics": "rag.measure.answers",
    "at_coverage": "rag.measure.confidence",
    "balanced_accuracy": "rag.measure.confidence",
    "calibration_error": "rag.measure.confidence",
    "confidence_bins": "rag.measure.confidence",
    "confusion": "rag.measure.labels",
    "cost_metrics": "rag.measure.cost",
    "difference": "rag.measure.measured",
    "label_metrics": "rag.measure.labels",
    "meaning_of": "rag.measure.meaning",
    "peak_memory_mb": "rag.measure.cost",
    "percentile": "rag.measure.cost",
    "ranking_metrics": "rag.measure.ranking",
    "risk_coverage": "rag.measure.confidence",
    "slot_metrics": "rag.measure.slots",
    "text_metrics": "rag.measure.text",
}

__all__ = [
    "MEANINGS",
    "AnswerOutput",
    "ConfidenceBin",
    "Confusion",
    "CoveragePoint",
    "Difference",
    "Estimate",
    "Meaning",
    "Measured",
    "Spent",
    "answer_metrics",
    "at_coverage",
    "balanced_accuracy",
    "calibration_error",
    "confidence_bins",
    "confusion",
    "cost_metrics",
    "difference",
    "label_metrics",
    "meaning_of",
    "peak_memory_mb",
    "percentile",
    "ranking_metrics",
    "risk_coverage",
    "slot_metrics",
    "text_metrics",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rag.measure' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
