"""Ranking of systems: the best, those tied with it, and the training rows from which fine-tuning is ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.compare.comparison import Baseline, ComparedMetric, Comparison, CurveLine
from rag.compare.number_format import format_count

ALPHA = 0.05
"""A difference with a p-value below this is called significant."""


def best_systems(comparison: Comparison, metric: ComparedMetric) -> frozenset[str]:
    """Return the names of the systems with the best value; none if there is one system, or no direction is better."""
    # A higher rank is better, whichever way the metric goes.
    ranks = {
        system.name: metric.rank(score.value)
        for system in comparison.systems
        if (score := system.score(metric.name)).value is not None
    }
    if not ranks or metric.better == "neither" or len(comparison.systems) == 1:
        return frozenset()
    return frozenset(name for name, rank in ranks.items() if rank == max(ranks.values()))


def tied_systems(comparison: Comparison, metric: ComparedMetric) -> frozenset[str]:
    """Return the names of the other systems whose difference from the best was tested and is not significant."""
    best = best_systems(comparison, metric)
    return frozenset(
        system.name
        for system in comparison.systems
        for name in best
        if system.name not in best
        and (pair := comparison.difference(metric.name, name, system.name))
        and pair.p is not None
        and pair.p >= ALPHA
    )


def pareto_front(comparison: Comparison) -> list[str]:
    """Return the systems that no other system equals or beats in both the main metric and the median latency."""
    # Both numbers of a system are costs: the lower, the better.
    main = comparison.metrics[0]
    costs = [
        (system.name, -main.rank(score.value), system.cost.latency_p50)
        for system in comparison.systems
        if (score := system.score(main.name)).value is not None and system.cost.latency_p50 is not None
    ]
    return [
        name
        for name, loss, seconds in costs
        if not any(a <= loss and b <= seconds and (a, b) != (loss, seconds) for _, a, b in costs)
    ]


@dataclass(frozen=True)
class Crossover:
    """The place where a trained system's learning curve passes a baseline.

    `before` is the largest number of rows at which it is behind (None: it never is), `after` the smallest from which on
    it stays ahead (None: it never does), `apart` the smallest from which on the intervals do not overlap. `rows` is the
    largest number measured.
    """

    line: CurveLine
    baseline: Baseline
    before: int | None
    after: int | None
    apart: int | None
    rows: int

    def __str__(self) -> str:
        """Return the finding as a sentence."""
        line, baseline = self.line.system, self.baseline.system
        if self.after is None:
            return f"{line} does not overtake {baseline} within {format_count(self.rows)} training rows."
        where = f"with the fewest rows measured already ({format_count(self.after)})"
        if self.before is not None:
            where = f"between {format_count(self.before)} and {format_count(self.after)} training rows"
        intervals = f"their intervals still overlap at {format_count(self.rows)} rows"
        if self.apart is not None:
            intervals = f"from {format_count(self.apart)} rows on, their intervals no longer overlap"
        return f"{line} overtakes {baseline} {where}; {intervals}."


def find_crossovers(comparison: Comparison) -> list[Crossover]:
    """Compare each trained line with the best RAG baseline, or with the best baseline where there is no RAG."""
    curve = comparison.curve
    if curve is None or comparison.metric(curve.metric).better == "neither":
        return []
    metric = comparison.metric(curve.metric)
    # The rival is what a user has without training.
    baselines = [baseline for baseline in curve.baselines if baseline.value is not None]
    rag = [baseline for baseline in baselines if comparison.system(baseline.system).kind == "rag"]
    rival = max(rag or baselines, key=lambda baseline: metric.rank(baseline.value), default=None)
    crossovers = []
    for line in curve.lines:
        points = line.measured
        if rival is None or not points:
            continue
        # A line may pass the rival several times: what counts is where it stays ahead.
        best = metric.rank_ends(rival)[1]
        ahead = _lasting([metric.rank(point.value) > metric.rank(rival.value) for point in points])
        apart = _lasting([metric.rank_ends(point)[0] > best for point in points])
        crossovers.append(
            Crossover(
                line,
                rival,
                before=points[ahead - 1].rows if ahead else None,
                after=None if ahead is None else points[ahead].rows,
                apart=None if apart is None else points[apart].rows,
                rows=points[-1].rows,
            )
        )
    return crossovers


def _lasting(holds: Sequence[bool]) -> int | None:
    """Return the index from which on everything holds, None if the last does not."""
    start = len(holds)
    while start and holds[start - 1]:
        start -= 1
    return start if start < len(holds) else None
