"""The learning curve: quality by the number of training rows, with untrained systems as baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from rag.compare.comparison import Baseline, CurveLine, CurvePoint, LearningCurve, Score
from rag.compare.system import System
from rag.compare.training import SystemTrainer, nested_parts
from rag.evaluate.metrics.metric import Metric


def learning_curve(
    systems: Sequence[System],
    sizes: Sequence[int],
    trainer: SystemTrainer,
    measure: Callable[[System], Metric],
    measured: Mapping[str, Metric],
    seed: int,
) -> LearningCurve | None:
    """Return the curve, None without a system to train or a size.

    `measure` returns the main metric of a trained system; `measured` holds that of each compared system by name.
    """
    lines = [
        system
        for system in systems
        # A system that starts from another system's model has already learnt from all rows.
        if system.finetune is not None and system.curve and system.attempts == 1 and system.start is None
    ]
    # The last point of each line is the system as compared, trained on all rows.
    rows = trainer.experiment.train
    sizes = sorted({size for size in sizes if size < len(rows)})
    if not lines or not sizes:
        return None
    parts = nested_parts(rows, sizes, seed)

    def point(metric: Metric, count: int) -> CurvePoint:
        return CurvePoint(rows=count, **asdict(Score.of(metric)))

    return LearningCurve(
        metric=next(iter(measured.values())).name,
        lines=tuple(
            CurveLine(
                system=system.name,
                points=(
                    *(point(measure(trainer.train(system, part)), len(part)) for part in parts),
                    point(measured[system.name], len(rows)),
                ),
            )
            for system in lines
        ),
        baselines=tuple(
            Baseline(system=system.name, **asdict(Score.of(measured[system.name])))
            for system in systems
            if not system.is_trained
        ),
    )
