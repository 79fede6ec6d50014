"""What a system's confidence is worth: quality of the surest answers, and how often each confidence is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from rag.report.plots.curve import DASHES
from rag.report.plots.labels import spread
from rag.report.plots.scale import Scale, linear, tick_label
from rag.report.plots.svg import element, label, line, picture, wrapped

LEFT, TOP, BOTTOM = 40.0, 30.0, 44.0
LINE = 14.0
Points = Sequence[Mapping[str, Any]]


def plot_coverage(
    curves: Mapping[str, Points], title: str, width: float, height: float, class_: str = ""
) -> Markup | None:
    """Return the risk-coverage plot: `curves` holds points of coverage (0 to 1) and value (percent) by system."""
    known = {name: points for name, points in curves.items() if points}
    if not known:
        return None
    right = width - (170 if width > 500 else 96)
    across = linear([0.0, 100.0], LEFT, right, 6)
    up = linear([0.0, 100.0], height - BOTTOM, TOP, 6)
    content = [
        *_axes(f"{title}, % ↑", "share answered, the surest first, %", across, up, right, height),
        *(part for at, points in enumerate(known.values()) for part in _curve(points, at, across, up)),
        *_names(known, across, up, right, width, height),
    ]
    told = ". ".join(f"{name}: {_told(points)}" for name, points in known.items())
    return picture(width, height, f"{title} by share answered. {told}.", content, class_)


def plot_reliability(bins: Points, name: str, width: float, height: float, class_: str = "") -> Markup | None:
    """Return the reliability diagram: the share right of the answers of each confidence, both from 0 to 1."""
    if not bins:
        return None
    right = width - 14
    across, up = linear([0.0, 100.0], LEFT, right, 6), linear([0.0, 100.0], height - BOTTOM, TOP, 6)
    most = max(int(each["rows"]) for each in bins)
    content = [
        *_axes("right, %", "confidence, %", across, up, right, height),
        line(across(0), up(0), across(100), up(100), "flat"),
        *(part for each in bins for part in _bin(each, most, across, up)),
    ]
    told = "; ".join(
        f"{100 * each['confidence']:.0f}% sure, {100 * each['right']:.0f}% right, {each['rows']:.0f} answers"
        for each in bins
    )
    return picture(width, height, f"{name}: {told}.", content, class_)


def _axes(above: str, below: str, across: Scale, up: Scale, right: float, height: float) -> Iterator[Markup]:
    bottom = height - BOTTOM
    for tick in up.ticks:
        yield line(LEFT, up(tick), right, up(tick), "grid")
        yield label(LEFT - 6, up(tick) + 4, tick_label(tick), "tick", "end")
    yield line(LEFT, bottom, right, bottom, "axis")
    for tick in across.ticks:
        yield line(across(tick), bottom, across(tick), bottom + 4, "axis")
        yield label(across(tick), bottom + 17, tick_label(tick), "tick", "middle")
    yield label(0, 12, above, "axis-title")
    yield label(right, height - 6, below, "axis-title", "end")


def _curve(points: Points, number: int, across: Scale, up: Scale) -> Iterator[Markup]:
    places = [(across(100 * each["coverage"]), up(each["value"])) for each in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield element("polyline", points=path, class_="line", stroke_dasharray=DASHES[number % len(DASHES)] or None)
    x, y = places[-1]
    yield element("circle", cx=x, cy=y, r=4.0, class_="mark filled")


def _names(
    known: Mapping[str, Points], across: Scale, up: Scale, right: float, width: float, height: float
) -> Iterator[Markup]:
    room, most = width - right - 22, 2 if width > 500 else 3
    lines = [wrapped(name, room, most) for name in known]
    wanted = [up(points[-1]["value"]) for points in known.values()]
    centres = spread(wanted, [LINE * len(each) + 2 for each in lines], TOP - 10, height - 24)
    for (name, points), text, at, centre in zip(known.items(), lines, wanted, centres, strict=True):
        yield line(across(100 * points[-1]["coverage"]) + 6, at, right + 14, centre, "leader")
        for n, part in enumerate(text):
            yield label(right + 18, centre - LINE * len(text) / 2 + LINE * n + 11, part, "", whole=name)


def _bin(each: Mapping[str, Any], most: int, across: Scale, up: Scale) -> Iterator[Markup]:
    """A circle whose area is the share of answers, with a line to where it would stand if it were calibrated."""
    x, y = across(100 * each["confidence"]), up(100 * each["right"])
    yield line(x, y, x, up(100 * each["confidence"]), "whisker")
    yield element("circle", cx=x, cy=y, r=2.5 + 6.5 * (each["rows"] / most) ** 0.5, class_="mark filled")


def _told(points: Points) -> str:
    shown = points[:: max(1, len(points) // 5)]
    return ", ".join(f"{each['value']:.1f}% at {100 * each['coverage']:.0f}%" for each in [*shown, points[-1]])
