"""Allowed phrases: what a house has approved, so that a description may say it although no field does.

# claims.txt: one phrase a line
dermatologically tested
free returns within 30 days   # since May 2026
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.errors import InputError
from ingest.fingerprint import fingerprint
from rag.answer.words import NEGATIONS, fold

Words = tuple[str, ...]


@dataclass(frozen=True)
class AllowedPhrases:
    """Phrases that need no field, as people wrote them.

    A phrase stands in a text where all its words do, in order, in the same form: case, accents, white space, hyphens
    and the shape of quotes don't count, while "recycled" isn't "recyclable", nor "1.5 l" "15 l". Behind a word that
    denies, as in "not dermatologically tested", a phrase says something else and is none.
    """

    phrases: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: str | Path) -> AllowedPhrases:
        r"""Read a file with a phrase a line.

        Empty lines are skipped, and so is what follows a "#" that begins a line or stands between spaces; `\#1 choice`
        begins with one. Raises InputError for a file that cannot be read, and for one without a phrase.
        """
        file = Path(path)
        try:
            text = file.read_text("utf-8-sig")
        except FileNotFoundError:
            raise InputError(f"no phrases at {file}: give a text file with one phrase a line") from None
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror or error}") from None
        except UnicodeDecodeError:
            raise InputError(f"{file} is not UTF-8 text") from None
        phrases = []
        for number, line in enumerate(text.splitlines(), start=1):
            phrase = _COMMENT.sub("", line).strip().removeprefix("\\")
            if phrase and not words_of_phrase(phrase):
                raise InputError(
                    f"{file}, line {number}: {phrase!r} holds no word; write the phrase, or # for a comment"
                )
            if phrase:
                phrases.append(phrase)
        if not phrases:
            raise InputError(f"{file} holds no phrase: write one a line, such as: dermatologically tested")
        return cls(tuple(dict.fromkeys(phrases)))

    def with_phrases(self, phrases: Iterable[str]) -> AllowedPhrases:
        """Return a copy with further phrases."""
        return AllowedPhrases(tuple(dict.fromkeys((*self.phrases, *phrases))))

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return the (start, end) of the phrases in a text, in order; of those that overlap the longest is taken."""
        return tuple((start, end) for start, end, _ in self.matches(text))

    def matches(self, text: str) -> tuple[tuple[int, int, str], ...]:
        """Return the (start, end, phrase) of the phrases in a text, as `spans` does, each as the file has it."""
        if not self._as_written:
            return ()
        words = [(match.start(), match.end(), _plain(match[0])) for match in _WORD.finditer(text)]
        matches, place = [], 0
        while place < len(words):
            is_denied = place > 0 and words[place - 1][2] in _DENIALS
            following = tuple(word for _, _, word in words[place : place + self._lengths[0]])
            runs = (following[:length] for length in self._lengths)
            phrase = next((run for run in runs if run in self._as_written), None)
            if phrase is None or is_denied:
                place += 1
                continue
            start, end = words[place][0], words[place + len(phrase) - 1][1]
            matches.append((start, end, self._as_written[phrase]))
            place += len(phrase)
        return tuple(matches)

    @property
    def fingerprint(self) -> str:
        """A hash of the phrases."""
        return fingerprint("allowed-phrases", sorted(self.phrases))

    @cached_property
    def _as_written(self) -> dict[Words, str]:
        return {words: phrase for phrase in self.phrases if (words := words_of_phrase(phrase))}

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        """The lengths of the phrases in words, the longest first."""
        return tuple(sorted(set(map(len, self._as_written)), reverse=True))


def words_of_phrase(phrase: str) -> Words:
    """Return the words, numbers and marks that a phrase is compared by, without its final stop."""
    words = [_plain(match[0]) for match in _WORD.finditer(phrase)]
    while words and words[-1] in (".", "!", ","):
        words.pop()
    return tuple(words) if any(word[-1:].isalnum() for word in words) else ()


_COMMENT = re.compile(r"^\s*#.*|\s#\s.*|\s#$")
# Numbers keep their sign and marks. Hyphens and quotes join or part nothing, and every other mark is a word: no phrase
# runs from one sentence into the next.
_WORD = re.compile(r"(?<!\w)[-−]?\d+(?:[.,]\d+)*|[^\W_]+(?:['’][^\W_]+)*|[^\w\s\-‐‑–\"“”„'‘’]")
_DENIALS = NEGATIONS | {"without", "isn't", "aren't", "wasn't", "doesn't", "don't", "hasn't", "haven't", "can't"}


def _plain(word: str) -> str:
    return fold(word).replace("’", "'").replace("−", "-")
