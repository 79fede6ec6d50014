"""Who stands where: the best of a metric, who is not shown to be worse, and where training overtakes retrieval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.compare.comparison import Better, ComparedMetric, Comparison, Curve, Estimate, Flat, Line
from rag.compare.number_format import count

ALPHA = 0.05
"""Below this p a difference is called significant."""


def best(comparison: Comparison, metric: ComparedMetric) -> frozenset[str]:
    """Return the names of the systems with the best value: none where no direction is better, several at a tie."""
    values = {system.name: system.of(metric.name).value for system in comparison.systems}
    ranked = {name: _up(value, metric.better) for name, value in values.items() if value is not None}
    if not ranked or metric.better == "neither" or len(comparison.systems) == 1:
        return frozenset()
    return frozenset(name for name, value in ranked.items() if value == max(ranked.values()))


def not_worse(comparison: Comparison, metric: ComparedMetric) -> frozenset[str]:
    """Return the systems beside the best whose difference from it was tested and found not significant."""
    first = best(comparison, metric)
    beside = [system.name for system in comparison.systems if system.name not in first]
    return frozenset(
        name
        for name in beside
        for top in first
        if (each := comparison.difference(metric.name, top, name)) and each.p is not None and each.p >= ALPHA
    )


def undominated(comparison: Comparison) -> list[str]:
    """Return the systems that no other beats in the main metric without being slower, in the comparison's order."""
    main = comparison.metrics[0]
    placed = [
        (system.name, _up(value, main.better), seconds)
        for system in comparison.systems
        if (value := system.of(main.name).value) is not None and (seconds := system.cost.latency_p50) is not None
    ]
    return [
        name
        for name, value, seconds in placed
        if not any(v >= value and s <= seconds and (v, s) != (value, seconds) for _, v, s in placed)
    ]


@dataclass(frozen=True)
class Overtaking:
    """How a trained system's curve stands to an untrained system's line.

    `before` is the most rows at which it is still behind (None: never measured behind), `after` the fewest from which
    on it stays ahead (None: it does not overtake), `apart` the fewest from which on the intervals stay apart.
    """

    line: Line
    flat: Flat
    before: int | None
    after: int | None
    apart: int | None
    most: int

    def __str__(self) -> str:
        """Return the finding as a sentence."""
        names = f"{self.line.system} overtakes {self.flat.system}"
        if self.after is None:
            return f"{self.line.system} does not overtake {self.flat.system} within {count(self.most)} training rows."
        where = (
            f"between {count(self.before)} and {count(self.after)} training rows"
            if self.before is not None
            else f"with the fewest rows measured already ({count(self.after)})"
        )
        if self.apart is None:
            return f"{names} {where}; their intervals still overlap at {count(self.most)} rows."
        return f"{names} {where}; from {count(self.apart)} rows on, their intervals no longer overlap."


def overtakings(comparison: Comparison) -> list[Overtaking]:
    """Return how each trained line stands to the best RAG line, or to the best untrained one where there is no RAG."""
    curve = comparison.curve
    metric = curve and comparison.metric(curve.metric)
    if not curve or not metric or metric.better == "neither":
        return []
    flat = _rival(comparison, curve, metric.better)
    return [overtaking for line in curve.lines if flat and (overtaking := _overtaking(line, flat, metric.better))]


def _rival(comparison: Comparison, curve: Curve, better: Better) -> Flat | None:
    known = [flat for flat in curve.flat if flat.value is not None]
    retrieving = [flat for flat in known if comparison.system(flat.system).kind == "rag"]
    return max(retrieving or known, key=lambda flat: _up(flat.value or 0.0, better), default=None)


def _overtaking(line: Line, flat: Flat, better: Better) -> Overtaking | None:
    points = sorted((point for point in line.points if point.value is not None), key=lambda point: point.rows)
    if not points:
        return None
    ahead = [_up(point.value or 0.0, better) > _up(flat.value or 0.0, better) for point in points]
    apart = [_worst(point, better) > _best(flat, better) for point in points]
    after, clear = _lasting(ahead), _lasting(apart)
    return Overtaking(
        line,
        flat,
        before=points[after - 1].rows if after else None,
        after=points[after].rows if after is not None else None,
        apart=points[clear].rows if clear is not None else None,
        most=points[-1].rows,
    )


def _lasting(holds: Iterable[bool]) -> int | None:
    """Return the index from which on everything holds."""
    holds = list(holds)
    start = len(holds)
    while start and holds[start - 1]:
        start -= 1
    return start if start < len(holds) else None


def _worst(estimate: Estimate, better: Better) -> float:
    ends = [end for end in (estimate.low, estimate.value, estimate.high) if end is not None]
    return min(_up(end, better) for end in ends)


def _best(estimate: Estimate, better: Better) -> float:
    ends = [end for end in (estimate.low, estimate.value, estimate.high) if end is not None]
    return max(_up(end, better) for end in ends)


def _up(value: float, better: Better) -> float:
    return -value if better == "lower" else value
