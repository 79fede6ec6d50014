"""The report as one HTML file: no script, nothing loaded from anywhere, every text escaped."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rag.compare import number_format
from rag.compare.comparison import ComparedMetric, Comparison, Difference, Estimate, Sample, System, read_comparison
from rag.compare.ranking import ALPHA, best, not_worse, overtakings, undominated
from rag.report.outputs import clipped, shown
from rag.report.plots import KINDS, key_mark, plot_curve, plot_latency, plot_whiskers
from rag.report.plots.latency import drawable
from rag.report.plots.marks import kind_title

MOST_COLUMNS = 7
MOST_PANELS = 6
OPEN_SAMPLES = 3
WIDE, NARROW = (800.0, 420.0), (340.0, 330.0)
COSTS = (
    ("latency_p50", "Time, median", "seconds"),
    ("latency_p95", "Time, 95th percentile", "seconds"),
    ("cpu_seconds_a_row", "CPU time", "seconds"),
    ("prompt_tokens", "Prompt", "tokens"),
    ("completion_tokens", "Output", "tokens"),
    ("peak_memory_mb", "Peak memory", "megabytes"),
)


def write_report(comparison: Mapping[str, Any], file: Path) -> None:
    """Write the comparison as one HTML file, whole or not at all. Raises ValueError for an object that is none."""
    write_whole(render_report(comparison), file)


def write_whole(text: str, file: Path) -> None:
    """Write a text as a file that appears whole or not at all."""
    file = Path(file)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as part:
            part.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)  # mkstemp's files are private; a report is as open as any other file
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def render_report(comparison: Mapping[str, Any]) -> str:
    """Return the report's HTML."""
    read = read_comparison(comparison)
    return environment().get_template("report.html.jinja").render(_view(read))


@dataclass(frozen=True)
class Cell:
    """A system's value of a metric, and how it stands to the best."""

    estimate: Estimate
    unit: str
    decimals: int
    is_best: bool
    is_close: bool


@dataclass(frozen=True)
class Against:
    """A cell of a significance matrix: the row's system minus the column's; `verdict` is better, worse or open."""

    difference: Difference | None
    verdict: str


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what renders the templates: every text escaped, nothing undefined passed over."""
    environment = Environment(
        loader=PackageLoader("rag.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    named = ("number", "interval", "difference", "p_value", "duration", "count", "parameters", "date", "plural")
    environment.filters |= {name: getattr(number_format, name) for name in named}
    environment.filters |= {"clipped": clipped, "shown": shown, "plain": _plain}
    return environment


def _view(comparison: Comparison) -> dict[str, Any]:
    """Return all that the template shows and that is not in the object as such."""
    directed = [metric for metric in comparison.metrics if metric.better != "neither"]
    tested = [metric for metric in directed if comparison.differences.get(metric.name)]
    main = comparison.metrics[0]
    return {
        "c": comparison,
        "main": main,
        "alpha": ALPHA,
        "style": Markup(environment().get_template("style.css").render()),
        "kinds": [(key_mark(kind), kind_title(kind)) for kind in _kinds(comparison)],
        "key_mark": key_mark,
        "about": _about,
        "signs": {"percent": "%", "megabytes": "MB", "seconds": "s"},
        "costs": _costs(comparison),
        "trained": [system for system in comparison.systems if system.trained],
        "tables": [(part, _rows(comparison, part)) for part in _parts(comparison.metrics)],
        "panels": [(metric, plot_whiskers(comparison, metric)) for metric in (directed or [main])[:MOST_PANELS]],
        "latency": _both_widths(plot_latency, comparison),
        "undrawn": [system.name for system in comparison.systems if not drawable(system, main)],
        "undominated": undominated(comparison),
        "curve": _both_widths(plot_curve, comparison),
        "overtakings": overtakings(comparison),
        "matrices": [(metric, _matrix(comparison, metric)) for metric in tested],
        "open_samples": OPEN_SAMPLES,
        "gist": _gist,
        "tally": _tally,
    }


def _parts(metrics: Sequence[ComparedMetric]) -> list[Sequence[ComparedMetric]]:
    """Return the metrics in equal parts, none wider than a table may be."""
    tables = -(-len(metrics) // MOST_COLUMNS)
    size = -(-len(metrics) // tables)
    return [metrics[low : low + size] for low in range(0, len(metrics), size)]


def _rows(comparison: Comparison, metrics: Sequence[ComparedMetric]) -> list[tuple[System, list[Cell]]]:
    columns = [_column(comparison, metric) for metric in metrics]
    return [(system, [column[n] for column in columns]) for n, system in enumerate(comparison.systems)]


def _column(comparison: Comparison, metric: ComparedMetric) -> list[Cell]:
    first, close = best(comparison, metric), not_worse(comparison, metric)
    decimals = number_format.decimals((system.of(metric.name).value for system in comparison.systems), metric.unit)
    return [
        Cell(system.of(metric.name), metric.unit, decimals, system.name in first, system.name in close)
        for system in comparison.systems
    ]


def _costs(comparison: Comparison) -> list[tuple[str, str, list[str], list[float | None]]]:
    """Return the columns of what a row costs that hold any number: title, unit, texts, values."""
    columns = []
    for name, title, unit in COSTS:
        values: list[float | None] = [getattr(system.cost, name) for system in comparison.systems]
        decimals = number_format.decimals(values, unit)
        if any(value is not None for value in values):
            columns.append((title, unit, [number_format.number(value, unit, decimals) for value in values], values))
    return columns


def _matrix(comparison: Comparison, metric: ComparedMetric) -> list[tuple[System, list[Against | None]]]:
    return [
        (row, [None if row is column else _against(comparison, metric, row, column) for column in comparison.systems])
        for row in comparison.systems
    ]


def _against(comparison: Comparison, metric: ComparedMetric, row: System, column: System) -> Against:
    found = comparison.difference(metric.name, row.name, column.name)
    if found is None or found.difference is None or found.p is None or found.p >= ALPHA:
        return Against(found, "open")
    return Against(found, "better" if (found.difference > 0) == (metric.better == "higher") else "worse")


def _both_widths(plot: Any, comparison: Comparison) -> tuple[Markup, Markup] | None:
    wide, narrow = plot(comparison, *WIDE, "wide"), plot(comparison, *NARROW, "narrow")
    return (wide, narrow) if wide is not None else None


def _kinds(comparison: Comparison) -> list[str]:
    present = {system.kind for system in comparison.systems}
    return [kind for kind in KINDS if kind in present] + sorted(present - set(KINDS))


def _about(system: System) -> str:
    """Return in few words what a system is: kind, model, what it is shown."""
    parts = [kind_title(system.kind), system.model]
    parts += [number_format.plural(system.examples, "example")] if system.examples else []
    parts += [number_format.plural(system.passages, "passage")] if system.passages else []
    return ", ".join(part for part in parts if part)


def _gist(sample: Sample) -> str:
    text, left_out = clipped(" ".join(sample.given.split()), 64)
    return f"{text}…" if left_out else text


def _tally(sample: Sample) -> str:
    """Return how many of a sample's outputs state what was not given."""
    faulty = sum(1 for output in sample.outputs.values() if output.wrong or output.invented)
    return f"{faulty} of {len(sample.outputs)} outputs state what is not given" if faulty else ""


def _plain(value: Any) -> str:
    """Return a setting as text, as JSON would name it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value)) or "none"
    return "none" if value is None else str(value)
