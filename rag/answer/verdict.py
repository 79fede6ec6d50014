"""The verdict of a comparison: which of two things is cheaper, longer or has more, where their values tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.evidence import Evidence
from rag.answer.sides import Sides
from rag.answer.units import unit_named
from rag.answer.words import read_content, stem, tokens_of

_LESS = "cheaper lighter smaller shorter less fewer lower narrower shallower quieter colder cooler"
_MORE = "dearer costlier heavier bigger larger longer more higher taller wider deeper louder hotter warmer"


@dataclass(frozen=True)
class SideStatement:
    """What a source says about one of the things, and the evidence. `cells` are its values alone."""

    thing: str
    text: str
    evidence: Evidence
    cells: str = ""


@dataclass(frozen=True)
class ComparedRow:
    """The statements about an attribute, one for each thing; those of sentences have no name of an attribute."""

    attribute: str
    statements: tuple[SideStatement, ...]


@dataclass(frozen=True)
class Measure:
    """A number in the smallest unit of its dimension."""

    size: float
    dimension: str


@dataclass(frozen=True)
class ComparedValues:
    """The thing that is more or less than the other, 0 or 1, None if both are the same."""

    winner: int | None

    def say(self, sides: Sides, labels: Sequence[str]) -> str:
        """Return the verdict in words: yes or no to whether the first is it, else which of the two is."""
        if sides.asks_whether:
            return "Yes" if self.winner == 0 else "No"
        return "Both are the same" if self.winner is None else f"{sides.degree.capitalize()}: {labels[self.winner]}"


def compare_values(sides: Sides, rows: Sequence[ComparedRow]) -> ComparedValues | None:
    """Return which of two things is what the question asks for, None if their values do not tell.

    Each value has to be one number of the same measure, and all rows have to agree.
    """
    adjective = sides.degree.partition(" ")[0]
    if not rows or adjective not in [*_LESS.split(), *_MORE.split()]:
        return None
    verdicts: list[int | None] = []
    # 6,000 bottles are not more than 60 kegs.
    counted = {noun for row in rows for one in row.statements for noun in _counted_by(one.cells or one.text)}
    if len(counted) > 1:
        return None
    for row in rows:
        numbers = [_number_of(row.attribute, one.cells or one.text) for one in row.statements]
        one, other = numbers if len(numbers) == 2 else (None, None)
        if one is None or other is None or one.dimension != other.dimension:
            return None
        is_less = one.size < other.size
        verdicts.append(None if one.size == other.size else 0 if is_less == (adjective in _LESS.split()) else 1)
    return ComparedValues(verdicts[0]) if len(set(verdicts)) == 1 else None


def _counted_by(value: str) -> list[str]:
    """Return the stem of the word after each number without a unit: of "60 kegs an hour" that of "kegs"."""
    after = [value[one.end :] for one in read_content(value).quantities if one.unit is None]
    return [stem(match[1]) for text in after if (match := re.match(r"\s+([^\W\d_]{3,})", text))]


def _number_of(attribute: str, value: str) -> Measure | None:
    """Return the one number of a value in the smallest unit of its measure, None if there is no such one."""
    content = read_content(value)
    if len(content.quantities) != 1 or content.dates:
        return None
    [quantity] = content.quantities
    if quantity.high or len(quantity.values) != 1:
        return None
    # The unit may stand in the name of the column: "Weight in kg".
    names = (unit for word in [*tokens_of(attribute), *attribute.split()] if (unit := unit_named(word.strip("()"))))
    unit = quantity.unit or next(names, None)
    if unit is None:
        return Measure(quantity.values[0], quantity.kind)
    return Measure(quantity.values[0] * unit.factor, unit.dimension)
