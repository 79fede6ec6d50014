"""An evaluation as one HTML file: tables and plots, no script, nothing loaded from anywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from rag.compare.comparison import Score
from rag.evaluate.metrics.info import metric_info
from rag.evaluate.metrics.metric import Metric
from rag.evaluate.result import EvaluationResult
from rag.report.html import SIGNS, environment, stylesheet, write_whole
from rag.report.plots import plot_coverage, plot_reliability

WIDE, NARROW, PANEL = (800.0, 400.0), (340.0, 320.0), (300.0, 280.0)
CONFUSIONS = 15


@dataclass(frozen=True)
class MetricRow:
    """A metric, and each system's score in it, None for a system that has none."""

    metric: Metric
    title: str
    meaning: str
    scores: list[Score | None]


def write_evaluation(result: EvaluationResult, file: Path) -> None:
    """Write evaluations of the same rows as one HTML file, whole or not at all."""
    write_whole(render_evaluation(result), file)


def render_evaluation(result: EvaluationResult) -> str:
    """Return the HTML of evaluations."""
    systems = result.systems
    # A row for each metric that any system has.
    measured = [evaluation.metrics for evaluation in systems.values()]
    measured += [result.references] if result.references else []
    named = [{metric.name: metric for metric in metrics} for metrics in measured]
    rows = []
    for name, metric in {name: metric for metrics in reversed(named) for name, metric in metrics.items()}.items():
        scores = [Score.of(metrics[name]) if name in metrics else None for metrics in named]
        rows.append(MetricRow(metric, metric_info(name).title, metric_info(name).text, scores))

    # Latencies, where they were measured.
    costs = []
    for title, attribute in (("Latency, median", "latency_p50"), ("Latency, 95th percentile", "latency_p95")):
        seconds = [
            getattr(evaluation.cost, attribute).value if evaluation.cost else None for evaluation in systems.values()
        ]
        if any(value is not None and math.isfinite(value) for value in seconds):
            costs.append((title, [*seconds, *[None] * bool(result.references)]))

    # Confidence, for the systems that state one.
    confidence = {name: e.risk_coverage for name, e in systems.items() if e.risk_coverage is not None}
    curves = {name: risk.curve for name, risk in confidence.items()}
    measure = metric_info(next(iter(confidence.values())).measure).title if confidence else ""
    wide = plot_coverage(curves, measure, *WIDE, "wide")
    narrow = plot_coverage(curves, measure, *NARROW, "narrow")
    page: str = environment().get_template("evaluation.html.jinja").render(
        title=f"{result.task.capitalize()}: {Path(result.path).name}",
        about={"task": result.task, "path": result.path, **result.about},
        checks=result.checks or (),
        names=list(systems),
        columns=[*systems, *["references"] * bool(result.references)],
        rows=rows,
        costs=costs,
        signs=SIGNS,
        style=stylesheet(),
        measure=measure,
        coverage=(wide, narrow) if wide and narrow else None,
        reliability=[(name, plot_reliability(risk.bins, name, *PANEL)) for name, risk in confidence.items()],
        surest=[(name, risk.surest) for name, risk in confidence.items()],
        differences=[(metric_info(pair.metric).title, pair) for pair in result.differences],
        confusions={name: confusion.commonest(CONFUSIONS) for name, confusion in result.confusions.items()},
    )  # fmt: skip
    return page
