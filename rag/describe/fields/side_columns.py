"""Columns of one letter for the sides of a product, as one field: "L", "W" and "H" are its dimensions.

>>> join_sides([("L", ("20 cm",)), ("W", ("10 cm",)), ("H", ("5 cm",))])
[('dimensions (L x W x H)', ('20 x 10 x 5 cm',))]
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.describe.fields.plain_text import PlainValue, plain_text
from rag.describe.fields.unit_names import written_unit

Row = tuple[str, tuple[PlainValue, ...]]
_SIDE = re.compile(
    r"(?P<of>(?:(?:product|item|article|overall|dims?|dimensions?|size)[ _.-]*)*)(?P<side>[LWHDBT])"
    r"(?:[ _.-]*[(\[]?(?P<unit>mm|cm|m|in|inch|inches)[)\]]?)?",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(?P<number>\d+(?:[.,]\d+)?) ?(?P<unit>[^\W\d_]+|\")?")
# "B" and "T" are the width and the depth of a German sheet.
_LETTERS = {"B": "W", "T": "D"}


def join_sides(rows: Sequence[Row]) -> list[Row]:
    """Return the fields, three or more columns of sides as one in the first place of them.

    All have to be numbers of one unit, and each another side: "W" and "L" alone are the sizes of jeans. Without a unit,
    the field is one of bare numbers, which no text states.
    """
    sides: dict[str, tuple[int, str, str]] = {}
    for place, (key, parts) in enumerate(rows):
        match = _SIDE.fullmatch(key.strip())
        value = _VALUE.fullmatch(plain_text(parts[0])) if match and len(parts) == 1 else None
        if (
            match is None
            or value is None
            or (match["of"].islower() != match["side"].islower() and match["of"].isupper())
        ):
            continue
        letter = match["side"].upper()
        unit = value["unit"] or match["unit"] or ""
        if (name := _LETTERS.get(letter, letter)) in sides:
            return list(rows)
        sides[name] = place, value["number"], unit
    units = {unit.casefold() for _, _, unit in sides.values()}
    known = written_unit(next(iter(units))) if len(units) == 1 and "" not in units else None
    if len(sides) < 3 or len(units) != 1 or ("" not in units and (known is None or known.measures != "length")):
        return list(rows)
    places = [place for place, _, _ in sides.values()]
    unit = next(iter(units))
    said = f"{' x '.join(number for _, number, _ in sides.values())} {unit}".strip()
    joined = (f"dimensions ({' x '.join(sides)})", (said,))
    return [joined if place == min(places) else row for place, row in enumerate(rows) if place not in places[1:]]
