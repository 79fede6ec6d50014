"""Synonyms, opposites and kinds: whether two words mean the same, or one names a kind of the other.

By WordNet and by the words' vectors: synonyms.txt has the stems of WordNet's usual words, hypernyms.txt the things of
each kind; examples/answers/synonyms.py writes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from ingest.embed import Embedder
from rag.answer.words import OPPOSITES, stem

RELATED = 0.55  # cosine from which on two words are about one matter: "charcoal" and "barbecue" .64
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


def is_kind_of(word: str, kind: str) -> bool:
    """Return whether a word names a thing of a kind, as a dachshund is a dog."""
    return stem(word) in read_hypernyms().get(stem(kind), frozenset())


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
        return bool(self.words_like(word, others))

    def words_like(self, word: str, others: Iterable[str]) -> frozenset[str]:
        """Return those of the other words whose vectors are near that of a word, and that are not its opposites."""
        others = [other for other in others if _is_word(other) and not mean_opposite(word, other)]
        if self._embedder is None or not _is_word(word) or not others:
            return frozenset()
        near = zip(others, self._cosines(self._embedder, word, others), strict=True)
        return frozenset(other for other, cosine in near if cosine >= NEAR)

    def is_near(self, word: str, other: str, least: float = RELATED) -> bool:
        """Return whether two words are about one matter: their cosine is at least as high."""
        return self._embedder is not None and self._cosines(self._embedder, word, [other])[0] >= least

    def _cosines(self, embedder: Embedder, word: str, others: Sequence[str]) -> list[float]:
        new = [text for text in dict.fromkeys((word, *others)) if text not in self._vectors]
        if new:
            self._vectors |= zip(new, embedder.embed_documents(new), strict=True)
        return [float(self._vectors[word] @ self._vectors[other]) for other in others]


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


@cache
def read_hypernyms() -> dict[str, frozenset[str]]:
    """Return the stems of the things of each kind."""
    lines = files("rag.answer").joinpath("hypernyms.txt").read_text("utf-8").splitlines()
    return {kind: frozenset(things) for kind, *things in map(str.split, lines)}
