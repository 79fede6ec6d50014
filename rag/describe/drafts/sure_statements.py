"""The fields that a sentence of a draft states whole, and the words of it that are not surely licensed.

The licence check asks whether a field has a word. A model may still join true words to an untrue sentence: a figure
with another field's label, a value without its condition, "no other kettle". So a draft's sentence has to be made of
whole statements and of small words that join them; any other is said by rules.

>>> product = understand_fields({"price": "from 99 EUR"})
>>> read_sentence("It costs 99 EUR.", product).doubts[0].text
'costs'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.describe.drafts.draft_words import ARTICLES, DraftWord, find_run, read_draft_words
from rag.describe.drafts.field_statements import Window, find_windows
from rag.describe.drafts.sentence_order import misplaced_words
from rag.describe.licence.allowed import AllowedPhrases
from rag.describe.licence.claims import Claim
from rag.describe.product import Product


@dataclass(frozen=True)
class SureSentence:
    """The keys of the fields that a sentence states whole, and the words of it that nothing surely licenses."""

    stated: tuple[str, ...]
    doubts: tuple[Claim, ...]


def read_sentence(text: str, product: Product, allowed: AllowedPhrases | None = None) -> SureSentence:
    """Return which fields a sentence states whole, each value with its label, and what else it says."""
    words = read_draft_words(text)
    windows = list(_drop_inner(find_windows(words, product)))
    approved = (allowed or AllowedPhrases()).spans(text)
    free = {
        place
        for place, word in enumerate(words)
        if any(start <= word.start and word.end <= end for start, end in approved)
    }
    owned = {place for window in windows for place in range(window.start, window.end)}
    doubtful = [place for place, word in enumerate(words) if place not in owned | free and word.text not in _JOINING]
    doubtful += (place for place in misplaced_words(words, windows, product) if place not in free)
    stated = tuple(one.key for one in product.fields if any(window.key == one.key for window in windows))
    return SureSentence(stated, tuple(_new_doubt(text, words[place], product) for place in sorted(set(doubtful))))


def _drop_inner(windows: Sequence[Window]) -> Iterator[Window]:
    """Yield the windows that no other one holds: "material: plastic" is none in "lid material: plastic"."""
    for window in windows:
        held = (other for other in windows if other.start <= window.start and window.end <= other.end)
        if not any(other.end - other.start > window.end - window.start for other in held):
            yield window


def _new_doubt(text: str, word: DraftWord, product: Product) -> Claim:
    key = next(
        (
            one.key
            for one in product.fields
            for run in (read_draft_words(one.shown), read_draft_words(one.label))
            if word.text not in ARTICLES and any(find_run([word], 0, [other]) for other in run)
        ),
        "",
    )
    note = f"the field {key} is not stated whole, with its label" if key else "no field surely says it"
    return Claim(word.start, word.end, text[word.start : word.end], "unlicensed", key, note, words=1)


_SMALL = """
this these it its they their is are has have and or not no but comes come features offers made available does do that :
with without in of from by
"""
_JOINING = ARTICLES | frozenset(_SMALL.split())
"""The words that may join statements. Comparisons, degrees, verbs that say an effect, and "may" are none of them."""
