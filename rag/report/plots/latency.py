"""The main metric against the seconds that a row takes: what quality costs in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rag.compare.comparison import ComparedMetric, Comparison, System
from rag.compare.number_format import number
from rag.report.plots.labels import Box, Placed, place
from rag.report.plots.marks import mark
from rag.report.plots.scale import Scale, linear, logarithmic, tick_label
from rag.report.plots.svg import label, line, picture, room, wrapped

LEFT, RIGHT, TOP, BOTTOM = 40.0, 14.0, 30.0, 44.0
LINE = 14.0


@dataclass(frozen=True)
class _At:
    number: int
    system: System
    x: float
    y: float
    seconds: float
    value: float


def drawable(system: System, metric: ComparedMetric) -> bool:
    """Return whether the system has both numbers, and a time that a logarithm is defined for."""
    return system.of(metric.name).value is not None and (system.cost.latency_p50 or 0) > 0


def plot_latency(comparison: Comparison, width: float, height: float, class_: str = "") -> Markup | None:
    """Return the plot at this size; None where no system has a value and a time."""
    metric = comparison.metrics[0]
    systems = [each for each in comparison.systems if drawable(each, metric)]
    if not systems:
        return None
    times = [t for each in systems for t in (each.cost.latency_p50, each.cost.latency_p95) if t]
    across = logarithmic(times, LEFT, width - RIGHT, most_ticks=7 if width > 500 else 5)
    ends = [end for each in systems for end in _ends(each, metric) if end is not None]
    up = linear(ends, height - BOTTOM, TOP)
    points = [
        _At(n, each, across(each.cost.latency_p50 or 1), up(value), each.cost.latency_p50 or 1, value)
        for n, each in enumerate(comparison.systems, start=1)
        if each in systems and (value := each.of(metric.name).value) is not None
    ]
    described = "; ".join(
        f"{at.system.name} {number(at.value, metric.unit)} at {number(at.seconds, 'seconds')} s" for at in points
    )
    content = [*_axes(metric, across, up, width, height), *_points(points, metric, across, up, width, height)]
    return picture(width, height, f"{metric.title} against median seconds a row. {described}.", content, class_)


def _axes(metric: ComparedMetric, across: Scale, up: Scale, width: float, height: float) -> Iterator[Markup]:
    bottom = height - BOTTOM
    for tick in up.ticks:
        yield line(LEFT, up(tick), width - RIGHT, up(tick), "grid")
        yield label(LEFT - 6, up(tick) + 4, tick_label(tick), "tick", "end")
    yield line(LEFT, bottom, width - RIGHT, bottom, "axis")
    for tick in across.ticks:
        yield line(across(tick), bottom, across(tick), bottom + 4, "axis")
        yield label(across(tick), bottom + 17, tick_label(tick), "tick", "middle")
    yield label(0, 12, f"{metric.title}{_direction(metric)}", "axis-title")
    yield label(width - RIGHT, height - 6, "seconds a row (log scale), faster is further left", "axis-title", "end")


def _direction(metric: ComparedMetric) -> str:
    return {"higher": ", higher is better ↑", "lower": ", lower is better ↓", "neither": ""}[metric.better]


def _points(
    points: Sequence[_At], metric: ComparedMetric, across: Scale, up: Scale, width: float, height: float
) -> Iterator[Markup]:
    taken: list[Box] = []
    for at in points:
        low, _, high = _ends(at.system, metric)
        slow = at.system.cost.latency_p95
        taken.append(Box(at.x - 7, at.y - 7, at.x + 7, at.y + 7))
        if low is not None and high is not None:
            yield line(at.x, up(low), at.x, up(high), "whisker")
            taken.append(Box(at.x - 3, up(high) - 2, at.x + 3, up(low) + 2))
        if slow is not None and slow > at.seconds:
            yield line(at.x, at.y, across(slow), at.y, "tail")
            yield line(across(slow), at.y - 3, across(slow), at.y + 3, "tail")
            taken.append(Box(at.x, at.y - 3, across(slow) + 2, at.y + 3))
    lines = [_lines(at, len(points), width) for at in points]
    sizes = [(max(map(room, each)), LINE * len(each)) for each in lines]
    frame = Box(LEFT + 2, TOP - 8, width - 2, height - BOTTOM - 2)
    places = place([(at.x, at.y) for at in points], sizes, taken, frame)
    for at, text, placed in zip(points, lines, places, strict=True):
        yield from _labelled(at, text, placed)
    for at in points:
        yield mark(at.system.kind, at.x, at.y, 5.5)


def _lines(at: _At, points: int, width: float) -> list[str]:
    if points > 6 and width < 500:  # too many for names on a phone: the numbers of the table
        return [str(at.number)]
    return wrapped(at.system.name, 200 if width > 500 else 124, 2)


def _labelled(at: _At, lines: Sequence[str], placed: Placed) -> Iterator[Markup]:
    box = placed.box
    x = {"start": box.left, "middle": (box.left + box.right) / 2, "end": box.right}[placed.anchor]
    if placed.far:
        yield line(at.x, at.y, x, min(max(at.y, box.top + 2), box.bottom - 2), "leader")
    for number_, text in enumerate(lines):
        yield label(x, box.top + LINE * number_ + 11, text, "halo", placed.anchor, whole=at.system.name)


def _ends(system: System, metric: ComparedMetric) -> tuple[float | None, float | None, float | None]:
    estimate = system.of(metric.name)
    return estimate.low, estimate.value, estimate.high
