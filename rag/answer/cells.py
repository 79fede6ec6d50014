"""Cells: the values of a row, which its text has as `Column: value; Column: value`."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class RowCell:
    """A cell of a row, with the name of its column."""

    column: str
    value: str


def cells_of(line: str) -> tuple[RowCell, ...]:
    """Return the cells of a row as its text has them: `Column: value; Column: value`."""
    return tuple(cell for cell, _ in place_cells(line))


def place_cells(line: str) -> list[tuple[RowCell, int]]:
    """Return the cells of a row, each with the place in the line where its column's name begins."""
    return [
        (RowCell(match["column"], match["value"].rstrip()), match.start("column")) for match in _ROW_CELL.finditer(line)
    ]


def columns_of(line: str) -> list[str]:
    """Return the names of a row's columns, "" for a first cell that has none: `Oak; Seats: 12`."""
    names = [cell.column for cell in cells_of(line)]
    return ["", *names] if names and UNNAMED_CELL.match(line) else names


UNNAMED_CELL = re.compile(r"[^:;\n]+(?=; )")
_ROW_CELL = re.compile(r"(?:^|; )[\s*•|-]*(?P<column>[^:;]{1,80}?): (?P<value>(?:(?!; [^:;]{1,80}: ).)+)")
