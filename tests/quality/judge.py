"""Judge answers to the questions of a collection by one rule; README.md says it in words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["short", "yes-no", "explain", "list", "compare"]
Verdict = Literal["right", "half", "wrong", "abstained", "declined"]
Trap = Literal["wrong entity", "wrong row", "older version", "negation", "unknown", "false presupposition"]

FIELDS = {"id", "question", "kind", "facts", "not", "answer", "trap", "unanswerable", "source", "note"}

_ONES = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: n for n, word in enumerate(f"zero {_ONES} {_TEENS}".split())}
_VALUES |= {word: 20 + 10 * n for n, word in enumerate(_TENS.split())}


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


# forty-eight; one hundred and forty-eight; thirty thousand, 30 thousand
_BELOW_100 = rf"(?:{_any_of(_TENS)}(?:[\s-]{_any_of(_ONES)})?|{_any_of(f'zero {_TEENS} {_ONES}')})\b"
_BELOW_1000 = rf"(?:(?:(?:{_BELOW_100}|\d+)\s)?hundred(?:\s(?:and\s)?{_BELOW_100})?|{_BELOW_100})\b"
_NUMBER_WORDS = re.compile(rf"\b(?:(?:(?:{_BELOW_1000}|\d+)\s)?thousand(?:\s(?:and\s)?{_BELOW_1000})?|{_BELOW_1000})\b")
_CURRENCIES = {"€": "euro", "eur": "euro", "euros": "euro", "£": "pound", "gbp": "pound", "pounds": "pound"}
_CURRENCIES |= {"$": "dollar", "usd": "dollar", "dollars": "dollar"}

_CITATION_MARK = re.compile(r"\[\d+\]")
_TIME_OF_DAY = re.compile(r"(\d{1,2})(?:[.:](\d\d))?\s*([ap])\.?\s?m\b\.?")
_CURRENCY_FIRST = re.compile(r"(€|£|\$|\b(?:eur|gbp|usd)\b)\s*(\d[\d.,]*\d|\d)")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_VERSION = re.compile(r"\bv(?=\d)")
_TOKEN = re.compile(r"\d{1,2}:\d\d|(?:(?<=\s)-|^-)?\d+(?:[.,]\d+)*|[^\W\d_]\w*|[€£$]")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,2}")
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


@dataclass(frozen=True)
class Question:
    """A question with what a right answer says: every fact in one of its alternatives, and nothing of `excluded`.

    `answer` is the word that a yes/no question wants first. A question that no document answers has no facts.
    """

    id: str
    text: str
    kind: Kind
    facts: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    answer: Literal["yes", "no"] | None = None
    trap: Trap | None = None
    is_answerable: bool = True
    source: str = ""


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a JSONL file. Raises ValueError with the id of a row that breaks the format."""
    questions = []
    for line in path.read_text("utf-8").splitlines():
        if not line.strip():
            continue
        row = json.loads(line)
        answerable = not row.get("unanswerable", False)
        question = Question(
            row["id"],
            row["question"],
            row["kind"],
            tuple(tuple(alternatives) for alternatives in row.get("facts", ())),
            tuple(row.get("not", ())),
            row.get("answer"),
            row.get("trap"),
            answerable,
            row.get("source", ""),
        )
        problems = [
            *(f"unknown field {name!r}" for name in row.keys() - FIELDS),
            *([f"unknown kind {question.kind!r}"] if question.kind not in get_args(Kind) else []),
            *([f"unknown trap {question.trap!r}"] if question.trap not in (None, *get_args(Trap)) else []),
            *(["an answer beside unanswerable"] if not answerable and (question.facts or question.answer) else []),
            *(["no source"] if answerable and not question.source else []),
            *(["no yes or no"] if answerable and question.kind == "yes-no" and not question.answer else []),
            *(["no facts"] if answerable and question.kind != "yes-no" and not question.facts else []),
            *(["an alternative without words"] if not all(tokenize(a) for f in question.facts for a in f) else []),
        ]
        if problems:
            raise ValueError(f"{path}: {question.id}: {', '.join(problems)}")
        questions.append(question)
    return questions


def judge(question: Question, text: str, abstained: bool) -> Verdict:
    """Return the verdict on an answer's text."""
    if abstained or not text.strip():
        return "abstained" if question.is_answerable else "declined"
    tokens = tokenize(text)
    if not question.is_answerable or (question.answer and tokens[:1] != [question.answer]):
        return "wrong"
    places = [
        min((place for one in alternatives if (place := find_phrase(tokens, one)) is not None), default=None)
        for alternatives in question.facts
    ]
    held = [place for place in places if place is not None]
    # An answer may show the older version, too, after the newer one.
    shows_newer = question.trap == "older version" and len(held) == len(places)
    end = held[0] if shows_newer and held else len(tokens)
    excluded = (find_phrase(tokens, phrase) for phrase in question.excluded)
    if any(place is not None and place < end for place in excluded):
        return "wrong"
    if len(held) == len(places):
        return "right"
    return "half" if question.kind != "yes-no" and 2 * len(held) >= len(places) else "wrong"


def find_phrase(tokens: Sequence[str], phrase: str) -> int | None:
    """Return where the phrase begins among the tokens, or None."""
    wanted = tokenize(phrase)
    starts = range(len(tokens) - len(wanted) + 1)
    return next((start for start in starts if list(tokens[start : start + len(wanted)]) == wanted), None)


def tokenize(text: str) -> list[str]:
    """Return words in lower case and numbers by their value: "Thirty-five", "35.00" and "35th" are all "35"."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[\u2010-\u2015\u2212]", "-", _CITATION_MARK.sub(" ", text))
    # Write numbers, times, currencies, ordinals and per cent in one way.
    text = _TIME_OF_DAY.sub(_write_time, _NUMBER_WORDS.sub(_write_number, text))
    text = _CURRENCY_FIRST.sub(r"\2 \1 ", text)
    text = _VERSION.sub("", _ORDINAL.sub("", text))
    text = text.replace("%", " percent ").replace("per cent", "percent")
    return [_CURRENCIES.get(token) or _normalise_number(token) for token in _TOKEN.findall(text)]


def _write_time(match: re.Match[str]) -> str:
    hour, minutes, half = match.groups()
    return f"{int(hour)}{'' if minutes in (None, '00') else f':{minutes}'} {half}m "


def _normalise_number(token: str) -> str:
    """Return a number without thousands separators and trailing zeros; what begins with 0 is a code."""
    if ":" in token:
        return token.removeprefix("0")
    if _GROUPED.fullmatch(token):
        token = token.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(token):
        token = token.replace(",", ".")
    if not _PLAIN.fullmatch(token):
        return token
    value = Decimal(token)
    return format(value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize(), "f")


def _write_number(match: re.Match[str]) -> str:
    total = part = 0
    for word in re.split(r"[\s-]+", match[0]):
        if word == "thousand":
            total, part = max(part, 1) * 1_000, 0
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word != "and":
            part += _VALUES[word] if word in _VALUES else int(word)
    return str(total + part)
