"""CSV and its kin: the delimiter, the header and the rows of a catalogue."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from pathlib import Path

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.catalogue import About, Row, catalogue, column_value, is_known_name
from ingest.parsers.decode import decode

DELIMITERS = ",\t;|"
NUMBER = re.compile(r"[-+]?[$€£]?\d[\d.,]*%?")


def parse_csv(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read comma, semicolon, tab or pipe separated values, one document a row."""
    text = decode(path.read_bytes())[0]
    tsv = path.name.lower().endswith((".tsv", ".tab"))
    delimiter = "\t" if tsv and "\t" in text else _delimiter(text)
    rows = _rows(text, delimiter) if delimiter else [[line] for line in text.split("\n") if line.strip()]
    caption, rows = without_caption(rows)
    if not rows:
        raise ParseError("no text found: not a single row")
    names, rows = header(rows)
    about = About({"caption": caption} if caption else {})
    return catalogue(typed_rows(names, rows), source, settings, about)


def header(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return column names and the rows below them; the names are `column 1` .. where the first row is data."""
    width = max(map(len, rows))
    first = [cell.strip() for cell in rows[0]]
    if width == 1 and not is_known_name(first[0]):
        return ["text"], rows
    if not is_header(first, rows[1:51]):
        return [f"column {number}" for number in range(1, width + 1)], rows
    names, seen = [], Counter[str]()
    for number in range(width):
        name = " ".join(first[number].split()) if number < len(first) else ""
        name = name or f"column {number + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names, rows[1:]


def is_header(first: list[str], below: list[list[str]]) -> bool:
    """Tell whether these cells name columns: short, distinct, no numbers other than years, unlike the rows below."""
    filled = [cell for cell in first if cell]
    if not filled or not below or len(filled) < len(first) / 2:
        return False
    if len(set(filled)) < len(filled) * 0.6 or max(map(len, filled)) > 100:
        return False
    numbers = [cell for cell in filled if NUMBER.fullmatch(cell) and not re.fullmatch(r"(?:19|20)\d\d", cell)]
    return len(numbers) <= len(filled) * 0.2


def typed_rows(names: list[str], rows: list[list[str]]) -> list[Row]:
    """Return rows as fields with numbers and booleans; empty cells are left out."""
    coded = {column for column in range(len(names)) if _is_coded(rows, column)}
    return [
        {
            name: cell.strip() if column in coded else column_value(cell)
            for column, (name, cell) in enumerate(zip(names, row, strict=False))
            if cell.strip()
        }
        for row in rows
    ]


def without_caption(rows: list[list[str]]) -> tuple[str, list[list[str]]]:
    """Part off the title that exports put above the header: leading rows of one cell, where others have several."""
    if max((len([cell for cell in row if cell.strip()]) for row in rows[:50]), default=0) < 2:
        return "", rows
    count = 0
    while count < len(rows) - 2 and len([cell for cell in rows[count] if cell.strip()]) == 1:
        count += 1
    if count > 3:  # a sparse table, not a title
        return "", rows
    return " ".join(" ".join(row).strip() for row in rows[:count]), rows[count:]


def _is_coded(rows: list[list[str]], column: int) -> bool:
    """A column with a `007` is one of codes: then its `123` is a code too, not a number."""
    return any(len(row) > column and re.fullmatch(r"\s*0\d+\s*|\s*\d{16,}\s*", row[column]) for row in rows)


def _rows(text: str, delimiter: str) -> list[list[str]]:
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


def _delimiter(text: str) -> str:
    """The one that gives the most rows of the same number of cells, more than one; none where half the rows differ."""
    sample = text[:100_000]
    best, best_score = "", 0.5
    for delimiter in DELIMITERS:
        try:
            rows = _rows(sample, delimiter)[:100]
        except ParseError:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        score = count / len(rows) + min(width, 20) / 1000  # of two that fit, the one that parts more
        if score > best_score:
            best, best_score = delimiter, score
    return best
