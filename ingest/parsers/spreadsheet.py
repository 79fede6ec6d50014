"""Spreadsheets: a sheet with a header row is a catalogue, any other is a table."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from ingest.errors import MissingExtra, ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.catalogue import CatalogueInfo, parse_rows
from ingest.parsers.csv_file import convert_rows, is_header, split_caption, split_header
from ingest.parsers.decode import one_line
from ingest.parsers.tables import GridCell, count_header_rows, fill_right, join_names

LARGE = 20_000_000
"""Bytes of a workbook from which on it is read row by row."""
# A section of a number format: signs in quotes or escaped, a currency in brackets, then digits.
FORMAT_PART = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|([0#?][0#?.,]*)|(.)')


@dataclass(frozen=True, slots=True, eq=False)
class SheetCell:
    """A cell of a sheet: its value, a number without its format, and its text as a person sees it.

    A merged cell is the same object in all of its places.
    """

    value: str = ""
    shown: str = ""


Sheet = list[list[SheetCell]]
NO_CELL = SheetCell()


def parse_xlsx(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an Excel workbook."""
    if not zipfile.is_zipfile(path):
        raise ParseError("damaged: not a complete .xlsx file")
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtra("reading .xlsx files", "office") from error
    warnings = []
    # A large workbook is read row by row, which keeps it out of memory, and does not show what is merged.
    is_large = path.stat().st_size > LARGE
    try:
        # The values that formulas had when the file was saved are read, not the formulas.
        book = openpyxl.load_workbook(path, read_only=is_large, data_only=True)
        sheets: dict[str, Sheet] = {}
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                warnings.append(f"sheet {sheet.title} is hidden and was left out")
                continue
            if is_large:
                sheet.reset_dimensions()  # the size that the file states is often wrong
            rows: Sheet = []
            for row in sheet.iter_rows():
                rows.append([])
                for cell in row:
                    # A number is also kept as its format shows it.
                    value, text = cell.value, _show_value(cell.value)
                    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
                    formatted = apply_number_format(value, str(cell.number_format or "")) if is_number else text
                    rows[-1].append(SheetCell(text, formatted))
            if not is_large:
                _fill_merged(rows, [merged.bounds for merged in sheet.merged_cells.ranges])
            sheets[sheet.title] = _trim_rows(rows)
        book.close()
    except Exception as error:
        raise ParseError(f"damaged: {one_line(f'{type(error).__name__}: {error}')[:200]}") from error
    if is_large:
        warnings.append("too large to look for merged cells: each counts as its first cell alone")
    parsed = _parse_sheets(sheets, source, settings)
    return Parsed(parsed.documents, [*warnings, *parsed.warnings])


def parse_xls(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an Excel workbook of before 2007."""
    try:
        xlrd = import_module("xlrd")
    except ImportError as error:
        raise MissingExtra("reading .xls files", "office") from error
    try:
        book = xlrd.open_workbook(path, on_demand=True)
        sheets = {name: _trim_rows(_read_xls_rows(xlrd, book, book.sheet_by_name(name))) for name in book.sheet_names()}
    except xlrd.XLRDError as error:
        reason = "encrypted: a password is needed" if "encrypt" in str(error).lower() else f"damaged: {error}"
        raise ParseError(one_line(reason)[:200]) from error
    return _parse_sheets(sheets, source, settings)


def _read_xls_rows(xlrd: Any, book: Any, sheet: Any) -> Sheet:
    rows = []
    # Dates and booleans are numbers in the file; their cell's type tells them.
    for row in range(sheet.nrows):
        cells = []
        for cell in sheet.row(row):
            if cell.ctype == xlrd.XL_CELL_DATE:
                text = _show_value(xlrd.xldate_as_datetime(cell.value, book.datemode))
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                text = _show_value(bool(cell.value))
            else:
                text = "" if cell.ctype == xlrd.XL_CELL_ERROR else _show_value(cell.value)
            cells.append(SheetCell(text, text))
        rows.append(cells)
    return rows


def _fill_merged(rows: Sheet, ranges: Iterable[tuple[int, int, int, int]]) -> None:
    """Repeat the cell of each merged range in all of its places; ranges are (column, row, column, row), from 1."""
    for left, top, right, bottom in ranges:
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        cell = rows[top - 1][left - 1]
        for row in rows[top - 1 : bottom]:
            for column in range(left - 1, min(right, len(row))):
                row[column] = cell


def apply_number_format(value: float, number_format: str) -> str:
    """Return a number as a person sees it: 0.075 as `7.5 %`, 1299 as `€1,299.00`; no digit of it is rounded away."""
    section = number_format.split(";")[0]
    before, after, digits = "", "", ""
    # Signs before and after the digits belong to the number; a percent sign multiplies it.
    for quoted, escaped, currency, placeholder, sign in FORMAT_PART.findall(section):
        text = quoted or escaped or currency or (sign if sign in " %$€£¥-+()" else "")
        if placeholder:
            digits = digits or placeholder
        elif sign and not text:
            return _show_value(float(value))  # a date, a fraction or a power of ten
        elif digits:
            after += text
        else:
            before += text
    if not digits or (not before and not after and "." not in digits and "," not in digits):
        return _show_value(float(value))
    number = round(value * 100 if "%" in before + after else value, 10)
    # As many decimals as the format asks for, and as many as the number has.
    exact = f"{abs(number):.10f}".rstrip("0").partition(".")[2]
    decimals = max(len(digits.partition(".")[2].strip(",")), min(len(exact), 6))
    grouping = "," if "," in digits.partition(".")[0] else ""
    return one_line(f"{'-' if number < 0 else ''}{before}{abs(number):{grouping}.{decimals}f}{after}")


def _show_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # A date without a time is a date.
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):  # a number of hours, which may be more than a day
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    # Whole numbers come as floats, and sums with the rounding errors of floats.
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value)


def _parse_sheets(sheets: dict[str, Sheet], source: str, settings: ParseSettings) -> Parsed:
    """Return a document for each row of a catalogue, `source#sheet!key` where sheets are several, and one for the rest.

    A small legend among sheets of another kind is no catalogue: rows become documents when they are most of the file.
    """
    sheets = {name: rows for name, rows in sheets.items() if rows}
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
        names, values = split_header([[cell.value for cell in row] for row in below])
        below = below[len(below) - len(values) :]
        written = [{name: cell.shown for name, cell in zip(names, row, strict=False)} for row in below]
        # The name of one of several sheets tells its rows from the others'.
        several = len(sheets) > 1
        titles = [title for title in (name if several else "", caption) if title]
        metadata = {"sheet": name, **({"caption": caption} if caption else {})}
        info = CatalogueInfo(metadata, f"{name}!" if several else "", titles, written=written)
        of_sheet = parse_rows(convert_rows(names, values), source, settings, info)
        parsed.documents.extend(of_sheet.documents)
        parsed.warnings.extend(f"sheet {name}: {warning}" for warning in of_sheet.warnings)
    if len(builder):
        parsed.documents.insert(0, builder.build(source))
    return parsed


def _split_body(rows: Sheet) -> tuple[str, Sheet]:
    """Return the caption of a sheet, and its rows below; a merged cell over the whole width is a caption, too."""
    rows = [row for row in rows if any(cell.value.strip() for cell in row)]
    merged = [len(row) > 1 and all(cell is row[0] for cell in row) for row in rows]
    texts = [[cell.value for cell in (row[:1] if is_one else row)] for row, is_one in zip(rows, merged, strict=True)]
    caption, below = split_caption(texts)
    return caption, rows[len(rows) - len(below) :]


def _count_filled(rows: Sheet) -> int:
    return sum(1 for row in rows for cell in row if cell.value.strip())


def _trim_rows(rows: Sheet) -> Sheet:
    """Return the rows without empty ones, and empty columns, at the edges."""
    # Cut the empty rows at both ends.
    filled = [index for index, row in enumerate(rows) if any(cell.value.strip() for cell in row)]
    if not filled:
        return []
    rows = rows[filled[0] : filled[-1] + 1]
    # Pad the rows to one width, and cut the empty columns.
    width = max(map(len, rows))
    rows = [row + [NO_CELL] * (width - len(row)) for row in rows]
    columns = [column for column in range(width) if any(row[column].value.strip() for row in rows)]
    return [row[columns[0] : columns[-1] + 1] for row in rows]


def _is_catalogue(sheet: Sheet) -> bool:
    """Tell a header over at least two columns, with two or more rows, most of which are mostly filled."""
    rows = [[cell.value for cell in row] for row in sheet]
    top = [[one_line(cell) for cell in row] for row in rows[:51]]
    if count_header_rows(top) == 2:
        rows = [list(join_names([fill_right(top[0]), top[1]])), *rows[2:]]
    if len(rows) < 3 or len(rows[0]) < 2 or not all(cell.strip() for cell in rows[0]):
        return False
    if not is_header([cell.strip() for cell in rows[0]], rows[1:51]):
        return False
    # Most rows of a catalogue have a value in most columns.
    full = sum(1 for row in rows[1:] if sum(1 for cell in row if cell.strip()) >= len(rows[0]) * 0.5)
    return full >= (len(rows) - 1) * 0.7


def _add_tables(builder: DocumentBuilder, rows: Sheet) -> None:
    """Add each run of rows between empty ones: as a table, or as text where it is a single cell."""
    group: Sheet = []
    # An empty row ends a table; the one added here ends the last.
    for row in [*rows, []]:
        if any(cell.value.strip() for cell in row):
            group.append(row)
            continue
        cells = [cell.shown for line in group for cell in dict.fromkeys(line) if cell.value.strip()]
        if len(cells) == 1:
            builder.paragraphs(cells[0])
        elif cells:
            # Places of one merged cell become one cell of several columns.
            runs = [[list(places) for _, places in groupby(line, key=id)] for line in group]
            builder.table([[GridCell(places[0].shown, columns=len(places)) for places in line] for line in runs])
        group = []
