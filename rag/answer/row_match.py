"""Matching: how well the cells of a row, its columns and its titles account for the terms of a question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from rag.answer.cell_types import unit_in_column
from rag.answer.limits import Ruling, rule_on_limits, weekdays_in
from rag.answer.lookup_terms import Term
from rag.answer.quantities import Date, find_figures
from rag.answer.records import Record, RecordCell
from rag.answer.synonyms import mean_same
from rag.answer.words import STOP_WORDS, fold, stem, tokens_of

# What a match counts.
MISSPELT = 0.9
SYNONYM = 0.85
NEAR_WORD = 0.8  # by the embedder
IN_TITLES = 0.8
IN_VALUE = 0.6  # in the cell that answers
OTHER_COLUMN = 0.3  # the name of another column alone

LIKENESS = 0.84  # of two spellings of a word
SHORT_CELL = 6  # words of a cell from which on single words say little of its row


@dataclass(frozen=True)
class Words:
    """The tokens of a text by their stems, and the stems that it denies: of "non-members", member."""

    tokens: dict[str, str]
    denied: frozenset[str]


@lru_cache(maxsize=16384)
def words_of(text: str) -> Words:
    """Return the words of a cell, a column's name or a title; abbreviations stand for what they mean, too."""
    text = text.replace("_", " ")
    tokens = {stem(token): token for token in tokens_of(text)}
    for short, long in _ABBREVIATIONS.items():
        if re.search(rf"\b{short}\b", text, re.IGNORECASE):
            tokens |= {stem(token): token for token in tokens_of(long)}
    denied = frozenset(stem(match[1]) for match in _DENIED.finditer(text))
    return Words(tokens, denied)


@dataclass(frozen=True)
class RowMatcher:
    """Matches terms with the cells of records; the words of `known` are spelt as they are meant.

    `near` has, by the text of a term, the words that mean the same by the embedder; WordNet's synonyms need it not.
    """

    known: frozenset[str]
    near: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def cover(self, term: Term, record: Record, target: RecordCell) -> float:
        """Return how well a row accounts for a term, 0 to 1, if the `target` cell is the answer."""
        others = [cell for cell in record.cells if cell is not target]
        match term.kind:
            case "number":
                return self._cover_number(term, record, target, others)
            case "date":
                return _cover_date(term, record, target, others)
            case "weekday":
                return _cover_weekday(term, target, others)
            case "code":
                return _cover_code(term, record, target, others)
        # A word: in a cell of the row, in the column's name, then in the titles.
        best = max((self.cover_word(term, cell.value) for cell in others), default=0.0)
        best = max(best, self.cover_column(term, record, target))
        if best < IN_TITLES:
            best = max(best, IN_TITLES * max((self.cover_word(term, title) for title in record.titles), default=0.0))
        if best < IN_VALUE:
            best = max(best, IN_VALUE * self.cover_word(term, target.value))
        if best < OTHER_COLUMN:
            best = max(best, *(OTHER_COLUMN * self.cover_word(term, cell.column) for cell in others), 0.0)
        return best

    def cover_column(self, term: Term, record: Record, target: RecordCell) -> float:
        """Return how well the name of a cell's column has a word, 0 if that of another column has the very word."""
        is_other = any(term.word in words_of(column).tokens for column in record.columns)
        if is_other and term.word not in words_of(target.column).tokens:
            return 0.0
        return self.cover_word(term, target.column)

    def cover_word(self, term: Term, text: str) -> float:
        """Return how well a text has a word, 0 to 1."""
        words = words_of(text)
        if term.word in words.tokens:
            return float((term.word in words.denied) == term.is_denied)
        if term.is_denied:
            return 0.0
        tokens = [token for word, token in words.tokens.items() if word not in words.denied]
        if term.word not in self.known and any(_is_misspelt(term.text, token) for token in tokens):
            return MISSPELT
        if term.is_hard:
            return 0.0
        if any(_mean_same(term.text, token) for token in tokens):
            return SYNONYM
        near = self.near.get(term.text, frozenset())
        return NEAR_WORD if len(tokens) <= SHORT_CELL and not near.isdisjoint(tokens) else 0.0

    def names_value(self, term: Term, cell: RecordCell) -> bool:
        """Tell whether a figure, a code or a name of a question is the value of a cell."""
        if term.quantity is not None:
            return any(quantity.equals(term.quantity) for quantity in find_figures(cell.value).quantities)
        return term.is_hard and term.kind in ("word", "code") and self.cover_word(term, cell.value) > 0

    def _cover_number(self, term: Term, record: Record, target: RecordCell, others: Sequence[RecordCell]) -> float:
        """Return whether a cell states a number, or a range that it is in, of what the question counts."""
        assert term.quantity is not None
        beside = {stem(word) for word in (term.before, term.after) if word}
        best = 0.0
        for column, value in [(cell.column, cell.value) for cell in others] + [("", target.column)]:
            named = {*words_of(column).tokens}
            figures = find_figures(value)
            is_named = bool(beside & named)
            for quantity in figures.quantities:
                # A bare number is no measure: "31 kg" is not the price 31.
                has_unit = term.quantity.unit is not None and (quantity.unit or unit_in_column(column)) is not None
                if quantity.equals(term.quantity) and (is_named or beside & {*words_of(value).tokens} or has_unit):
                    best = 1.0
                elif quantity.high and not quantity.unit and (is_named or _AGE & named):
                    low, high = min(quantity.values), max(quantity.high)
                    asked = term.quantity.values[0]
                    best = max(best, SYNONYM if low <= asked <= high else 0.0)
            # A limit of another thing is none: "up to three children" says nothing of a nine-year-old.
            is_limit = is_named or any(
                _AGE & named or not value[quantity.end :].strip()
                if quantity.unit is None
                else term.quantity.unit is None or quantity.unit.dimension == term.quantity.unit.dimension
                for quantity in figures.quantities
            )
            if figures.quantities and is_limit and rule_on_limits(term.around, value) is Ruling.WITHIN:
                best = max(best, MISSPELT)
        for title in record.titles:
            stated = any(quantity.equals(term.quantity) for quantity in find_figures(title).quantities)
            if stated and beside & {*words_of(title).tokens}:
                best = max(best, IN_TITLES)
        return best


def _is_misspelt(word: str, token: str) -> bool:
    """Tell whether one word is another with a letter or two wrong."""
    if min(len(word), len(token)) < 5 or word[0] != token[0] or not (word.isalpha() and token.isalpha()):
        return False
    return SequenceMatcher(None, word, token).ratio() >= LIKENESS


@lru_cache(maxsize=65536)
def _mean_same(word: str, token: str) -> bool:
    return token not in STOP_WORDS and token.isalpha() and mean_same(word, token)


def _cover_code(term: Term, record: Record, target: RecordCell, others: Sequence[RecordCell]) -> float:
    """Return whether a cell is a code, has it among other words, or stands under it."""
    if any(fold(cell.value.strip()) == term.text for cell in others):
        return 1.0
    if any(term.text in words_of(cell.value).tokens.values() for cell in others):
        return SYNONYM
    if term.text in words_of(target.column).tokens.values():
        return MISSPELT
    return IN_TITLES * any(term.text in words_of(title).tokens.values() for title in record.titles)


def _cover_weekday(term: Term, target: RecordCell, others: Sequence[RecordCell]) -> float:
    """Return whether a row or a column is for the weekdays that are asked for."""
    if days := days_of(target.column):
        return float(term.days <= days)
    stated = [days for cell in others if (days := days_of(cell.value))]
    if stated:
        return max(float(term.days <= days) for days in stated)
    return IN_VALUE if term.days <= days_of(target.value) else 0.0


def days_of(text: str) -> frozenset[int]:
    """Return the weekdays of a cell or a column, where "weekend" stands alone, too."""
    days = weekdays_in(text)
    return days | {5, 6} if not days and re.search(r"\bweekends?\b", text, re.IGNORECASE) else days


def _cover_date(term: Term, record: Record, target: RecordCell, others: Sequence[RecordCell]) -> float:
    """Return whether a row, its column or its titles are of a date or a time around it; nearest first."""
    assert term.date is not None
    for texts in ([target.column], [cell.value for cell in others], list(record.titles)):
        dates = [date for text in texts for date in find_figures(text).dates]
        stated = [date for date in dates if term.date.year is None or date.year is not None]
        if any(date.holds(term.date) for date in stated):
            return 1.0
        if (
            term.date.month
            and len(stated) > 1
            and _age(min(stated, key=_age)) <= _age(term.date) <= _age(max(stated, key=_age))
        ):
            return MISSPELT
        if stated and term.date.year and not term.date.month and texts != [cell.value for cell in others]:
            return 0.0
    # A year that nothing states may be any.
    return IN_VALUE if term.date.year and not term.date.month else 0.0


def _age(date: Date) -> tuple[int, int, int]:
    return date.year or 0, date.month or 0, date.day or 0


def age_of(record: Record, target: RecordCell) -> tuple[int, int, int]:
    """Return the newest date that a cell's column or the titles of its table bear; what is outdated is the oldest."""
    if any(_OUTDATED.search(title) for title in record.titles):
        return 0, 0, 0
    for texts in ([target.column], record.titles):
        dates = [_age(date) for text in texts for date in find_figures(text).dates if date.year]
        if dates:
            return max(dates)
    return 0, 0, 1


_DENIED = re.compile(
    r"(?:\b(?:not|non|without|no)|n['’]t)(?:[\s-]+(?:an?|the|yet|any))*[\s-]+([^\W\d_]+)", re.IGNORECASE
)
_OUTDATED = re.compile(
    r"\b(?:no longer (?:valid|in force|current)|superseded|replaced by|outdated|obsolete|archived?|withdrawn|old|former"
    r"|previous)\b",
    re.IGNORECASE,
)
_AGE = frozenset(map(stem, ("age", "ages", "aged", "years")))
_ABBREVIATIONS = {
    "per diem": "daily day allowance", "qty": "quantity", "tel": "telephone phone", "dept": "department",
    "mgr": "manager", "wt": "weight", "amt": "amount", "ref": "reference", "dob": "birth date", "desc": "description",
    "min": "minimum", "max": "maximum", "temp": "temperature", "addr": "address", "no": "number", "pcs": "pieces",
    "hrs": "hours", "mins": "minutes", "eta": "arrival", "etd": "departure", "acct": "account", "org": "organisation",
    "p p": "person", "incl": "including", "excl": "excluding", "approx": "approximate", "sku": "article number",
}  # fmt: skip
