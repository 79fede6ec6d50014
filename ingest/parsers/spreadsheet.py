"""Spreadsheets: a sheet with a header row is a catalogue, any other a table as it stands."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest.errors import MissingExtra, ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, one_line
from ingest.parsers.catalogue import About, catalogue
from ingest.parsers.csv_file import header, is_header, typed_rows, without_caption

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
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: _xlsx_rows(sheet) for sheet in book.worksheets}
        book.close()
    except Exception as error:
        raise ParseError(f"damaged: {one_line(f'{type(error).__name__}: {error}')[:200]}") from error
    return _parsed(sheets, source, settings)


def parse_xls(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an Excel workbook of before 2007."""
    try:
        xlrd = import_module("xlrd")
    except ImportError as error:
        raise MissingExtra("reading .xls files", "office") from error
    try:
        book = xlrd.open_workbook(path, on_demand=True)
        sheets = {name: list(_xls_rows(xlrd, book, book.sheet_by_name(name))) for name in book.sheet_names()}
    except xlrd.XLRDError as error:
        reason = "encrypted: a password is needed" if "encrypt" in str(error).lower() else f"damaged: {error}"
        raise ParseError(one_line(reason)[:200]) from error
    return _parsed(sheets, source, settings)


def _xlsx_rows(sheet: Any) -> Rows:
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    return [[_shown(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def _xls_rows(xlrd: Any, book: Any, sheet: Any) -> Iterator[list[str]]:
    for row in range(sheet.nrows):
        cells = []
        for cell in sheet.row(row):
            if cell.ctype == xlrd.XL_CELL_DATE:
                cells.append(_shown(xlrd.xldate_as_datetime(cell.value, book.datemode)))
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                cells.append(_shown(bool(cell.value)))
            else:
                cells.append("" if cell.ctype == xlrd.XL_CELL_ERROR else _shown(cell.value))
        yield cells


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value)


def _parsed(sheets: dict[str, Rows], source: str, settings: ParseSettings) -> Parsed:
    """Catalogue sheets give a document a row, `source#sheet!key` where there are several; the others one in all.

    A small legend beside sheets of another kind is no catalogue: rows are taken apart when they are most of the file.
    """
    sheets = {name: trimmed for name, rows in sheets.items() if (trimmed := _trimmed(rows))}
    catalogues = {name for name, rows in sheets.items() if _is_catalogue(_body(rows)[1])}
    if sum(_filled(sheets[name]) for name in catalogues) < sum(map(_filled, sheets.values())) / 2:
        catalogues = set()
    parsed = Parsed([])
    builder = DocumentBuilder()
    for name, rows in sheets.items():
        if name not in catalogues:
            builder.title(name)
            _add_tables(builder, rows)
            continue
        caption, below = _body(rows)
        names, below = header(below)
        metadata = {"sheet": name, **({"caption": caption} if caption else {})}
        about = About(metadata, f"{name}!" if len(sheets) > 1 else "")
        found = catalogue(typed_rows(names, below), source, settings, about)
        parsed.documents.extend(found.documents)
        parsed.warnings.extend(f"sheet {name}: {warning}" for warning in found.warnings)
    if len(builder):
        parsed.documents.insert(0, builder.build(source))
    return parsed


def _body(rows: Rows) -> tuple[str, Rows]:
    return without_caption([row for row in rows if any(map(str.strip, row))])


def _filled(rows: Rows) -> int:
    return sum(1 for row in rows for cell in row if cell.strip())


def _trimmed(rows: Rows) -> Rows:
    """Without the empty rows and columns around what is filled."""
    filled = [index for index, row in enumerate(rows) if any(map(str.strip, row))]
    if not filled:
        return []
    rows = rows[filled[0] : filled[-1] + 1]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    columns = [column for column in range(width) if any(row[column].strip() for row in rows)]
    return [row[columns[0] : columns[-1] + 1] for row in rows]


def _is_catalogue(rows: Rows) -> bool:
    """A header over at least two columns, and two or more rows of which most are mostly filled."""
    if len(rows) < 3 or len(rows[0]) < 2 or not all(cell.strip() for cell in rows[0]):
        return False
    if not is_header([cell.strip() for cell in rows[0]], rows[1:51]):
        return False
    wanted = len(rows[0]) * 0.5
    full = sum(1 for row in rows[1:] if sum(1 for cell in row if cell.strip()) >= wanted)
    return full >= (len(rows) - 1) * 0.7


def _add_tables(builder: DocumentBuilder, rows: Rows) -> None:
    """Each run of rows between empty ones: a table, or text where there is a single cell."""
    group: Rows = []
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
