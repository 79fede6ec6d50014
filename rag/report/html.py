"""The report as one HTML file: no script, nothing loaded from anywhere, every text escaped."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rag.compare import number_format
from rag.compare.comparison import ComparedMetric, Comparison, PairedDifference, Sample, Score, SystemResult
from rag.compare.ranking import ALPHA, best_systems, find_crossovers, pareto_front, tied_systems
from rag.report.plots import has_latency, plot_curve, plot_latency, plot_scores
from rag.report.spans import clip, is_untrue, list_findings, mark_spans
from rag.report.svg import KINDS, key_mark, kind_title

MAX_COLUMNS, MAX_PANELS, OPEN_SAMPLES = 7, 6, 3
WIDE, NARROW = (800.0, 420.0), (340.0, 330.0)
SIGNS = {"percent": "%", "megabytes": "MB", "seconds": "s"}
COSTS = (
    ("latency_p50", "Time, median", "seconds"),
    ("latency_p95", "Time, 95th percentile", "seconds"),
    ("cpu_seconds_a_row", "CPU time", "seconds"),
    ("prompt_tokens", "Prompt", "tokens"),
    ("completion_tokens", "Output", "tokens"),
    ("peak_memory_mb", "Peak memory", "megabytes"),
)
FILTERS = {
    "number": number_format.format_number,
    "interval": number_format.format_interval,
    "difference": number_format.format_difference,
    "p_value": number_format.format_p_value,
    "duration": number_format.format_duration,
    "count": number_format.format_count,
    "parameters": number_format.format_parameters,
    "date": number_format.format_date,
    "plural": number_format.pluralize,
    "clip": clip,
    "findings": list_findings,
    "marked": mark_spans,
}

Plot = Callable[[Comparison, float, float, str], Markup | None]


def write_report(comparison: Comparison, file: str | Path) -> None:
    """Write a comparison as one HTML file, whole or not at all."""
    write_whole(render_report(comparison), file)


def write_whole(text: str, file: str | Path) -> None:
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


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment of the templates: every text is escaped, an undefined name is an error."""
    environment = Environment(
        loader=PackageLoader("rag.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {**FILTERS, "plain": _format_setting}
    return environment


def stylesheet() -> Markup:
    """Return the style sheet of all reports."""
    return Markup(environment().get_template("style.css").render())


@dataclass(frozen=True)
class ScoreCell:
    """A system's score in a table, and its relation to the best."""

    score: Score
    unit: str
    decimals: int
    is_best: bool
    is_tied: bool


@dataclass(frozen=True)
class MatrixCell:
    """The row's system minus the column's. `verdict` is better, worse or open."""

    difference: PairedDifference | None
    verdict: str


def render_report(comparison: Comparison) -> str:
    """Return the HTML of a report."""
    c = comparison
    main = c.metrics[0]
    directed = [metric for metric in c.metrics if metric.better != "neither"]
    tested = [metric for metric in directed if c.differences.get(metric.name)]

    # The results are split into tables of equal width, none wider than a page.
    columns = {metric.name: _score_column(c, metric) for metric in c.metrics}
    count = -(-len(c.metrics) // MAX_COLUMNS)
    width = -(-len(c.metrics) // count)
    tables = []
    for start in range(0, len(c.metrics), width):
        part = c.metrics[start : start + width]
        rows = [(system, [columns[m.name][n] for m in part]) for n, system in enumerate(c.systems)]
        references = [_reference_cell(c, m, columns[m.name]) for m in part]
        tables.append((part, rows, references if any(references) else []))

    # Costs: the columns that hold a number.
    costs = []
    for name, title, unit in COSTS:
        values: list[float | None] = [getattr(system.cost, name) for system in c.systems]
        decimals = number_format.shared_decimals(values, unit)
        if any(value is not None for value in values):
            costs.append((title, unit, [number_format.format_number(v, unit, decimals) for v in values], values))

    # The legend: the usual kinds in their order, then others.
    present = {system.kind for system in c.systems}
    kinds = [kind for kind in KINDS if kind in present] + sorted(present - set(KINDS))
    return environment().get_template("report.html.jinja").render(
        c=c,
        main=main,
        alpha=ALPHA,
        style=stylesheet(),
        kinds=[(key_mark(kind), kind_title(kind)) for kind in kinds],
        key_mark=key_mark,
        about=_describe_system,
        signs=SIGNS,
        costs=costs,
        trained=[system for system in c.systems if system.trained],
        tables=tables,
        panels=[(metric, plot_scores(c, metric)) for metric in (directed or [main])[:MAX_PANELS]],
        latency=_both_widths(plot_latency, c),
        undrawn=[system.name for system in c.systems if not has_latency(system, main)],
        pareto_front=pareto_front(c),
        curve=_both_widths(plot_curve, c),
        crossovers=find_crossovers(c),
        matrices=[(metric, _matrix(c, metric)) for metric in tested],
        open_samples=OPEN_SAMPLES,
        gist=_gist,
        tally=_tally,
    )  # fmt: skip


def _score_column(comparison: Comparison, metric: ComparedMetric) -> list[ScoreCell]:
    best, tied = best_systems(comparison, metric), tied_systems(comparison, metric)
    scores = [system.score(metric.name) for system in comparison.systems]
    decimals = number_format.shared_decimals((score.value for score in scores), metric.unit)
    return [
        ScoreCell(score, metric.unit, decimals, system.name in best, system.name in tied)
        for system, score in zip(comparison.systems, scores, strict=True)
    ]


def _reference_cell(comparison: Comparison, metric: ComparedMetric, column: Sequence[ScoreCell]) -> ScoreCell | None:
    """Return the cell of the references below a column of systems, with which they do not compete."""
    score = comparison.references.get(metric.name)
    if score is None:
        return None
    return ScoreCell(score, metric.unit, column[0].decimals, is_best=False, is_tied=False)


def _matrix(comparison: Comparison, metric: ComparedMetric) -> list[tuple[SystemResult, list[MatrixCell | None]]]:
    """Return a row for each system: its difference from every other, None for itself."""
    rows = []
    for row in comparison.systems:
        cells: list[MatrixCell | None] = []
        for column in comparison.systems:
            pair = comparison.difference(metric.name, row.name, column.name)
            # Without a significant difference the question is open.
            verdict = "open"
            if pair and pair.difference is not None and pair.p is not None and pair.p < ALPHA:
                verdict = "better" if (pair.difference > 0) == (metric.better == "higher") else "worse"
            cells.append(None if row is column else MatrixCell(pair, verdict))
        rows.append((row, cells))
    return rows


def _both_widths(plot: Plot, comparison: Comparison) -> tuple[Markup, Markup] | None:
    """Return a plot for screens and one for phones."""
    wide, narrow = plot(comparison, *WIDE, "wide"), plot(comparison, *NARROW, "narrow")
    return (wide, narrow) if wide is not None and narrow is not None else None


def _describe_system(system: SystemResult) -> str:
    """Return the kind of a system, its model, and the rows that it is shown."""
    parts = [kind_title(system.kind), system.model]
    parts += [number_format.pluralize(system.examples, "example")] if system.examples else []
    parts += [number_format.pluralize(system.similar, "retrieved row")] if system.similar else []
    parts += ["each sentence checked"] if system.checked else []
    return ", ".join(part for part in parts if part)


def _gist(sample: Sample) -> str:
    text, left_out = clip(" ".join(sample.input.split()), 64)
    return f"{text}…" if left_out else text


def _tally(sample: Sample) -> str:
    """Return how many outputs of a sample claim something that no field of its row says."""
    untrue = sum(map(is_untrue, sample.outputs.values()))
    return f"{untrue} of {len(sample.outputs)} outputs claim what no field says" if untrue else ""


def _format_setting(value: object) -> str:
    """Return a setting as text, as JSON would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_format_setting, value)) or "none"
    return "none" if value is None else str(value)
