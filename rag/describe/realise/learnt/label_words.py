"""Check that a pattern says the labels of its fields, each beside the placeholder of its own value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.words import stem, tokens_of
from rag.describe.product import ProductField
from rag.describe.realise.learnt.sentence_input import SentenceInput
from rag.describe.realise.phrases import shown_label


def _stems_of(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_SELF_EXPLAINING = _stems_of("""
colour color colours colors material materials price cost weight volume capacity size sizes type kind name brand
manufacturer maker vendor supplier country origin place year date number count quantity amount version made pack
contents content gender audience age option options available value level total main details dimensions measurement
measurements language genre format style
""")
"""Words of labels that a sentence need not say, since the value and its place show what is meant."""

_OTHER_WORDS = {"width": "wide", "height": "high tall", "depth": "deep", "length": "long", "thickness": "thick",
                "warranty": "guarantee", "guarantee": "warranty", "user": "people person", "author": "by written",
                "publisher": "published", "developer": "developed", "compatibility": "compatible", "range": "from to",
                "diameter": "across", "speed": "fast", "maximum": "up most max", "max": "up maximum most",
                "minimum": "at least from min", "min": "minimum least", "recommended": "for", "included": "comes with",
                "rating": "rated", "power": "runs output", "supply": "powered"}  # fmt: skip
"""Words that say a label's word in another part of speech."""

_STEMS = {stem(word): _stems_of(others) for word, others in _OTHER_WORDS.items()}
_SMALL = frozenset(
    ("a", "an", "the", "of", "for", "in", "on", "by", "per", "to", "with", "from", "and", "or", "at", "no", "is", "are")
)
_TOKEN = re.compile(r"\[[^\[\]]*\]|[^\W\d_]+|[,;:]")
_BARRIERS = frozenset([",", ";", ":", "and", "but", "while"])
BARRIER = 3
"""Words that a comma or a conjunction counts for in a distance."""


@dataclass(frozen=True)
class _Token:
    """A word's stem, or the field of a placeholder, at its distance from the start."""

    at: int
    stem: str = ""
    field: ProductField | None = None


def find_wrong_label(pattern: str, read: SentenceInput) -> str:
    """Return what a pattern says wrongly of a value, or does not say; "" where it says of each value what it is.

    A label's words have to be there unless the value itself explains them (`colour`, `price`), and a word that belongs
    to some labels stands nearest to a placeholder of one of those: "its frame is [seat material]" would be untrue.
    """
    tokens = _read_tokens(pattern, read)
    said = {token.stem for token in tokens if token.stem}
    described = [one.field for one in read.placeholders if one.field.kind not in ("name", "brand", "type")]
    for field in described:
        known = said | {stem(word) for word in tokens_of(field.value)}
        for word in _label_stems(field) - _SELF_EXPLAINING:
            if word not in known and not _STEMS.get(word, frozenset()) & said:
                return f"does not say {field.label}"
    if word := _misused_label(pattern, described):
        return f"says {word} in another sense"
    if len(described) < 2:
        return ""
    owners = {one.key: _label_stems(one) for one in (*described, *read.booleans)}
    places = [token for token in tokens if token.field in described]
    for token in tokens:
        mine = {key for key, words in owners.items() if token.stem and token.stem in words}
        if not mine or mine & {one.key for one in read.booleans}:
            continue
        nearest = min(abs(place.at - token.at) for place in places)
        close = {place.field.key for place in places if place.field and abs(place.at - token.at) == nearest}
        if not close & mine:
            return f"says {token.stem} of another field"
    return ""


_STATING = _stems_of("""
weighs measures costs holds comes fits contains requires supports includes suits needs runs uses works lasts
""")
"""Verbs that a label's word may be behind "it"."""


def _misused_label(pattern: str, described: Sequence[ProductField]) -> str:
    """Return a word that does not state its field as a label does: "it fills [filling]", "a lid of [weight]"."""
    for field in described:
        labels = _label_stems(field)
        verb = re.search(r"\b(?:[Ii]t|[Tt]hey) (\w+)", pattern)
        if verb and stem(verb[1]) in labels - _STATING:
            return verb[1]
        name = re.escape(shown_label(field))
        owner = re.search(rf"([\w-]+) of \[{name}[ \d-]*\]", pattern)
        if owner and not _stems_of(owner[1].casefold().replace("-", " ")) & (labels | _MEASURE_NOUNS):
            return owner[1]
    return ""


_MEASURE_NOUNS = _stems_of("""
size weight length width height depth capacity volume range rate level speed price cost amount number total maximum
minimum power content made area diameter thickness pack set choice temperature pressure warranty guarantee age out
""")
"""Words before "of" that say the measure of a value, whatever its label."""


def _read_tokens(pattern: str, read: SentenceInput) -> list[_Token]:
    fields = {form: one.field for one in read.placeholders for form in (one.mark, one.before_noun)}
    tokens: list[_Token] = []
    at = 0
    for match in _TOKEN.finditer(pattern):
        word = match[0]
        if word in fields:
            tokens.append(_Token(at, field=fields[word]))
        elif word.casefold() in _BARRIERS:
            at += BARRIER
            continue
        else:
            tokens.append(_Token(at, stem(word.casefold())))
        at += 1
    return tokens


def _label_stems(field: ProductField) -> set[str]:
    return {stem(word) for word in tokens_of(field.label) if word not in _SMALL and not word.isdigit()}
