"""Titles of books, games and films that deny nothing for all their "not": "Wren Will Not Sleep", "No Time for Tea"."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.describe.fields.product_type import is_kind_of_work
from rag.describe.licence.denials import is_denial
from rag.describe.product import Product


def blank_denials(text: str, product: Product) -> tuple[str, Product]:
    """Return the text and its product, in each title of a work the words that deny as blanks of the same length.

    A text that has the title in other words stays as it is, and so does the name of everything else: "Sugar-free gum"
    does deny.
    """
    name, kind = product.name, product.type
    if name is None or kind is None or not is_kind_of_work(kind.value):
        return text, product
    blanked = re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)?", _blank, name.value)
    if blanked == name.value:
        return text, product
    named = replace(name, value=blanked, items=(blanked,))
    fields = tuple(named if one is name else one for one in product.fields)
    return text.replace(name.value, blanked), Product(fields, product.reviews)


def _blank(word: re.Match[str]) -> str:
    return " " * len(word[0]) if is_denial(word[0].casefold().replace("’", "'")) else word[0]
