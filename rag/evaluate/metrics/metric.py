"""A number with what it was made of, so that it can be resampled: its interval, and its difference to another system's.

Every metric is a function of sums over rows: an average of (value, 1), BLEU of n-gram counts, macro F1 of hits per
class. So one mechanism gives each of them a bootstrap interval (Efron 1979; Koehn 2004 for BLEU) and a paired test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Better = Literal["higher", "lower", "neither"]
Unit = Literal["percent", "points", "tokens", "words", "seconds", "megabytes", "share"]

CELLS = 1 << 21  # of (draws, rows) in memory at a time: 16 MB as float64
TIE = 1e-9  # relative: differences closer than rounding count as equal


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric of one system over rows.

    `statistics` are `(rows, s)` sufficient statistics; `total` takes sums of them, `(..., s)`, to values `(...,)`, nan
    where undefined (0/0). A row whose statistics are all 0 takes no part. `unit` "percent" is 0 to 100. `signature`
    says which implementation and settings made the number, where that matters.
    """

    name: str
    statistics: Array
    total: Callable[[Array], Array]
    better: Better
    unit: Unit
    signature: str | None = None

    @property
    def value(self) -> float:
        """The metric over all rows: nan where it is undefined."""
        return float(self.total(self.statistics.sum(axis=0)))

    @property
    def per_row(self) -> Array:
        """The metric of each row alone, `(rows,)`."""
        return self.total(self.statistics)

    def __str__(self) -> str:
        """The value with its interval: "49.2 [44.8, 53.8]"."""
        low, high = self.interval()
        return f"{self.value:.1f} [{low:.1f}, {high:.1f}]"

    def interval(self, level: float = 0.95, draws: int = 2000, seed: int = 0) -> tuple[float, float]:
        """Return the percentile bootstrap interval over rows; (nan, nan) where the metric is undefined.

        Draws in which it is undefined are left out.
        """
        totals = [self.total(counts @ self.statistics) for counts in _resamples(len(self.statistics), draws, seed)]
        return _middle(totals, level)


@dataclass(frozen=True)
class Difference:
    """How much higher one system measured than another on the same rows, in the metric's unit.

    `low` and `high` are the 95% paired bootstrap interval; `p` is two-sided, of the paired randomisation test that
    the two systems are exchangeable. All nan where the metric is undefined for either.
    """

    value: float
    low: float
    high: float
    p: float


def difference(a: Metric, b: Metric, draws: int = 2000, seed: int = 0, level: float = 0.95) -> Difference:
    """Return a - b with its paired interval and p-value, both over the same rows in the same order.

    p is that of approximate randomisation (Noreen 1989; Riezler & Maxwell 2005): rows are swapped between the systems
    at random, p = (draws at least as far from 0 + 1) / (draws + 1). With so few rows that all 2^rows swaps fit into
    `draws`, all of them are tried and p is exact. Raises ValueError for metrics that do not pair.
    """
    if a.name != b.name or a.statistics.shape != b.statistics.shape:
        raise ValueError(
            f"cannot pair {_shown(a)} with {_shown(b)}: give the same metric of the same rows (and the same classes)"
        )
    observed = a.value - b.value
    if np.isnan(observed):
        return Difference(np.nan, np.nan, np.nan, np.nan)
    both = [
        a.total(counts @ a.statistics) - b.total(counts @ b.statistics)
        for counts in _resamples(len(a.statistics), draws, seed)
    ]
    low, high = _middle(both, level)
    return Difference(observed, low, high, _p_value(a, b, observed, draws, seed))


def measured_mean(
    name: str, values: Sequence[float] | Array, better: Better, unit: Unit, signature: str | None = None
) -> Metric:
    """Return the mean of a value a row, in the unit the values have; nan marks a row that takes no part."""
    given = np.asarray(values, dtype=np.float64)
    counted = ~np.isnan(given)
    return measured_ratio(name, np.where(counted, given, 0.0), counted, better, unit, signature)


def measured_ratio(
    name: str,
    part: Sequence[float] | npt.NDArray[Any],
    whole: Sequence[float] | npt.NDArray[Any],
    better: Better,
    unit: Unit,
    signature: str | None = None,
) -> Metric:
    """Return sum(part) / sum(whole), one of each a row, as they come: times 100 is the caller's for percent."""
    statistics = np.column_stack([np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)])
    return Metric(name, statistics, _quotient, better, unit, signature)


def divide(part: Array, whole: Array) -> Array:
    """Divide elementwise; nan where the whole is 0."""
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    result: Array = np.divide(part, whole, out=np.full(shape, np.nan), where=np.asarray(whole) != 0)
    return result


def middle(values: Array, level: float = 0.95) -> tuple[float, float]:
    """Return the bounds between which the middle share of values lies, leaving nan out; (nan, nan) if nothing is."""
    kept = values[~np.isnan(values)]
    if not len(kept):
        return np.nan, np.nan
    low, high = np.percentile(kept, [50 - 50 * level, 50 + 50 * level])
    return float(low), float(high)


def drawn_rows(rows: int, draws: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield row numbers drawn with replacement, `(some, rows)` at a time, `draws` lines in all."""
    chance = np.random.default_rng(seed)
    for size in _portions(rows, draws):
        yield chance.integers(0, rows, size=(size, rows))


def _quotient(sums: Array) -> Array:
    return divide(sums[..., 0], sums[..., 1])


def _resamples(rows: int, draws: int, seed: int) -> Iterator[Array]:
    """Yield how often each row was drawn, `(some, rows)`: multinomial counts."""
    for drawn in drawn_rows(rows, draws, seed) if rows else ():
        offset = drawn + rows * np.arange(len(drawn))[:, None]
        yield np.bincount(offset.ravel(), minlength=drawn.size).reshape(drawn.shape).astype(np.float64)


def _p_value(a: Metric, b: Metric, observed: float, draws: int, seed: int) -> float:
    rows = len(a.statistics)
    exchange = b.statistics - a.statistics
    sum_a, sum_b = a.statistics.sum(axis=0), b.statistics.sum(axis=0)
    bound = abs(observed) - TIE * max(1.0, abs(observed))
    exact = rows < draws.bit_length() and 2**rows <= draws
    reached = tried = 0
    for swapped in _every_swap(rows) if exact else _random_swaps(rows, draws, seed):
        moved = swapped @ exchange
        found = np.abs(a.total(sum_a + moved) - b.total(sum_b - moved))
        reached += int(np.sum(~(found < bound)))  # undefined counts as far away: p errs upwards
        tried += len(swapped)
    return reached / tried if exact else (reached + 1) / (tried + 1)


def _every_swap(rows: int) -> Iterator[Array]:
    yield (np.arange(2**rows)[:, None] >> np.arange(rows) & 1).astype(np.float64)


def _random_swaps(rows: int, draws: int, seed: int) -> Iterator[Array]:
    chance = np.random.default_rng(seed)
    for size in _portions(rows, draws):
        yield chance.integers(0, 2, size=(size, rows), dtype=np.int8).astype(np.float64)


def _portions(rows: int, draws: int) -> Iterator[int]:
    most = max(1, CELLS // max(rows, 1))
    for done in range(0, draws, most):
        yield min(most, draws - done)


def _middle(parts: Sequence[Array], level: float) -> tuple[float, float]:
    return middle(np.concatenate(parts), level) if parts else (np.nan, np.nan)


def _shown(measured: Metric) -> str:
    rows, width = measured.statistics.shape
    return f"{measured.name} ({rows} rows, {width} statistics)"
