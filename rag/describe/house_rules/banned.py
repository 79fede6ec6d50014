"""Banned words: found in any of their forms, so that "best-in-class", "Bargains" and "cheaply" do not slip through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rag.answer.words import fold, stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_GAP = re.compile(r"[\s\-‐‑–'’\"“”,]*")


@dataclass(frozen=True)
class BannedWords:
    """Words and phrases that no text may hold.

    A phrase is its words one after the other, whatever their case, plural, tense or adverb form and the hyphens between
    them. A word that ends in "*" stands for all that begin so. Comparatives in "er" are other words: "green" is not in
    "greener", nor "cook" in "cooker".
    """

    phrases: tuple[str, ...]

    def matches(self, text: str) -> tuple[tuple[int, int, str], ...]:
        """Return the (start, end, phrase) of banned words in a text, in order, the longest of those that overlap."""
        words = list(_WORD.finditer(text)) if self.phrases else []
        forms = [_forms(word[0]) for word in words]
        matches, place = [], 0
        while place < len(words):
            keys = ("*", *forms[place])
            lengths = [
                (len(pattern), phrase)
                for key in keys
                for pattern, phrase in self._patterns.get(key, ())
                if _stands_at(pattern, text, words[place : place + len(pattern)], forms[place : place + len(pattern)])
            ]
            if not lengths:
                place += 1
                continue
            length, phrase = max(lengths)
            matches.append((words[place].start(), words[place + length - 1].end(), phrase))
            place += length
        return tuple(matches)

    @cached_property
    def _patterns(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """The phrases by the stem of their first word, or by "*"."""
        patterns: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase in self.phrases:
            words = banned_pattern(phrase)
            patterns.setdefault("*" if words[0].endswith("*") else words[0], []).append((words, phrase))
        return patterns


def banned_pattern(phrase: str) -> tuple[str, ...]:
    """Return the stems of a banned phrase; beginnings, such as "cheap*", as they are; () for one without a word."""
    return tuple(
        fold(match[0]) if match[0].endswith("*") else stem(match[0])
        for match in re.finditer(rf"{_WORD.pattern}\*?", phrase)
    )


def _forms(word: str) -> frozenset[str]:
    """Return the stems that a word may be banned by: its own, and those of its adverb and its superlative."""
    plain = fold(word)
    forms = {stem(plain)}
    for ending, kept in (("ily", "y"), ("ly", ""), ("iest", "y"), ("est", ""), ("est", "e")):
        if plain.endswith(ending) and len(plain) > len(ending) + 2:
            forms.add(stem(plain.removesuffix(ending) + kept))
    return frozenset(forms)


def _stands_at(
    pattern: Sequence[str], text: str, words: Sequence[re.Match[str]], forms: Sequence[frozenset[str]]
) -> bool:
    """Tell whether words are those of a pattern, with nothing but hyphens, quotes and commas between them."""
    if len(words) < len(pattern):
        return False
    for part, word, stems in zip(pattern, words, forms, strict=True):
        if not (fold(word[0]).startswith(part[:-1]) if part.endswith("*") else part in stems):
            return False
    return all(_GAP.fullmatch(text, one.end(), other.start()) for one, other in pairwise(words))
