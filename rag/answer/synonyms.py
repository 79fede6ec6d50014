"""Synonyms and opposites: whether two words mean the same, or the opposite, by WordNet and by their vectors.

synonyms.txt has the stems of WordNet's usual words; examples/answers/synonyms.py writes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from ingest.embed import Embedder
from rag.answer.words import OPPOSITES, stem

NEAR = 0.78  # cosine of two words from which on they mean the same: "pet" and "dog" .79, "lunch" and "breakfast" .71


def mean_same(one: str, other: str) -> bool:
    """Return whether two words are the same in another form, or synonyms."""
    if stem(one) == stem(other):
        return True
    groups, _ = read_synonyms()
    return bool(groups.get(stem(one), frozenset()) & groups.get(stem(other), frozenset()))


def mean_opposite(one: str, other: str) -> bool:
    """Return whether two words are opposites: on and off, inside and outside."""
    _, opposites = read_synonyms()
    return stem(other) in opposites.get(stem(one), frozenset()) or stem(other) in OPPOSITES.get(stem(one), frozenset())


class Vocabulary:
    """Finds the word of a text that means the same as another; the `embedder` knows more than WordNet does.

    Each word is embedded once, those of a text together.
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def is_held(self, word: str, others: Iterable[str]) -> bool:
        """Return whether one of the other words means the same as this one, which is no name and no number."""
        others = list(dict.fromkeys(others))
        if any(mean_same(word, other) for other in others):
            return True
        others = [other for other in others if _is_word(other) and not mean_opposite(word, other)]
        if self._embedder is None or not _is_word(word) or not others:
            return False
        new = [text for text in dict.fromkeys((word, *others)) if text not in self._vectors]
        if new:
            self._vectors |= zip(new, self._embedder.embed_documents(new), strict=True)
        return any(float(self._vectors[word] @ self._vectors[other]) >= NEAR for other in others)


def _is_word(text: str) -> bool:
    return text.isalpha() and len(text) > 2


@cache
def read_synonyms() -> tuple[dict[str, frozenset[int]], dict[str, frozenset[str]]]:
    """Return the groups of synonyms that each stem is in, and the opposites of each stem."""
    groups: dict[str, set[int]] = defaultdict(set)
    opposites: dict[str, set[str]] = defaultdict(set)
    text = files("rag.answer").joinpath("synonyms.txt").read_text("utf-8")
    for number, line in enumerate(text.splitlines()):
        first, *words = line.removeprefix("! ").split()
        if line.startswith("! "):
            for one, other in ((first, words[0]), (words[0], first)):
                opposites[one].add(other)
        else:
            for word in (first, *words):
                groups[word].add(number)
    return (
        {word: frozenset(numbers) for word, numbers in groups.items()},
        {word: frozenset(others) for word, others in opposites.items()},
    )
