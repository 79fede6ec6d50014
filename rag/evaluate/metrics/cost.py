"""The cost of an output: seconds, tokens, processor time and memory."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.evaluate.metrics.metric import Metric, central_interval, mean_metric, resample_rows


@dataclass(frozen=True)
class Spent:
    """The cost of one row: `seconds` are what a user waits, `cpu_seconds` sum over cores."""

    seconds: float
    cpu_seconds: float
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% bootstrap interval; nan without values."""

    value: float
    low: float
    high: float


def cost_metrics(spent: Sequence[Spent]) -> list[Metric]:
    """Return the means per row: seconds, cpu_seconds, prompt_tokens, completion_tokens."""
    return [
        mean_metric("seconds", [row.seconds for row in spent], "lower", "seconds"),
        mean_metric("cpu_seconds", [row.cpu_seconds for row in spent], "lower", "seconds"),
        mean_metric("prompt_tokens", [row.prompt_tokens for row in spent], "lower", "tokens"),
        mean_metric("completion_tokens", [row.completion_tokens for row in spent], "neither", "tokens"),
    ]


def percentile(values: Sequence[float], percent: float, draws: int = 2000, seed: int = 0) -> Estimate:
    """Return a percentile (50: the median) with its interval, by resampling the values themselves.

    A percentile is not a function of sums, so it has no paired test here.
    """
    observed = np.asarray(values, dtype=np.float64)
    if not len(observed):
        return Estimate(np.nan, np.nan, np.nan)
    resampled = [np.percentile(observed[rows], percent, axis=1) for rows in resample_rows(len(observed), draws, seed)]
    return Estimate(float(np.percentile(observed, percent)), *central_interval(resampled))


def reset_peak_memory() -> None:
    """Let the kernel forget the peak memory of this process, where it can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def peak_memory_mb() -> float:
    """Return the peak memory since the reset, else since the start, in megabytes (2^20); nan on Windows."""
    # Linux: the high-water mark, which a reset lowers.
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
