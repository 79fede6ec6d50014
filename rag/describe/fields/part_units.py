"""Values whose numbers belong to parts, each with the unit of the label: "sofa 132 cm, chair 70 cm"."""

from __future__ import annotations

import re

_NUMBER = r"\d+(?:[.,]\d+)?(?:\s?(?:-|–|x|X|×|to)\s?\d+(?:[.,]\d+)?)*"
_PART = re.compile(
    rf"(?P<part>[^\W\d_][^\d,;:]*?:? )?(?P<number>{_NUMBER})(?P<per> (?:(?:per|each|a|for) ?[^\d,;:]*|\([^()\d]+\)))?"
)
_SEPARATOR = re.compile(r"(\s*[,;]\s+|\s+/\s+)")


def unit_of_parts(value: str, unit: str) -> str:
    """Return a value with the unit behind each number, "" where not every number is one of a part.

    "sofa 132, chair 70" in cm is "sofa 132 cm, chair 70 cm", and "100 per bed" in kg "100 kg per bed".
    """
    pieces = _SEPARATOR.split(value.strip())
    said, has_words = [], False
    for place, piece in enumerate(pieces):
        if place % 2:
            said.append(piece)
            continue
        match = _PART.fullmatch(piece)
        if match is None:
            return ""
        has_words = has_words or bool(match["part"] or match["per"])
        said.append(f"{match['part'] or ''}{match['number']} {unit}{match['per'] or ''}")
    is_many = len(pieces) > 1 and any(re.search(r"\d\s?[xX×]\s?\d", piece) for piece in pieces)
    return "".join(said) if has_words or is_many else ""
