"""How well does it do on labelled rows? Retrieval, answers, texts and labels: made, kept, measured with intervals.

    rows -> a record for each (rag.evaluate.predictions) -> metrics (rag.measure) -> Evaluation

What writes the records is a pipeline, a generator or a classifier; outputs that exist already are measured alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import RowsError
from ingest.fingerprint import Fingerprinted, fingerprint
from rag.data.rows import Row
from rag.evaluate.metrics.cost import Estimate, Spent, cost_metrics, peak_memory_mb, percentile
from rag.evaluate.metrics.metric import Difference, Metric, difference
from rag.evaluate.predictions import Make, Prediction, recall_or_make
from rag.evaluate.risk_coverage import RiskCoverage

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Cost:
    """What rows cost: percentiles of the seconds that one takes, means a row, and the process's peak memory.

    Latency is that of rows which were made alone, nan where none was; `peak_memory_mb` is nan where nothing was made
    here.
    """

    latency_p50: Estimate
    latency_p95: Estimate
    metrics: tuple[Metric, ...]
    peak_memory_mb: float


@dataclass(frozen=True)
class Evaluation:
    """One system's metrics over rows, with its outputs in the rows' order.

    Where it is known also what they cost, and what the system's own confidence is worth.
    """

    task: str
    metrics: tuple[Metric, ...]
    outputs: tuple[Prediction, ...]
    cost: Cost | None = None
    trust: RiskCoverage | None = None


@dataclass(frozen=True)
class Run:
    """How records are made: kept in `cache` if given, `batch` rows at a time, with a bar (None: on a terminal only).

    Rows of one batch share its time, and tell nothing of latency.
    """

    cache: Path | None = None
    batch: int = 1
    progress: bool | None = None

    def records(self, rows: Sequence[Row], make: Make, *parts: Fingerprinted | str | None) -> list[Prediction]:
        """Return a record for each row, made where the cache has none that these parts made."""
        made_by = fingerprint(*parts) if self.cache is not None else ""
        return recall_or_make(rows, make, made_by, self.cache, self.batch, self.progress)


MAKING = Run()


# --- answers ----------------------------------------------------------------------------------------------------------


# --- texts ------------------------------------------------------------------------------------------------------------


# --- labels -----------------------------------------------------------------------------------------------------------


# --- retrieval --------------------------------------------------------------------------------------------------------


# --- what all have in common ------------------------------------------------------------------------------------------


def cost_of(records: Sequence[Prediction], here: bool = False) -> Cost | None:
    """Return what records cost, None where that is not known of each. `here`: this process made them."""
    if any(record.seconds is None for record in records):
        return None
    spent = [
        Spent(record.seconds or 0, record.cpu_seconds or 0, record.prompt_tokens or 0, record.completion_tokens or 0)
        for record in records
    ]
    known = [each for each in cost_metrics(spent) if all(getattr(record, each.name) is not None for record in records)]
    seconds = [each.seconds for each, record in zip(spent, records, strict=True) if record.together in (None, 1)]
    memory = peak_memory_mb() if here else float("nan")
    return Cost(percentile(seconds, 50), percentile(seconds, 95), tuple(known), memory)


def differences(evaluations: Mapping[str, Evaluation]) -> dict[str, list[tuple[str, str, Difference]]]:
    """Return, for each metric, every pair of systems with the first one's value less the second's.

    Metrics that one of the two lacks are left out. The evaluations must be over the same rows in the same order.
    """
    found: dict[str, list[tuple[str, str, Difference]]] = {}
    for (name, one), (other_name, other) in combinations(evaluations.items(), 2):
        others = {each.name: each for each in other.metrics}
        for each in one.metrics:
            if each.name in others:
                found.setdefault(each.name, []).append((name, other_name, difference(each, others[each.name])))
    return found


def _refuse_others(rows: Sequence[Row], tasks: Iterable[str]) -> None:
    """Raise RowsError unless all rows are of one of the tasks, and of the same."""
    tasks, found = set(tasks), sorted({row.task for row in rows})
    if not found:
        raise RowsError("there are no rows to evaluate")
    if len(found) > 1 or not set(found) <= tasks:
        wanted = " or ".join(sorted(tasks)) if tasks else "a task whose output is a text"
        raise RowsError(f"the rows are of {' and '.join(found)}; needed are rows of {wanted}, all of one task")
