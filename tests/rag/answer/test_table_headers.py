"""Headers of two lines, merged header cells and empty cells are read alike from a table in any format."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.chunk import Chunker
from ingest.embed.tokens import EstimatedTokens
from ingest.parsers.base import ParseSettings
from ingest.parsers.registry import parse
from rag.answer.anchors_held import find_empty_cell
from rag.answer.evidence import Evidence
from rag.answer.lookup import choose_cell, rank_cells
from rag.answer.lookup_terms import read_asked
from rag.answer.records import Record, find_records
from rag.answer.required_anchors import require_anchors
from rag.answer.synonyms import Vocabulary

STAFF = (
    ("Site", "2024", "", "2025", ""),
    ("", "Drivers", "Packers", "Drivers", "Packers"),
    ("Hull", "12", "30", "14", "33"),
    ("Leeds", "7", "19", "9", "22"),
    ("Derby", "5", "11", "6", "15"),
)
HIRE = (
    ("Machine", "Day rate", "Week rate", "Deposit"),
    ("Plate compactor", "45 EUR", "180 EUR", ""),
    ("Cement mixer", "", "120 EUR", "100 EUR"),
    ("Wall saw", "90 EUR", "360 EUR", "300 EUR"),
)
Rows = tuple[tuple[str, ...], ...]


def write_csv(file: Path, rows: Rows, *, is_merged: bool = False) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def write_xlsx(file: Path, rows: Rows, *, is_merged: bool = False) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([int(cell) if cell.isdigit() else cell or None for cell in row])
    for place in ("A1:A2", "B1:C1", "D1:E1") if is_merged else ():
        book.active.merge_cells(place)
    book.save(file)


def write_html(file: Path, rows: Rows, *, is_merged: bool = False) -> None:
    count = 2 if is_merged else 1
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows[count:]]
    head = ["".join(f"<th>{cell}</th>" for cell in rows[0])]
    if is_merged:
        head = [
            f'<th rowspan="2">{rows[0][0]}</th><th colspan="2">{rows[0][1]}</th><th colspan="2">{rows[0][3]}</th>',
            "".join(f"<th>{cell}</th>" for cell in rows[1][1:]),
        ]
    file.write_text(f"<table>{''.join(f'<tr>{line}</tr>' for line in (*head, *lines))}</table>", "utf-8")


def write_docx(file: Path, rows: Rows, *, is_merged: bool = False) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    table = document.add_table(len(rows), len(rows[0]))
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(number, place).text = text
    if is_merged:
        for (top, left), (low, right) in (((0, 0), (1, 0)), ((0, 1), (0, 2)), ((0, 3), (0, 4))):
            table.cell(top, left).merge(table.cell(low, right)).text = rows[0][left]
    document.save(file)


def write_md(file: Path, rows: Rows, *, is_merged: bool = False) -> None:
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])]
    file.write_text("\n".join(lines), "utf-8")


Write = Callable[..., None]
MERGING = (write_csv, write_xlsx, write_html, write_docx)


def read_records(folder: Path, write: Write, rows: Rows, *, is_merged: bool = False) -> list[Record]:
    file = folder / f"table.{write.__name__.removeprefix('write_')}"
    write(file, rows, is_merged=is_merged)
    documents = parse(file, file.name, ParseSettings()).documents
    chunks = [chunk for document in documents for chunk in Chunker(EstimatedTokens(400)).chunk(document)]
    return [record for chunk in chunks for record in find_records(chunk)]


def look_up(question: str, records: list[Record]) -> str:
    asked = read_asked(question)
    best = choose_cell(asked, rank_cells(asked, records, Vocabulary(None)))
    return best.text if best else ""


@pytest.mark.parametrize("write", MERGING)
def test_a_header_of_two_lines_with_merged_cells_names_each_cell(tmp_path: Path, write: Write) -> None:
    records = read_records(tmp_path, write, STAFF, is_merged=True)
    names = ("Site", "2024 / Drivers", "2024 / Packers", "2025 / Drivers", "2025 / Packers")
    assert [record.columns for record in records] == [names] * 3
    assert [[cell.value for cell in record.cells] for record in records] == [list(row) for row in STAFF[2:]]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How many drivers does Hull have in 2025?", "14"),
        ("How many drivers does Hull have in 2024?", "12"),
        ("How many packers does Leeds have in 2025?", "22"),
        ("How many packers does Derby have in 2024?", "11"),
        ("How many cleaners does Derby have in 2024?", ""),
        ("How many packers does Bristol have in 2024?", ""),
    ],
)
@pytest.mark.parametrize("write", MERGING)
def test_both_lines_of_a_header_lead_to_a_cell(tmp_path: Path, write: Write, question: str, value: str) -> None:
    assert look_up(question, read_records(tmp_path, write, STAFF, is_merged=True)) == value


@pytest.mark.parametrize(
    ("question", "value", "column"),
    [
        ("What is the day rate of the cement mixer?", "120 EUR", "Day rate"),
        ("What is the deposit for the plate compactor?", "45 EUR", "Deposit"),
        ("What is the week rate of the cement mixer?", "120 EUR", ""),
    ],
)
@pytest.mark.parametrize("write", [*MERGING, write_md])
@pytest.mark.parametrize("first", ["Machine", ""])
def test_an_empty_cell_is_missed_in_every_format(
    tmp_path: Path, write: Write, first: str, question: str, value: str, column: str
) -> None:
    records = read_records(tmp_path, write, ((first, *HIRE[0][1:]), *HIRE[1:]))
    sections = list({record.section.id: record.section for record in records}.values())
    anchors = require_anchors(question, sections, lambda phrase: None)
    section = next(section for section in sections if value in section.text)
    start = section.text.index(value)
    assert find_empty_cell(anchors, Evidence(section, start, start + len(value))) == column
    assert not (column and look_up(question, records))
