"""Nouns of product types: their singular, those that shops sell, and whether a word is an adjective."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from rag.describe.fields.word_lists import listed_words

_IRREGULAR = {many: one for many, _, one in (pair.partition("-") for pair in listed_words("irregular"))}
# Words with an e before the s: cookies are a cookie, batteries a battery.
_IE = re.compile(
    r"(?:^|[^a-z])(?:(?:p|t|l|d)ie|.*(?:cook|mov|brown|hood|bean|self|rook|smooth|ones|calor|zomb|genie|prair|hood|"
    r"bootie|bood|veg|pix|gool|cart?oonie|boog|lass|bird|cadd|hogg|dod|auss|budg|coll|pink|quick|coot|leg?g|nand|"
    r"neck ?t|bow ?t|necktie|bowtie)ies?)$"
)
_ES = re.compile(r"(?:ss|x|ch|sh|zz|toma?to|pota?to|tomato|hero|mango|domino|torpedo)es$")
_ONE = re.compile(r"(?:ss|us|is|[^s]ics|ews|chess|series|species|gas|lens|iris|canvas|atlas|plus|bus)$")
PLURAL_ONLY = listed_words("plural_only")
"""Words that have no singular, or another thing for one."""


def singular(word: str) -> str:
    """Return the singular of an English noun: "shelves" is "shelf"; jeans and species stay as they are."""
    lower = word.casefold()
    if lower in PLURAL_ONLY or not lower.endswith(("s", "n", "t", "e", "i")) or len(lower) < 4:
        return word
    if lower in _IRREGULAR:
        return _like(word, _IRREGULAR[lower])
    if not lower.endswith("s") or _ONE.search(lower):
        return word
    if lower.endswith("ies") and len(lower) > 4:
        return word[:-1] if _IE.search(lower) else word[:-3] + "y"
    return word[:-2] if _ES.search(lower) else word[:-1]


def _like(word: str, other: str) -> str:
    return other.capitalize() if word[:1].isupper() else other


def is_product_noun(word: str) -> bool:
    """Return whether a word, in the singular or plural, is a thing that shops sell, by the list beside this file."""
    lower = word.casefold()
    return lower in product_nouns() or singular(lower) in product_nouns()


@cache
def product_nouns() -> frozenset[str]:
    """Return the words of `product_nouns.txt`."""
    lines = files("rag.describe.fields").joinpath("product_nouns.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.partition(":")[2].split())


_ADJECTIVE_END = re.compile(
    r"(?:[a-z]{2}(?:able|ible|less|ful|ous|ary|ical|onal|tural|inal|oidal|atible)|-(?:free|proof|safe|friendly|resistant"
    r"|repellent|size|sized|style|ear|grade|duty|tone|compatible|ready|on|in|up)|proof|resistant|repellent|friendly"
    r"|[a-z]{3}(?:ed|esque|atic|etic|onic|anic|ctric|enic|istic))$"
)
_NOT_ADJECTIVE = listed_words("not_adjective")
_ADJECTIVES = listed_words("adjectives")


def is_adjective(word: str) -> bool:
    """Return whether a word is surely an adjective or a participle: cordless, insulated, water-resistant."""
    lower = word.casefold()
    return lower in _ADJECTIVES or (lower not in _NOT_ADJECTIVE and bool(_ADJECTIVE_END.search(lower)))
