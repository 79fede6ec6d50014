"""Synonyms and opposites: whether two words mean the same, or the opposite, by WordNet and by their vectors.

synonyms.txt has the stems of WordNet's usual words; examples/answers/synonyms.py writes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

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
    """Finds the word of a text that means the same as another; the `embedder` knows more than WordNet does."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._cosines: dict[tuple[str, str], float] = {}

    def is_held(self, word: str, others: Iterable[str]) -> bool:
        """Return whether one of the other words means the same as this one, which is no name and no number."""
        others = list(others)
        if any(mean_same(word, other) for other in others):
            return True
        others = [other for other in others if other.isalpha() and len(other) > 2 and not mean_opposite(word, other)]
        if not word.isalpha() or len(word) < 3 or not others or self._embedder is None:
            return False
        return any(self._cosine(word, other) >= NEAR for other in others)

    def _cosine(self, one: str, other: str) -> float:
        if (one, other) not in self._cosines:
            assert self._embedder is not None  # or nobody would ask
            vectors = self._embedder.embed_documents([one, other])
            self._cosines[one, other] = float(vectors[0] @ vectors[1])
        return self._cosines[one, other]


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
