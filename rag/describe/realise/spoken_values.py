"""Values that may stand in a sentence: words that English knows, plain measures, names; no cell of a form.

>>> says_words("powder-coated steel"), says_words("steel_powdercoated"), says_words("PB-CA, CASE PP")
(True, False, False)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.describe.fields.labels import is_predicate
from rag.describe.fields.lexicon import is_gerund, is_noun, is_participle, word_uses
from rag.describe.product import ProductField
from rag.describe.realise.english import countability, in_prose
from rag.describe.realise.word_classes import (
    ACRONYMS,
    CASED,
    COLOURS,
    MATERIALS,
    PREPOSITIONS,
    READ_AS_WORDS,
    SUBSTANCES,
)

MOST_ITEMS = 4
"""Items of a list that a sentence takes."""

_MOST_WORDS = 4
_NUMBER = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = (
    r"mm|cm|m|km|in|inch(?:es)?|ft|feet|g|kg|mg|lbs?|oz|l|ml|cl|dl|litres?|liters?|m²|m2|m³|W|kW|V|A|Ah|mAh|Wh|kWh|dB"
    r"|Hz|kHz|MHz|GHz|lm|lumens?|K|bar|Nm|rpm|km/h|mph|l/h|l/min|m³/h|°C|°F|°|%|GB|TB|MB|MP|g/m²|gsm|s|min|h"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?|x"
)
_MEASURE = re.compile(
    rf"(?:(?:up to|about|at least|at most|over|from|approx\.) )?[+-]?(?:{_NUMBER})"
    rf"(?: ?(?:-|–|to) ?[+-]?(?:{_NUMBER}))? ?(?:{_UNIT})"
)
_SIDES = re.compile(rf"(?:{_NUMBER})(?: ?(?:mm|cm|m|in))?(?: ?[x×] ?(?:{_NUMBER})(?: ?(?:mm|cm|m|in))?){{1,2}}")
_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z\d]+(?:[-.][A-Za-z\d]+)*|[A-Z]{2,}-[A-Z]")
_NAME = re.compile(r"[A-Z][a-zà-ÿ]+(?:[-'’][A-Z]?[a-zà-ÿ]+)*|[a-z]?[A-Z][a-z]*[A-Z]?[a-z]+")
_LETTERS = re.compile(r"[a-zà-ÿ]+(?:[-'’][a-zà-ÿ]+)*")
_JOINING = PREPOSITIONS | {"and", "or", "the", "a", "an", "all", "most", "any"}


def is_known(word: str) -> bool:
    """Tell whether a word in lower case is surely English, each part of a compound for itself."""
    if not _LETTERS.fullmatch(word) or (len(word) < 2 and word != "a"):
        return False
    if word in _JOINING or word in COLOURS | MATERIALS | SUBSTANCES or is_predicate(word):
        return True
    if word_uses(word) or is_noun(word) or is_participle(word) or is_gerund(word):
        return True
    return "-" in word and all(is_known(part) for part in word.split("-"))


def says_words(value: str) -> bool:
    """Tell whether a value is a few words that English knows, as a sentence writes them."""
    words = in_prose(value.strip()).split(" ")
    return len(words) <= _MOST_WORDS and all(is_known(word) or _is_acronym(word) for word in words)


def says_modifier(value: str) -> bool:
    """Tell whether a value surely stands before a noun: "slim", "stainless steel", "zip"; not "mains plug"."""
    words = in_prose(value.strip()).split(" ")
    last = re.split(r"[\s-]", words[-1])[-1]
    is_sure = len(words) == 1 or is_predicate(" ".join(words)) or last in MATERIALS | COLOURS
    # "An abs spike": letters that stand for words, without their capitals.
    return is_sure and says_words(value) and not any(word in ACRONYMS - READ_AS_WORDS for word in words)


def says_things(value: str) -> bool:
    """Tell whether a value names things without an article: "dry skin", "outdoor use", "dogs"; not "tub"."""
    words = in_prose(value.strip())
    return says_words(value) and (
        countability(words) in ("mass", "plural") or words.endswith((" use", " skin", " hair"))
    )


def says_names(value: str) -> bool:
    """Tell whether a value is a name, or words and names: "Windows 11", "most iPhone models"."""
    words = in_prose(value.strip()).split(" ")
    return len(words) <= _MOST_WORDS and all(
        _NAME.fullmatch(word) or is_known(word) or _is_acronym(word) or re.fullmatch(r"\d{1,4}", word) for word in words
    )


def says_code(value: str) -> bool:
    """Tell whether a value is one code that people say: "USB-C", "E27", "OLED"."""
    return len(value) <= 12 and (_CODE.fullmatch(value.strip()) is not None or _is_acronym(value.strip()))


def says_measure(field: ProductField) -> bool:
    """Tell whether a field is a measure in a unit that people say, and not of nothing: "20 cm", not "0 cm", "10 d"."""
    value = field.shown.strip()
    return _MEASURE.fullmatch(value) is not None and re.search(r"[1-9]", value) is not None


def says_sides(field: ProductField) -> bool:
    """Tell whether a field is two or three sides with their unit: "82 x 47 x 103 cm"."""
    value = field.shown.strip()
    return _SIDES.fullmatch(value) is not None and re.search(r"(?:mm|cm|m|in)$", value) is not None


def all_items(field: ProductField, says: Callable[[str], bool], most: int = MOST_ITEMS) -> bool:
    """Tell whether a value, or each item of a list that is not too long, is one that a sentence can say."""
    items: Sequence[str] = field.items if field.kind == "list" and field.items else (field.value,)
    return len(items) <= most and all(map(says, items))


def _is_acronym(word: str) -> bool:
    low = word.casefold()
    return low in CASED or (word.isupper() and low in ACRONYMS)
