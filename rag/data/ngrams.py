"""Words, n-grams and shingles (Broder 1997): how texts are compared when case and spacing do not count."""

from __future__ import annotations

import re
from collections.abc import Sequence

Ngram = tuple[str, ...]
Shingles = frozenset[Ngram]

_WORD = re.compile(r"\w+")


def fold_text(text: str) -> str:
    """Return the text in one case, with single spaces."""
    return " ".join(text.casefold().split())


def split_words(text: str) -> list[str]:
    """Return the words of a text, case-folded and without punctuation."""
    return _WORD.findall(text.casefold())


def ngrams(words: Sequence[str], order: int) -> list[Ngram]:
    """Return every run of `order` words, first to last; none of a shorter text."""
    return list(zip(*(words[start:] for start in range(order)), strict=False))


def shingles(text: str, order: int) -> Shingles:
    """Return the set of a text's n-grams; a shorter text is one shingle by itself."""
    words = split_words(text)
    return frozenset(ngrams(words, order) or [tuple(words)])
