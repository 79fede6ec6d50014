"""Statements that are turned round without a content word: "contains no 9 g" of 9 g, "is calls" of "calls: no"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answer.words import fold
from rag.describe.licence.claims import Claim
from rag.describe.licence.denials import ScopedWord, read_words
from rag.describe.licence.numbers import FigureCheck
from rag.describe.licence.vocabulary import is_content
from rag.describe.product import Product

_DENIED_FIGURE = re.compile(r"\b(?:no|not|without|lacks?|lacking|never)\s+(?:(?:a|an|the|its)\s+)?$", re.IGNORECASE)


def find_reversals(text: str, words: Sequence[ScopedWord], product: Product, figures: FigureCheck) -> Iterator[Claim]:
    """Yield the figures of fields that the text denies, and the denied labels of neutral words that it affirms."""
    for quantity, keys in figures.mentions:
        denial = _DENIED_FIGURE.search(text[: quantity.start])
        if not keys or not denial:
            continue
        denied = text[denial.start() : quantity.end].rstrip(".")
        fields = [field for field in product.stated if field.key in keys]
        # "No two-way zip" of "two-way zip: no", "not two-stroke" of "two stroke: no".
        behind = fold(text[quantity.start :]).replace("-", " ")
        if any(one.is_true is False and behind.startswith(fold(one.label).replace("-", " ")) for one in fields):
            continue
        # "No 2" and "not under 3 years" may be the field's own words.
        if not any(fold(denied) in fold(f"{field.label} {field.value}") for field in fields):
            key = fields[0].key if fields else ""
            end = denial.start() + len(denied)
            yield Claim(denial.start(), end, denied, "contradiction", key, "the field says that it is so", 1)
    for field in product.stated:
        label = read_words(field.label) if field.is_true is False else ()
        # A label with a content word is found by that word; "5G" and "4K" are read as figures.
        if not label or any(is_content(word) and not word.text[0].isdigit() for word in label):
            continue
        run = [word.text for word in label]
        for at in range(len(words) - len(run) + 1):
            said = words[at : at + len(run)]
            if [word.text for word in said] == run and not any(word.denied for word in said):
                start, end = said[0].start, said[-1].end
                yield Claim(start, end, text[start:end], "contradiction", field.key, "the field denies it", 1)
