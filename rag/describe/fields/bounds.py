"""A minimum and a maximum of one thing as one range: "players: 2-4" of "players min: 2" and "players max: 4"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rag.describe.fields.values import read_quantity
from rag.describe.product import ProductField

_LEAST, _MOST = r"(?:min|minimum|at least)", r"(?:max|maximum|at most|up to)"
_BOUND = re.compile(
    rf"(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))\.? (?P<after>.+)"
    rf"|(?P<before>.+) \(?(?:(?P<least_after>{_LEAST})|(?P<most_after>{_MOST}))\.?\)?",
    re.IGNORECASE,
)
_OWN_RANGES = frozenset({"players", "number of players", "play time", "playing time", "duration"})
"""What may be called by its own name: a range of heights is none of the product."""


def join_bounds(fields: Sequence[ProductField]) -> list[ProductField]:
    """Return the fields, a minimum and a maximum of one thing as a range in the first place of the two.

    Both have to be single numbers of one unit, the minimum not above the maximum; fields that a rule or an earlier
    reading hides or quotes stay as they are.
    """
    ends: dict[str, dict[str, list[ProductField]]] = defaultdict(lambda: {"least": [], "most": [], "open": []})
    for field in fields:
        if field.kind == "measure" and not field.hidden and not field.is_quoted and _number_of(field) is not None:
            name, end = _split_bound(field.label)
            ends[name][end].append(field)
    joined: dict[str, ProductField | None] = {}
    for name, found in ends.items():
        least, most = found["least"], found["most"]
        if not least and len(most) == 1:  # "playTimeMin" was read as one in minutes
            least = [one for one in found["open"] if one.unit == "min" and re.search(r"min$", one.key, re.IGNORECASE)]
        if len(least) != 1 or len(most) != 1 or not _are_of_one_unit(least[0], most[0]):
            continue
        first, last = sorted((least[0], most[0]), key=fields.index)
        joined[first.key] = _range_of(name, least[0], most[0], first, last)
        joined[last.key] = None
    return [one for field in fields if (one := joined.get(field.key, field)) is not None]


def _split_bound(label: str) -> tuple[str, str]:
    match = _BOUND.fullmatch(label)
    if match is None:
        return label.casefold(), "open"
    name = (match["after"] or match["before"]).casefold()
    return name, "least" if match["least"] or match["least_after"] else "most"


def _number_of(field: ProductField) -> float | None:
    number = field.value.strip().partition(" ")[0]
    return float(number) if re.fullmatch(r"\d+(?:\.\d+)?", number) else None


def _unit_of(field: ProductField) -> str:
    return field.unit or field.value.strip().partition(" ")[2]


def _are_of_one_unit(least: ProductField, most: ProductField) -> bool:
    units = {unit for one in (least, most) if (unit := _unit_of(one))}
    low, high = _number_of(least), _number_of(most)
    return len(units) < 2 and low is not None and high is not None and low <= high


def _range_of(
    name: str, least: ProductField, most: ProductField, first: ProductField, last: ProductField
) -> ProductField:
    low, high = (one.value.strip().partition(" ")[0] for one in (least, most))
    unit = _unit_of(most) or _unit_of(least)
    value = low if low == high else f"{low}-{high}"
    return replace(
        first,
        label=name if name in _OWN_RANGES or name.endswith(" range") else f"{name} range",
        value=value,
        items=(value,),
        unit=unit,
        quantity=read_quantity(value, unit),
        priority=min(first.priority, last.priority),
        relation="",
        merged=(*first.merged, last.key, *last.merged),
    )
