"""The numbers of a sheet that writes decimal commas, in English marks, in free text as well as in cells of numbers.

>>> english_texts(["2,35", "79,90 €", "500–3.000 strokes/min; bevel 1,5°"])
['2.35', '79.90 €', '500–3,000 strokes/min; bevel 1.5°']
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.describe.fields.values import english_numbers, is_measure, is_money
from rag.describe.fields.word_lists import listed_words

_COMMA = re.compile(r"(?<![\d.,])\d+(?:\.\d{3})*,\d{1,2}(?![\d.,]*\d)")
_POINT = re.compile(r"(?<![\d.,])\d+(?:,\d{3})*\.(?:\d{1,2}|\d{4,})(?![\d.,]*\d)")
_EITHER = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}(?![\d.,]*\d)")
_THOUSANDS = re.compile(r"(?<![\d.,])(?P<groups>\d{1,3}(?:\.\d{3})+)(?:,(?P<decimals>\d{1,2}))?(?![\d.,]*\d)")
_DECIMALS = re.compile(r"(?<![\d.,])(?P<whole>\d+),(?P<part>\d{1,2})(?![\d.,]*\d)")


def has_decimal_commas(texts: Sequence[str]) -> bool:
    """Return whether the numbers of a product surely have decimal commas, so that "3.000" is three thousand.

    That takes a measure or a price with one, none with a decimal point, and none such as "1,250", which may be either.
    """
    numbers = [text for text in texts if is_measure(text) or is_money(text)]
    has_commas = any(_COMMA.search(text) for text in numbers)
    return has_commas and not any(_POINT.search(text) or _EITHER.search(text) for text in numbers)


def english_marks(text: str) -> str:
    """Return a text of such a product with its numbers as English writes them; a date stays as it is."""
    text = _THOUSANDS.sub(_say_thousands, text)
    return _DECIMALS.sub(lambda match: f"{match['whole']}.{match['part']}", text)


def english_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts of a product in English marks where its marks are sure, else as they are."""
    if not has_decimal_commas(texts):
        return list(texts)
    return [english_numbers(text) if is_money(text) else english_marks(text) for text in texts]


def is_european(keys: Sequence[str], texts: Sequence[str]) -> bool:
    """Return whether a sheet has columns in a language of decimal commas, and no number with a point."""
    words = {word for key in keys for word in re.findall(r"[^\W\d_]+", key.casefold())}
    is_foreign = bool(words & listed_words("columns_of_commas"))
    return is_foreign and not any(_POINT.search(text) for text in texts)


# What nobody measures in thousandths.
_COARSE = re.compile(r"(?P<whole>[1-9]\d{0,2})\.(?P<part>\d{3}) ?(?P<unit>W|Watt|lm|mAh|rpm|U/min)")


def say_thousands(text: str) -> str:
    """Return "2,200 W" of "2.200 W" in such a sheet; "1.250 kg" may be either, and stays."""
    match = _COARSE.fullmatch(text.strip())
    return f"{match['whole']},{match['part']} {match['unit']}" if match else text


def _say_thousands(match: re.Match[str]) -> str:
    groups = match["groups"].replace(".", ",")
    return f"{groups}.{match['decimals']}" if match["decimals"] else groups
