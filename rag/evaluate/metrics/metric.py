"""A metric with its statistics by row, which give its interval and its difference to another system.

Every metric is a function of sums over rows: an average of (value, 1), BLEU of n-gram counts, macro F1 of hits per
class. So one mechanism gives each of them a bootstrap interval (Efron 1979; Koehn 2004 for BLEU) and a paired test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ingest.errors import InputError

Array = npt.NDArray[np.float64]
Better = Literal["higher", "lower", "neither"]
Unit = Literal["percent", "points", "tokens", "words", "seconds", "megabytes", "share"]

CELLS = 1 << 21  # of (draws, rows) in memory at a time: 16 MB as float64
TIE = 1e-9  # relative: differences closer than rounding count as equal


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric of one system over rows.

    `statistics` are `(rows, s)` sufficient statistics; `total` takes sums of them, `(..., s)`, to values `(...,)`, nan
    where undefined (0/0). A row whose statistics are all 0 is left out. `unit` "percent" is 0 to 100. `signature` names
    the implementation and its settings, where they matter.
    """

    name: str
    statistics: Array
    total: Callable[[Array], Array]
    better: Better
    unit: Unit
    signature: str | None = None

    @property
    def value(self) -> float:
        """The metric over all rows; nan where it is undefined."""
        return float(self.total(self.statistics.sum(axis=0)))

    @property
    def low(self) -> float:
        """The lower end of the 95% interval."""
        return self._interval[0]

    @property
    def high(self) -> float:
        """The upper end of the 95% interval."""
        return self._interval[1]

    @cached_property
    def _interval(self) -> tuple[float, float]:
        return self.interval()

    @property
    def per_row(self) -> Array:
        """The metric of each row alone, `(rows,)`."""
        return self.total(self.statistics)

    def __str__(self) -> str:
        """The value with its interval: "49.2 [44.8, 53.8]"."""
        return f"{self.value:.1f} [{self.low:.1f}, {self.high:.1f}]"

    def interval(self, level: float = 0.95, draws: int = 2000, seed: int = 0) -> tuple[float, float]:
        """Return the percentile bootstrap interval over rows; (nan, nan) where the metric is undefined.

        Draws in which it is undefined are left out.
        """
        totals = [
            self.total(counts @ self.statistics) for counts in _resample_counts(len(self.statistics), draws, seed)
        ]
        return central_interval(totals, level)


@dataclass(frozen=True)
class Difference:
    """The value of one system less that of another on the same rows, in the metric's unit.

    `low` and `high` are the 95% paired bootstrap interval; `p` is two-sided, of the paired randomisation test that
    the two systems are exchangeable. All are nan where the metric is undefined for either.
    """

    value: float
    low: float
    high: float
    p: float


def difference(a: Metric, b: Metric, draws: int = 2000, seed: int = 0, level: float = 0.95) -> Difference:
    """Return a - b with its paired interval and p-value, both over the same rows in the same order.

    p is that of approximate randomisation (Noreen 1989; Riezler & Maxwell 2005): rows are swapped between the systems
    at random, and p = (draws at least as far from 0 + 1) / (draws + 1). Where all 2^rows swaps fit into `draws`, all of
    them are tried and p is exact. Raises InputError for metrics that do not pair.
    """
    if a.name != b.name or a.statistics.shape != b.statistics.shape:
        one, other = (
            f"{metric.name} ({metric.statistics.shape[0]} rows, {metric.statistics.shape[1]} statistics)"
            for metric in (a, b)
        )
        raise InputError(
            f"cannot pair {one} with {other}: give the same metric of the same rows (and the same classes)"
        )
    observed = a.value - b.value
    if np.isnan(observed):
        return Difference(np.nan, np.nan, np.nan, np.nan)
    resampled = [
        a.total(counts @ a.statistics) - b.total(counts @ b.statistics)
        for counts in _resample_counts(len(a.statistics), draws, seed)
    ]
    low, high = central_interval(resampled, level)
    return Difference(observed, low, high, _p_value(a, b, observed, draws, seed))


def mean_metric(
    name: str, values: Sequence[float] | Array, better: Better, unit: Unit, signature: str | None = None
) -> Metric:
    """Return the mean of one value per row, in the unit of the values; nan marks a row that is left out."""
    numbers = np.asarray(values, dtype=np.float64)
    counted = ~np.isnan(numbers)
    return ratio_metric(name, np.where(counted, numbers, 0.0), counted, better, unit, signature)


def ratio_metric(
    name: str,
    part: Sequence[float] | npt.NDArray[Any],
    whole: Sequence[float] | npt.NDArray[Any],
    better: Better,
    unit: Unit,
    signature: str | None = None,
) -> Metric:
    """Return sum(part) / sum(whole), one of each per row. For percent, the caller multiplies the parts by 100."""
    statistics = np.column_stack([np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)])
    return Metric(name, statistics, lambda sums: divide(sums[..., 0], sums[..., 1]), better, unit, signature)


def divide(part: Array, whole: Array) -> Array:
    """Divide elementwise; nan where the whole is 0."""
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    result: Array = np.divide(part, whole, out=np.full(shape, np.nan), where=np.asarray(whole) != 0)
    return result


def central_interval(values: Sequence[Array], level: float = 0.95) -> tuple[float, float]:
    """Return the bounds of the central share of values, ignoring nan; (nan, nan) without values."""
    numbers = np.concatenate(values) if len(values) else np.empty(0)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return np.nan, np.nan
    low, high = np.percentile(numbers, [50 - 50 * level, 50 + 50 * level])
    return float(low), float(high)


def resample_rows(rows: int, draws: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield row numbers drawn with replacement, in parts of `(some, rows)`, `draws` lines in all."""
    random = np.random.default_rng(seed)
    for size in _split_draws(rows, draws):
        yield random.integers(0, rows, size=(size, rows))


def _resample_counts(rows: int, draws: int, seed: int) -> Iterator[Array]:
    """Yield the number of times that each row was drawn, `(some, rows)`: multinomial counts."""
    for drawn in resample_rows(rows, draws, seed) if rows else ():
        # One bincount counts all draws: each draw's row numbers get a range of their own.
        offset = drawn + rows * np.arange(len(drawn))[:, None]
        yield np.bincount(offset.ravel(), minlength=drawn.size).reshape(drawn.shape).astype(np.float64)


def _p_value(a: Metric, b: Metric, observed: float, draws: int, seed: int) -> float:
    rows = len(a.statistics)
    exchange = b.statistics - a.statistics
    sum_a, sum_b = a.statistics.sum(axis=0), b.statistics.sum(axis=0)
    bound = abs(observed) - TIE * max(1.0, abs(observed))
    # The bit length avoids computing 2^rows for thousands of rows.
    exact = rows < draws.bit_length() and 2**rows <= draws
    extreme = total = 0
    # A swap moves the difference of a row's statistics from one system to the other.
    for swapped in _swap_rows(rows, draws, seed, exact):
        moved = swapped @ exchange
        gaps = np.abs(a.total(sum_a + moved) - b.total(sum_b - moved))
        extreme += int(np.sum(~(gaps < bound)))  # an undefined gap counts as far away: p errs upwards
        total += len(swapped)
    return extreme / total if exact else (extreme + 1) / (total + 1)


def _swap_rows(rows: int, draws: int, seed: int, exact: bool) -> Iterator[Array]:
    """Yield 1 where a row is swapped, `(some, rows)`: every combination if exact, else at random."""
    if exact:
        yield (np.arange(2**rows)[:, None] >> np.arange(rows) & 1).astype(np.float64)
        return
    random = np.random.default_rng(seed)
    for size in _split_draws(rows, draws):
        yield random.integers(0, 2, size=(size, rows), dtype=np.int8).astype(np.float64)


def _split_draws(rows: int, draws: int) -> Iterator[int]:
    """Yield numbers of draws whose rows fit into memory together."""
    limit = max(1, CELLS // max(rows, 1))
    for start in range(0, draws, limit):
        yield min(limit, draws - start)
