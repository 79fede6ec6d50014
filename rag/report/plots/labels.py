"""Where labels go, so that none lies on a point, on a line or on another label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


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
class Placed:
    """A label's place; `far` where a line should lead from the point to it."""

    box: Box
    anchor: Literal["start", "middle", "end"]
    far: bool


_DIRECTIONS: tuple[tuple[float, float, Literal["start", "middle", "end"]], ...] = (
    (1, 0, "start"), (-1, 0, "end"), (1, -1, "start"), (1, 1, "start"), (-1, -1, "end"), (-1, 1, "end"),
    (0, -1, "middle"), (0, 1, "middle"),
)  # fmt: skip


def place(
    points: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]], taken: Sequence[Box], frame: Box
) -> list[Placed]:
    """Return a place for each point's label of that width and height: near it, inside the frame, on nothing else."""
    placed: list[Placed | None] = [None] * len(points)
    blocked = list(taken)
    for index in sorted(range(len(points)), key=lambda index: -_crowd(points, index)):
        candidates = [
            _candidate(points[index], sizes[index], direction, distance)
            for distance in (9.0, 16.0, 26.0, 40.0, 58.0, 80.0, 110.0)
            for direction in _DIRECTIONS
        ]
        best = min(range(len(candidates)), key=lambda number: (_cost(candidates[number].box, blocked, frame), number))
        placed[index] = candidates[best]
        blocked.append(candidates[best].box)
    return [each for each in placed if each is not None]


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Return centres near the wanted ones, in their order, that keep labels of these heights apart in low..high."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    centres = list(wanted)
    floor = low
    for index in order:  # down from the top, each as near as the one above lets it
        centres[index] = max(centres[index], floor + heights[index] / 2)
        floor = centres[index] + heights[index] / 2
    ceiling = high
    for index in reversed(order):  # and up from the bottom, where that went too far
        centres[index] = min(centres[index], ceiling - heights[index] / 2)
        ceiling = centres[index] - heights[index] / 2
    return centres


def _candidate(
    point: tuple[float, float],
    size: tuple[float, float],
    direction: tuple[float, float, Literal["start", "middle", "end"]],
    distance: float,
) -> Placed:
    (x, y), (width, height), (right, down, anchor) = point, size, direction
    aside = distance * (0.7 if right and down else 1.0)
    left = {"start": x + aside, "middle": x - width / 2, "end": x - aside - width}[anchor]
    top = y - height / 2 + down * (height / 2 + (aside if down else 0))
    return Placed(Box(left, top, left + width, top + height), anchor, far=distance > 12)


def _cost(box: Box, blocked: Sequence[Box], frame: Box) -> float:
    outside = box.area - box.overlap(frame)
    return round(outside * 10 + sum(box.overlap(other) for other in blocked), 3)


def _crowd(points: Sequence[tuple[float, float]], index: int) -> float:
    x, y = points[index]
    return sum(1 / (1 + abs(x - right) + abs(y - down)) for right, down in points)
