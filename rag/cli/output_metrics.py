"""How measured systems look: a table with an interval beside every number, or exactly one JSON object."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.cli.output import line
from rag.evaluate.metrics.cost import Estimate
from rag.evaluate.metrics.info import metric_info
from rag.evaluate.metrics.labels import Confusion
from rag.evaluate.metrics.metric import Difference, Metric
from rag.evaluate.risk_coverage import RiskCoverage
from rag.evaluate.run import Cost, Evaluation, compare_pairs
from rag.report.ansi import BOLD, DIM, colour

UNITS = {"percent": "%", "points": "points", "share": "0 to 1", "seconds": "s", "megabytes": "MB"}
DECIMALS = {"share": 3, "seconds": 3, "megabytes": 0}
CONFUSIONS = 10


def evaluation_object(
    systems: Mapping[str, Evaluation], about: Mapping[str, Any], confusions: Mapping[str, Confusion]
) -> dict[str, Any]:
    """The object of `rag evaluate --json`; a number that is not defined is null."""
    tables = {name: confusion_object(found) for name, found in confusions.items()}
    trusted = {
        name: trust_object(each.risk_coverage) for name, each in systems.items() if each.risk_coverage is not None
    }
    return {
        **about,
        **({"confusion": tables} if tables else {}),
        **({"confidence": trusted} if trusted else {}),
        "systems": {
            name: {
                "metrics": [measured_object(each) for each in evaluation.metrics],
                "cost": cost_object(evaluation.cost),
            }
            for name, evaluation in systems.items()
        },
        "differences": {
            metric: [{"a": a, "b": b, **difference_object(found)} for a, b, found in pairs]
            for metric, pairs in compare_pairs(systems).items()
        },
    }


def measured_object(measured: Metric) -> dict[str, Any]:
    """A metric with its interval."""
    low, high = measured.interval()
    about = {"unit": measured.unit, "better": measured.better, "signature": measured.signature}
    return {"name": measured.name, "value": number(measured.value), "low": number(low), "high": number(high), **about}


def difference_object(found: Difference) -> dict[str, Any]:
    """A difference with its interval and its p-value."""
    return {
        "difference": number(found.value), "low": number(found.low), "high": number(found.high), "p": number(found.p)
    }  # fmt: skip


def trust_object(found: RiskCoverage) -> dict[str, Any]:
    """The curve from the surest row to all, shares from 0 to 1, and the bins of the answers' confidences."""
    return {
        "measure": found.measure,
        "curve": [{name: number(value) for name, value in asdict(point).items()} for point in found.curve],
        "surest": [{name: number(value) for name, value in asdict(point).items()} for point in found.surest],
        "bins": [{name: number(value) for name, value in asdict(each).items()} for each in found.bins],
    }


def cost_object(cost: Cost | None) -> dict[str, Any] | None:
    """What rows cost, means a row but for the percentiles; null where it is not known."""
    if cost is None:
        return None
    means = {each.name: number(each.value) for each in cost.metrics}
    return {
        "latency_p50": number(cost.latency_p50.value),
        "latency_p95": number(cost.latency_p95.value),
        "prompt_tokens": means.get("prompt_tokens"),
        "completion_tokens": means.get("completion_tokens"),
        "peak_memory_mb": number(cost.peak_memory_mb),
        "cpu_seconds_a_row": means.get("cpu_seconds"),
    }


def confusion_object(found: Confusion) -> dict[str, Any]:
    """The whole confusion table: `counts[right][given]` in the order of `labels`."""
    return {"labels": list(found.labels), "counts": [list(counts) for counts in found.counts]}


def number(value: float) -> float | None:
    """Return a number as JSON can hold it: null where it is not defined."""
    return round(float(value), 6) if math.isfinite(value) else None


def evaluations(systems: Mapping[str, Evaluation], title: str, confusions: Mapping[str, Confusion]) -> None:
    """Show the systems side by side, each one's commonest confusions, then every pair's differences."""
    heading, *notes = title.split("\n")
    line(colour(heading, BOLD))
    for note in notes:
        line(colour(note, DIM))
    columns = [_column(evaluation) for evaluation in systems.values()]
    names = list(dict.fromkeys(name for column in columns for name in column))
    units = {name: unit for column in columns for name, (_, unit) in column.items()}
    cells = [[column.get(name, ("", ""))[0] for column in columns] for name in names]
    head = list(systems) if len(systems) > 1 else ["value [95% interval]"]
    _table(["", *head, ""], [[name, *row, units[name]] for name, row in zip(names, cells, strict=True)])
    signed = [each for found in systems.values() for each in found.metrics if each.signature]
    for signature in dict.fromkeys(f"{metric_info(each.name).title}|{each.signature}" for each in signed):
        line(colour(signature, DIM))
    for name, evaluation in systems.items():
        if evaluation.risk_coverage is not None:
            _trusted(name, evaluation.risk_coverage)
    for name, table in confusions.items():
        _confused(name, table)
    pairs = [(metric, *pair) for metric, listed in compare_pairs(systems).items() for pair in listed]
    for a, b in dict.fromkeys((a, b) for _, a, b, _ in pairs):
        line(f"\n{colour(f'{a} less {b}', BOLD)}, over the same rows")
        kinds = {each.name: each for each in systems[a].metrics}
        rows = [_difference_row(kinds[metric], found) for metric, one, other, found in pairs if (one, other) == (a, b)]
        _table(["", "difference [95% interval]", "p"], rows)


def write_per_row(file: Path, systems: Mapping[str, Evaluation]) -> None:
    """Write each row's values as JSON lines: {"row", "system", "values": {metric: value}}."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        for name, evaluation in systems.items():
            values = {each.name: each.per_row for each in evaluation.metrics}
            for at, record in enumerate(evaluation.outputs):
                found = {metric: number(value[at]) for metric, value in values.items()}
                out.write(f"{json.dumps({'row': record.row, 'system': name, 'values': found}, ensure_ascii=False)}\n")


def _confused(name: str, found: Confusion) -> None:
    most = found.commonest(CONFUSIONS)
    if most:
        line(f"\n{colour('most confused', BOLD)} ({name})")
        _table(["right", "given", "rows"], [[right, given, str(count)] for right, given, count in most])


def _trusted(name: str, found: RiskCoverage) -> None:
    """Show what answering only the surest brings, at a few shares."""
    title = metric_info(found.measure).title
    *some, last = found.surest
    shown = [f"{_figure(point.value, 'percent')} of the surest {round(100 * point.coverage)}%" for point in some]
    everything = f"{_figure(last.value, 'percent')} of all {round(100 * last.coverage)}% answered"
    line(colour(f"{title} ({name}): {', '.join([*shown, everything])}", DIM))


def _column(evaluation: Evaluation) -> dict[str, tuple[str, str]]:
    """One system's lines: each metric's title with its number and interval, and its unit."""
    column = {metric_info(each.name).title: _measured(each) for each in evaluation.metrics}
    cost = evaluation.cost
    if cost is None:
        return column
    column["Latency p50"] = _estimate(cost.latency_p50), UNITS["seconds"]
    column["Latency p95"] = _estimate(cost.latency_p95), UNITS["seconds"]
    column |= {metric_info(each.name).title: _measured(each) for each in cost.metrics if each.name != "seconds"}
    if math.isfinite(cost.peak_memory_mb):
        column["Peak memory"] = _figure(cost.peak_memory_mb, "megabytes"), UNITS["megabytes"]
    return column


def _measured(measured: Metric) -> tuple[str, str]:
    low, high = measured.interval()
    return _bounded(measured.value, low, high, measured.unit), UNITS.get(measured.unit, measured.unit)


def _estimate(estimate: Estimate) -> str:
    return _bounded(estimate.value, estimate.low, estimate.high, "seconds")


def _difference_row(measured: Metric, found: Difference) -> list[str]:
    p = "none" if math.isnan(found.p) else f"{found.p:.4f}"
    return [metric_info(measured.name).title, _bounded(found.value, found.low, found.high, measured.unit, "+"), p]


def _bounded(value: float, low: float, high: float, unit: str, sign: str = "") -> str:
    if not math.isfinite(value):
        return "none"
    return f"{_figure(value, unit, sign)} [{_figure(low, unit, sign)}, {_figure(high, unit, sign)}]"


def _figure(value: float, unit: str, sign: str = "") -> str:
    return f"{value:{sign}.{DECIMALS.get(unit, 1)}f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    line(colour(_aligned(head, widths), DIM))
    for row in rows:
        line(_aligned(row, widths))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
