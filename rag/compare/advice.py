"""Advice by rules from the numbers: at most five sentences on which system to choose, and their caveats."""

from __future__ import annotations

from collections.abc import Iterator

from rag.compare.comparison import ComparedMetric, Comparison, Score, SystemResult
from rag.compare.number_format import format_count, format_duration, format_number
from rag.compare.ranking import ALPHA, best_systems, find_crossovers, pareto_front, tied_systems

SENTENCES = 5
FEW_ROWS = 100
WORTH = 0.75  # share of the best value that a faster system has to reach to be recommended
FASTER = 1.5  # times: a smaller gain in latency is no reason to choose
CUT = 0.02  # share of texts that may end at the token limit without a caveat
UNREAD = 0.5  # percent of unlicensed words up to which texts may be published unread


def advise(comparison: Comparison) -> tuple[list[str], list[str]]:
    """Return the sentences of the advice, and the caveats."""
    main = comparison.metrics[0]
    systems = [system for system in comparison.systems if system.score(main.name).value is not None]
    if not systems:
        return [f"No system could be measured by {main.title}, so there is no advice."], []

    # Of the best system and those tied with it, choose the fastest if it is much faster.
    ranked = sorted(systems, key=lambda system: -main.rank(system.score(main.name).value))
    best = ranked[0]
    tied = (best_systems(comparison, main) | tied_systems(comparison, main)) - {best.name}
    rivals = [system for system in ranked if system.name in tied and _speedup(system, best) >= FASTER]
    choice = max(rivals, key=lambda system: _speedup(system, best), default=best)
    sentences = _recommend(comparison, main, ranked, tied, choice)
    return list(sentences)[:SENTENCES], list(_caveats(comparison, choice))


def _recommend(
    comparison: Comparison, main: ComparedMetric, ranked: list[SystemResult], tied: frozenset[str], choice: SystemResult
) -> Iterator[str]:
    """Yield the sentences, the most important first. `ranked` are the systems with a value, best first."""
    best, others = ranked[0], ranked[1:]
    score, seconds = choice.score(main.name), choice.cost.latency_p50
    time = f", and it takes {format_duration(seconds)} a row" if seconds is not None else ""
    if len(comparison.systems) == 1:
        yield f"{_capitalize(choice.name)} has a {main.title} of {_format_score(score, main)}{time}."
        return
    if choice is best:
        yield f"Choose {best.name}: it has the best {main.title}, {_format_score(score, main)}{time}."
        if tied:
            names = _join([system.name for system in others if system.name in tied])
            yield f"On these rows it is not significantly better than {names}."
    else:
        quality = _format_score(best.score(main.name), main, interval=False)
        yield f"Choose {choice.name}: its {main.title} is {_format_score(score, main)}{time}."
        yield (
            f"{_capitalize(best.name)} has the best {main.title}, {quality}, but is not significantly better, and takes"
            f" {_times(_speedup(choice, best))} as long."
        )

    yield from _warn_of_claims(comparison, choice)

    # The lead over the next system that it beats.
    second = next((system for system in others if system.name not in tied), None)
    lead = comparison.difference(main.name, choice.name, second.name) if second else None
    if second and lead and lead.difference is not None and lead.p is not None and lead.p < ALPHA:
        unit = {"percent": "percentage points"}.get(main.unit, main.unit)
        points = format_number(abs(lead.difference), main.unit)
        subject = "It" if choice is best and not tied else _capitalize(choice.name)
        yield f"{subject} is {points} {unit} ahead of {second.name}, more than chance explains."

    # A faster system that is nearly as good.
    front = pareto_front(comparison)
    slack = abs(score.value or 0.0) * (1 / WORTH - 1 if main.better == "lower" else 1 - WORTH)
    for system in others:
        value = system.score(main.name)
        is_near = main.rank(value.value) >= main.rank(score.value) - slack
        if system.name in front and is_near and _speedup(system, choice) >= FASTER:
            speed, quality = _times(_speedup(system, choice)), _format_score(value, main, interval=False)
            yield f"If speed matters more, {system.name} is {speed} as fast, with {quality}."
            break

    # The price of training, and the best system that needs none.
    untrained = next((system for system in ranked if not system.trained), None)
    if choice.trained and untrained:
        cost = format_duration(choice.trained.seconds) if choice.trained.seconds is not None else "time"
        rows = f" on {format_count(choice.trained.rows)} rows" if choice.trained.rows is not None else ""
        quality = _format_score(untrained.score(main.name), main, interval=False)
        yield f"Its training takes {cost}{rows}; without training, {untrained.name} is best, with {quality}."
    yield from map(str, find_crossovers(comparison)[:1])


def _warn_of_claims(comparison: Comparison, choice: SystemResult) -> Iterator[str]:
    """Yield a warning where too many words of a system's descriptions say what no field says."""
    rate = choice.score("unlicensed").value
    if rate is None or rate <= UNREAD:
        return
    metric = comparison.metric("unlicensed")
    share = format_number(rate, "percent")
    truest = min(comparison.systems, key=lambda system: -metric.rank(system.score("unlicensed").value))
    pair = comparison.difference("unlicensed", choice.name, truest.name)
    least = truest.score("unlicensed").value
    if least is not None and least < rate and pair and pair.p is not None and pair.p < ALPHA:
        yield (
            f"No field says {share}% of its words: for texts that nobody reads before they are published, choose"
            f" {truest.name}, with {format_number(least, 'percent')}%."
        )
    else:
        yield f"No field says {share}% of its words: read its texts before you publish them."


def _caveats(comparison: Comparison, choice: SystemResult) -> Iterator[str]:
    # Too little to compare.
    if len(comparison.systems) == 1:
        yield "There is no other system to compare it with."
    elif all(system.trained for system in comparison.systems):
        yield "Every system was trained: add one without training as a baseline."
    rows = comparison.data.test.rows if comparison.data.test else None
    if rows is not None and rows < FEW_ROWS:
        yield f"{rows} test rows are few: measure on more before you decide."

    # Claims, where the licence check measured them.
    clean = choice.score("clean_texts").value
    if clean is not None and clean < 100:
        kinds = {"contradictions": "contradict a field", "changed_numbers": "change a number"}
        parts = [
            f"{format_number(value, 'percent')}% {verb}"
            for name, verb in kinds.items()
            if (value := choice.score(name).value) and value >= 0.05
        ]
        detail = f" ({_join(parts)})" if parts else ""
        share = format_number(100 - clean, "percent")
        yield f"Of the texts of {choice.name}, {share}% claim something that no field says{detail}."
        people = comparison.references.get("clean_texts")
        if people and people.value is not None:
            yield f"Of the references, {format_number(100 - people.value, 'percent')}% do."
    if left_out := choice.score("priority_left_out").value:
        yield f"The texts of {choice.name} leave out {format_number(left_out, 'percent')}% of the priority fields."

    # Texts that were cut off.
    cut = [
        f"{format_number(100 * (system.cost.cut or 0), 'percent')}% of those of {system.name}"
        for system in comparison.systems
        if (system.cost.cut or 0) > CUT
    ]
    if cut:
        yield f"Some texts end at the token limit, perhaps in mid-sentence: {_join(cut)}. Raise the limit."


def _speedup(system: SystemResult, other: SystemResult) -> float:
    """Return how many times as fast a system is as another, 0 if a time is missing."""
    fast, slow = system.cost.latency_p50, other.cost.latency_p50
    return slow / fast if fast and slow else 0.0


def _times(ratio: float) -> str:
    return f"{ratio:,.{1 if ratio < 10 else 0}f} times"


def _format_score(score: Score, metric: ComparedMetric, interval: bool = True) -> str:
    """Return a value with its unit and its interval."""
    sign = "%" if metric.unit == "percent" else ""
    text = f"{format_number(score.value, metric.unit)}{sign}"
    if interval and score.low is not None and score.high is not None:
        low, high = (format_number(end, metric.unit) for end in (score.low, score.high))
        text += f" (95% interval {low} to {high})"
    return text


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capitalize(name: str) -> str:
    return name[:1].upper() + name[1:]
