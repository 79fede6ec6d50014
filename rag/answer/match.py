"""Compare answers with references as SQuAD does."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence


def exact_match(text: str, references: Sequence[str]) -> bool:
    """Whether a text is one of the references, after SQuAD's normalisation."""
    return normalize_answer(text) in map(normalize_answer, references)


def token_f1(text: str, references: Sequence[str]) -> float:
    """Return the best F1 of a text's words with a reference's, 0 to 1; of two texts without words, 1."""
    return max(
        (_f1(normalize_answer(text).split(), normalize_answer(reference).split()) for reference in references),
        default=0.0,
    )


def holds(text: str, references: Sequence[str]) -> bool:
    """Whether a reference that has words stands in a text, at word boundaries, after SQuAD's normalisation."""
    padded = f" {normalize_answer(text)} "
    return any(f" {reference} " in padded for reference in map(normalize_answer, references) if reference)


def normalize_answer(text: str) -> str:
    """SQuAD's normalisation: lower case, no punctuation, no articles, single spaces."""
    kept = text.lower().translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", kept).split())


def _f1(said: Sequence[str], wanted: Sequence[str]) -> float:
    if not said or not wanted:
        return float(said == wanted)
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted))


_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


_ARTICLES = re.compile(r"\b(a|an|the)\b")
