"""Coordination: facts side by side in one sentence, each of another thing.

"Inspection of tank A takes 90 minutes and of tank B 40 minutes" has two values of one kind. Each belongs to what its
own part of the sentence names, and the other part's value is no answer for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answer.evidence import Evidence
from rag.answer.kinds import core_question
from rag.answer.quantities import Quantity, find_figures
from rag.answer.synonyms import mean_same
from rag.answer.words import STOP_WORDS, fold, stem

LONGEST = 400  # characters of a sentence that is looked at


@dataclass(frozen=True)
class CoordinatePart:
    """A part of a sentence with values of its own: the text from `start` to `end` and the words beside the values."""

    start: int
    end: int
    words: frozenset[str]


def is_of_neighbour(question: str, text: str, evidence: Evidence) -> bool:
    """Tell whether a text is the value of another thing than the question names, by its part of the sentence.

    Another part of the sentence has a value of the same kind and a word of the question that the text's part lacks,
    which names something else there. The text is looked for in the sentence; one in other words is at the evidence.
    """
    sentence = evidence.sentence
    if evidence.is_row or evidence.record or len(sentence.text) > LONGEST:
        return False
    places = _places_of(text, sentence.text) or [(evidence.start - sentence.start, evidence.end - sentence.start)]
    value = sentence.text[slice(*places[0])]
    parts = _divide(sentence.text, value)
    if len(parts) < 2:
        return False
    asked = _naming_words(core_question(question))
    owners = [[part for part in parts if part.start <= low and high <= part.end] for low, high in places]
    return all(len(own) == 1 and _is_other(own[0], parts, asked, value) for own in owners)


def _places_of(text: str, sentence: str) -> list[tuple[int, int]]:
    """Return the places of a text in a sentence, or of the one figure that it has."""
    said = text.strip(" .")
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(said)}(?!\w)", sentence)] if said else []
    figures = find_figures(text).quantities
    if places or len(figures) != 1:
        return places
    return [(other.start, other.end) for other in find_figures(sentence).quantities if figures[0].equals(other)]


def _is_other(part: CoordinatePart, parts: Sequence[CoordinatePart], asked: frozenset[str], value: str) -> bool:
    """Tell whether another part than this one is about what is asked."""
    # "Anna Berg from Hull and Tom Lind lead sales": the part of a name may be no statement of its own.
    if not find_figures(value).quantities and not _shared_words(asked, part.words):
        return False
    foreign = _words_lacking(part.words, asked) - _MEASURING
    return any(
        _words_lacking(_shared_words(asked, other.words), part.words)
        and _words_lacking(foreign, other.words)
        and len(_words_lacking(other.words, asked) - _MEASURING) < len(foreign)
        for other in parts
        if other is not part
    )


def is_of_other_label(question: str, text: str) -> bool:
    """Tell whether a question is about "tank C", and a text about tanks with other letters alone."""
    for name, label in _LABEL.findall(question):
        if fold(name) in STOP_WORDS:
            continue
        labels = [
            one
            for match in re.finditer(rf"\b{re.escape(name)}s?\s(?P<labels>{_LABELS})", text, re.IGNORECASE)
            for one in re.findall(r"\w+|[-–]", match["labels"])
        ]
        # "Tanks A to D" may have C.
        if labels and label not in labels and not {"to", "through", "-", "–"} & set(labels):
            return True
    return False


@lru_cache(maxsize=1024)
def _divide(sentence: str, value: str) -> tuple[CoordinatePart, ...]:
    """Return the parts of a sentence that have a value of the kind of another; none if it is not clear."""
    values = _find_values(sentence, value)
    if len(values) < 2 or _RESPECTIVELY.search(sentence):
        return ()
    borders = [match for match in _BORDER.finditer(sentence) if not any(_cuts(match, one) for one in values)]
    starts = [0, *(border.end() for border in borders)]
    ends = [*(border.start() for border in borders), len(sentence)]
    # A piece without a value goes with the one after it, the last with the one before it.
    pieces: list[tuple[int, int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        count = sum(start <= low and high <= end for low, high in values)
        if pieces and not pieces[-1][2]:
            pieces[-1] = (pieces[-1][0], end, count)
        else:
            pieces.append((start, end, count))
    if pieces and not pieces[-1][2]:
        pieces.pop()
    ends = [*(start for start, _, _ in pieces[1:]), len(sentence)]
    rest = _blank_values(sentence, values)
    return tuple(
        CoordinatePart(start, end, _naming_words(rest[start:end]))
        for (start, _, _), end in zip(pieces, ends, strict=True)
    )


def _find_values(sentence: str, value: str) -> list[tuple[int, int]]:
    """Return the places of the values in a sentence that are of the kind of one: of its unit, or names as it is."""
    figures = find_figures(value).quantities
    if figures:
        return [
            (other.start, other.end)
            for other in find_figures(sentence).quantities
            if any(_share_kind(one, other) for one in figures)
        ]
    if not _NAMES.fullmatch(value.strip()):
        return []
    # The first word of a sentence has a capital whatever it is.
    return [
        match.span()
        for match in _NAMES.finditer(sentence)
        if match.start() or len(match[0].split()) > 1 or match[0] == value
    ]


def _share_kind(one: Quantity, other: Quantity) -> bool:
    if one.kind != other.kind:
        return False
    if one.unit is None or other.unit is None:
        return one.unit is other.unit
    return one.unit.dimension == other.unit.dimension


def _cuts(border: re.Match[str], place: tuple[int, int]) -> bool:
    return border.start() < place[1] and place[0] < border.end()


def _blank_values(text: str, places: Sequence[tuple[int, int]]) -> str:
    for low, high in places:
        text = f"{text[:low]}{' ' * (high - low)}{text[high:]}"
    return text


def _naming_words(text: str) -> frozenset[str]:
    """Return the content words of a text, and the single capital letters that name things."""
    return frozenset(
        match[0] if match[0].isupper() and len(match[0]) == 1 and match.start() and match[0] != "I" else stem(match[0])
        for match in re.finditer(r"[^\W_]+", text)
        if fold(match[0]) not in STOP_WORDS or (match[0].isupper() and len(match[0]) == 1 and match.start())
    ) - {"I"}


def _shared_words(words: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if any(_is_same(word, other) for other in others))


def _words_lacking(words: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    return words - _shared_words(words, others)


def _is_same(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) > 1 and mean_same(word, other))


# Verbs that stand between a thing and its value name neither.
_VERBS = "last take cost need require run weigh measure amount pay charge contain hold"
_MEASURING = frozenset(map(stem, _VERBS.split()))
_BORDER = re.compile(r",?\s+(?:and|but|while|whereas)\s+|[,;]\s+", re.IGNORECASE)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_NAMES = re.compile(r"[A-Z][\w'’.-]*(?:\s+[A-Z][\w'’.-]*)*")
_LABEL = re.compile(r"\b([^\W\d_]{2,})\s((?!I\b)[A-Z])\b(?![.'’&/+#-])")
_LABELS = r"(?-i:[A-Z]\b)(?:(?:,|\s?[-–]\s?|,? and| or| to| through)\s?(?-i:[A-Z]\b))*"
