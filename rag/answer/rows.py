"""Rows: what a cell of a table or a record says to a yes/no question.

A cell decides where its row and its column hold all that is asked: "Sesame: yes" in the row of the dish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.types import Chunk
from rag.answer.cells import RowCell, place_cells
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.polarity import Judgement, StatementInContext, judge_statement
from rag.answer.proposition import Proposition, content_tokens
from rag.answer.statement_parts import read_lead
from rag.answer.statements import context_tokens
from rag.answer.synonyms import Vocabulary, is_kind_of
from rag.answer.words import stem

MIN_COLUMN = 0.5  # share of a column's words that a question has to name


@dataclass(frozen=True)
class TableRow:
    """The cells of a row or a record, each with its span of the section; `names` are its words that are no flags."""

    section: Chunk
    cells: tuple[RowCell, ...]
    spans: tuple[tuple[int, int], ...]
    is_record: bool

    def names(self, without: int) -> Iterator[str]:
        """Yield the words that say what the row is about: its titles and cells, but for one and for flags."""
        yield from context_tokens(self.section)
        for number, cell in enumerate(self.cells):
            if number != without and read_flag(cell.value) is None and not _NUMBER.fullmatch(cell.value):
                yield from content_tokens(cell.value)


@dataclass(frozen=True)
class RowJudgement:
    """What a cell says to a question, and the words of the answer: the cell that names the row, and the cell.

    `other` is the number of words by which the row is named that nobody asked for.
    """

    evidence: Evidence
    text: str
    judgement: Judgement
    other: int


def judge_rows(proposition: Proposition, section: Chunk, vocabulary: Vocabulary) -> Iterator[RowJudgement]:
    """Yield what the cells of a section's rows say to a question, those that decide."""
    for row in find_rows(section):
        for number, cell in enumerate(row.cells):
            flag = read_flag(cell.value)
            names = list(row.names(number))
            judgement = (
                judge_flag(proposition, cell, flag, names, vocabulary)
                if flag is not None
                else _judge_text(proposition, row, cell, names, vocabulary)
            )
            if judgement is None:
                continue
            # The title or the cell that names the row goes with the cell that decides.
            asked = set(map(stem, proposition.words))
            titles = [section.heading[-1]] if section.heading and row.is_record else []
            titles += [f"{other.column}: {other.value}" for other in row.cells if other is not cell]
            words = {title: set(map(stem, content_tokens(title.partition(": ")[2] or title))) for title in titles}
            title = max(titles, key=lambda one: len(words[one] & asked), default="")
            is_named = bool(words.get(title, set()) & asked)
            said = f"{cell.column}: {cell.value}"
            span = row.spans[number] if row.is_record else (row.spans[0][0], row.spans[-1][1])
            yield RowJudgement(
                Evidence(section, *span),
                f"{title}; {said}" if is_named else said,
                judgement,
                len(words[title] - asked) if is_named else 0,
            )


def judge_flag(
    proposition: Proposition, cell: RowCell, flag: bool, names: Sequence[str], vocabulary: Vocabulary
) -> Judgement | None:
    """Return what a yes or a no says to a question, if column and row hold all that is asked; else None."""
    columns = list(content_tokens(cell.column))
    asked = [word for word in proposition.words if stem(word) not in _HAVING]
    named = _held(columns, asked, vocabulary)
    if not columns or len(named) < MIN_COLUMN * len(columns) or proposition.weekdays or proposition.quantities:
        return None
    by_column, by_row = _held(asked, columns, vocabulary), _held(asked, names, vocabulary)
    if not set(by_row) - set(by_column) or set(asked) - set(by_column) - set(by_row):
        return None
    return Judgement(flag != proposition.inverted, len(asked))


def _judge_text(
    proposition: Proposition, row: TableRow, cell: RowCell, names: Sequence[str], vocabulary: Vocabulary
) -> Judgement | None:
    """Return what the words of a cell say, or where a time or a number is asked those of the whole row."""
    # A column that is not asked for, such as "Remarks", says nothing itself.
    is_asked = bool(_held(list(content_tokens(cell.column)), proposition.words, vocabulary))
    text = f"{cell.column}: {cell.value}" if is_asked else cell.value
    if proposition.weekdays or proposition.quantities:
        # A limit of a property that nobody asks for is a limit of something else.
        if row.is_record and not is_asked:
            return None
        text = "; ".join(f"{one.column}: {one.value}" for one in row.cells) if not row.is_record else text
    judgement = judge_statement(proposition, StatementInContext(text, tuple(names)), vocabulary)
    return judgement if judgement and judgement.is_explicit else None


def find_rows(section: Chunk) -> Iterator[TableRow]:
    """Yield the rows of a section, and the lines of `Name: value` that are one record."""
    record: list[tuple[RowCell, tuple[int, int]]] = []
    for start, end in sentence_places(section):
        line = Evidence(section, start, end)
        placed = place_cells(section.text[start:end])
        if len(placed) > 1:
            ends = [place for _, place in placed[1:]] + [end - start]
            spans = tuple((start + place, start + last) for (_, place), last in zip(placed, ends, strict=True))
            yield TableRow(section, tuple(cell for cell, _ in placed), spans, False)
        elif placed and line.record:
            record.append((placed[0][0], (start, end)))
    if record:
        yield TableRow(section, tuple(cell for cell, _ in record), tuple(span for _, span in record), True)


def read_flag(value: str) -> bool | None:
    """Return whether a cell's value is a yes or a no; None if it is neither."""
    if _YES.fullmatch(value):
        return True
    return False if _NO.fullmatch(value) else read_lead(value)


def _held(words: Sequence[str], others: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Return those of the words that one of the others means, or is a kind of."""
    return [word for word in words if vocabulary.is_held(word, others) or any(is_kind_of(word, one) for one in others)]


_YES = re.compile(r"\W*(?:yes|y|true|x|✓|✔|✅|☑|●|•|included|available|permitted|allowed|contains?)\W*", re.IGNORECASE)
_NO = re.compile(r"\W*(?:no|n|false|✗|✘|❌|not (?:included|available|permitted|allowed))\W*|[-–—]", re.IGNORECASE)
_NUMBER = re.compile(r"[\W\d]*")
_HAVING = frozenset(
    map(
        stem,
        [
            "contain",
            "containing",
            "include",
            "included",
            "feature",
            "support",
            "cover",
            "hold",
            "part",
            "suit",
            "serve",
            "sell",
        ],
    )
)
