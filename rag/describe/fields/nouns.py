"""Nouns of things that shops sell, by the list `product_nouns.txt`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from rag.describe.fields.lexicon import PLURAL_ONLY, singular


def is_product_noun(word: str) -> bool:
    """Return whether a word, in the singular or plural, is a thing that shops sell, by the list beside this file."""
    lower = word.casefold()
    return lower in product_nouns() or singular(lower) in product_nouns() or lower in PLURAL_ONLY


@cache
def product_nouns() -> frozenset[str]:
    """Return the words of `product_nouns.txt`."""
    lines = files("rag.describe.fields").joinpath("product_nouns.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.partition(":")[2].split())
