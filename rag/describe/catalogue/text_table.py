"""A table in a text file: its encoding, its separator, and its rows one at a time, each with as many cells as columns.

>>> table = TextTable.open(Path("catalogue.csv"))
>>> table.separator, table.encoding, table.columns
(';', 'cp1252', ('sku', 'name', 'price'))
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import RowsError

CELL_SEPARATORS = ",;\t|"
SEPARATOR_SAMPLE = 100_000
"""Characters by which the separator is chosen."""


@dataclass(frozen=True)
class TextRow:
    """A row below the header, its number from 1, and the line of the file on which it begins."""

    number: int
    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class TextTable:
    """A CSV file. `columns` has "" for a column without a name, which is left out; `notes` say what a person may miss.

    A repeated name gets a number: "colour 2".
    """

    path: Path
    encoding: str
    separator: str
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def has_mark(self) -> bool:
        """Tell whether the file was saved by a spreadsheet: it has a mark of its encoding, or is no UTF-8."""
        with self.path.open("rb") as file:
            return self.encoding != "utf-8-sig" or file.read(3) == codecs.BOM_UTF8

    @classmethod
    def open(cls, path: Path) -> TextTable:
        """Return the table of a file. Raises RowsError for one that is missing, not text or without a header."""
        encoding = find_encoding(path)
        with path.open(encoding=encoding, newline="") as file:
            sample = file.read(SEPARATOR_SAMPLE)
        separator = _find_separator(sample, path)
        header = next(iter(cls(path, encoding, separator, ())._read()), None)
        if header is None or not any(map(str.strip, header[1])):
            raise RowsError(f"{path} holds no rows: not even a header")
        columns = number_names([" ".join(cell.split()) for cell in header[1]])
        notes = []
        if encoding == "cp1252":
            notes.append(f"{path} is not UTF-8 and was read as cp1252 (Windows, Western Europe)")
        if repeated := [name for name, cell in zip(columns, header[1], strict=True) if name != " ".join(cell.split())]:
            notes.append(f"{path}: repeated columns were numbered: {', '.join(repeated)}")
        table = cls(path, encoding, separator, columns, tuple(notes))
        return table if all(columns) else table._with_unnamed()

    def rows(self) -> Iterator[TextRow]:
        """Yield the rows. Raises RowsError, with the line, for one with more or fewer cells than the header."""
        lines = self._read()
        next(lines)
        width = len(self.columns)
        for number, (line, cells) in enumerate(lines, start=1):
            # Spreadsheets end some rows with separators that the header lacks.
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if len(cells) != width:
                count = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
                raise RowsError(
                    f"{self.path}, line {line} (row {number}): {count}, but the header has {width}; "
                    "a value with a separator or a line break has to be quoted"
                )
            yield TextRow(number, line, {name: cell for name, cell in zip(self.columns, cells, strict=True) if name})

    def _with_unnamed(self) -> TextTable:
        """Return the table with a note on columns that have values but no name."""
        unnamed = [place for place, name in enumerate(self.columns) if not name]
        filled: set[int] = set()
        for _, cells in self._read():
            filled |= {place for place in unnamed if place < len(cells) and cells[place].strip()}
        if not filled:
            return self
        numbers = ", ".join(str(place + 1) for place in sorted(filled))
        note = f"{self.path}: left out for want of a name: column {numbers}"
        return TextTable(self.path, self.encoding, self.separator, self.columns, (*self.notes, note))

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the lines that are not blank, the header first, each with the number of its first line."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.separator, strict=True)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    # A quote that is never closed swallows the rest of the file.
                    reason = {
                        "unexpected end of data": "a quote that is not closed",
                        f"field larger than field limit ({csv.field_size_limit()})": "a quote that is not closed, or a "
                        f"value of more than {csv.field_size_limit():,} characters",
                    }.get(str(error), f"not readable as CSV ({error})")
                    raise RowsError(f"{self.path}, line {line}: {reason}") from None
                if cells is None:
                    return
                # Excel's first line "sep=;" names the separator.
                if cells and not (line == 1 and _SEPARATOR_LINE.match("".join(cells))):
                    yield line, cells


_SEPARATOR_LINE = re.compile(r"sep=(.?)\r?$", re.I)


def find_encoding(path: Path) -> str:
    """Return "utf-8-sig", "utf-16" by its mark, or "cp1252". Raises RowsError for a file that is none of them."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start or start == b"PK\3\4":
        raise RowsError(f"{path} is not a text file: save it as CSV, in UTF-8")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise RowsError(f"{path} is neither UTF-8 nor cp1252 text: save it in UTF-8")


def number_names(names: list[str]) -> tuple[str, ...]:
    """Return names with a number at repeated ones: ("colour", "colour") gives ("colour", "colour 2")."""
    unique: list[str] = []
    for name in names:
        numbered, copy = name, 1
        # A numbered name must not take the place of a column that is called so.
        while name and (numbered in unique or (copy > 1 and numbered in names)):
            copy += 1
            numbered = f"{name} {copy}"
        unique.append(numbered)
    return tuple(unique)


def _find_separator(sample: str, path: Path) -> str:
    """Return the separator of the header by which most rows have as many cells as it, of equal ones that with most."""
    first, _, rest = sample.partition("\n")
    if declared := _SEPARATOR_LINE.match(first.lstrip("\ufeff").strip('"')):
        return declared[1] or _find_separator(rest, path)
    if path.suffix.casefold() in (".tsv", ".tab") and "\t" in first:
        return "\t"
    best, best_fit = ",", (0.0, 1)
    for separator in CELL_SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row]
        except csv.Error:
            continue
        # The sample may end within a row.
        rows = rows[:-1] if len(sample) == SEPARATOR_SAMPLE and len(rows) > 1 else rows
        width = len(rows[0]) if rows else 1
        fit = (sum(len(row) == width for row in rows) / max(len(rows), 1), width)
        if width > 1 and fit > best_fit:
            best, best_fit = separator, fit
    return best
