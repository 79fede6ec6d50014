"""Rows that a condition selects: "Which courses does Ada Lind teach?" and "Which cars have no winter tyres?".

The condition holds of one column: its values have the words of the question, or its name has them and its values are
yes or no. All rows of the table that meet it are the answer; a condition that two columns or tables meet is none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.lookup_terms import VERB, Term, read_asked
from rag.answer.records import Record, RecordCell
from rag.answer.row_match import SHORT_CELL, SYNONYM, RowMatcher, days_of, words_of
from rag.answer.words import stem

MOST_ROWS = 15


@dataclass(frozen=True)
class RowCondition:
    """What a question asks of rows: the `thing` that they are of, and the `terms` that hold of one of its columns."""

    thing: Term
    terms: tuple[Term, ...]
    is_denied: bool

    @classmethod
    def of(cls, question: str) -> RowCondition | None:
        """Return the condition that a question selects rows by; None for a question that selects none."""
        noun = _THING.search(question)
        if not noun:
            return None
        thing = Term(noun[1], stem(noun[1]), "word", 1.0)
        asked = read_asked(_LAST_VERB.sub(r"\1", question))
        terms = [term for term in asked.terms if term.weight > VERB and term.word != thing.word]
        if not terms or any(term.kind in ("number", "date") for term in terms):
            return None
        return cls(thing, tuple(replace(term, is_denied=False) for term in terms), _DENIAL.search(question) is not None)


def filter_rows(condition: RowCondition, records: Sequence[Record]) -> list[Record]:
    """Return the rows of the one table that meet a condition, none if that is not clear."""
    thing, terms, is_denied = condition.thing, condition.terms, condition.is_denied
    known = frozenset(word for record in records for cell in record.cells for word in words_of(cell.value).tokens)
    matcher = RowMatcher(known)
    tables: dict[object, list[Record]] = defaultdict(list)
    for record in records:
        if record.is_row and len(record.cells) > 1:
            tables[record.table].append(record)

    # A table of the things that are asked for, and the columns that the condition holds of.
    selections = []
    for rows in tables.values():
        names = " ".join((*rows[0].titles, *[column for column in rows[0].columns if column][:2]))
        columns = dict.fromkeys(column for row in rows for column in row.columns)
        if len(rows) < 2 or matcher.cover_word(thing, names) < SYNONYM:
            continue
        for column in columns:
            cells = [(row, cell) for row in rows for cell in row.cells if cell.column == column]
            if all(matcher.cover_word(term, column) >= SYNONYM for term in terms):
                wanted, other = (_NO, _YES) if is_denied else (_YES, _NO)
                if all(
                    wanted.fullmatch(cell.value.strip()) or other.fullmatch(cell.value.strip()) for _, cell in cells
                ):
                    selections.append([row for row, cell in cells if wanted.fullmatch(cell.value.strip())])
            elif not is_denied:
                selections.append([row for row, cell in cells if _meets(terms, cell, matcher)])
    selections = [rows for rows in selections if rows]
    return selections[0] if len(selections) == 1 and 1 < len(selections[0]) <= MOST_ROWS else []


def _meets(terms: Sequence[Term], cell: RecordCell, matcher: RowMatcher) -> bool:
    """Tell whether a short cell has all words and weekdays of a condition."""
    if len(words_of(cell.value).tokens) > SHORT_CELL:
        return False
    return all(
        term.days <= days_of(cell.value) if term.kind == "weekday" else matcher.cover_word(term, cell.value) >= SYNONYM
        for term in terms
    )


_THING = re.compile(r"\b(?:which|what) (?:of (?:the|these|those|your|our|my) )?([^\W\d_]+)", re.IGNORECASE)
# "does Ada Lind teach?": the verb names no value.
_LAST_VERB = re.compile(r"(\bdo(?:es)? .+?)\s+[^\W\d_]+\W*$", re.IGNORECASE)
_DENIAL = re.compile(r"\b(?:no|not|without|never|lacks?)\b|n['’]t\b", re.IGNORECASE)
_YES = re.compile(r"yes|y|x|true|[✓✔]", re.IGNORECASE)
_NO = re.compile(r"no|n|false|none|[-–—✗✘]", re.IGNORECASE)
