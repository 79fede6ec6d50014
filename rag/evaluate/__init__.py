"""Measure retrieval, answers, texts and labels on labelled rows, with intervals.

>>> from rag import Config
>>> from rag.evaluate import evaluate_answers, read_rows
>>> evaluation = evaluate_answers(Config().pipeline(), read_rows("questions.jsonl"))
>>> print({metric.name: str(metric) for metric in evaluation.metrics})
"""

from typing import TYPE_CHECKING

from ingest.lazy import attach

if TYPE_CHECKING:
    from rag.data.rows import Row as Row, read_rows as read_rows
    from rag.evaluate.answers import evaluate_answers as evaluate_answers
    from rag.evaluate.calibrate import Calibration as Calibration, fit_confidence as fit_confidence
    from rag.evaluate.labels import evaluate_labels as evaluate_labels
    from rag.evaluate.metrics.metric import Difference as Difference, Metric as Metric, difference as difference
    from rag.evaluate.predictions import (
        Prediction as Prediction,
        read_predictions as read_predictions,
        write_predictions as write_predictions,
    )
    from rag.evaluate.result import EvaluationResult as EvaluationResult, compare_pairs as compare_pairs
    from rag.evaluate.retrieval import evaluate_retrieval as evaluate_retrieval
    from rag.evaluate.run import Evaluation as Evaluation, Run as Run
    from rag.evaluate.text import evaluate_text as evaluate_text

__getattr__, __dir__, __all__ = attach(__name__, __file__)
