"""The embedded models answer alike from one table in six formats."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from rag import Config

TITLE = "Ferry fares 2027"
LEAD = "The fares below are those of the summer season."
HEADER = ("Island", "Crossing time", "Adult fare", "Bicycle fare")
ROWS = (
    ("Skarholm", "35 minutes", "8.40 EUR", "3.20 EUR"),
    ("Tarnsay", "50 minutes", "11.60 EUR", "4.10 EUR"),
    ("Little Brede", "20 minutes", "6.90 EUR", "2.50 EUR"),
    ("Oxna", "75 minutes", "14.80 EUR", "4.70 EUR"),
    ("Vangey", "110 minutes", "19.30 EUR", "5.60 EUR"),
)
QUESTIONS = (
    ("What is the adult fare to Skarholm?", "8.40"),
    ("What is the bicycle fare to Skarholm?", "3.20"),
    ("How long is the crossing time to Tarnsay?", "50 minutes"),
    ("How much is the adult fare for Tarnsay?", "11.60"),
    ("What's the crossing time for Little Brede?", "20 minutes"),
    ("How much is the bicycle fare to Little Brede?", "2.50"),
    ("What is the crossing time to Oxna?", "75 minutes"),
    ("adult fare Oxna", "14.80"),
    ("What is the adult fare to Vangey?", "19.30"),
    ("Bicycle fare for Vangey?", "5.60"),
)


def write_csv(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *ROWS])


def write_xlsx(file: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    book.save(file)


def write_md(file: Path) -> None:
    lines = [" | ".join(row) for row in (HEADER, ["---"] * len(HEADER), *ROWS)]
    file.write_text("\n".join([f"# {TITLE}\n", f"{LEAD}\n", *(f"| {line} |" for line in lines)]), "utf-8")


def write_html(file: Path) -> None:
    head = "".join(f"<th>{name}</th>" for name in HEADER)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    file.write_text(f"<html><body><h1>{TITLE}</h1><p>{LEAD}</p>{table}</body></html>", "utf-8")


def write_docx(file: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading(TITLE)
    document.add_paragraph(LEAD)
    table = document.add_table(0, len(HEADER))
    for row in (HEADER, *ROWS):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(file)


def write_pdf(file: Path) -> None:
    import pypdfium2
    from pypdfium2 import raw

    pdf = pypdfium2.PdfDocument.new()
    page = pdf.new_page(595, 842)
    font = raw.FPDFText_LoadStandardFont(pdf.raw, b"Helvetica")
    texts: list[tuple[float, float, float, str]] = [(18, 72, 760, TITLE), (11, 72, 725, LEAD)]
    for number, row in enumerate((HEADER, *ROWS)):
        texts += [(11, 72 + 120 * place, 690 - 18 * number, cell) for place, cell in enumerate(row)]
    for size, x, y, text in texts:
        drawn = raw.FPDFPageObj_CreateTextObj(pdf.raw, font, size)
        codes = f"{text}\0".encode("utf-16-le")
        raw.FPDFText_SetText(drawn, (raw.FPDF_WCHAR * (len(codes) // 2)).from_buffer_copy(codes))
        raw.FPDFPageObj_Transform(drawn, 1, 0, 0, 1, x, y)
        raw.FPDFPage_InsertObject(page.raw, drawn)
    page.gen_content()
    pdf.save(file)


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("write", [write_csv, write_xlsx, write_md, write_html, write_docx, write_pdf])
def test_nine_of_ten_cells_are_told_from_a_table_in_any_format(tmp_path: Path, write: Any) -> None:
    write(tmp_path / f"fares.{write.__name__.removeprefix('write_')}")
    config = Config().override("store", path=str(tmp_path / "store"))
    with config.index() as index:
        assert index.sync([next(tmp_path.glob("fares.*"))], progress=False).added == 1
    with config.pipeline() as pipeline:
        answers = pipeline.ask_many([question for question, _ in QUESTIONS])
    others = {cell for row in ROWS for cell in row[1:]}
    right = [value in answer.text for (_, value), answer in zip(QUESTIONS, answers, strict=True)]
    wrong = [
        answer.text
        for (_, value), answer in zip(QUESTIONS, answers, strict=True)
        if not answer.abstained and any(cell in answer.text and value not in cell for cell in others)
    ]
    assert not wrong
    assert sum(right) >= 9, [answer.text for answer in answers]
    assert all(answer.citations for answer in answers if not answer.abstained)
