"""CSV and similar formats: the delimiter, the header and the rows of a catalogue."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from pathlib import Path

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.catalogue import CatalogueInfo, Row, convert_cell, is_known_name, parse_rows
from ingest.parsers.decode import decode, one_line
from ingest.parsers.tables import count_header_rows, fill_right, join_names

DELIMITERS = ",\t;|"
NUMBER = re.compile(r"[-+]?[$€£]?\d[\d.,]*%?")


def parse_csv(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read values separated by commas, semicolons, tabs or pipes, one document a row."""
    text = decode(path.read_bytes())[0]
    # The ending settles the delimiter of a .tsv file, if there is any tab in it.
    tsv = path.name.lower().endswith((".tsv", ".tab"))
    delimiter = "\t" if tsv and "\t" in text else _find_delimiter(text)
    # Without a delimiter each line is a row of one cell.
    rows = _read_rows(text, delimiter) if delimiter else [[line] for line in text.split("\n") if line.strip()]
    caption, rows = split_caption(rows)
    if not rows:
        raise ParseError("no text found: not a single row")
    names, rows = split_header(rows)
    info = CatalogueInfo(
        {"caption": caption} if caption else {},
        titles=[caption] if caption else [],
        written=[dict(zip(names, map(str.strip, row), strict=False)) for row in rows],
    )
    return parse_rows(convert_rows(names, rows), source, settings, info)


def split_header(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns and the rows below; the names are `column 1`, ... where the first row is data.

    A header of two lines gives names like `Price / EUR`.
    """
    # A single column is named only by a well-known name; anything else is a list of texts.
    width = max(map(len, rows))
    top = [[one_line(cell) for cell in [*row, *[""] * (width - len(row))]] for row in rows[:51]]
    if count_header_rows(top) == 2:
        rows = [list(join_names([fill_right(top[0]), top[1]])), *rows[2:]]
    first = [cell.strip() for cell in rows[0]]
    if width == 1 and not is_known_name(first[0]):
        return ["text"], rows
    if not is_header(first, rows[1:51]):
        return [f"column {number}" for number in range(1, width + 1)], rows
    # Missing names are numbered, and repeated ones get a number, so that no field overwrites another.
    names, seen = [], Counter[str]()
    for number in range(width):
        name = " ".join(first[number].split()) if number < len(first) else ""
        name = name or f"column {number + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names, rows[1:]


def is_header(first: list[str], below: list[list[str]]) -> bool:
    """Tell whether cells name columns: short, distinct, and no numbers except years."""
    # Names are there for most columns, differ from each other, and are short.
    filled = [cell for cell in first if cell]
    if not filled or not below or len(filled) < len(first) / 2:
        return False
    if len(set(filled)) < len(filled) * 0.6 or max(map(len, filled)) > 100:
        return False
    # Numbers are data, except years, which head the columns of many tables.
    numbers = [cell for cell in filled if NUMBER.fullmatch(cell) and not re.fullmatch(r"(?:19|20)\d\d", cell)]
    return len(numbers) <= len(filled) * 0.2


def convert_rows(names: list[str], rows: list[list[str]]) -> list[Row]:
    """Return rows as fields with numbers and booleans; empty cells are left out."""
    # A column with a `007` holds codes: then its `123` is a code and not a number.
    code = re.compile(r"\s*0\d+\s*|\s*\d{16,}\s*")
    coded = {
        column for column in range(len(names)) if any(len(row) > column and code.fullmatch(row[column]) for row in rows)
    }
    return [
        {
            name: cell.strip() if column in coded else convert_cell(cell)
            for column, (name, cell) in enumerate(zip(names, row, strict=False))
            if cell.strip()
        }
        for row in rows
    ]


def split_caption(rows: list[list[str]]) -> tuple[str, list[list[str]]]:
    """Return the caption that exports put above the header, and the rows below it.

    Leading rows with a single cell are the caption, where other rows have several.
    """
    if max((len([cell for cell in row if cell.strip()]) for row in rows[:50]), default=0) < 2:
        return "", rows
    count = 0
    while count < len(rows) - 2 and len([cell for cell in rows[count] if cell.strip()]) == 1:
        count += 1
    if count > 3:  # a sparse table, not a title
        return "", rows
    return " ".join(" ".join(row).strip() for row in rows[:count]), rows[count:]


def _read_rows(text: str, delimiter: str) -> list[list[str]]:
    # The limit of the csv module is for the whole process, so it is set back.
    limit = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise ParseError(f"not readable as CSV: {error}") from error
    finally:
        csv.field_size_limit(limit)
    return rows


def _find_delimiter(text: str) -> str:
    """Return the delimiter by which most rows have the same number of cells, "" where half of them differ."""
    sample = text[:100_000]
    best, best_score = "", 0.5
    # Score each delimiter by the share of rows with the most frequent number of cells.
    for delimiter in DELIMITERS:
        try:
            rows = _read_rows(sample, delimiter)[:100]
        except ParseError:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        score = count / len(rows) + min(width, 20) / 1000  # of two that fit, the one that gives more cells
        if score > best_score:
            best, best_score = delimiter, score
    return best
