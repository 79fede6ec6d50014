"""Spreadsheets: a sheet with a header row is a catalogue, any other is a table."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest.errors import MissingExtra, ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.catalogue import CatalogueInfo, parse_rows
from ingest.parsers.csv_file import convert_rows, is_header, split_caption, split_header
from ingest.parsers.decode import one_line

Rows = list[list[str]]


def parse_xlsx(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an Excel workbook."""
    if not zipfile.is_zipfile(path):
        raise ParseError("damaged: not a complete .xlsx file")
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtra("reading .xlsx files", "office") from error
    try:
        # The values that formulas had when the file was saved are read, not the formulas.
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets: dict[str, Rows] = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the size that the file states is often wrong
            sheets[sheet.title] = [[_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        book.close()
    except Exception as error:
        raise ParseError(f"damaged: {one_line(f'{type(error).__name__}: {error}')[:200]}") from error
    return _parse_sheets(sheets, source, settings)


def parse_xls(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an Excel workbook of before 2007."""
    try:
        xlrd = import_module("xlrd")
    except ImportError as error:
        raise MissingExtra("reading .xls files", "office") from error
    try:
        book = xlrd.open_workbook(path, on_demand=True)
        sheets = {name: _read_xls_rows(xlrd, book, book.sheet_by_name(name)) for name in book.sheet_names()}
    except xlrd.XLRDError as error:
        reason = "encrypted: a password is needed" if "encrypt" in str(error).lower() else f"damaged: {error}"
        raise ParseError(one_line(reason)[:200]) from error
    return _parse_sheets(sheets, source, settings)


def _read_xls_rows(xlrd: Any, book: Any, sheet: Any) -> Rows:
    rows = []
    # Dates and booleans are numbers in the file; their cell's type tells them.
    for row in range(sheet.nrows):
        cells = []
        for cell in sheet.row(row):
            if cell.ctype == xlrd.XL_CELL_DATE:
                cells.append(_cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode)))
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                cells.append(_cell_text(bool(cell.value)))
            else:
                cells.append("" if cell.ctype == xlrd.XL_CELL_ERROR else _cell_text(cell.value))
        rows.append(cells)
    return rows


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A date without a time is a date.
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    # Whole numbers come as floats, and sums with the rounding errors of floats.
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value)


def _parse_sheets(sheets: dict[str, Rows], source: str, settings: ParseSettings) -> Parsed:
    """Return a document for each row of a catalogue, `source#sheet!key` where sheets are several, and one for the rest.

    A small legend among sheets of another kind is no catalogue: rows become documents when they are most of the file.
    """
    sheets = {name: trimmed for name, rows in sheets.items() if (trimmed := _trim_rows(rows))}
    catalogues = {name for name, rows in sheets.items() if _is_catalogue(_split_body(rows)[1])}
    if sum(_count_filled(sheets[name]) for name in catalogues) < sum(map(_count_filled, sheets.values())) / 2:
        catalogues = set()
    parsed = Parsed([])
    builder = DocumentBuilder()
    # Sheets that are no catalogue go into one document, each under its name.
    for name, rows in sheets.items():
        if name not in catalogues:
            builder.title(name)
            _add_tables(builder, rows)
            continue
        caption, below = _split_body(rows)
        names, below = split_header(below)
        metadata = {"sheet": name, **({"caption": caption} if caption else {})}
        info = CatalogueInfo(metadata, f"{name}!" if len(sheets) > 1 else "")
        of_sheet = parse_rows(convert_rows(names, below), source, settings, info)
        parsed.documents.extend(of_sheet.documents)
        parsed.warnings.extend(f"sheet {name}: {warning}" for warning in of_sheet.warnings)
    if len(builder):
        parsed.documents.insert(0, builder.build(source))
    return parsed


def _split_body(rows: Rows) -> tuple[str, Rows]:
    return split_caption([row for row in rows if any(map(str.strip, row))])


def _count_filled(rows: Rows) -> int:
    return sum(1 for row in rows for cell in row if cell.strip())


def _trim_rows(rows: Rows) -> Rows:
    """Return the rows without empty ones, and empty columns, at the edges."""
    # Cut the empty rows at both ends.
    filled = [index for index, row in enumerate(rows) if any(map(str.strip, row))]
    if not filled:
        return []
    rows = rows[filled[0] : filled[-1] + 1]
    # Pad the rows to one width, and cut the empty columns.
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    columns = [column for column in range(width) if any(row[column].strip() for row in rows)]
    return [row[columns[0] : columns[-1] + 1] for row in rows]


def _is_catalogue(rows: Rows) -> bool:
    """Tell a header over at least two columns, with two or more rows, most of which are mostly filled."""
    if len(rows) < 3 or len(rows[0]) < 2 or not all(cell.strip() for cell in rows[0]):
        return False
    if not is_header([cell.strip() for cell in rows[0]], rows[1:51]):
        return False
    # Most rows of a catalogue have a value in most columns.
    full = sum(1 for row in rows[1:] if sum(1 for cell in row if cell.strip()) >= len(rows[0]) * 0.5)
    return full >= (len(rows) - 1) * 0.7


def _add_tables(builder: DocumentBuilder, rows: Rows) -> None:
    """Add each run of rows between empty ones: as a table, or as text where it is a single cell."""
    group: Rows = []
    # An empty row ends a table; the one added here ends the last.
    for row in [*rows, []]:
        if any(map(str.strip, row)):
            group.append(row)
            continue
        cells = [cell for line in group for cell in line if cell.strip()]
        if len(cells) == 1:
            builder.paragraphs(cells[0])
        else:
            builder.table([re.sub(r"\s+", " ", cell) for cell in line] for line in group)
        group = []
