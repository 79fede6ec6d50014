"""Weekdays and limits: whether what a question names lies within what a statement names."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum, auto

from rag.answer.quantities import Quantity, find_figures


class Ruling(Enum):
    """Whether something asked lies within what is stated."""

    WITHIN = auto()
    OUTSIDE = auto()
    UNKNOWN = auto()


# --- weekdays ---------------------------------------------------------------------------------------------------------

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\b\.?"
_RANGE = re.compile(rf"({_DAY})\s*(?:to|till|until|through|thru|[-–—])\s*({_DAY})", re.IGNORECASE)
_WHOLE = (
    (re.compile(r"\b(?:daily|every ?day|each day|(?:seven|7) days(?: a week)?)\b", re.IGNORECASE), range(7)),
    (re.compile(r"\bweekends\b|\b(?:at|on|over|during) (?:the|a) weekend\b", re.IGNORECASE), (5, 6)),
    (re.compile(r"\b(?:weekdays?|working days?)\b", re.IGNORECASE), range(5)),
)


def weekdays_in(text: str) -> frozenset[int]:
    """Return the weekdays that a text names, 0 for Monday: "Tue–Sat" and "weekends", too."""
    days: set[int] = set()
    for first, last in _RANGE.findall(text):
        low, high = _number_of(first), _number_of(last)
        days |= {day % 7 for day in range(low, high + 1 if high >= low else high + 8)}
    for pattern, whole in _WHOLE:
        if pattern.search(text):
            days |= set(whole)
    for match in re.finditer(_DAY, text, re.IGNORECASE):
        # "sun", "sat" and "wed" are words; as days they have a capital.
        if match[0].lower().rstrip(".").endswith(("day", "days")) or match[0][0].isupper():
            days.add(_number_of(match[0]))
    return frozenset(days)


def rule_on_weekdays(asked: frozenset[int], statement: str) -> Ruling:
    """Return whether the weekdays asked for are among those that a statement names."""
    stated = weekdays_in(statement)
    if not stated:
        return Ruling.UNKNOWN
    if asked <= stated:
        return Ruling.WITHIN
    return Ruling.OUTSIDE if not asked & stated else Ruling.UNKNOWN


def _number_of(name: str) -> int:
    return next(number for number, full in enumerate(_NAMES) if full[:2] == name[:2].lower())


# --- limits -----------------------------------------------------------------------------------------------------------

_FLAGS = re.IGNORECASE | re.VERBOSE
_MOST = re.compile(
    r"""(?:\b(?:up\ to|at\ most|max(?:imum|\.)?(?:\ \w+){0,4}|limit(?:ed)?(?:\ \w+){0,3}|less\ than|fewer\ than
    |(?:no|not)\ (?:more|longer|larger|later|older|heavier|higher|bigger)\ than|not\ exceed(?:ing)?
    |under|below|within|until|before|capped\ at|younger\ than|shorter\ than))[\s:=]*(?:\w+\s+){0,2}$""",
    _FLAGS,
)
_MOST_AFTER = re.compile(
    r"""^[^.;]{0,20}?\b(?:at\ most|max(?:imum|\.)?|or\ (?:less|fewer|younger|under|below)|limit|only)\b""", _FLAGS
)
_LEAST = re.compile(
    r"""(?:\b(?:at\ least|min(?:imum|\.)?(?:\ \w+){0,4}|(?:no|not)\ (?:less|fewer|younger|shorter|earlier)\ than
    |from|over|above|more\ than|older\ than|after|longer\ than|starting\ at))[\s:=]*(?:\w+\s+){0,2}$""",
    _FLAGS,
)
_LEAST_AFTER = re.compile(
    r"""^[^.;]{0,20}?\b(?:at\ least|min(?:imum|\.)?|(?:or|and)\ (?:more|over|above|older|up|upwards)|upwards)\b""",
    _FLAGS,
)
_STRICT = re.compile(
    r"""\b(?:less\ than|under|below|before|over|above|more\ than|fewer\ than|(?:young|old|short|long)er\ than)\b""",
    _FLAGS,
)
_BEYOND = re.compile(r"\b(?:more than|over|above|longer than|exceed|older than)\s+(?:\w+\s+)?$", re.IGNORECASE)
_TO = re.compile(r"\s*(?:to|till|until|and|[-–—])\s*")
_SHORT_OF = re.compile(r"\b(?:less than|under|below|before|fewer than|younger than)\s+(?:\w+\s+)?$", re.IGNORECASE)


_PERSONS = frozenset(
    [
        "of",
        "people",
        "person",
        "user",
        "guest",
        "member",
        "adult",
        "visitor",
        "customer",
        "participant",
        "player",
        "passenger",
        "employee",
        "us",
        "friend",
    ]
)  # as two words that count the same; "of" stands for "of us"
_OLD = re.compile(r"[\s-]*(?:years?[\s-]*)?(?:olds?\b|of age\b)", re.IGNORECASE)
_ANY_AGE = re.compile(
    r"\b(?:(?:any|every|whatever) age|all ages|no (?:upper |lower )?age limit|however old)\b", re.IGNORECASE
)
_AGED = re.compile(r"\b(?:aged?|am|i['’]m|turned|turning)\s*$", re.IGNORECASE)
# A noun in the plural behind a number is what it counts; an age has none.
_COUNTS = re.compile(r"\s+(?!(?:years|pays|gets|has|is|needs)\b)(?:[^\W\d_]+s|people|children)\b", re.IGNORECASE)


def rule_on_limits(question: str, statement: str) -> Ruling:
    """Return whether the quantity that a question names lies within the limit that a statement names.

    A quantity without a limit has to be the same. Those of another kind are not compared; two of one kind in the
    statement that differ leave it open which is meant, unless the quantity is in the range that one of them ends.
    """
    # Two times of the statement with "to" between them are one range.
    stated: list[Quantity] = []
    for other in find_figures(statement).quantities:
        last = stated[-1] if stated else None
        if last and last.kind == other.kind == "clock" and _TO.fullmatch(statement[last.end : other.start]):
            stated[-1] = replace(last, end=other.end, high=other.values)
        else:
            stated.append(other)

    rulings = []
    for quantity in find_figures(question).quantities:
        if _is_age(quantity, question) and _ANY_AGE.search(statement):
            rulings.append(Ruling.WITHIN)
            continue
        comparable = [other for other in stated if are_comparable(quantity, question, other, statement)]
        by_limit = [(other, _rule_on(quantity, question, other, statement)) for other in comparable]
        decided = {ruling for _, ruling in by_limit} - {Ruling.UNKNOWN}
        # "At least 16; from 12 to 15 with an adult": of 13 the range speaks.
        if any(other.high and ruling is Ruling.WITHIN for other, ruling in by_limit):
            decided = {Ruling.WITHIN}
        if len(decided) != 1:
            return Ruling.UNKNOWN
        rulings.append(decided.pop())
    if not rulings:
        return Ruling.UNKNOWN
    return Ruling.OUTSIDE if Ruling.OUTSIDE in rulings else Ruling.WITHIN


def are_comparable(quantity: Quantity, question: str, other: Quantity, statement: str) -> bool:
    """Tell whether two quantities have the same kind of unit, or count the same things."""
    if quantity.kind != other.kind or quantity.high:
        return False
    if quantity.kind == "clock":
        return True
    if other.unit is None and _is_age(quantity, question):
        is_time = re.search(r"\d[.:]\d\d\b", statement[other.start : other.end]) is not None
        before, after = statement[: other.start], statement[other.end :]
        is_limit = bool(
            other.high
            or any(p.search(before) for p in (_MOST, _LEAST))
            or _MOST_AFTER.match(after)
            or _LEAST_AFTER.match(after)
        )
        return is_limit and not is_time and _COUNTS.match(after) is None
    if quantity.unit and other.unit:
        return quantity.unit.dimension == other.unit.dimension
    if quantity.unit or other.unit:
        return False
    counted = [
        re.match(r"[\s-]*([^\W\d_]+)", text[number.end :])
        for text, number in ((question, quantity), (statement, other))
    ]
    words = [match[1].casefold().rstrip("s") if match else "" for match in counted]
    return words[0] == words[1] or all(word in _PERSONS for word in words)


def _is_age(quantity: Quantity, text: str) -> bool:
    """Tell whether a quantity is the age of somebody: "my 13-year-old", "aged 13", "I am 17"."""
    return _OLD.match(text[quantity.end :]) is not None or (
        _AGED.search(text[: quantity.start]) is not None
        and (quantity.unit is None or quantity.unit.dimension == "month")
    )


def _rule_on(quantity: Quantity, question: str, other: Quantity, statement: str) -> Ruling:
    """Return whether one quantity lies within another's limit."""
    if quantity.unit and other.unit is None:  # of an age, the unit goes without saying
        other = replace(other, unit=quantity.unit)
    sizes = sorted(_size(quantity, value) for value in quantity.values)
    value = sizes[-1] if quantity.unit else sizes[0]
    low = _size(other, other.values[0])
    before, after = statement[: other.start], statement[other.end :]
    asked_before = question[: quantity.start]
    if other.high:
        high = _size(other, other.high[0])
        # From 22:00 to 7:00 goes past midnight.
        is_within = low <= value <= high if low <= high or other.kind != "clock" else value >= low or value <= high
        return Ruling.WITHIN if is_within else Ruling.OUTSIDE
    strict = _STRICT.search(before[-25:]) is not None
    if _MOST.search(before) or _MOST_AFTER.match(after):
        if _BEYOND.search(asked_before):
            return Ruling.OUTSIDE if value >= low else Ruling.UNKNOWN
        within = value < low if strict else value <= low
    elif _LEAST.search(before) or _LEAST_AFTER.match(after):
        if _SHORT_OF.search(asked_before):
            return Ruling.OUTSIDE if value <= low else Ruling.UNKNOWN
        within = value > low if strict else value >= low
    else:
        if _BEYOND.search(asked_before) or _SHORT_OF.search(asked_before):
            is_beyond = low > value if _BEYOND.search(asked_before) else low < value
            return Ruling.WITHIN if is_beyond else Ruling.OUTSIDE
        within = quantity.equals(other)
    return Ruling.WITHIN if within else Ruling.OUTSIDE


def _size(quantity: Quantity, value: float) -> float:
    return value * (quantity.unit.factor if quantity.unit else 1.0)
