"""Compare answers with references as SQuAD does."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence


def exact_match(text: str, references: Sequence[str]) -> bool:
    """Return whether a text equals a reference, both normalized."""
    return normalize_answer(text) in map(normalize_answer, references)


def token_f1(text: str, references: Sequence[str]) -> float:
    """Return the best F1 of a text's words with a reference's, 0 to 1; of two texts without words, 1."""
    words, best = normalize_answer(text).split(), 0.0
    for reference in references:
        expected = normalize_answer(reference).split()
        if words and expected:
            shared = sum((Counter(words) & Counter(expected)).values())
            best = max(best, 2 * shared / (len(words) + len(expected)))
        else:
            best = max(best, float(words == expected))
    return best


def holds(text: str, references: Sequence[str]) -> bool:
    """Return whether a text contains a reference that has words, at word boundaries, both normalized."""
    padded = f" {normalize_answer(text)} "
    return any(f" {reference} " in padded for reference in map(normalize_answer, references) if reference)


def normalize_answer(text: str) -> str:
    """Return a text as SQuAD compares it: lower case, no punctuation, no articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
