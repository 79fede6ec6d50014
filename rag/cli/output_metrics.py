"""Print an evaluation: a table of metrics with intervals, then confidences, confusions and differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.cli.output import BOLD, DIM, colour, line, show_table
from rag.evaluate.metrics.info import metric_info

if TYPE_CHECKING:
    from rag.evaluate.metrics.cost import Estimate
    from rag.evaluate.metrics.metric import Metric
    from rag.evaluate.result import EvaluationResult
    from rag.evaluate.run import Cost

UNITS = {"percent": "%", "points": "points", "share": "0 to 1", "seconds": "s", "megabytes": "MB"}
DECIMALS = {"share": 3, "seconds": 3, "megabytes": 0}


def show_evaluation(result: EvaluationResult) -> None:
    """Print the systems next to each other, each one's confidence and confusions, then every pair's differences."""
    systems = result.systems
    about = result.about
    counts = f"{about['rows']} rows" if "rows" in about else f"{about['queries']} queries, {about['chunks']} chunks"
    model = about.get("embedder") or (next(iter(systems)) if len(systems) == 1 else None)
    line(colour(f"{result.path}: {counts}" + (f", {model}" if model else ""), BOLD))
    for check in result.checks or ():
        line(colour(f"{check.text}: {check.action}", DIM))
    if "unanswerable" in about:
        note = f"{about['unanswerable']} of the rows repeat a question without its answers: the system has to abstain"
        line(colour(note, DIM))

    # A column for each system; one that lacks a metric has an empty cell.
    columns = [_format_column(evaluation.metrics, evaluation.cost) for evaluation in systems.values()]
    units = {title: unit for column in columns for title, (_, unit) in column.items()}
    heads = list(systems) if len(systems) > 1 else ["value [95% interval]"]
    if result.references:
        columns.append(_format_column(result.references))
        heads.append("references")
    rows = [[title, *(column.get(title, ("", ""))[0] for column in columns), unit] for title, unit in units.items()]
    show_table(["", *heads, ""], rows, right=())
    signatures = [
        f"{metric_info(metric.name).title}|{metric.signature}"
        for evaluation in systems.values()
        for metric in evaluation.metrics
        if metric.signature
    ]
    for signature in dict.fromkeys(signatures):
        line(colour(signature, DIM))

    for name, evaluation in systems.items():
        if (curve := evaluation.risk_coverage) is not None:
            *points, last = curve.surest
            shares = [f"{point.value:.1f} of the surest {round(100 * point.coverage)}%" for point in points]
            shares.append(f"{last.value:.1f} of all {round(100 * last.coverage)}% answered")
            line(colour(f"{metric_info(curve.measure).title} ({name}): {', '.join(shares)}", DIM))
    for name, table in result.confusions.items():
        if confusions := table.commonest():
            line(f"\n{colour('most confused', BOLD)} ({name})")
            show_table(
                ["right", "predicted", "rows"], [[*labels, str(count)] for *labels, count in confusions], right=()
            )

    for first, second in dict.fromkeys((pair.first, pair.second) for pair in result.differences):
        line(f"\n{colour(f'{first} less {second}', BOLD)}, over the same rows")
        by_name = {metric.name: metric for metric in systems[first].metrics}
        rows = []
        for pair in result.differences:
            if (pair.first, pair.second) == (first, second):
                gap = pair.difference
                interval = _format_interval(gap.value, gap.low, gap.high, by_name[pair.metric].unit, "+")
                p = "none" if math.isnan(gap.p) else f"{gap.p:.4f}"
                rows.append([metric_info(pair.metric).title, interval, p])
        show_table(["", "difference [95% interval]", "p"], rows, right=())


def _format_column(metrics: Sequence[Metric], cost: Cost | None = None) -> dict[str, tuple[str, str]]:
    """Return the cells of one column: each metric's title with its number and interval, and its unit."""
    quantities: list[tuple[str, Metric | Estimate, str]] = [
        (metric_info(metric.name).title, metric, metric.unit) for metric in metrics
    ]
    if cost is not None:
        quantities += [("Latency p50", cost.latency_p50, "seconds"), ("Latency p95", cost.latency_p95, "seconds")]
        quantities += [
            (metric_info(metric.name).title, metric, metric.unit) for metric in cost.metrics if metric.name != "seconds"
        ]
    column = {
        title: (_format_interval(number.value, number.low, number.high, unit), UNITS.get(unit, unit))
        for title, number, unit in quantities
    }
    if cost is not None and math.isfinite(cost.peak_memory_mb):
        column["Peak memory"] = f"{cost.peak_memory_mb:.0f}", UNITS["megabytes"]
    return column


def _format_interval(value: float, low: float, high: float, unit: str, sign: str = "") -> str:
    if not math.isfinite(value):
        return "none"
    number, lower, upper = (f"{figure:{sign}.{DECIMALS.get(unit, 1)}f}" for figure in (value, low, high))
    return f"{number} [{lower}, {upper}]"
