"""What an output costs: seconds, tokens, processor time and memory."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.evaluate.metrics.metric import Metric, drawn_rows, measured_mean, middle


@dataclass(frozen=True)
class Spent:
    """What one row cost. `cpu_seconds` sum over cores; `seconds` are what a user waits."""

    seconds: float
    cpu_seconds: float
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% bootstrap interval; nan where there is nothing to estimate from."""

    value: float
    low: float
    high: float


def cost_metrics(spent: Sequence[Spent]) -> list[Metric]:
    """Return the means a row: seconds, cpu_seconds, prompt_tokens, completion_tokens."""
    return [
        measured_mean("seconds", [each.seconds for each in spent], "lower", "seconds"),
        measured_mean("cpu_seconds", [each.cpu_seconds for each in spent], "lower", "seconds"),
        measured_mean("prompt_tokens", [each.prompt_tokens for each in spent], "lower", "tokens"),
        measured_mean("completion_tokens", [each.completion_tokens for each in spent], "neither", "tokens"),
    ]


def percentile(values: Sequence[float], percent: float, draws: int = 2000, seed: int = 0) -> Estimate:
    """Return a percentile (50: the median) with its interval, by resampling the values themselves.

    A percentile is no function of sums, so it has no paired test here.
    """
    given = np.asarray(values, dtype=np.float64)
    if not len(given):
        return Estimate(np.nan, np.nan, np.nan)
    found = np.concatenate(
        [np.percentile(given[rows], percent, axis=1) for rows in drawn_rows(len(given), draws, seed)]
    )
    return Estimate(float(np.percentile(given, percent)), *middle(found))


def peak_memory_mb() -> float:
    """Return the most memory that this process has held so far, in megabytes (2^20); nan where no one counts it."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
