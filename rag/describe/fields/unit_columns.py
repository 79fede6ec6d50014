"""Columns that hold the unit of the column beside them: "item_weight" 3900 and "item_weight_unit_of_measure" grams."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.describe.fields.plain_text import PlainValue, plain_text
from rag.describe.fields.unit_names import CURRENCY_CODES, WrittenUnit, unit_of_code, written_unit

Row = tuple[str, tuple[PlainValue, ...]]
_UNIT = r"(?:unit[ _]?of[ _]?measure(?:ment)?|units?|uom|count[ _]type)"
_UNIT_NAME = re.compile(
    rf"(?P<of>.+?)[ _.-]?{_UNIT}(?P<number>\d*)|{_UNIT}[ _.-]?(?:of|for)?[ _.-]?(?P<behind>[a-z].+)", re.IGNORECASE
)
_CURRENCY_NAME = re.compile(r"(?P<of>.*price)[ _.-]?(?:currency(?:[ _]?code)?|unit)", re.IGNORECASE)
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*")
_SIDES = re.compile(r"\d+(?:[.,]\d+)?(?:\s?[x×]\s?\d+(?:[.,]\d+)?){0,2}", re.IGNORECASE)
_OF_SIZE = re.compile(
    r"(?:(?:item|product|article)[ _.-]?)?(?:dim|dims|dimensions?|sizes?|lwh|lxwxh|whd|wxhxd|wdh|measure(?:ment)?s?)",
    re.IGNORECASE,
)
_WHOLE = (
    r"(?:(?:product|item|article|total|overall|assembled|package|packaging|gross|net|unit|dims?|dimensions?)[ _.-])*"
)
_SIDE = re.compile(
    rf"{_WHOLE}(?:length|width|height|depth|diameter|thickness|dimensions?|dims?|lxwxh|wxhxd|wxdxh|[lwhdbt])",
    re.IGNORECASE,
)
"""Lengths of the whole product: that of its cable may be in another unit."""
_WEIGHT = re.compile(rf"{_WHOLE}weight", re.IGNORECASE)
_OF_WEIGHT = re.compile(r"(?:(?:item|product|article)[ _.-]?)?weights?", re.IGNORECASE)


def join_units(rows: Sequence[Row]) -> list[Row]:
    """Return the fields with the units that columns of their own give behind the values, without these columns.

    A unit that no one knows, such as "Count" of a number of pieces, is left out with its column. One unit of
    "dimensions" is that of each length, one of "weight" that of each weight without a unit of its own.
    """
    names = {_compact(key): place for place, (key, _) in enumerate(rows)}
    joined = list(rows)
    gone: set[int] = set()
    for place, (key, parts) in enumerate(rows):
        if len(parts) > 1:
            continue
        unit = plain_text(parts[0]) if parts else ""
        if (match := _CURRENCY_NAME.fullmatch(key)) and unit.upper() in CURRENCY_CODES:
            target = _find_target(match["of"], names)
            if target is not None and _AMOUNT.fullmatch(value := _line(rows[target])):
                # A whole "amount" may be in pence, as in an object of an amount and its currency.
                is_unsure = rows[target][0].casefold().endswith("amount") and isinstance(rows[target][1][0], int)
                said = "" if is_unsure else f"{value} {unit.upper()}"
                joined[target] = (match["of"].strip(" _.-"), (said,))
            continue
        match = _UNIT_NAME.fullmatch(key)
        if match is None:
            continue
        name = match["behind"] or match["of"] + (match["number"] or "")
        target = _find_target(name, names)
        if target is None and "count" in key.casefold():
            target = names.get(_compact(f"{match['of']} count"))
        known = written_unit(unit_of_code(unit)) if unit else None
        if (target is None or target == place) and (shared := _find_shared(name, known, joined)):
            gone.add(place)
            for one in shared:
                joined[one] = (joined[one][0], (f"{_line(joined[one])} {unit_of_code(unit)}",))
            continue
        if target is None or target == place or (unit and not (known or re.fullmatch(r"counts?", unit, re.IGNORECASE))):
            continue
        gone.add(place)
        is_other = known is not None and known.measures == "volume" and "weight" in rows[target][0].casefold()
        if known and not is_other and _AMOUNT.fullmatch(value := _line(rows[target])):
            target_key = rows[target][0]
            label = name if _compact(target_key) != _compact(name) and "count" not in key.casefold() else target_key
            joined[target] = (label, (f"{value} {unit_of_code(unit)}",))
    return [row for place, row in enumerate(joined) if place not in gone]


def _find_target(name: str, names: Mapping[str, int]) -> int | None:
    """Return the column of an amount: "price", "price amount" or "price value"."""
    columns = (names.get(_compact(name + part)) for part in ("", "amount", "value", "number"))
    return next((place for place in columns if place is not None), None)


def _find_shared(name: str, unit: WrittenUnit | None, rows: Sequence[Row]) -> list[int]:
    """Return the columns of bare numbers that a unit of all lengths, or of all weights, belongs to."""
    if unit is None or unit.measures not in ("length", "mass"):
        return []
    is_length = unit.measures == "length"
    if not (_OF_SIZE if is_length else _OF_WEIGHT).fullmatch(name.strip(" _.-")):
        return []
    pattern = _SIDE if is_length else _WEIGHT
    return [
        place
        for place, row in enumerate(rows)
        if pattern.fullmatch(_LONG_NAME.sub(" ", row[0])) and _SIDES.fullmatch(_line(row))
    ]


_LONG_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def _line(row: Row) -> str:
    return ", ".join(map(plain_text, row[1]))


def _compact(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
