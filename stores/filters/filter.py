"""Filters decide which chunks a search may see: conditions on metadata, as text, as a dictionary, or built in code.

    parse_filter("brand == 'HP' and price < 900 and not exists(discontinued)")
    filter_from_dict({"brand": "HP", "price": {"$lt": 900}, "discontinued": {"$exists": False}})

`source`, `page`, `start` and `end` are the chunk's own; every other key is looked up in its metadata. A condition is
true or false, never unknown: where the key is missing, or its value is of another type, `==`, `<` and `in` are false,
and so `!=` and `not` are true. A condition holds for a list when it holds for one of the elements.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard, get_args

from ingest.types import Chunk, Scalar

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
ATTRIBUTES = ("source", "page", "start", "end")


@dataclass(frozen=True, slots=True)
class Compare:
    """`key operator value`. False where the key is missing or its value is of another type than `value`.

    `!=` is the exact opposite of `==`.
    """

    key: str
    operator: Operator
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """`key in values`."""

    key: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """The key exists and its value is not null."""

    key: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; true when there are none."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds; false when there are none."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Filter


Filter = Compare | In | Exists | And | Or | Not

Where = Filter | str | Mapping[str, object] | None
"""A filter, its text, or a dictionary such as {"brand": "HP", "price": {"$lt": 900}}; None allows everything."""


def matches(where: Filter, chunk: Chunk) -> bool:
    """Tell whether the filter allows the chunk. This is the meaning that every store's own filtering agrees with."""
    match where:
        # The opposite of ==, for missing keys and lists, too.
        case Compare(key, "!=", value):
            return not matches(Compare(key, "==", value), chunk)
        case Compare(key, sign, value):
            return any(_satisfies(element, sign, value) for element in _key_values(key, chunk))
        case In(key, values):
            return any(_satisfies(element, "==", value) for element in _key_values(key, chunk) for value in values)
        case Exists(key):
            return (getattr(chunk, key) if key in ATTRIBUTES else chunk.metadata.get(key)) is not None
        case And(parts):
            return all(matches(part, chunk) for part in parts)
        case Or(parts):
            return any(matches(part, chunk) for part in parts)
        case Not(part):
            return not matches(part, chunk)


def _key_values(key: str, chunk: Chunk) -> Sequence[Scalar]:
    if key in ATTRIBUTES:
        return (getattr(chunk, key),)
    if key not in chunk.metadata:
        return ()
    value = chunk.metadata[key]
    return (value,) if value is None or isinstance(value, str | int | float) else value


_OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _satisfies(element: Scalar, sign: Operator, value: Scalar) -> bool:
    # Numbers compare with numbers and texts with texts.
    if is_number(element) and is_number(value):
        return _OPERATIONS[sign](as_number(element), as_number(value))
    if isinstance(element, str) and isinstance(value, str):
        return _OPERATIONS[sign](element, value)
    return sign == "==" and type(element) is type(value) and element == value  # null, true and false have no order


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value compares as a number, which true and false do not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_number(value: int | float) -> int | float:
    """Make an integer beyond 64 bits a float, as databases do."""
    if isinstance(value, float) or -(2**63) <= value < 2**63:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
