"""Tables: the cells that a format describes become named columns and rows, and these the lines of a text.

    | Plan | Price      |      Plan: Small; Price / net: 5 EUR; Price / gross: 6 EUR
    |      | net | gross|  ->  Plan: Large; Price / net: 9 EUR; Price / gross: 11 EUR
    | Small| 5 EUR| ...

A line says by itself which row and which column a value is of, wherever a chunk is cut.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from ingest.parsers.decode import one_line
from ingest.sentences import sentence_spans
from ingest.types import Table

LONGEST_LINE = 400
"""Characters of a row from which on it becomes several lines, each with the row's first cell."""
LONGEST_NAME = 60
LONGEST_GROUP = 100
MOST_HEADER_ROWS = 3
WIDEST = 1000  # rows or columns that a single cell may cover, as in HTML
NUMBER = re.compile(r"[-+(]?\s*(?:[$€£¥]\s*)?[-+]?\d[\d.,\s]*\)?\s*(?:[%$€£¥]|[A-Z]{3}\b)?")
YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True, eq=False)
class GridCell:
    """A cell of a table: its text, the rows and columns that it covers, and whether the format says that it is a name.

    Cells are compared by identity: two of the same text are two.
    """

    text: str
    is_name: bool = False
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table with named columns, and its lines of text."""

    table: Table
    lines: tuple[str, ...]


Grid = list[list[GridCell]]
EMPTY = GridCell("")


def read_grid(rows: Iterable[Iterable[GridCell | str]]) -> Grid:
    """Return rows of one length, with every merged cell in all of its places and without empty rows and columns."""
    lines = [[GridCell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    # Lay each cell in the next free place, and in all places that it covers.
    places: dict[tuple[int, int], GridCell] = {}
    width = 0
    for number, line in enumerate(lines):
        column = 0
        for cell in line:
            while (number, column) in places:
                column += 1
            kept = GridCell(one_line(cell.text), cell.is_name)
            end = column + min(max(cell.columns, 1), WIDEST)
            for row in range(number, min(number + max(cell.rows, 1), number + WIDEST, len(lines))):
                places.update({(row, place): kept for place in range(column, end) if (row, place) not in places})
            column, width = end, max(width, end)
    grid = [[places.get((number, column), EMPTY) for column in range(width)] for number in range(len(lines))]
    # Leave out rows and columns without text, and columns that only repeat the one before.
    grid = [row for row in grid if any(cell.text for cell in row)]
    columns = [
        column
        for column in range(width)
        if any(row[column].text for row in grid)
        and not (column and all(row[column] is row[column - 1] for row in grid))
    ]
    return [[row[column] for column in columns] for row in grid]


def read_table(rows: Iterable[Iterable[GridCell | str]], caption: str = "") -> NamedTable | None:
    """Return a table with named columns, or None where nothing names them.

    Its lines are the caption, and `name: cell; name: cell` for each row, without empty cells. Facts about one thing
    have a line each, and a row of more than 400 characters has several, which begin with its first cell.

    Names are the leading rows that the format marks, else those that look like names: distinct, without numbers, unlike
    the rows below. Where the first column names the rows instead, as in a table of facts about one thing, rows and
    columns are exchanged. A row of one cell over the whole width is a caption at the top, else a group: its text goes
    into the rows below it, as a first cell without a name.
    """
    grid = read_grid(rows)
    captions = [one_line(caption)] if caption.strip() else []
    while len(grid) > 2 and len(grid[0]) > 1 and _spans_row(grid[0]):
        captions.append(grid.pop(0)[0].text)
    if not grid:
        return None
    caption = " ".join(captions)
    if (pairs := _read_pairs(grid)) is not None:
        facts = Table(tuple(name for name, _ in pairs), (tuple(value for _, value in pairs),), caption)
        return NamedTable(facts, tuple(_lines_of_facts(facts)))
    # Count the leading rows in which the format marks every cell as a name, else those that look like names.
    count = sum(1 for _ in takewhile(lambda row: all(cell.is_name or not cell.text for cell in row), grid))
    is_marked = 0 < count < len(grid) and count <= MOST_HEADER_ROWS
    if not is_marked:
        count = 0 if _are_rows_marked(grid) else count_header_rows([[cell.text for cell in row] for row in grid])
    if count == 0:
        # The first column names the rows: by its marks, or as facts, which are a name and one value in most rows.
        labels = [row[0].text for row in grid]
        short = [label for label in labels if label and not is_amount(label) and len(label) <= LONGEST_NAME]
        are_facts = len(grid[0]) == 2 and len(short) > len(labels) * 0.6 and not any(map(_spans_row, grid))
        if not are_facts and not _are_rows_marked(grid):
            return None
        keys, *rows = [tuple(cell.text for cell in column) for column in zip(*grid, strict=True)]
        table = Table(join_names([keys]), tuple(rows), caption)
        return NamedTable(table, tuple(_lines_of_facts(table) if len(rows) == 1 else _lines_of_rows(table)))
    names = [[cell.text for cell in row] for row in grid[:count]]
    header = join_names(names if is_marked else [*map(fill_right, names[:-1]), names[-1]])
    table = _with_groups(header, grid[count:], caption)
    return NamedTable(table, tuple(_lines_of_rows(table)))


def _lines_of_facts(table: Table) -> Iterator[str]:
    yield from [table.caption] if table.caption else []
    for name, value in zip(table.header, table.rows[0], strict=True):
        yield from _cut_field(f"{name}: {value}" if name and value else name or value, LONGEST_LINE)


def _lines_of_rows(table: Table) -> Iterator[str]:
    yield from [table.caption] if table.caption else []
    for row in table.rows:
        # A cell that is merged over columns of the same name is said once.
        named = zip(table.header, row, strict=True)
        fields = list(dict.fromkeys(f"{name}: {cell}" if name else cell for name, cell in named if cell))
        if len("; ".join(fields)) <= LONGEST_LINE or len(fields) == 1:
            yield "; ".join(fields)
            continue
        # Each line of a long row begins with its key; a long cell is cut between sentences.
        keys = 2 if table.header[0] == "" and row[0] and len(fields) > 2 else 1
        key = "; ".join(fields[:keys])
        room = max(LONGEST_LINE - len(key) - 2, LONGEST_LINE // 2)
        key = key if len(key) <= LONGEST_LINE // 2 else key[: LONGEST_LINE // 2].rsplit(" ", 1)[0]
        line: list[str] = []
        for piece in (piece for field in fields[keys:] for piece in _cut_field(field, room)):
            if line and len("; ".join([*line, piece])) > room:
                yield "; ".join([key, *line])
                line = []
            line.append(piece)
        yield "; ".join([key, *line])


def flatten_table(rows: Iterable[Iterable[GridCell | str]]) -> str:
    """Return a table within a cell as the text of that cell: `Size: S, Price: 5 | Size: M, Price: 6`."""
    grid = read_grid(rows)
    named = read_table(grid)
    if named is None:
        return " | ".join(", ".join(cell.text for cell in row if cell.text) for row in grid)
    lines = [
        ", ".join(
            f"{name}: {cell}" if name else cell for name, cell in zip(named.table.header, row, strict=True) if cell
        )
        for row in named.table.rows
    ]
    return " | ".join(filter(None, [named.table.caption, *lines]))


def _cut_field(field: str, room: int) -> Iterator[str]:
    name, colon, value = field.partition(": ")
    if len(field) <= room or len(name) > LONGEST_NAME:
        yield field
        return
    piece = ""
    for start, end in sentence_spans(value):
        if piece and len(piece) + end - start > room - len(name):
            yield f"{name}{colon}{piece}"
            piece = ""
        piece = f"{piece} {value[start:end]}".strip()
    yield f"{name}{colon}{piece}"


# --- names ------------------------------------------------------------------------------------------------------------


def count_header_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of leading rows that look like names of columns: 0, 1 or 2."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    first, second = rows[0], rows[1]
    # Two lines of names: a merged cell or a gap in the first one, several names below it.
    merged = sum(1 for left, right in pairwise(first) if not right or right == left)
    if merged and len(rows) > 2 and _are_names(fill_right(first), repeats=True) and _are_names(second, repeats=True):
        names = join_names([fill_right(first), second])
        if len(set(names)) == len(names) and _is_unlike(names, rows[2:]):
            return 2
    return 1 if _are_names(first) and _is_unlike(first, rows[1:]) else 0


def fill_right(row: Sequence[str]) -> list[str]:
    """Return a row of names in which each also stands over the empty places to its right."""
    filled: list[str] = []
    for cell in row:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


def join_names(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return one name for each column: `Price / EUR` where its header has two lines."""
    columns = zip(*rows, strict=True)
    return tuple(" / ".join(dict.fromkeys(cell.rstrip(" :") for cell in column if cell)) for column in columns)


def is_amount(text: str) -> bool:
    """Tell whether a cell is an amount; a year is none, since years often name columns."""
    return bool(NUMBER.fullmatch(text)) and not YEAR.fullmatch(text)


def _are_names(cells: Sequence[str], repeats: bool = False) -> bool:
    """Tell whether cells could name columns: short, without numbers, and, but for the first one, there and distinct."""
    filled = [cell for cell in cells if cell]
    if len(filled) < len(cells) - 1 or not filled or (not cells[-1] and not repeats):
        return False
    if any(is_amount(cell) or len(cell) > LONGEST_NAME or _SENTENCE_END.search(cell) for cell in filled):
        return False
    return repeats or len({cell.casefold() for cell in filled}) == len(filled)


# A sentence, and no "No." or "Art. no."
_SENTENCE_END = re.compile(r";$|^(?!(?:\w{1,5}\. ?){1,3}$).*\.$", re.DOTALL)


def _is_unlike(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether rows differ from the names above them as values do.

    Some column has amounts of one kind, and its name none; three and more columns without any are taken to have names,
    unless one of them occurs again below.
    """
    amounts = False
    for column, name in enumerate(names):
        values = [row[column] for row in rows if row[column]]
        if name and name in values:
            return False
        shapes = Counter(re.sub(r"[\d.,:/\s–-]*\d[\d.,:/\s–-]*", "#", value) for value in values)
        shape, count = shapes.most_common(1)[0] if shapes else ("", 0)
        amounts |= "#" in shape and not re.search(r"\d", name) and count > len(values) * 0.5
    return amounts or len(names) > 2


def _are_rows_marked(grid: Grid) -> bool:
    """Tell a table in which the format marks the first column as names, and not all others."""
    return len(grid) > 1 and len(grid[0]) > 1 and all(row[0].is_name for row in grid) and not grid[0][-1].is_name


def _read_pairs(grid: Grid) -> list[tuple[str, str]] | None:
    """Return the fields of a form: `Name: | Ann | Phone: | 12`, where every other column ends in a colon."""
    labels = [row[column].text for row in grid for column in range(0, len(row), 2)]
    filled = [label for label in labels if label]
    if len(grid[0]) < 2 or not filled or sum(label.endswith(":") for label in filled) < len(filled) * 0.8:
        return None
    if any(row[column].text.endswith(":") for row in grid for column in range(1, len(row), 2)):
        return None
    return [
        (row[column].text.rstrip(" :"), row[column + 1].text if column + 1 < len(row) else "")
        for row in grid
        for column in range(0, len(row), 2)
        if row[column].text
    ]


# --- groups -----------------------------------------------------------------------------------------------------------


def _spans_row(row: Sequence[GridCell]) -> bool:
    """Tell a row of one cell: merged over the whole width, or the first of at least three with nothing beside it."""
    merged = len(row) > 1 and all(cell is row[0] for cell in row)
    return merged or (len(row) > 2 and bool(row[0].text) and not any(cell.text for cell in row[1:]))


def _with_groups(names: tuple[str, ...], grid: Grid, caption: str) -> Table:
    """Return a table in which the group of each row is its first cell, under no name, if any row has one."""
    # In a sparse table a row of one cell is a row like others.
    filled = [sum(1 for cell in row if cell.text) for row in grid if not _spans_row(row)]
    is_sparse = sum(filled) < 0.8 * len(filled) * len(names)
    rows: list[tuple[str, ...]] = []
    group = ""
    for number, row in enumerate(grid):
        text, is_merged = row[0].text, len(row) > 1 and row[0] is row[-1]
        if not _spans_row(row) or (is_sparse and not is_merged and not row[0].is_name):
            rows.append((group, *(cell.text for cell in row)))
            continue
        # A note is at the end, or long; of two groups in a row, the outer one stays a line.
        below = grid[number + 1] if number + 1 < len(grid) else None
        if below is None or len(text) > LONGEST_GROUP or _spans_row(below):
            rows.append((text, *[""] * len(names)))
        if below is not None and len(text) <= LONGEST_GROUP:
            group = text
    if any(row[0] for row in rows):
        return Table(("", *names), tuple(rows), caption)
    return Table(names, tuple(row[1:] for row in rows), caption)
