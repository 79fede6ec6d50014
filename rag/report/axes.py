"""Scales, axes, and the places of labels that keep off each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rag.report.svg import BOLD, LINE, Anchor, draw_line, label, wrap

LEFT, BOTTOM = 40.0, 44.0  # pixels: room for the ticks


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


# --- axes and the names of lines --------------------------------------------------------------------------------------


def draw_axes(above: str, below: str, across: Scale, up: Scale, right: float, height: float) -> Iterator[Markup]:
    """Yield a grid with ticks, and the titles of the upright and the level axis."""
    bottom = height - BOTTOM
    for tick in up.ticks:
        yield draw_line(LEFT, up(tick), right, up(tick), "grid")
        yield label(LEFT - 6, up(tick) + 4, format_tick(tick), "tick", "end")
    yield draw_line(LEFT, bottom, right, bottom, "axis")
    for tick in across.ticks:
        yield draw_line(across(tick), bottom, across(tick), bottom + 4, "axis")
        yield label(across(tick), bottom + 17, format_tick(tick), "tick", "middle")
    yield label(0, 12, above, "axis-title")
    yield label(right, height - 6, below, "axis-title", "end")


@dataclass(frozen=True)
class LineName:
    """A name for the right margin, and the end of the line that it names."""

    name: str
    x: float
    y: float
    strong: bool = False


def draw_margin(names: Sequence[LineName], right: float, top: float, width: float, height: float) -> Iterator[Markup]:
    """Yield the names of lines in the right margin, apart from each other, each with a leader."""
    room, most_lines = width - right - 22, 2 if width > 500 else 3
    texts = [wrap(name.name, room / (BOLD if name.strong else 1), most_lines) for name in names]
    heights = [LINE * len(text) + 2 for text in texts]
    centres = spread([name.y for name in names], heights, top - 10, height - 24)
    for name, text, centre in zip(names, texts, centres, strict=True):
        yield draw_line(name.x, name.y, right + 14, centre, "leader")
        for number, part in enumerate(text):
            y = centre - LINE * len(text) / 2 + LINE * number + 11
            yield label(right + 18, y, part, "strong" if name.strong else "", whole=name.name)
