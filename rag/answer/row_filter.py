"""Rows that a question asks for: "Which courses does Ada Lind teach?" and "What are the prices of the rooms?".

A condition holds of one column: its values have the words of the question, or its name has them and its values are yes
or no. All rows of the table that meet it are the answer. Nothing is where two columns select different rows, or where
no title, column or cell accounts for a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.kinds import PLURAL, core_question
from rag.answer.lookup_terms import VERB, Term, read_asked, stems_of
from rag.answer.records import Record, RecordCell
from rag.answer.row_match import SHORT_CELL, SYNONYM, RowMatcher, days_of, words_of
from rag.answer.row_table import BY_KEY, BY_TITLE, RowTable, divide_tables, head_of
from rag.answer.words import STOP_WORDS, stem

MOST_ROWS = 30


@dataclass(frozen=True)
class RowQuestion:
    """What a question asks of rows: the `thing` that it wants several of, rows or a column, and what else it says.

    `terms` are the words that hold of rows, `light` those that ask for nothing in particular ("book", "latest"). What
    `is_free`, as in "gluten-free", only a column or a cell that says so tells.
    """

    thing: Term
    terms: tuple[Term, ...]
    light: tuple[Term, ...] = ()
    is_denied: bool = False
    is_free: bool = False

    @classmethod
    def of(cls, question: str) -> RowQuestion | None:
        """Return what a question asks of rows; None for one that asks for no things, or for a number or an extreme."""
        core = core_question(question)
        asking = _THING.search(core)
        if not asking or _EXTREME.search(core):
            return None
        noun = next(group for group in asking.groups() if group).split()[-1]
        thing = Term(noun, stem(noun), "word", 1.0)
        asked = read_asked(_LAST_VERB.sub(r"\1", core))
        others = [term for term in asked.terms if term.word != thing.word and term.word not in _NEUTRAL]
        # A number is compared, and what somebody does beside using a thing no cell says.
        if any(term.kind in ("number", "date") or (term.weight == VERB and term.word not in _USING) for term in others):
            return None
        terms = tuple(replace(term, is_denied=False) for term in others if term.weight > VERB)
        light = tuple(term for term in others if term.weight <= VERB)
        return cls(thing, terms, light, _DENIAL.search(core) is not None, _FREE.search(core) is not None)


@dataclass(frozen=True)
class RowSelection:
    """The rows of a table that a question asks for, and the columns of the cells that it asks for.

    Without `columns` the rows themselves are asked for, which the cells of the column `key` name.
    """

    table: RowTable
    rows: tuple[Record, ...]
    key: str
    columns: tuple[str, ...] = ()


def select_rows(question: RowQuestion, records: Sequence[Record]) -> RowSelection | None:
    """Return what a question asks for of one table, None if that is not clear."""
    matcher = RowMatcher(
        frozenset(word for record in records for cell in record.cells for word in words_of(cell.value).tokens)
    )
    selections: list[tuple[float, RowSelection]] = []
    for table in divide_tables(records):
        level, key = table.find_key(question.thing, matcher)
        columns: tuple[str, ...] = ()
        rest = question.terms
        if level < BY_KEY:
            cover, columns, rest = _find_columns(question, table, key, matcher)
            level = cover or level
        if not level:
            continue
        rows = _filter_rows(replace(question, terms=rest), table, key, matcher, bool(columns) or level >= BY_TITLE)
        if rows:
            selections.append((level, RowSelection(table, tuple(rows), key, columns)))

    # The table that has the very word is meant, not one that has another for it.
    best = max((level for level, _ in selections), default=0.0)
    clear = [selection for level, selection in selections if level == best]
    return clear[0] if len(clear) == 1 and len(clear[0].rows) <= MOST_ROWS else None


def names_value(question: RowQuestion, records: Sequence[Record]) -> bool:
    """Tell whether a question names a value of some rows and not of all, or a column of yes and no."""
    matcher = RowMatcher(frozenset())
    for term in question.terms:
        rows = [row for row in records if any(_meets([term], cell, matcher) for cell in row.cells)]
        flags = [
            cell
            for row in records
            for cell in row.cells
            if _is_flag(cell) and matcher.cover_word(term, cell.column) >= SYNONYM
        ]
        if flags or 0 < len(rows) < len(records):
            return True
    return False


def _find_columns(
    question: RowQuestion, table: RowTable, key: str, matcher: RowMatcher
) -> tuple[float, tuple[str, ...], tuple[Term, ...]]:
    """Return how well columns are named by the thing, these columns, and the terms that they leave for the rows."""
    covers = {name: matcher.cover_word(question.thing, head_of(name)) for name in table.columns if name != key}
    level = max(covers.values(), default=0.0)
    if level < SYNONYM:
        return 0.0, (), question.terms
    # Of "Day rate" and "Week rate" the day rates are the first.
    named = {
        column: frozenset(term for term in question.terms if matcher.cover_word(term, column) >= SYNONYM)
        for column, cover in covers.items()
        if cover == level
    }
    most = max(named.values(), key=len)
    columns = [column for column, terms in named.items() if terms == most]
    # "Price" is meant by the prices, where another column is "Price for members".
    words = {question.thing.word, *(term.word for term in most)}
    whole = [column for column in columns if words_of(column).tokens.keys() <= words]
    rest = tuple(term for term in question.terms if term not in most)
    return level, tuple(whole if len(whole) == 1 else columns), rest


def _filter_rows(question: RowQuestion, table: RowTable, key: str, matcher: RowMatcher, is_whole: bool) -> list[Record]:
    """Return the rows that meet all terms, where they are sure to; without terms all, if `is_whole` allows that."""
    rows = _meet_terms(question, table, matcher)
    if rows or not question.terms:
        return rows or ([] if question.light or question.is_denied or not is_whole else list(table.rows))
    # What the titles or the name of the key say holds of all rows.
    above = (*table.rows[0].titles, key)
    rest = [term for term in question.terms if all(matcher.cover_word(term, title) < SYNONYM for title in above)]
    if len(rest) == len(question.terms):
        return []
    return _filter_rows(replace(question, terms=tuple(rest)), table, key, matcher, is_whole)


def _meet_terms(question: RowQuestion, table: RowTable, matcher: RowMatcher) -> list[Record]:
    """Return the rows that one column selects; none without terms, or where two columns select differently."""
    selections: list[list[Record]] = []
    for column in table.columns if question.terms else ():
        cells = [(row, cell) for row in table.rows for cell in row.cells if cell.column == column]
        values = [term for term in question.terms if matcher.cover_word(term, column) < SYNONYM]
        is_free = _FREE.search(column) is not None
        if not values and is_free == question.is_free and all(_is_flag(cell) for _, cell in cells):
            wanted = _NO if question.is_denied else _YES
            selections.append([row for row, cell in cells if wanted.fullmatch(cell.value.strip())])
        elif values and not question.is_denied:
            if any(_is_doubtful(cell, values, is_free, question.is_free, matcher) for _, cell in cells):
                return []
            met = [(row, cell) for row, cell in cells if _meets(values, cell, matcher)]
            # One row is an answer only where its cell says nothing else.
            if len(met) > 1 or all(_is_said(cell, values) for _, cell in met):
                selections.append([row for row, _ in met])
    selections = [rows for rows in selections if rows]
    return selections[0] if selections and all(rows == selections[0] for rows in selections) else []


def _is_doubtful(
    cell: RecordCell, terms: Sequence[Term], is_free_column: bool, is_free: bool, matcher: RowMatcher
) -> bool:
    """Tell whether a cell has the words, but is long, or free of what they name where the question is not."""
    words = [term for term in terms if term.kind != "weekday"]
    if not words or not all(matcher.cover_word(term, cell.value) >= SYNONYM for term in words):
        return False
    return _is_long(cell) or (is_free_column or _FREE.search(cell.value) is not None) != is_free


def _meets(terms: Sequence[Term], cell: RecordCell, matcher: RowMatcher) -> bool:
    """Tell whether a short cell has all words and weekdays of a condition."""
    return not _is_long(cell) and all(
        term.days <= days_of(cell.value) if term.kind == "weekday" else matcher.cover_word(term, cell.value) >= SYNONYM
        for term in terms
    )


def _is_long(cell: RecordCell) -> bool:
    return len(words_of(cell.value).tokens) > SHORT_CELL


def _is_said(cell: RecordCell, terms: Sequence[Term]) -> bool:
    """Tell whether the terms are all that a cell says."""
    if any(term.days and term.days == days_of(cell.value) for term in terms):
        return True
    words = {word for word, token in words_of(cell.value).tokens.items() if token not in STOP_WORDS}
    return words <= {term.word for term in terms}


def _is_flag(cell: RecordCell) -> bool:
    return bool(_YES.fullmatch(cell.value.strip()) or _NO.fullmatch(cell.value.strip()))


_OWNER = r"(?:(?:the|these|those|your|our|my|its|their)\ )?"
_SEVERAL = rf"((?:(?!(?:is|are|has|have|do|does|can|for|with|of|in|on|at)\b)[^\W\d_][\w-]*\ ){{0,2}}?{PLURAL})\b"
_THING = re.compile(
    rf"""(?:\b(?:which|what)\ (?:are\ )?|^\W*who\ are\ )(?:all\ )?(?:of\ )?{_OWNER}(?:{_SEVERAL}|([^\W\d_]+))
    | ^\W*(?:list|enumerate|name|show|give|tell|find|get)\ (?:me\ |us\ )?
      (?:(?:a|the)\ list\ of\ |(?:the\ )?names\ of\ )?(?:all\ )?(?:of\ )?{_OWNER}
      (?:{_SEVERAL}|(?:every|each)\ ([^\W\d_]+))""",
    re.IGNORECASE | re.VERBOSE,
)
# "does Ada Lind teach?": the verb names no value, but the object of one does: "do offer breakfast".
_LAST_VERB = re.compile(
    r"""(\bdo(?:es)?\ (?:(?!(?:i|you|we|they|it|not|have|offer|provide|contain|include|need|sell|stock|show|serve
      |support|allow|get|take|give|use|with|without|in|on|at|for|from|to|by|of|as)\b)[^\W\d_][\w.'’-]*\s+){1,4}?)
    [^\W\d_]+\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_DENIAL = re.compile(r"\b(?:no|not|non|without|never|lacks?)\b|n['’]t\b", re.IGNORECASE)
_FREE = re.compile(r"\bfree\b", re.IGNORECASE)
# One of several, or those of another time: no column says which.
_EXTREME = re.compile(
    r"\b(?:most|least|more|less|fewer|than|max(?:imum)?|min(?:imum)?|old|former|previous|other|except|but|besides|apart"
    r"|(?!(?:gu|requ|t|w|for|inter|r|harv|cont|n|ch|pri|prot|qu|dig|arr)est\b)\w+est)\b",
    re.IGNORECASE,
)
# Words that only say that things are there.
_NEUTRAL = stems_of(
    """
    get got have has take give see find list show tell name names number kind sort type there all every each please
    exist offer provide contain include sell stock now currently current you we possible different various
    """
)
_USING = stems_of("book hire rent borrow buy order reserve use attend join visit choose")
_YES = re.compile(r"yes|y|x|true|[✓✔]", re.IGNORECASE)
_NO = re.compile(r"no|n|false|none|[-–—✗✘]", re.IGNORECASE)
