"""The results of systems: records in, scores, costs and differences out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from rag.compare.comparison import ComparedMetric, PairedDifference, RowCost, Score, SystemResult, round_finite
from rag.compare.experiment import Experiment
from rag.compare.outputs import Outputs
from rag.compare.system import System
from rag.compare.training import training_cost
from rag.evaluate.metrics.info import metric_info
from rag.evaluate.metrics.metric import Metric, difference
from rag.evaluate.predictions import Prediction

MAIN = {
    "answer": ("f1", "exact_match"),
    "describe": ("bleu", "unlicensed", "clean_texts", "contradictions", "changed_numbers", "fields_stated"),
    "classify": ("accuracy", "macro_f1"),
    "summarise": ("rouge_l",),
}
"""The metrics that come first, the main one before all; of another task rouge_l."""


class Scorer:
    """Measures records of the task, with the same classes and the same licence for all systems."""

    def __init__(self, experiment: Experiment, records: Sequence[Prediction]) -> None:
        self._experiment = experiment
        self._classes: set[str] | None = None
        if experiment.task == "classify":
            # Macro F1 is over the same classes for all systems.
            self._classes = {*experiment.labels, *(row.target for row in experiment.test)}
            self._classes |= {record.output for record in records}

    def measure(self, records: Sequence[Prediction]) -> dict[str, Metric]:
        """Return the metrics by name, the main one first."""
        from rag.evaluate.answers import score_answers
        from rag.evaluate.labels import score_labels
        from rag.evaluate.text import score_text

        rows, task = self._experiment.test, self._experiment.task
        metrics: Sequence[Metric]
        if task == "answer":
            metrics = score_answers(records, rows)
        elif task == "classify":
            metrics = score_labels(records, rows, None, self._classes)
        else:
            metrics = score_text(records, rows, self._experiment.house)
        # The main metrics come first, the others in their own order.
        named = {metric.name: metric for metric in metrics}
        first = [name for name in MAIN.get(task, ("rouge_l",)) if name in named]
        return {name: named[name] for name in dict.fromkeys([*first, *named])}

    def references(self) -> dict[str, Score]:
        """Return the scores of the references, in the metrics that need none."""
        from rag.evaluate.text import score_references

        metrics = score_references(self._experiment.test, self._experiment.house)
        return {metric.name: Score.of(metric) for metric in metrics}


def compared_metrics(metrics: Mapping[str, Metric]) -> tuple[ComparedMetric, ...]:
    """Return the titles, units and meanings of metrics."""
    return tuple(
        ComparedMetric(
            name=name,
            title=metric_info(name).title,
            unit=metric.unit,
            better=metric.better,
            meaning=metric_info(name).text,
            signature=metric.signature,
        )
        for name, metric in metrics.items()
    )


def paired_differences(systems: Mapping[str, Mapping[str, Metric]]) -> dict[str, tuple[PairedDifference, ...]]:
    """Return the difference of every pair of systems in each metric, the earlier system's value minus the later's."""
    pairs: dict[str, list[PairedDifference]] = {}
    for (a, metrics), (b, others) in combinations(systems.items(), 2):
        for name, metric in metrics.items():
            test = difference(metric, others[name])
            low, high, p = round_finite(test.low), round_finite(test.high), round_finite(test.p)
            pair = PairedDifference(a=a, b=b, difference=round_finite(test.value), low=low, high=high, p=p)
            pairs.setdefault(name, []).append(pair)
    return {name: tuple(tested) for name, tested in pairs.items()}


def system_result(
    system: System, trained: System, outputs: Outputs, metrics: Mapping[str, Metric], max_new_tokens: int
) -> SystemResult:
    """Return a system's scores and costs. `trained` is the system with the model that wrote the outputs."""
    import numpy as np

    records = outputs.records
    # Latency is that of the rows generated one by one, of all rows if there are none.
    alone = [record.seconds for record in records if record.together == 1 and record.seconds is not None]
    seconds = alone or [record.seconds for record in records if record.seconds is not None]
    # The tokens of several attempts, and of sentences written again, are added up: they tell nothing of the limit.
    tokens = [record.completion_tokens for record in records]
    is_single = system.attempts == 1 and not system.checked
    cut = [float(count >= max_new_tokens) for count in tokens if count is not None] if is_single else []
    model = system.model or system.start or f"from nothing: {(system.finetune or {}).get('init')}"
    return SystemResult(
        name=system.name,
        kind=trained.kind,
        model="" if system.rules else model,
        examples=system.examples,
        similar=system.similar,
        attempts=system.attempts,
        checked=system.checked,
        trained=training_cost(trained.model),
        metrics={name: Score.of(metric) for name, metric in metrics.items()},
        cost=RowCost(
            latency_p50=round_finite(float(np.percentile(seconds, 50))) if seconds else None,
            latency_p95=round_finite(float(np.percentile(seconds, 95))) if seconds else None,
            prompt_tokens=_mean([record.prompt_tokens for record in records]),
            completion_tokens=_mean(tokens),
            peak_memory_mb=round_finite(outputs.peak_memory_mb, 1),
            cpu_seconds_a_row=_mean([record.cpu_seconds for record in records]),
            cut=_mean(cut),
        ),
        prompt_example=outputs.prompt_example,
    )


def _mean(values: Sequence[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return round_finite(sum(numbers) / len(numbers)) if numbers else None
