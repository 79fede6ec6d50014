"""The result of an evaluation, its cost, and how predictions are made and kept.

    rows -> a prediction for each (rag.evaluate.predictions) -> metrics (rag.evaluate.metrics) -> Evaluation

A pipeline, a generator or a classifier makes the predictions; outputs that exist already are measured alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import InputError, RowsError
from ingest.fingerprint import Fingerprinted, fingerprint
from rag.data.rows import Row
from rag.evaluate.metrics.cost import Estimate, Spent, cost_metrics, peak_memory_mb, percentile
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.predictions import Predict, Prediction, predict_rows
from rag.evaluate.risk_coverage import RiskCoverage


@dataclass(frozen=True)
class Cost:
    """The cost of rows: percentiles of the seconds that one takes, means per row, and the process's peak memory.

    Latency counts the rows that were predicted alone; nan without any. `peak_memory_mb` is nan where nothing was
    predicted in this process.
    """

    latency_p50: Estimate
    latency_p95: Estimate
    metrics: tuple[Metric, ...]
    peak_memory_mb: float


@dataclass(frozen=True)
class Evaluation:
    """One system's metrics over rows, with its outputs in the rows' order.

    `cost` and `risk_coverage`, the worth of the system's own confidence, are None where they are not known.
    """

    task: str
    metrics: tuple[Metric, ...]
    outputs: tuple[Prediction, ...]
    cost: Cost | None = None
    risk_coverage: RiskCoverage | None = None


@dataclass(frozen=True)
class Run:
    """The way predictions are made: `batch` rows at a time, kept in `cache` if given.

    `progress` shows a bar; None means on a terminal only. The rows of a batch share its time, and tell nothing of
    latency.
    """

    cache: Path | None = None
    batch: int = 1
    progress: bool | None = None

    def predict(self, rows: Sequence[Row], predict: Predict, *parts: Fingerprinted | str | None) -> list[Prediction]:
        """Return a prediction for each row, made where the cache has none that these parts made."""
        try:
            origin = fingerprint(*parts) if self.cache is not None else ""
        except TypeError as error:  # a plug-in without a fingerprint: its outputs could not be told from others
            raise InputError(f"{error}: give it a property `fingerprint`, or keep no outputs (--no-cache)") from None
        return predict_rows(rows, predict, origin, self.cache, self.batch, self.progress)


def cost_of(predictions: Sequence[Prediction], here: bool = False) -> Cost | None:
    """Return the cost of predictions, None where it is not known of each. `here`: this process made them."""
    if any(prediction.seconds is None for prediction in predictions):
        return None
    spent = [
        Spent(
            prediction.seconds or 0,
            prediction.cpu_seconds or 0,
            prediction.prompt_tokens or 0,
            prediction.completion_tokens or 0,
        )
        for prediction in predictions
    ]
    # A mean is given only where every row has the number.
    metrics = tuple(
        metric
        for metric in cost_metrics(spent)
        if all(getattr(prediction, metric.name) is not None for prediction in predictions)
    )
    alone = [prediction.seconds or 0 for prediction in predictions if prediction.together in (None, 1)]
    memory = peak_memory_mb() if here else float("nan")
    return Cost(percentile(alone, 50), percentile(alone, 95), metrics, memory)


def check_task(rows: Sequence[Row], tasks: Iterable[str]) -> None:
    """Raise RowsError unless all rows are of the same task, one of `tasks`."""
    tasks, present = set(tasks), sorted({row.task for row in rows})
    if not present:
        raise RowsError("there are no rows to evaluate")
    if len(present) > 1 or not set(present) <= tasks:
        needed = " or ".join(sorted(tasks)) if tasks else "a task whose output is a text"
        raise RowsError(f"the rows are of {' and '.join(present)}; needed are rows of {needed}, all of one task")
