"""Plots as inline SVG, which reads in black and white too: shapes, dashes and direct labels instead of colours.

The style sheet of the page gives the classes their looks, in light and dark, and text stays text. The plots of
matplotlib have fixed colours and five times the size, and their labels overlap.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markupsafe import Markup, escape

from rag.compare.comparison import ComparedMetric, Comparison, SystemResult
from rag.compare.number_format import UNITS, format_count, format_interval, format_number
from rag.compare.ranking import Crossover, best_systems, find_crossovers
from rag.evaluate.metrics.confidence import ConfidenceBin, CoveragePoint

Anchor = Literal["start", "middle", "end"]

LEFT, BOTTOM, LINE = 40.0, 44.0, 14.0  # pixels: room for the ticks, and the height of a line of text
BOLD = 1.12  # width of bold letters by that of others
DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 2 1 2")
DIRECTIONS = {"higher": ", higher is better ↑", "lower": ", lower is better ↓", "neither": ""}

# --- elements ---------------------------------------------------------------------------------------------------------


def element(name: str, *content: str | Markup, **attributes: str | float | None) -> Markup:
    """Return an element, everything escaped; `class_` is written class, and `text_anchor` text-anchor."""
    written = ""
    for key, value in attributes.items():
        if value is not None:
            text = value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
            written += f' {key.rstrip("_").replace("_", "-")}="{escape(text)}"'
    inside = "".join(escape(part) for part in content)
    return Markup(f"<{name}{written}>{inside}</{name}>" if content else f"<{name}{written}/>")


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def label(x: float, y: float, text: str, class_: str = "", anchor: Anchor | None = None, whole: str = "") -> Markup:
    """Return a text with its baseline at y. `whole` is shown on hovering over a shortened text."""
    hint = [element("title", whole)] if whole and whole != text else []
    return element("text", text, *hint, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def drawing(width: float, height: float, description: str, content: Iterable[Markup], class_: str = "") -> Markup:
    """Return the whole drawing. `description` is its text for screen readers."""
    return element(
        "svg",
        *content,
        class_=f"plot {class_}".strip(),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label=description,
    )


# --- marks: the shape says how a system is prompted, the filling whether it was trained -------------------------------

KINDS = {
    "zero-shot": ("circle", "hollow", "Zero-shot"),
    "few-shot": ("square", "hollow", "Few-shot"),
    "rag": ("triangle", "hollow", "RAG"),
    "fine-tuned": ("circle", "filled", "Fine-tuned"),
    "rag on fine-tuned": ("triangle", "filled", "RAG on fine-tuned"),
}
"""Shape, filling and title of each kind; any other kind is a diamond."""


def kind_title(kind: str) -> str:
    """Return the title of a kind, capitalised."""
    return KINDS[kind][2] if kind in KINDS else kind[:1].upper() + kind[1:]


def mark(kind: str, x: float, y: float, size: float = 4.5) -> Markup:
    """Return the mark of a kind, centred at (x, y)."""
    shape, filling, _ = KINDS.get(kind, ("diamond", "filled", ""))
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=size, class_=f"mark {filling}")
    corners = {
        "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        "triangle": [(0, -1.25), (1.2, 0.85), (-1.2, 0.85)],
        "diamond": [(0, -1.3), (1.2, 0), (0, 1.3), (-1.2, 0)],
    }[shape]
    points = " ".join(f"{x + size * right:.1f},{y + size * down:.1f}" for right, down in corners)
    return element("polygon", points=points, class_=f"mark {filling}")


def key_mark(kind: str) -> Markup:
    """Return a mark as a drawing of its own, for a line of text."""
    return element(
        "svg", mark(kind, 7, 7), class_="key", viewBox="0 0 14 14", width="14", height="14", aria_hidden="true"
    )


# --- the width of texts -----------------------------------------------------------------------------------------------


def text_width(text: str) -> float:
    """Return the pixels that a text takes in a common sans serif of 12 pixels, too many rather than too few."""
    width = 0.0
    for char in text:
        if unicodedata.combining(char):
            continue
        if unicodedata.east_asian_width(char) in "WF":
            width += 1.2
        elif char in "ijlI.,:;'|!()[] ft":
            width += 0.34
        else:
            width += 0.9 if char in "mwMW@%" else 0.7 if char.isupper() else 0.58
    return width * 12


def shorten(text: str, width: float) -> str:
    """Return a text with an ellipsis in its middle if it is too wide: names often differ at their ends."""
    text = " ".join(text.split())
    if text_width(text) <= width:
        return text
    # Drop letters on either side of the middle until it fits.
    head, tail = text[: len(text) // 2], text[len(text) // 2 :]
    while (head or tail) and text_width(f"{head}…{tail}") > width:
        head, tail = (head[:-1], tail) if len(head) > len(tail) else (head, tail[1:])
    return f"{head.rstrip()}…{tail.lstrip()}"


def wrap(text: str, width: float, lines: int) -> list[str]:
    """Return a text in at most this many lines, the last one shortened if more follows."""
    words = text.split()
    wrapped: list[str] = []
    while words and len(wrapped) < lines - 1:
        fitting = 1
        while fitting < len(words) and text_width(" ".join(words[: fitting + 1])) <= width:
            fitting += 1
        if text_width(words[0]) > width:
            break
        wrapped.append(" ".join(words[:fitting]))
        words = words[fitting:]
    return [*wrapped, shorten(" ".join(words), width)] if words else wrapped or [""]


# --- scales -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """A range of values laid on a range of pixels."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high, value = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def linear(
    values: Iterable[float], start: float, end: float, ticks: int = 6, bounds: tuple[float, float] | None = None
) -> Scale:
    """Return a scale from tick to tick around the values; it starts at 0 if that is near, and keeps the bounds."""
    values = list(values) or [0.0, 1.0]
    # Start at 0 if it is near, and widen a range of one value.
    low, high = min(values), max(values)
    if 0 < low < high * 0.4:
        low = 0.0
    if high - low < 1e-9:
        low, high = low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
    if bounds:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    # The smallest round step that needs no more ticks than there may be.
    power = 10.0 ** math.floor(math.log10((high - low) / (ticks - 1)))
    for step in (power * head for head in (1, 2, 2.5, 5, 10, 20, 50)):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < ticks:
            break
    places = tuple(round(number * step, 10) for number in range(first, last + 1))
    return Scale(places[0], places[-1], start, end, places)


def logarithmic(values: Iterable[float], start: float, end: float, ticks: int = 6) -> Scale:
    """Return a logarithmic scale a little wider than the values, all above 0; ticks at 1, 2 and 5 of a decade."""
    values = list(values) or [1.0]
    margin = max((max(values) / min(values)) ** 0.08, 1.15 if min(values) < max(values) else 2.5)
    low, high = min(values) / margin, max(values) * margin

    def decades(*heads: int) -> list[float]:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        return [tick for power in powers for head in heads if low <= (tick := head * 10.0**power) <= high]

    while len(places := decades(1, 2, 5)) < 2:
        low, high = low / 1.2, high * 1.2
    # Too many ticks: fewer in each decade, then every second or third decade.
    for heads in ((1, 3), (1,)):
        places = places if len(places) <= ticks else decades(*heads)
    return Scale(low, high, start, end, tuple(places[:: -(-len(places) // ticks) or 1]), log=True)


def format_tick(tick: float) -> str:
    """Return a tick as short as possible: 0.05, 2, 2,500."""
    return f"{tick:,.6f}".rstrip("0").rstrip(".").replace("-", "−")


# --- places of labels -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """Return the shared area."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(across, 0.0) * max(down, 0.0)

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True)
class Place:
    """The place of a label; `far` if a line should lead from the point to it."""

    box: Box
    anchor: Anchor
    far: bool


_SIDES: tuple[tuple[float, float, Anchor], ...] = (
    (1, 0, "start"), (-1, 0, "end"), (1, -1, "start"), (1, 1, "start"), (-1, -1, "end"), (-1, 1, "end"),
    (0, -1, "middle"), (0, 1, "middle"),
)  # fmt: skip


def place_labels(
    points: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]], taken: Sequence[Box], frame: Box
) -> list[Place]:
    """Return a place for each point's label of that width and height: near it, inside the frame, on nothing else."""
    places: dict[int, Place] = {}
    blocked = list(taken)

    def crowd(index: int) -> float:
        x, y = points[index]
        return sum(1 / (1 + abs(x - other[0]) + abs(y - other[1])) for other in points)

    def cost(place: Place) -> float:
        outside = place.box.area - place.box.overlap(frame)
        return round(outside * 10 + sum(place.box.overlap(box) for box in blocked), 3)

    # The labels of crowded points choose first, and take the nearest place with the least overlap.
    for index in sorted(range(len(points)), key=lambda index: -crowd(index)):
        (x, y), (width, height) = points[index], sizes[index]
        candidates = []
        for distance in (9.0, 16.0, 26.0, 40.0, 58.0, 80.0, 110.0):
            for right, down, anchor in _SIDES:
                aside = distance * (0.7 if right and down else 1.0)
                left = {"start": x + aside, "middle": x - width / 2, "end": x - aside - width}[anchor]
                top = y - height / 2 + down * (height / 2 + (aside if down else 0))
                candidates.append(Place(Box(left, top, left + width, top + height), anchor, far=distance > 12))
        places[index] = min(candidates, key=cost)
        blocked.append(places[index].box)
    return [places[index] for index in range(len(points))]


def spread(centres: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Return centres near these, in their order, that keep labels of these heights apart between low and high."""
    order = sorted(range(len(centres)), key=lambda index: centres[index])
    spaced = list(centres)
    floor = low
    for index in order:  # down from the top, each as near as the one above lets it
        spaced[index] = max(spaced[index], floor + heights[index] / 2)
        floor = spaced[index] + heights[index] / 2
    ceiling = high
    for index in reversed(order):  # and up from the bottom, where that went too far
        spaced[index] = min(spaced[index], ceiling - heights[index] / 2)
        ceiling = spaced[index] - heights[index] / 2
    return spaced


# --- parts of several plots -------------------------------------------------------------------------------------------


def _axes(above: str, below: str, across: Scale, up: Scale, right: float, height: float) -> Iterator[Markup]:
    """Yield a grid with ticks, and the titles of the upright and the level axis."""
    bottom = height - BOTTOM
    for tick in up.ticks:
        yield line(LEFT, up(tick), right, up(tick), "grid")
        yield label(LEFT - 6, up(tick) + 4, format_tick(tick), "tick", "end")
    yield line(LEFT, bottom, right, bottom, "axis")
    for tick in across.ticks:
        yield line(across(tick), bottom, across(tick), bottom + 4, "axis")
        yield label(across(tick), bottom + 17, format_tick(tick), "tick", "middle")
    yield label(0, 12, above, "axis-title")
    yield label(right, height - 6, below, "axis-title", "end")


@dataclass(frozen=True)
class _Name:
    """A name for the right margin, and the end of the line that it names."""

    name: str
    x: float
    y: float
    strong: bool = False


def _margin(names: Sequence[_Name], right: float, top: float, width: float, height: float) -> Iterator[Markup]:
    """Yield the names of lines in the right margin, apart from each other, each with a leader."""
    room, most_lines = width - right - 22, 2 if width > 500 else 3
    texts = [wrap(name.name, room / (BOLD if name.strong else 1), most_lines) for name in names]
    heights = [LINE * len(text) + 2 for text in texts]
    centres = spread([name.y for name in names], heights, top - 10, height - 24)
    for name, text, centre in zip(names, texts, centres, strict=True):
        yield line(name.x, name.y, right + 14, centre, "leader")
        for number, part in enumerate(text):
            y = centre - LINE * len(text) / 2 + LINE * number + 11
            yield label(right + 18, y, part, "strong" if name.strong else "", whole=name.name)


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
        content.append(line(across(tick), top, across(tick), height - 20, "grid"))
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
            content.append(line(across(score.low), y, across(score.high), y, "whisker"))
            content += [line(across(end), y - 3.5, across(end), y + 3.5, "whisker") for end in (score.low, score.high)]
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
    content = [*_axes(above, below, across, up, right, height)]

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
            content.append(line(x, up(score.low), x, up(score.high), "whisker"))
            taken.append(Box(x - 3, up(score.high) - 2, x + 3, up(score.low) + 2))
        if slow is not None and slow > seconds:
            content.append(line(x, y, across(slow), y, "tail"))
            content.append(line(across(slow), y - 3, across(slow), y + 3, "tail"))
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
            content.append(line(x, y, start, min(max(y, box.top + 2), box.bottom - 2), "leader"))
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
    content = [*_axes(f"{metric.title}{DIRECTIONS[metric.better]}", below, across, up, right, height)]
    names, words = [], []

    # A baseline is a level line, its interval a band.
    for baseline in baselines:
        y = up(baseline.value or 0.0)
        if baseline.low is not None and baseline.high is not None:
            y1, y2 = sorted((up(baseline.low), up(baseline.high)))
            content.append(element("rect", x=LEFT, y=y1, width=right - LEFT, height=y2 - y1, class_="band"))
        content.append(line(LEFT, y, right, y, "flat"))
        content.append(mark(comparison.system(baseline.system).kind, right, y, 4))
        names.append(_Name(baseline.system, right + 7, y))
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
                content.append(line(x, up(point.low), x, up(point.high), "whisker"))
        kind = comparison.system(drawn.system).kind
        content += [mark(kind, x, y, 4) for x, y, _ in places]
        x, y, _ = places[-1]
        names.append(_Name(drawn.system, x - aside + 10, y, strong=True))
        values = [f"{format_number(p.value, metric.unit)} with {format_count(p.rows)} rows" for _, _, p in places]
        words.append(f"{drawn.system}: {', '.join(values)}")

    crossovers = find_crossovers(comparison)
    content += _crossing(crossovers, across, up, top, width)
    content += _margin(names, right, top, width, height)
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
        yield line(x, top - 26, x, up(up.low), "crossing")
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
    content = [*_axes(f"{title}, % ↑", below, across, up, right, height)]
    # A line for each system, named in the margin.
    names, words = [], []
    for number, (name, points) in enumerate(curves.items()):
        places = [(across(100 * point.coverage), up(point.value)) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dash = DASHES[number % len(DASHES)] or None
        content.append(element("polyline", points=path, class_="line", stroke_dasharray=dash))
        x, y = places[-1]
        content.append(element("circle", cx=x, cy=y, r=4.0, class_="mark filled"))
        names.append(_Name(name, x + 6, y))
        some = [*points[:: max(1, len(points) // 5)], points[-1]]
        values = [f"{point.value:.1f}% at {100 * point.coverage:.0f}%" for point in some]
        words.append(f"{name}: {', '.join(values)}")
    content += _margin(names, right, top, width, height)
    return drawing(width, height, f"{title} by share answered. {'. '.join(words)}.", content, class_)


def plot_reliability(
    bins: Sequence[ConfidenceBin], name: str, width: float, height: float, class_: str = ""
) -> Markup | None:
    """Return the reliability diagram: the share of right answers by confidence, a circle's area their number."""
    if not bins:
        return None
    right, top = width - 14, 30.0
    across, up = linear([0.0, 100.0], LEFT, right), linear([0.0, 100.0], height - BOTTOM, top)
    content = [*_axes("right, %", "confidence, %", across, up, right, height)]
    content.append(line(across(0), up(0), across(100), up(100), "flat"))
    # A circle for each group of answers with similar confidence.
    largest = max(int(group.rows) for group in bins)
    words = []
    for group in bins:
        sure, share = 100 * group.confidence, 100 * group.right
        x, y = across(sure), up(share)
        content.append(line(x, y, x, up(sure), "whisker"))  # to where a calibrated system would stand
        radius = 2.5 + 6.5 * (group.rows / largest) ** 0.5
        content.append(element("circle", cx=x, cy=y, r=radius, class_="mark filled"))
        words.append(f"{sure:.0f}% sure, {share:.0f}% right, {group.rows:.0f} answers")
    return drawing(width, height, f"{name}: {'; '.join(words)}.", content, class_)
