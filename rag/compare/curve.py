"""The learning curve: quality against the number of training rows, and the systems that need none as flat lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rag.compare.numbers import estimate
from rag.compare.system import System
from rag.compare.training import Training, nested
from rag.data.rows import Row
from rag.evaluate.metrics.metric import Metric


def learning_curve(
    systems: Sequence[System],
    sizes: Sequence[int],
    training: Training,
    measure: Callable[[System], Metric],
    known: Mapping[str, Metric],
    seed: int,
) -> dict[str, Any] | None:
    """Return the curve as a comparison holds it, None where no system is trained here or no size is asked for.

    `measure` gives the main metric of a trained system, `known` holds that of each system as compared, by name.
    """
    lines = [
        system
        for system in systems
        # What goes on from another system's model has learnt from all rows already.
        if system.finetune is not None and system.curve and system.attempts == 1 and system.start is None
    ]
    rows = training.material.train
    sizes = sorted({size for size in sizes if size < len(rows)})
    if not lines or not sizes:
        return None
    main = next(iter(known.values()))
    parts = nested(rows, sizes, seed)
    return {
        "metric": main.name,
        "lines": [
            {
                "system": system.name,
                "points": [
                    *(_point(measure(training.trained(system, part)), part) for part in parts),
                    _point(known[system.name], rows),
                ],
            }
            for system in lines
        ],
        "flat": [
            {"system": system.name, **estimate(known[system.name])} for system in systems if not system.is_trained
        ],
    }


def _point(measured: Metric, rows: Sequence[Row]) -> dict[str, Any]:
    return {"rows": len(rows), **estimate(measured)}
