"""The learning curve: quality by the number of training rows, against what needs no training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from rag.compare.comparison import ComparedMetric, Comparison, Curve, Estimate, Flat, Line, Point
from rag.compare.number_format import count, number
from rag.compare.ranking import Overtaking, overtakings
from rag.report.plots.labels import spread
from rag.report.plots.marks import mark
from rag.report.plots.scale import Scale, linear, logarithmic, tick_label
from rag.report.plots.svg import BOLD, element, label, line, picture, wrapped

LEFT, TOP, BOTTOM = 40.0, 60.0, 44.0
LINE = 14.0
DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2")


@dataclass(frozen=True)
class _Named:
    system: str
    x: float
    y: float
    strong: bool


def plot_curve(comparison: Comparison, width: float, height: float, class_: str = "") -> Markup | None:
    """Return the plot at this size, taller where many systems need a label; None where nothing was measured."""
    curve = comparison.curve
    if curve is None or not any(_known(each) for each in curve.lines):
        return None
    metric = comparison.metric(curve.metric)
    names = sum(1 for each in curve.lines if _known(each)) + sum(1 for each in curve.flat if each.value is not None)
    height = max(height, TOP + BOTTOM + names * LINE * 2.2)
    right = width - (180 if width > 500 else 116)
    across, up = _scales(curve, right, height)
    findings = overtakings(comparison)
    content = [
        *_axes(metric, across, up, right, height),
        *(part for each in curve.flat for part in _flat(comparison, each, up, right)),
        *(part for n, each in enumerate(curve.lines) for part in _line(comparison, each, n, across, up)),
        *_crossing(findings, across, up, width),
        *_names(curve, across, up, right, width, height),
    ]
    return picture(width, height, _in_words(curve, metric, findings), content, class_)


def _known(each: Line) -> list[Point]:
    return sorted((point for point in each.points if point.value is not None), key=lambda point: point.rows)


def _scales(curve: Curve, right: float, height: float) -> tuple[Scale, Scale]:
    points = [point for each in curve.lines for point in _known(each)]
    rows = [float(point.rows) for point in points]
    ends = [end for each in (*points, *curve.flat) for end in (each.low, each.value, each.high) if end is not None]
    is_log = min(rows) > 0 and max(rows) >= 6 * min(rows)
    ticks = 6 if right > 400 else 4
    across = (logarithmic if is_log else linear)(rows, LEFT, right, ticks)
    return across, linear(ends, height - BOTTOM, TOP)


def _axes(metric: ComparedMetric, across: Scale, up: Scale, right: float, height: float) -> Iterator[Markup]:
    bottom = height - BOTTOM
    better = {"higher": ", higher is better ↑", "lower": ", lower is better ↓", "neither": ""}[metric.better]
    for tick in up.ticks:
        yield line(LEFT, up(tick), right, up(tick), "grid")
        yield label(LEFT - 6, up(tick) + 4, tick_label(tick), "tick", "end")
    yield line(LEFT, bottom, right, bottom, "axis")
    for tick in across.ticks:
        yield line(across(tick), bottom, across(tick), bottom + 4, "axis")
        yield label(across(tick), bottom + 17, tick_label(tick), "tick", "middle")
    yield label(0, 12, f"{metric.title}{better}", "axis-title")
    yield label(right, height - 6, f"training rows{' (log scale)' if across.log else ''}", "axis-title", "end")


def _flat(comparison: Comparison, flat: Flat, up: Scale, right: float) -> Iterator[Markup]:
    if flat.value is None:
        return
    if flat.low is not None and flat.high is not None:
        top, bottom = sorted((up(flat.low), up(flat.high)))
        yield element("rect", x=LEFT, y=top, width=right - LEFT, height=bottom - top, class_="band")
    yield line(LEFT, up(flat.value), right, up(flat.value), "flat")
    yield mark(comparison.system(flat.system).kind, right, up(flat.value), 4)


def _line(comparison: Comparison, each: Line, number_: int, across: Scale, up: Scale) -> Iterator[Markup]:
    known = _known(each)
    dash = DASHES[number_ % len(DASHES)] or None
    aside = (number_ % 3) * 3.0 if len(comparison.systems) > 1 else 0.0  # intervals of two lines stay apart
    path = " ".join(f"{across(p.rows) + aside:.1f},{up(p.value or 0):.1f}" for p in known)
    if len(known) > 1:
        yield element("polyline", points=path, class_="line", stroke_dasharray=dash)
    for point in known:
        if point.low is not None and point.high is not None:
            x = across(point.rows) + aside
            yield line(x, up(point.low), x, up(point.high), "whisker")
    for point in known:
        yield mark(comparison.system(each.system).kind, across(point.rows) + aside, up(point.value or 0), 4)


def _crossing(findings: Sequence[Overtaking], across: Scale, up: Scale, width: float) -> Iterator[Markup]:
    """Mark where the first line overtakes, between the two measured points, in words on the side with more room."""
    for each in findings[:1]:
        if each.after is None or each.flat.value is None:
            continue
        x = _crossing_at(each, across)
        words = f"{each.line.system} overtakes {each.flat.system}"
        after = width - x > x
        lines = wrapped(words, (width - x if after else x) - 8, 2)
        yield line(x, TOP - 26, x, up(up.low), "crossing")
        for n, text in enumerate(lines):
            y = TOP - 16 - LINE * (len(lines) - 1 - n)
            yield label(x + (5 if after else -5), y, text, "halo", "start" if after else "end", whole=words)


def _crossing_at(each: Overtaking, across: Scale) -> float:
    for behind, ahead in pairwise(_known(each.line)):
        if ahead.rows == each.after and behind.value is not None and ahead.value is not None:
            share = ((each.flat.value or 0) - behind.value) / ((ahead.value - behind.value) or 1)
            return across(behind.rows) + share * (across(ahead.rows) - across(behind.rows))
    return across(each.after or 1)


def _names(curve: Curve, across: Scale, up: Scale, right: float, width: float, height: float) -> Iterator[Markup]:
    ends = [(each.system, _known(each)[-1]) for each in curve.lines if _known(each)]
    named = [_Named(name, across(end.rows) + 10, up(end.value or 0), True) for name, end in ends]
    named += [_Named(each.system, right + 7, up(each.value), False) for each in curve.flat if each.value is not None]
    room, most = width - right - 22, 2 if width > 500 else 3
    lines = [wrapped(each.system, room / (BOLD if each.strong else 1), most) for each in named]
    heights = [LINE * len(each) + 2 for each in lines]
    centres = spread([each.y for each in named], heights, TOP - 10, height - 24)
    for each, text, centre in zip(named, lines, centres, strict=True):
        yield line(each.x, each.y, right + 14, centre, "leader")
        for n, part in enumerate(text):
            y = centre - LINE * len(text) / 2 + LINE * n + 11
            yield label(right + 18, y, part, "strong" if each.strong else "", whole=each.system)


def _in_words(curve: Curve, metric: ComparedMetric, findings: Sequence[Overtaking]) -> str:
    def value(each: Estimate) -> str:
        return number(each.value, metric.unit)

    lines = [
        f"{each.system}: {', '.join(f'{value(point)} with {count(point.rows)} rows' for point in _known(each))}"
        for each in curve.lines
    ]
    flats = [f"{each.system} needs no training rows: {value(each)}" for each in curve.flat]
    return f"{metric.title} by number of training rows. " + ". ".join([*lines, *flats, *map(str, findings)])
