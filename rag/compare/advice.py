"""One plain paragraph from the numbers, by rules: which system, how surely, at what cost, and when another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rag.compare.comparison import ComparedMetric, Comparison, System, read_comparison
from rag.compare.number_format import count, duration, number
from rag.compare.ranking import ALPHA, best, not_worse, overtakings, undominated

FEW_ROWS = 100
WORTH = 0.75  # of the best value: a system below that is no choice, however fast
FASTER = 1.5  # times: a smaller difference in latency is no reason to choose
CUT = 0.02  # share of texts that may end at the token limit untold
HIGH_SLOT_ERRORS = 5.0  # percent of the values given

_MORE = {"percent": "percentage points", "points": "points"}


def advice(comparison: Mapping[str, Any]) -> str:
    """Return what follows from a comparison's numbers, in a few sentences."""
    read = read_comparison(comparison)
    return " ".join(_sentences(read))


def _sentences(comparison: Comparison) -> Iterator[str]:
    main = comparison.metrics[0]
    named = best(comparison, main)
    if len(comparison.systems) == 1:
        only = comparison.systems[0]
        yield f"{_cap(only.name)} reaches {_value(only, main)}; with nothing to compare it with, that says little."
        yield from _warnings(comparison, main)
        return
    if not named:
        yield f"No system could be measured by {main.title}, so nothing follows."
        return
    top = comparison.system(sorted(named, key=[each.name for each in comparison.systems].index)[0])
    near = (named | not_worse(comparison, main)) - {top.name}
    close = [system for system in comparison.systems if system.name in near]
    yield from _verdict(comparison, main, top, close)
    yield from _cost(top)
    yield from _alternatives(comparison, main, top, close)
    yield from map(str, overtakings(comparison))
    yield from _slots(comparison, top)
    yield from _warnings(comparison, main)


def _verdict(comparison: Comparison, main: ComparedMetric, top: System, close: list[System]) -> Iterator[str]:
    yield f"{_cap(top.name)} is best by {main.title}: {_value(top, main)}."
    beaten = [
        system
        for system in comparison.systems
        if system is not top and system not in close and system.of(main.name).value is not None
    ]
    if close:
        names = _listed([system.name for system in close])
        yield (
            f"It is not significantly better than {names} on these rows (p >= {ALPHA}), so "
            f"{'either' if len(close) == 1 else 'any of them'} may be chosen by cost."
        )
    if not beaten:
        return
    second = max(beaten, key=lambda system: _up(system.of(main.name).value or 0.0, main))
    found = comparison.difference(main.name, top.name, second.name)
    if found is None or found.difference is None:
        return
    others = "the others" if len(beaten) > 1 else second.name
    against = f", {second.name} the nearest of them," if len(beaten) > 1 else ""
    ends = [abs(end) for end in (found.low, found.high) if end is not None]
    between = f" (95% interval {number(min(ends))} to {number(max(ends))})" if len(ends) == 2 else ""
    yield (
        f"It is ahead of {others}{against} by {number(abs(found.difference))} "
        f"{_MORE.get(main.unit, main.unit)}{between}, which chance hardly explains."
    )


def _cost(top: System) -> Iterator[str]:
    parts = []
    if top.cost.latency_p50 is not None:
        parts.append(f"takes {duration(top.cost.latency_p50)} a row (median)")
    if top.trained and top.trained.seconds is not None:
        rows = f" on {count(top.trained.rows)} rows" if top.trained.rows is not None else ""
        parts.append(f"was trained for {duration(top.trained.seconds)}{rows}")
    if parts:
        yield f"It {' and '.join(parts)}."


def _alternatives(comparison: Comparison, main: ComparedMetric, top: System, close: list[System]) -> Iterator[str]:
    """When to prefer another: one as good and faster, one that is faster, one that needs no training."""
    seconds = top.cost.latency_p50
    if seconds is not None:
        faster = [
            system
            for system in comparison.systems
            if system.cost.latency_p50 is not None and system.cost.latency_p50 * FASTER < seconds
        ]
        as_good = [system for system in faster if system in close]
        if as_good:
            quick = min(as_good, key=lambda system: system.cost.latency_p50 or 0.0)
            times = seconds / (quick.cost.latency_p50 or seconds)
            yield f"{_cap(quick.name)} is as good as can be told here and {number(times)} times as fast: prefer it."
        elif faster := [
            system for system in faster if system.name in undominated(comparison) and _is_worth(system, top, main)
        ]:
            quick = max(faster, key=lambda system: _up(system.of(main.name).value or 0.0, main))
            times = seconds / (quick.cost.latency_p50 or seconds)
            yield f"Where speed counts more, {quick.name} is {number(times)} times as fast, at {_value(quick, main)}."
    untrained = [
        system for system in comparison.systems if not system.trained and system.of(main.name).value is not None
    ]
    if top.trained and untrained:
        second = max(untrained, key=lambda system: _up(system.of(main.name).value or 0.0, main))
        also = " too" if second in close else ""
        yield f"Without training, {second.name} serves best{also}: {_value(second, main)}."


def _is_worth(system: System, top: System, main: ComparedMetric) -> bool:
    """Whether a system comes near enough to the best to be an answer where speed counts."""
    value, most = system.of(main.name).value, top.of(main.name).value
    if value is None or most is None:
        return False
    return value * WORTH <= most if main.better == "lower" else value >= WORTH * most


def _slots(comparison: Comparison, top: System) -> Iterator[str]:
    """What the slot errors say, where they were measured."""
    metric = next((each for each in comparison.metrics if each.name == "slot_error_rate"), None)
    rate = top.of("slot_error_rate").value if metric else None
    if metric is None or rate is None:
        return
    parts = [
        f"{number(value, 'percent')}% {name}"
        for name in ("missing", "wrong", "invented")
        if (value := top.of(name).value)
    ]
    told = f" ({_listed(parts)})" if parts else ""
    share = number(rate, "percent")
    yield f"Of the values given, {share}% are missing, wrong or invented in what {top.name} writes{told}."
    if rate > HIGH_SLOT_ERRORS:
        how = "keep the attribute check on" if (top.attempts or 1) > 1 else "let the attribute check write it again"
        yield f"That is too much to publish unread: {how}, and look at what it marks."
    rivals = {system.name: system.of("slot_error_rate") for system in comparison.systems if system is not top}
    lower = {name: each.value for name, each in rivals.items() if each.value is not None and each.value < rate}
    if lower:
        name = min(lower, key=lambda each: lower[each])
        found = comparison.difference("slot_error_rate", top.name, name)
        if found and found.p is not None and found.p < ALPHA:
            fewer = f"{_cap(name)} makes fewer such errors ({number(lower[name], 'percent')}%)"
            yield f"{fewer}: prefer it where facts matter most."


def _warnings(comparison: Comparison, main: ComparedMetric) -> Iterator[str]:
    rows = comparison.data.test.rows if comparison.data.test else None
    if rows is not None and rows < FEW_ROWS:
        yield f"{rows} test rows are few: measure on more before you decide."
    for system in comparison.systems:
        if (system.cost.cut or 0) > CUT:
            share = number(100 * (system.cost.cut or 0), "percent")
            yield f"{share}% of {system.name}'s texts end at the token limit, perhaps in the middle: allow more tokens."
    first = best(comparison, main)
    overlapping = [
        system.name
        for system in comparison.systems
        for name in first
        if system.name not in first and _overlap(comparison.system(name), system, main)
    ]
    if overlapping:
        yield f"The 95% intervals of the best and of {_listed(overlapping)} overlap."


def _overlap(one: System, other: System, metric: ComparedMetric) -> bool:
    a, b = one.of(metric.name), other.of(metric.name)
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return False
    return a.low <= b.high and b.low <= a.high


def _value(system: System, metric: ComparedMetric) -> str:
    each = system.of(metric.name)
    sign = "%" if metric.unit == "percent" else ""
    between = ""
    if each.low is not None and each.high is not None:
        between = f" (95% interval {number(each.low, metric.unit)} to {number(each.high, metric.unit)})"
    return f"{number(each.value, metric.unit)}{sign}{between}"


def _up(value: float, metric: ComparedMetric) -> float:
    return -value if metric.better == "lower" else value


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cap(name: str) -> str:
    return name[:1].upper() + name[1:]
