"""Tables put together from records, and the column whose cells name their rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rag.answer.cell_types import unit_in_column
from rag.answer.lookup_terms import Term
from rag.answer.records import Record, RecordCell
from rag.answer.row_match import SYNONYM, RowMatcher

LONGEST_NAME = 80  # characters of a cell that names a row

# How well the things that are asked for are the rows of a table.
BY_KEY = 3.0  # the column that names the rows is called so
BY_TITLE = 2.0  # the table is, and that column is called "Name" or the like
BY_MENTION = 1.5  # another word of them is the thing: enough where a condition selects rows


@dataclass(frozen=True)
class RowTable:
    """The rows of one table, in order."""

    rows: tuple[Record, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order; that of groups, "", is first only if it names each row."""
        names = dict.fromkeys(column for row in self.rows for column in row.columns)
        return tuple(sorted(names, key=lambda name: name == "" and not self.has_names("")))

    def cell(self, row: Record, column: str) -> RecordCell | None:
        """Return the cell of a row in a column, None if it has none there."""
        return next((cell for cell in row.cells if cell.column == column), None)

    def has_names(self, column: str) -> bool:
        """Tell whether a column has a short value in each row, never the same twice."""
        values = [cell.value for row in self.rows if (cell := self.cell(row, column))]
        is_short = all(len(value) <= LONGEST_NAME for value in values)
        return is_short and len(values) == len(self.rows) == len(set(values))

    def find_key(self, thing: Term, matcher: RowMatcher) -> tuple[float, str]:
        """Return how well the rows are the things that are asked for, 0 if they are not, and the column of their names.

        Of "Course code" and "Course title" the title names them, and of "No." and "Ward" the ward.
        """
        first, *others = self.columns[:2]
        candidates = [first]
        if is_code(first) or not self.has_names(first):
            candidates = [*others, first]
        for name in candidates:
            if matcher.cover_word(thing, head_of(name)) >= 1.0:
                return BY_KEY, name
        # A code names a row only where nothing else does.
        key = first
        if is_code(first) and others and self.has_names(others[0]) and self._is_in_words(others[0]):
            key = others[0]
        titles = self.rows[0].titles
        is_title = any(matcher.cover_word(thing, head_of(title)) >= 1.0 for title in titles)
        if is_title and (key == "" or head_of(key) == "" or is_code(key)):
            return BY_TITLE, key
        if any(matcher.cover_word(thing, text) >= SYNONYM for text in (*titles, *candidates)):
            named = [name for name in candidates if matcher.cover_word(thing, name) >= SYNONYM]
            return BY_MENTION, (named or [key])[0]
        return 0.0, key

    def _is_in_words(self, column: str) -> bool:
        cells = [cell for row in self.rows if (cell := self.cell(row, column))]
        return all(re.match(r"[^\W\d_]{2}", cell.value) for cell in cells)


def divide_tables(records: Iterable[Record]) -> list[RowTable]:
    """Return the tables of records that have more than one row, each row once.

    The rest of a table that was cut by chunking has not the line above it, which is one of the titles.
    """
    tables: list[list[Record]] = []
    places: set[tuple[str, int]] = set()
    rows: list[Record] = []
    for record in records:
        place = (record.section.source, record.section.start + record.start)
        if not record.is_row or len(record.cells) < 2 or place in places:
            continue
        places.add(place)
        if not rows or not (_is_alike(record, rows[-1]) or _continues(record, rows[-1])):
            rows = next((others for others in tables if _is_alike(record, others[-1])), [])
            if not rows:
                tables.append(rows)
        rows.append(record)
    return [RowTable(tuple(rows)) for rows in tables if len(rows) > 1]


def _is_alike(record: Record, other: Record) -> bool:
    """Tell whether a record is of the table of another; either may lack the cell that names it."""
    return record.table == other.table and (record.columns[0] in other.columns or other.columns[0] in record.columns)


def _continues(record: Record, last: Record) -> bool:
    """Tell whether a record goes on with the table of the one before it, in the next chunk."""
    is_next = record.section.source == last.section.source and record.section is not last.section
    is_alike = record.columns[0] == last.columns[0] and len(record.titles) < len(last.titles)
    return is_next and is_alike and record.titles == last.titles[: len(record.titles)]


def head_of(name: str) -> str:
    """Return the noun that a title or a column's name is about, "" if that is only "Name" or the like.

    >>> head_of("Price per day (EUR)"), head_of("Course title"), head_of("Rooms for hire"), head_of("No.")
    ('Price', 'Course', 'Rooms', '')
    """
    words = re.findall(r"[^\W\d_]+", _REST.sub("", name))
    if len(words) > 1 and unit_in_column(name) is not None and unit_in_column(f"x {words[-1]}") is not None:
        words = words[:-1]
    while words and words[-1].casefold() in _CODES | _NAMES:
        words.pop()
    return words[-1] if words else ""


def is_code(name: str) -> bool:
    """Tell whether a column's name is that of a code or a number: "Course code", "No."."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return bool(words) and words[-1] in _CODES


_REST = re.compile(
    r"\s*(?:[(\[,:;|–—]|\b(?:for|of|in|on|at|by|with|per|from|to|and|or|as|since|until)\b).*", re.IGNORECASE | re.DOTALL
)
_CODES = {"code", "codes", "id", "ids", "no", "nr", "number", "numbers", "key", "sku", "ref", "reference", "index"}
_NAMES = {"name", "names", "title", "titles", "label", "designation", "description", "item", "items", "list"} | {
    "column", "overview", "table",
}  # fmt: skip
