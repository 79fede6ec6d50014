"""Measure the tables read from PDF files against grids made by hand: `python tests/benchmarks/pdf_tables.py FOLDER`.

The folder holds `ground_truth.jsonl`, each row with `file` and `tables` of `cells` (row, col, row_end, col_end, text).
A cell counts where its text stands in one line with the first cell of its row, and where the name of its column holds
the lowest header cell above it, too. Header rows of the grid are those above the first row of mostly values.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pypdfium2

from ingest.parsers.pdf_tables import find_tables
from ingest.parsers.tables import read_table

Fields = list[tuple[str, str]]
VALUE = re.compile(r"\W*\d[\d.,%\s–-]*\W*|na|yes|no", re.I)


def main(folder: Path) -> None:
    cells = in_row = in_column = 0
    for line in (folder / "ground_truth.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        pdf = pypdfium2.PdfDocument(folder / row["file"])
        for table in row["tables"]:
            page = pdf[table["page"] - 1]
            counts = compare(read_grid_of(table["cells"]), read_lines(page))
            cells, in_row, in_column = cells + counts[0], in_row + counts[1], in_column + counts[2]
    print(f"{cells} cells, with their row {in_row / cells:.3f}, with their row and column {in_column / cells:.3f}")


def read_lines(page: Any) -> list[Fields]:
    """Return the (name, cell) pairs of each row of all tables of a page."""
    lines: list[Fields] = []
    for table in find_tables(page, page.get_textpage()):
        named = read_table(table.rows)
        if named is None:
            lines += [[("", cell.text) for cell in row] for row in table.rows]
        else:
            lines += [list(zip(named.table.header, row, strict=True)) for row in named.table.rows]
    return lines


def read_grid_of(cells: list[dict[str, Any]]) -> list[list[str]]:
    places = {
        (row, column): cell["text"]
        for cell in cells
        for row in range(cell["row"], cell["row_end"] + 1)
        for column in range(cell["col"], cell["col_end"] + 1)
    }
    rows, columns = {row for row, _ in places}, {column for _, column in places}
    return [
        [places.get((row, column), "") for column in range(min(columns), max(columns) + 1)]
        for row in range(min(rows), max(rows) + 1)
    ]


def compare(grid: list[list[str]], lines: list[Fields]) -> tuple[int, int, int]:
    """Return the number of data cells of a grid, of those in a line with their row, and of those with column, too."""
    first = next((number for number, row in enumerate(grid) if number and holds_values(row)), 1)
    while first > 1 and (not any(grid[first - 1][1:]) or len(set(grid[first - 1])) == 1):  # the name of a group
        first -= 1
    first = first if first <= 5 else 1
    cells = in_row = in_column = 0
    for key, *row in grid[first:]:
        for column, cell in enumerate(row, start=1):
            if not fold(cell) or not fold(key):
                continue
            cells += 1
            near = [line for line in lines if {fold(cell), fold(key)} <= {fold(text) for _, text in line}]
            name = fold(next((above[column] for above in reversed(grid[:first]) if above[column]), ""))
            in_row += bool(near)
            in_column += any(fold(text) == fold(cell) and name in fold(head) for line in near for head, text in line)
    return cells, in_row, in_column


def holds_values(row: list[str]) -> bool:
    cells = [cell for cell in row[1:] if cell]
    values = [cell for cell in cells if VALUE.fullmatch(cell) and not re.fullmatch(r"(?:19|20)\d\d", cell.strip())]
    counts = cells == [str(number) for number in range(1, len(cells) + 1)]
    return bool(row[0] and cells) and len(set(row)) > 1 and not counts and len(values) >= len(cells) / 2


def fold(text: str) -> str:
    return re.sub(r"[^a-z0-9%.]", "", text.lower())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
