"""The typed result of `rag evaluate`: the command prints it, the report draws it, and JSON has one way out of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

from rag.data.checks import CheckResult
from rag.evaluate.metrics.labels import Confusion
from rag.evaluate.metrics.metric import Difference, Metric, difference
from rag.evaluate.run import Cost, Evaluation


@dataclass(frozen=True)
class PairDifference:
    """The difference of two systems, `first` less `second`, in one metric."""

    metric: str
    first: str
    second: str
    difference: Difference


@dataclass(frozen=True)
class EvaluationResult:
    """The evaluations of one or more systems on the same rows, by the systems' names.

    `about` says what they were measured on, such as the number of rows. `checks` are the results of checking the rows
    (None for retrieval, which checks nothing), `confusions` the confusion tables of labels. `references` are the
    metrics of the rows' own references, where they can be measured without others: descriptions, by the licence check.
    """

    task: str
    path: str
    about: Mapping[str, str | int]
    systems: Mapping[str, Evaluation]
    checks: tuple[CheckResult, ...] | None = None
    confusions: Mapping[str, Confusion] = field(default_factory=dict)
    references: tuple[Metric, ...] = ()

    @cached_property
    def differences(self) -> list[PairDifference]:
        """The differences of every pair of systems, by metric."""
        return compare_pairs(self.systems)

    def as_json(self) -> dict[str, Any]:
        """Return the object of `rag evaluate --json`; an undefined number is null."""
        content: dict[str, Any] = {"task": self.task, "path": self.path, **self.about}
        if self.checks is not None:
            content["checks"] = [check.as_json for check in self.checks]
        if self.confusions:
            content["confusion"] = {name: asdict(table) for name, table in self.confusions.items()}
        curves = {name: system.risk_coverage for name, system in self.systems.items() if system.risk_coverage}
        if curves:
            content["confidence"] = {
                name: {**asdict(curve), "surest": [asdict(point) for point in curve.surest]}
                for name, curve in curves.items()
            }
        content["systems"] = {
            name: {
                "metrics": [_metric_as_json(metric) for metric in system.metrics],
                "cost": _cost_as_json(system.cost) if system.cost else None,
            }
            for name, system in self.systems.items()
        }
        if self.references:
            content["references"] = {"metrics": [_metric_as_json(metric) for metric in self.references]}
        # By metric, each with the names of its two systems.
        content["differences"] = {}
        for pair in self.differences:
            numbers = asdict(pair.difference)
            content["differences"].setdefault(pair.metric, []).append(
                {"a": pair.first, "b": pair.second, "difference": numbers.pop("value"), **numbers}
            )
        rounded: dict[str, Any] = _round(content)
        return rounded

    def rows_as_json(self) -> Iterator[dict[str, Any]]:
        """Yield each row's values of each system: {"row", "system", "values": {metric: value}}."""
        for name, system in self.systems.items():
            values = {metric.name: metric.per_row for metric in system.metrics}
            for place, prediction in enumerate(system.outputs):
                row = {metric: _round(float(column[place])) for metric, column in values.items()}
                yield {"row": prediction.row, "system": name, "values": row}


def compare_pairs(evaluations: Mapping[str, Evaluation]) -> list[PairDifference]:
    """Return, metric by metric, every pair of systems with the first one's value less the second's.

    Metrics that one of the two lacks are left out. The evaluations must be over the same rows in the same order.
    """
    by_metric: dict[str, list[PairDifference]] = {}
    for (first, one), (second, other) in combinations(evaluations.items(), 2):
        others = {metric.name: metric for metric in other.metrics}
        for metric in one.metrics:
            if metric.name in others:
                pair = PairDifference(metric.name, first, second, difference(metric, others[metric.name]))
                by_metric.setdefault(metric.name, []).append(pair)
    return [pair for pairs in by_metric.values() for pair in pairs]


def _metric_as_json(metric: Metric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "value": metric.value,
        "low": metric.low,
        "high": metric.high,
        "unit": metric.unit,
        "better": metric.better,
        "signature": metric.signature,
    }


def _cost_as_json(cost: Cost) -> dict[str, float | None]:
    means = {metric.name: metric.value for metric in cost.metrics}
    return {
        "latency_p50": cost.latency_p50.value,
        "latency_p95": cost.latency_p95.value,
        "prompt_tokens": means.get("prompt_tokens"),
        "completion_tokens": means.get("completion_tokens"),
        "peak_memory_mb": cost.peak_memory_mb,
        "cpu_seconds_a_row": means.get("cpu_seconds"),
    }


def _round(content: Any) -> Any:
    """Return JSON values with six decimals, and null for a number that is not finite."""
    if isinstance(content, float):
        return round(content, 6) if math.isfinite(content) else None
    if isinstance(content, Mapping):
        return {name: _round(value) for name, value in content.items()}
    return [_round(value) for value in content] if isinstance(content, list | tuple) else content
