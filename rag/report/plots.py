"""Plots as inline SVG, which reads in black and white too: shapes, dashes and direct labels instead of colours.

The style sheet of the page gives the classes their looks, in light and dark, and text stays text. The plots of
matplotlib have fixed colours and five times the size, and their labels overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from rag.compare.comparison import ComparedMetric, Comparison, SystemResult
from rag.compare.number_format import UNITS, format_count, format_interval, format_number
from rag.compare.ranking import Crossover, best_systems, find_crossovers
from rag.evaluate.metrics.confidence import ConfidenceBin, CoveragePoint
from rag.report.axes import (
    BOTTOM,
    LEFT,
    Box,
    LineName,
    Scale,
    draw_axes,
    draw_margin,
    format_tick,
    linear,
    logarithmic,
    place_labels,
)
from rag.report.svg import BOLD, LINE, draw_line, drawing, element, label, mark, shorten, text_width, wrap

DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2")
DIRECTIONS = {"higher": ", higher is better ↑", "lower": ", lower is better ↓", "neither": ""}

# --- one metric of every system ---------------------------------------------------------------------------------------


def plot_scores(comparison: Comparison, metric: ComparedMetric) -> Markup:
    """Return a panel with a row for each system: a mark at the value, a line along its interval."""
    width, row, top, side = 340.0, 38.0, 4.0, 12.0
    height = top + row * len(comparison.systems) + 24
    scores = [(system, system.score(metric.name)) for system in comparison.systems]
    best = best_systems(comparison, metric)

    # Percentages and shares keep to their bounds.
    values = [end for _, score in scores for end in (score.low, score.value, score.high) if end is not None]
    bounds = {"percent": (0.0, 100.0), "share": (0.0, 1.0)}.get(metric.unit)
    inside = bounds and values and bounds[0] <= min(values) and max(values) <= bounds[1]
    across = linear(values, side, width - side, bounds=bounds if inside else None)
    content = []
    for tick in across.ticks:
        content.append(draw_line(across(tick), top, across(tick), height - 20, "grid"))
        content.append(label(across(tick), height - 5, format_tick(tick), "tick", "middle"))

    # A row: the name and the value, below them the interval and the mark.
    words = []
    sign = "%" if UNITS.get(metric.unit) == "%" else ""
    for number, (system, score) in enumerate(scores):
        value = format_number(score.value, metric.unit)
        ends = format_interval(score.low, score.high, metric.unit)
        words.append(f"{system.name} {value}{sign}{f' ({ends})' if ends else ''}")
        above, y = top + row * number + 13, top + row * number + 25
        is_best = system.name in best
        weight = "halo strong" if is_best else "halo"
        name_width = (width - 2 * side) / (BOLD if is_best else 1) - text_width(value) - 14
        content.append(label(side - 6, above, shorten(system.name, name_width), weight, whole=system.name))
        content.append(label(width - side + 6, above, value, weight, "end"))
        if score.value is None:
            continue
        if score.low is not None and score.high is not None:
            content.append(draw_line(across(score.low), y, across(score.high), y, "whisker"))
            content += [
                draw_line(across(end), y - 3.5, across(end), y + 3.5, "whisker") for end in (score.low, score.high)
            ]
        content.append(mark(system.kind, across(score.value), y))
    return drawing(width, height, f"{metric.title} with 95% intervals. {'; '.join(words)}.", content)


# --- quality against latency ------------------------------------------------------------------------------------------


def has_latency(system: SystemResult, metric: ComparedMetric) -> bool:
    """Tell whether the system has a value of the metric and a time above 0."""
    return system.score(metric.name).value is not None and (system.cost.latency_p50 or 0) > 0


def plot_latency(comparison: Comparison, width: float, height: float, class_: str = "") -> Markup | None:
    """Return the plot of the main metric against the median seconds a row; None without a system that has both."""
    right, top = width - 14, 30.0
    metric = comparison.metrics[0]
    systems = [system for system in comparison.systems if has_latency(system, metric)]
    if not systems:
        return None
    times = [time for system in systems for time in (system.cost.latency_p50, system.cost.latency_p95) if time]
    across = logarithmic(times, LEFT, right, 7 if width > 500 else 5)
    scores = [system.score(metric.name) for system in systems]
    ends = [end for score in scores for end in (score.low, score.value, score.high) if end is not None]
    up = linear(ends, height - BOTTOM, top)
    above, below = f"{metric.title}{DIRECTIONS[metric.better]}", "seconds a row (log scale), faster is further left"
    content = [*draw_axes(above, below, across, up, right, height)]

    # Intervals and slow rows are lines that labels keep off.
    points, taken, words = [], [], []
    for system, score in zip(systems, scores, strict=True):
        seconds, slow = system.cost.latency_p50 or 0.0, system.cost.latency_p95
        x, y = across(seconds), up(score.value or 0.0)
        points.append((x, y))
        taken.append(Box(x - 7, y - 7, x + 7, y + 7))
        words.append(
            f"{system.name} {format_number(score.value, metric.unit)} at {format_number(seconds, 'seconds')} s"
        )
        if score.low is not None and score.high is not None:
            content.append(draw_line(x, up(score.low), x, up(score.high), "whisker"))
            taken.append(Box(x - 3, up(score.high) - 2, x + 3, up(score.low) + 2))
        if slow is not None and slow > seconds:
            content.append(draw_line(x, y, across(slow), y, "tail"))
            content.append(draw_line(across(slow), y - 3, across(slow), y + 3, "tail"))
            taken.append(Box(x, y - 3, across(slow) + 2, y + 3))

    # Too many names for a phone are the numbers of the table.
    numbers = [str(comparison.systems.index(system) + 1) for system in systems]
    texts = [wrap(system.name, 200 if width > 500 else 124, 2) for system in systems]
    if len(systems) > 6 and width < 500:
        texts = [[number] for number in numbers]
    sizes = [(max(map(text_width, text)), LINE * len(text)) for text in texts]
    frame = Box(LEFT + 2, top - 8, width - 2, height - BOTTOM - 2)
    places = place_labels(points, sizes, taken, frame)
    for system, text, place, (x, y) in zip(systems, texts, places, points, strict=True):
        box = place.box
        start = {"start": box.left, "middle": (box.left + box.right) / 2, "end": box.right}[place.anchor]
        if place.far:
            content.append(draw_line(x, y, start, min(max(y, box.top + 2), box.bottom - 2), "leader"))
        for number, part in enumerate(text):
            content.append(label(start, box.top + LINE * number + 11, part, "halo", place.anchor, whole=system.name))
    content += [mark(system.kind, x, y, 5.5) for system, (x, y) in zip(systems, points, strict=True)]
    return drawing(width, height, f"{metric.title} against median seconds a row. {'; '.join(words)}.", content, class_)


# --- the learning curve -----------------------------------------------------------------------------------------------


def plot_curve(comparison: Comparison, width: float, height: float, class_: str = "") -> Markup | None:
    """Return the learning curve, taller if many systems need a label; None if nothing was measured."""
    curve, top = comparison.curve, 60.0
    trained = [drawn for drawn in curve.lines if drawn.measured] if curve else []
    if curve is None or not trained:
        return None
    metric = comparison.metric(curve.metric)
    baselines = [baseline for baseline in curve.baselines if baseline.value is not None]
    height = max(height, top + BOTTOM + (len(trained) + len(baselines)) * LINE * 2.2)
    right = width - (180 if width > 500 else 116)

    # The rows are on a logarithmic scale if they span much.
    points = [point for drawn in trained for point in drawn.measured]
    rows = [float(point.rows) for point in points]
    is_log = min(rows) > 0 and max(rows) >= 6 * min(rows)
    across = (logarithmic if is_log else linear)(rows, LEFT, right, 6 if right > 400 else 4)
    scores = [*points, *baselines]
    ends = [end for score in scores for end in (score.low, score.value, score.high) if end is not None]
    up = linear(ends, height - BOTTOM, top)
    below = f"training rows{' (log scale)' if is_log else ''}"
    content = [*draw_axes(f"{metric.title}{DIRECTIONS[metric.better]}", below, across, up, right, height)]
    names, words = [], []

    # A baseline is a level line, its interval a band.
    for baseline in baselines:
        y = up(baseline.value or 0.0)
        if baseline.low is not None and baseline.high is not None:
            y1, y2 = sorted((up(baseline.low), up(baseline.high)))
            content.append(element("rect", x=LEFT, y=y1, width=right - LEFT, height=y2 - y1, class_="band"))
        content.append(draw_line(LEFT, y, right, y, "flat"))
        content.append(mark(comparison.system(baseline.system).kind, right, y, 4))
        names.append(LineName(baseline.system, right + 7, y))
        words.append(f"{baseline.system} needs no training rows: {format_number(baseline.value, metric.unit)}")

    # A trained system is a line through its points; those of several stand a little aside, so that intervals show.
    for number, drawn in enumerate(trained):
        aside = (number % 3) * 3.0
        places = [(across(point.rows) + aside, up(point.value or 0.0), point) for point in drawn.measured]
        if len(places) > 1:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
            dash = DASHES[number % len(DASHES)] or None
            content.append(element("polyline", points=path, class_="line", stroke_dasharray=dash))
        for x, _, point in places:
            if point.low is not None and point.high is not None:
                content.append(draw_line(x, up(point.low), x, up(point.high), "whisker"))
        kind = comparison.system(drawn.system).kind
        content += [mark(kind, x, y, 4) for x, y, _ in places]
        x, y, _ = places[-1]
        names.append(LineName(drawn.system, x - aside + 10, y, strong=True))
        values = [f"{format_number(p.value, metric.unit)} with {format_count(p.rows)} rows" for _, _, p in places]
        words.append(f"{drawn.system}: {', '.join(values)}")

    crossovers = find_crossovers(comparison)
    content += _crossing(crossovers, across, up, top, width)
    content += draw_margin(names, right, top, width, height)
    words += map(str, crossovers)
    description = f"{metric.title} by number of training rows. {'. '.join(words)}"
    return drawing(width, height, description, content, class_)


def _crossing(crossovers: Sequence[Crossover], across: Scale, up: Scale, top: float, width: float) -> Iterator[Markup]:
    """Yield a line where the first system overtakes, with words on the side that has more room."""
    for crossover in crossovers[:1]:
        level = crossover.baseline.value
        if crossover.after is None or level is None:
            continue
        # The place lies between the points before and after, in proportion to their values.
        x = across(crossover.after or 1)
        for behind, ahead in pairwise(crossover.line.measured):
            if ahead.rows == crossover.after and behind.value is not None and ahead.value is not None:
                share = (level - behind.value) / ((ahead.value - behind.value) or 1)
                x = across(behind.rows) + share * (across(ahead.rows) - across(behind.rows))
        words = f"{crossover.line.system} overtakes {crossover.baseline.system}"
        is_left = width - x > x
        lines = wrap(words, (width - x if is_left else x) - 8, 2)
        yield draw_line(x, top - 26, x, up(up.low), "crossing")
        for number, text in enumerate(lines):
            y = top - 16 - LINE * (len(lines) - 1 - number)
            yield label(x + (5 if is_left else -5), y, text, "halo", "start" if is_left else "end", whole=words)


# --- confidence of an evaluation --------------------------------------------------------------------------------------


def plot_coverage(
    curves: Mapping[str, Sequence[CoveragePoint]], title: str, width: float, height: float, class_: str = ""
) -> Markup | None:
    """Return the risk-coverage plot. `curves` holds points of coverage (0 to 1) and value (percent) by system."""
    curves = {name: points for name, points in curves.items() if points}
    if not curves:
        return None
    top, right = 30.0, width - (170 if width > 500 else 96)
    across, up = linear([0.0, 100.0], LEFT, right), linear([0.0, 100.0], height - BOTTOM, top)
    below = "share answered, the surest first, %"
    content = [*draw_axes(f"{title}, % ↑", below, across, up, right, height)]
    # A line for each system, named in the margin.
    names, words = [], []
    for number, (name, points) in enumerate(curves.items()):
        places = [(across(100 * point.coverage), up(point.value)) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dash = DASHES[number % len(DASHES)] or None
        content.append(element("polyline", points=path, class_="line", stroke_dasharray=dash))
        x, y = places[-1]
        content.append(element("circle", cx=x, cy=y, r=4.0, class_="mark filled"))
        names.append(LineName(name, x + 6, y))
        some = [*points[:: max(1, len(points) // 5)], points[-1]]
        values = [f"{point.value:.1f}% at {100 * point.coverage:.0f}%" for point in some]
        words.append(f"{name}: {', '.join(values)}")
    content += draw_margin(names, right, top, width, height)
    return drawing(width, height, f"{title} by share answered. {'. '.join(words)}.", content, class_)


def plot_reliability(
    bins: Sequence[ConfidenceBin], name: str, width: float, height: float, class_: str = ""
) -> Markup | None:
    """Return the reliability diagram: the share of right answers by confidence, a circle's area their number."""
    if not bins:
        return None
    right, top = width - 14, 30.0
    across, up = linear([0.0, 100.0], LEFT, right), linear([0.0, 100.0], height - BOTTOM, top)
    content = [*draw_axes("right, %", "confidence, %", across, up, right, height)]
    content.append(draw_line(across(0), up(0), across(100), up(100), "flat"))
    # A circle for each group of answers with similar confidence.
    largest = max(int(group.rows) for group in bins)
    words = []
    for group in bins:
        sure, share = 100 * group.confidence, 100 * group.right
        x, y = across(sure), up(share)
        content.append(draw_line(x, y, x, up(sure), "whisker"))  # to where a calibrated system would stand
        radius = 2.5 + 6.5 * (group.rows / largest) ** 0.5
        content.append(element("circle", cx=x, cy=y, r=radius, class_="mark filled"))
        words.append(f"{sure:.0f}% sure, {share:.0f}% right, {group.rows:.0f} answers")
    return drawing(width, height, f"{name}: {'; '.join(words)}.", content, class_)
