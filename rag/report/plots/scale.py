"""Axes: from values to pixels, with round numbers as ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A stretch of values laid on a stretch of pixels."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high, value = (math.log(v) for v in (self.low, self.high, value)) if self.log else self._as_is(value)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def _as_is(self, value: float) -> tuple[float, float, float]:
        return self.low, self.high, value


def linear(
    values: Iterable[float], start: float, end: float, most_ticks: int = 6, bounds: tuple[float, float] | None = None
) -> Scale:
    """Return a scale from tick to tick around the values; it begins at 0 where that is near, and keeps the bounds."""
    values = list(values) or [0.0, 1.0]
    low, high = min(values), max(values)
    if 0 < low < high * 0.4:
        low = 0.0
    if high - low < 1e-9:
        low, high = low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
    if bounds:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    step = _step((high - low) / (most_ticks - 1), most_ticks, low, high)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(number * step, 10) for number in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], start, end, ticks)


def logarithmic(values: Iterable[float], start: float, end: float, most_ticks: int = 6) -> Scale:
    """Return a logarithmic scale a little wider than the values, which are above 0; ticks at 1, 2 and 5 of a decade."""
    values = list(values) or [1.0]
    around = max((max(values) / min(values)) ** 0.08, 1.15 if min(values) < max(values) else 2.5)
    low, high = min(values) / around, max(values) * around
    while len(ticks := _decades(low, high, (1, 2, 5))) < 2:
        low, high = low / 1.2, high * 1.2
    for heads in ((1, 3), (1,)):
        ticks = ticks if len(ticks) <= most_ticks else _decades(low, high, heads)
    return Scale(low, high, start, end, tuple(ticks[:: -(-len(ticks) // most_ticks) or 1]), log=True)


def _decades(low: float, high: float, heads: Iterable[int]) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [tick for power in powers for head in heads if low <= (tick := head * 10.0**power) <= high]


def tick_label(tick: float) -> str:
    """Return a tick as short as it can be written: 0.05, 2, 2,500."""
    text = f"{tick:,.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def _step(least: float, most_ticks: int, low: float, high: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    for head in (1, 2, 2.5, 5, 10, 20):
        step = head * power
        if math.ceil(high / step - 1e-9) - math.floor(low / step + 1e-9) < most_ticks:
            return step
    return 50 * power
