"""One metric of every system: a mark at the value, a line along its interval."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from rag.compare.comparison import ComparedMetric, Comparison, System
from rag.compare.number_format import SIGNS, interval, number
from rag.compare.ranking import best
from rag.report.plots.marks import mark
from rag.report.plots.scale import Scale, linear, tick_label
from rag.report.plots.svg import BOLD, label, line, picture, room, shortened

WIDTH, ROW, TOP = 340.0, 38.0, 4.0
SIDE = 12.0


def plot_whiskers(comparison: Comparison, metric: ComparedMetric) -> Markup:
    """Return the metric's panel: a row for each system, in the comparison's order."""
    height = TOP + ROW * len(comparison.systems) + 24
    described = "; ".join(_in_words(system, metric) for system in comparison.systems)
    return picture(
        WIDTH, height, f"{metric.title} with 95% intervals. {described}.", _drawing(comparison, metric, height)
    )


def _drawing(comparison: Comparison, metric: ComparedMetric, height: float) -> Iterator[Markup]:
    first = best(comparison, metric)
    scale = _scale(comparison, metric)
    bottom = height - 20
    for tick in scale.ticks:
        yield line(scale(tick), TOP, scale(tick), bottom, "grid")
        yield label(scale(tick), height - 5, tick_label(tick), "tick", "middle")
    for number_, system in enumerate(comparison.systems):
        yield from _row(system, metric, scale, TOP + ROW * number_, system.name in first)


def _row(system: System, metric: ComparedMetric, scale: Scale, top: float, is_best: bool) -> Iterator[Markup]:
    estimate = system.of(metric.name)
    value = number(estimate.value, metric.unit)
    weight = "halo strong" if is_best else "halo"
    width = (WIDTH - 2 * SIDE) / (BOLD if is_best else 1) - room(value) - 14
    yield label(SIDE - 6, top + 13, shortened(system.name, width), weight, whole=system.name)
    yield label(WIDTH - SIDE + 6, top + 13, value, weight, "end")
    if estimate.value is None:
        return
    y = top + 25
    if estimate.low is not None and estimate.high is not None:
        yield line(scale(estimate.low), y, scale(estimate.high), y, "whisker")
        for end in (estimate.low, estimate.high):
            yield line(scale(end), y - 3.5, scale(end), y + 3.5, "whisker")
    yield mark(system.kind, scale(estimate.value), y)


def _scale(comparison: Comparison, metric: ComparedMetric) -> Scale:
    estimates = [system.of(metric.name) for system in comparison.systems]
    values = [end for each in estimates for end in (each.low, each.value, each.high) if end is not None]
    bounds = {"percent": (0.0, 100.0), "share": (0.0, 1.0)}.get(metric.unit)
    inside = bounds and values and bounds[0] <= min(values) and max(values) <= bounds[1]
    return linear(values, SIDE, WIDTH - SIDE, bounds=bounds if inside else None)


def _in_words(system: System, metric: ComparedMetric) -> str:
    estimate = system.of(metric.name)
    ends = interval(estimate.low, estimate.high, metric.unit)
    sign = "%" if SIGNS.get(metric.unit) == "%" else ""
    return f"{system.name} {number(estimate.value, metric.unit)}{sign}{f' ({ends})' if ends else ''}"
