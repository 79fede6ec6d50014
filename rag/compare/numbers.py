"""Numbers as a comparison holds them: plain JSON, null where undefined."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from rag.evaluate.metrics.info import metric_info
from rag.evaluate.metrics.metric import Metric, difference

Metrics = Mapping[str, Metric]
"""A system's metrics by name, in the order of display."""

FIRST = {
    "answer": ("f1", "exact_match"),
    "describe": ("bleu", "slot_error_rate"),
    "classify": ("accuracy", "macro_f1"),
    "summarise": ("rouge_l",),
}
"""The metrics that are shown first, the main one before all."""


def ordered(measured: Sequence[Metric], task: str) -> dict[str, Metric]:
    """Return metrics by name, the task's main one first."""
    named = {each.name: each for each in measured}
    first = [name for name in FIRST.get(task, ("rouge_l",)) if name in named]
    return {name: named[name] for name in dict.fromkeys([*first, *named])}


def metric_objects(metrics: Metrics) -> list[dict[str, Any]]:
    """Return what each metric is."""
    objects = []
    for name, each in metrics.items():
        meaning = metric_info(name)
        objects.append(
            {
                "name": name,
                "title": meaning.title,
                "unit": each.unit,
                "better": each.better,
                "meaning": meaning.text,
                "signature": each.signature,
            }
        )
    return objects


def estimate(measured: Metric) -> dict[str, float | None]:
    """Return a metric's value with its 95% interval."""
    low, high = measured.interval()
    return {"value": plain(measured.value), "low": plain(low), "high": plain(high)}


def differences(metrics: Mapping[str, Metrics]) -> dict[str, list[dict[str, Any]]]:
    """Return, for each metric, every pair of systems: the earlier one's value less the later one's, with p."""
    found: dict[str, list[dict[str, Any]]] = {}
    for (a, of_a), (b, of_b) in combinations(metrics.items(), 2):
        for name in of_a:
            each = difference(of_a[name], of_b[name])
            numbers = {"difference": each.value, "low": each.low, "high": each.high, "p": each.p}
            found.setdefault(name, []).append({"a": a, "b": b, **{key: plain(n) for key, n in numbers.items()}})
    return found


def plain(value: float | None, digits: int = 6) -> float | None:
    """Return a number that JSON can hold: null for one that is not defined."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits)
