"""Columns that name a product where none is called a name: "Artikelbezeichnung", "item text", a short description.

>>> rank_late_name(("bezeichnung", "1")) < rank_late_name(("description",))
True
>>> is_name_phrase("Oak bench, 120 cm"), is_name_phrase("This bench is made of oak."), is_name_phrase("Very soft")
(True, False, False)
"""

from __future__ import annotations

import re

from rag.describe.fields.lexicon import is_adjective
from rag.describe.fields.nouns import is_product_noun
from rag.describe.fields.product_type import head_noun
from rag.describe.fields.word_lists import listed_words

_LATE_NAMES = (
    "article", "label", "designation", "designation 1", "bezeichnung 1", "bezeichnung1", "artikelbezeichnung", "artbez",
    "artikelomschrijving", "libelle", "productname", "prodname", "article name", "post title", "short title",
    "title short", "short name", "item text", "article text", "material text", "product text", "artikeltext",
    "kurztext", "short text", "text short", "short", "line description", "goods description", "omschrijving", "desc 1",
    "desc1", "description 1", "item description", "article description", "material description", "product description",
    "short description", "desc", "description", "beschreibung",
)  # fmt: skip
"""Labels of names, unless another field is one: the surest first."""


def rank_late_name(words: tuple[str, ...]) -> int | None:
    """Return the place of a label among those that may name a product where no other does, None for another.

    "Set name" and "game title" are names of a thing that shops sell.
    """
    label = " ".join(words)
    if label in _LATE_NAMES:
        return _LATE_NAMES.index(label)
    is_title = len(words) == 2 and words[1] in ("name", "title")
    return 0 if is_title and words[0] not in listed_words("other_names") and is_product_noun(words[0]) else None


_SENTENCE = re.compile(
    r"[a-z]{3,}[.!?](?:\s|$)"
    r"|\b(?:is|are|was|were|has|have|you|your|we|our|it|its|this|these|those|can|will|comes|made)\b",
    re.IGNORECASE,
)


def is_name_phrase(text: str) -> bool:
    """Return whether a description is short and says what the product is, as a name does, in no sentence."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if len(text) > 80 or not 0 < len(words) <= 12 or ":" in text or _SENTENCE.search(text):
        return False
    if words[0] in listed_words("function_words") or all(map(_says_how, words)):
        return False
    return not text[:1].islower() or bool(head_noun(text))


def is_prose(text: str) -> bool:
    """Return whether a text is more than a name: words of a sentence, four at least."""
    return len(text.split()) > 3 and _SENTENCE.search(text) is not None


def _says_how(word: str) -> bool:
    is_adverb = word in ("very", "extra", "super", "really", "great") or word.endswith("ly")
    return word in listed_words("function_words") or is_adverb or (is_adjective(word) and not is_product_noun(word))
