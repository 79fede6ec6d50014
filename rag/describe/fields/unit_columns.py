"""Columns that hold the unit of the column beside them: "item_weight" 3900 and "item_weight_unit_of_measure" grams."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.describe.fields.plain_text import PlainValue, plain_text
from rag.describe.fields.unit_names import unit_of_code, written_unit

Row = tuple[str, tuple[PlainValue, ...]]
_UNIT_NAME = re.compile(
    r"(?P<of>.+?)[ _.-]?(?:unit[ _]?of[ _]?measure|units?|uom|count[ _]type)(?P<number>\d*)", re.IGNORECASE
)
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*")


def join_units(rows: Sequence[Row]) -> list[Row]:
    """Return the fields with the units that columns of their own give behind the values, without these columns.

    A unit that no one knows, such as "Count" of a number of pieces, is left out with its column.
    """
    names = {_compact(key): place for place, (key, _) in enumerate(rows)}
    joined = list(rows)
    gone: set[int] = set()
    for place, (key, parts) in enumerate(rows):
        match = _UNIT_NAME.fullmatch(key)
        target = names.get(_compact(match["of"] + match["number"])) if match else None
        if match and target is None and "count" in key.casefold():
            target = names.get(_compact(f"{match['of']} count"))
        if target is None or target == place or len(parts) > 1:
            continue
        unit = plain_text(parts[0]) if parts else ""
        known = written_unit(unit_of_code(unit)) if unit else None
        value = ", ".join(map(plain_text, rows[target][1]))
        if unit and not (known or re.fullmatch(r"counts?", unit, re.IGNORECASE)):
            continue
        gone.add(place)
        is_other = known is not None and known.measures == "volume" and "weight" in key.casefold()
        if known and not is_other and _AMOUNT.fullmatch(value):
            joined[target] = (rows[target][0], (f"{value} {unit_of_code(unit)}",))
    return [row for place, row in enumerate(joined) if place not in gone]


def _compact(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
