"""Texts and values as normalised tokens, so that a value is recognised whatever its case, ending or number format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest.types import Scalar

Run = tuple[str, ...]
Span = tuple[int, int]

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_][^\W_]*[+#]*|[^\w\s]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBERED = re.compile(r"(.+) \d+")
_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_TO_TEN, start=1)}
_SAYS_NOTHING = frozenset({"", "?", "none", "dontcare", "true", "false"})


@dataclass(frozen=True)
class Mention:
    """A value in the text, `tokens[first:last]`; a lexicon knows it as a value of `attributes`."""

    first: int
    last: int
    run: Run
    attributes: tuple[str, ...] = ()

    def within(self, other: Mention) -> bool:
        return other.first <= self.first and self.last <= other.last

    def overlaps(self, other: Mention) -> bool:
        return self.first < other.last and other.first < self.last


@dataclass(frozen=True)
class ValueTokens:
    """A text as normalised tokens, with the span of each in the text."""

    text: str
    tokens: Run
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, text: str) -> ValueTokens:
        matches = list(_TOKEN.finditer(text))
        return cls(text, tuple(_normalise(match[0]) for match in matches), tuple(match.span() for match in matches))

    def find(self, run: Run) -> Iterator[Mention]:
        """Yield every mention of a value."""
        place = -1
        while run and run[0] in self.tokens[place + 1 :]:
            place = self.tokens.index(run[0], place + 1)
            if self.tokens[place : place + len(run)] == run:
                yield Mention(place, place + len(run), run)

    def span(self, mention: Mention) -> Span:
        return self.spans[mention.first][0], self.spans[mention.last - 1][1]

    def slice(self, mention: Mention) -> str:
        start, end = self.span(mention)
        return self.text[start:end]

    def has_digit(self, place: int) -> bool:
        """Tell whether a token is written with a digit, as "two" is not."""
        return has_digit_in(self.text[slice(*self.spans[place])])


def checkable_values(fields: Mapping[str, Scalar]) -> dict[str, str]:
    """Return the fields whose value a text can state, as texts."""
    texts = {name: str(value) for name, value in fields.items() if not isinstance(value, bool) and value is not None}
    return {
        name: value
        for name, value in texts.items()
        if value.strip().casefold() not in _SAYS_NOTHING and value_run(value)
    }


def attribute_of(name: str, fields: Mapping[str, Scalar]) -> str:
    """Return the attribute of a field: "name" for "name 2", where "name" is a field too."""
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered and numbered[1] in fields else name


@lru_cache(maxsize=1 << 14)
def value_run(value: str) -> Run:
    """Return the tokens of a value."""
    return ValueTokens.of(value).tokens


@lru_cache(maxsize=1 << 15)
def _normalise(token: str) -> str:
    """Return a token without case, plural or adverb ending and needless zeros, and number words as digits."""
    # Numbers: "1,000" is 1000, and "3.50" is 3.5.
    token = token.casefold()
    if token[0].isdigit():
        if _THOUSANDS.fullmatch(token):
            token = token.replace(",", "")
        return token.rstrip("0").rstrip(".") if "." in token else token
    if token in _NUMBER_WORDS:
        return _NUMBER_WORDS[token]
    # Words: "inches" is "inch", "colours" is "colour", "cheaply" is "cheap".
    if token.endswith(("ches", "shes", "sses", "xes")):
        return token[:-2]
    if len(token) > 3 and token.endswith("s") and not token.endswith("ss"):
        return token[:-1]
    return token[:-2] if len(token) > 5 and token.endswith("ly") else token


def contains_run(tokens: Run, run: Run) -> bool:
    """Tell whether tokens contain a run of tokens."""
    if len(run) == 1 or run[0] not in tokens:
        return run[0] in tokens
    return any(tokens[place : place + len(run)] == run for place, token in enumerate(tokens) if token == run[0])


def is_figure(token: str) -> bool:
    """Tell whether a token is a number."""
    return token[0].isdigit()


def has_digit_in(text: str) -> bool:
    """Tell whether any letter of a text is a digit."""
    return any(letter.isdigit() for letter in text)
