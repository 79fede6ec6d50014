"""The words of a draft's sentence as they are compared with fields: numbers, units and marks kept, forms not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answer.units import unit_named
from rag.answer.words import fold, stem
from rag.describe.licence.closed_words import closed_words
from rag.describe.licence.denials import read_words

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|(?<=\d)\s?[-–](?=\s?\d)|[%€$£°+<>≤≥±~½¼¾×/&=?!:]")
ARTICLES = frozenset(("a", "an", "the"))


@dataclass(frozen=True)
class DraftWord:
    """A word, number or mark `text[start:end]`: in lower case, and in the `form` that it is compared by.

    `follows_comma` says that a comma, a semicolon or a bracket stands before it.
    """

    start: int
    end: int
    text: str
    form: str
    is_denied: bool = False
    follows_comma: bool = False


@lru_cache(maxsize=4096)
def read_draft_words(text: str) -> tuple[DraftWord, ...]:
    """Return the words, numbers and telling marks of a text in order; a unit counts as itself, however it is spelt."""
    denied = [(word.start, word.end) for word in read_words(text) if word.denied]
    words: list[DraftWord] = []
    for match in _WORD.finditer(text):
        folded = fold(match[0]).replace("’", "'").strip()
        is_behind_number = bool(words) and words[-1].text[-1:].isdigit()
        unit = unit_named(match[0].strip()) if is_behind_number else None
        form = f"{unit.dimension} {unit.factor}" if unit else closed_words().normal_stem(folded, stem(folded))
        is_denied = any(start <= match.start() < end for start, end in denied)
        gap = text[words[-1].end : match.start()] if words else ""
        form = form.replace("–", "-")
        words.append(DraftWord(match.start(), match.end(), folded, form, is_denied, bool(re.search(r"[,;(]", gap))))
    return tuple(words)


def find_run(words: Sequence[DraftWord], at: int, run: Sequence[DraftWord]) -> int | None:
    """Return the end of a run of words that begins at a place, None where it does not; articles do not count."""
    wanted = [word.form for word in run if word.text not in ARTICLES]
    place = at
    for number, form in enumerate(wanted):
        while number and place < len(words) and words[place].text in ARTICLES:
            place += 1
        if place >= len(words) or words[place].form != form:
            return _find_joined(words, at, wanted) if not number else None
        place += 1
    return place if wanted else None


def _find_joined(words: Sequence[DraftWord], at: int, wanted: Sequence[str]) -> int | None:
    """Return the end of words that a field writes together: "hard drive" of "harddrive"."""
    if len(wanted) != 1 or len(wanted[0]) < 7:
        return None
    for size in (2, 3, 4):
        run = words[at : at + size]
        if len(run) == size and stem("".join(word.text for word in run)) == wanted[0]:
            return at + size
    return None
