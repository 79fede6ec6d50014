"""Metrics of slots: values that a description leaves out, changes or invents, in percent of the values given."""

from __future__ import annotations

from collections.abc import Sequence

from rag.describe.slots import SlotCheck
from rag.evaluate.metrics.metric import Metric, ratio_metric


def slot_metrics(checks: Sequence[SlotCheck]) -> list[Metric]:
    """Return slot_error_rate, missing, wrong and invented, each as a share of all checkable fields.

    The first is the sum of the other three (Wen et al. 2015: (missing + redundant) / slots), so it can exceed 100.
    """
    slots = [check.slots for check in checks]
    errors = {
        "slot_error_rate": [check.errors for check in checks],
        "missing": [len(check.missing) for check in checks],
        "wrong": [len(check.wrong) for check in checks],
        "invented": [len(check.invented) for check in checks],
    }
    return [
        ratio_metric(name, [100 * count for count in counts], slots, "lower", "percent")
        for name, counts in errors.items()
    ]
