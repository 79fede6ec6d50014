"""A short question is answered with the cell that its row and column name, or passed on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from ingest.chunk import Chunker
from ingest.embed.tokens import EstimatedTokens
from ingest.parsers.base import ParseSettings
from ingest.parsers.registry import parse
from rag.answer.abstain import Abstention
from rag.answer.lookup import Lookup
from rag.answer.lookup_terms import read_asked
from rag.answer.records import find_records
from rag.answer.required_anchors import require_anchors
from rag.answer.types import Answer, Retrieved
from stores import new_store
from stores.base import Entry, Hit, Source
from stores.filters.parse import as_filter

ABSTAINS = Abstention(0.0, 0.0, False, "none", 0)


def answer(question: str, *files: Path) -> Answer:
    chunks = [
        chunk
        for file in files
        for document in parse(file, file.name, ParseSettings()).documents
        for chunk in Chunker(EstimatedTokens(400), size=200).chunk(document)
    ]
    retrieved = Retrieved(question, "short", [Hit(chunk, 0.9) for chunk in chunks])
    anchors = require_anchors(question, retrieved.sections, lambda phrase: None)
    return Lookup(ABSTAINS, "reader").answer_one(Retrieved(question, "short", retrieved.hits, anchors=anchors))


def text(question: str, *files: Path) -> str:
    found = answer(question, *files)
    return "" if found.abstained else found.text


@pytest.fixture
def swim(tmp_path: Path) -> Path:
    file = tmp_path / "swimming pool.md"
    file.write_text(
        "# Admission\n\nPrices in euros.\n\n"
        "| Ticket | Visitors | Weekday | Weekend |\n|---|---|---|---|\n"
        "| Toddler | up to 3 years | 0.00 | 0.00 |\n"
        "| Child | 4 to 14 years | 3.20 | 4.10 |\n"
        "| Grown-up | from 15 years | 6.50 | 7.90 |\n\n"
        "## Opening hours\n\n"
        "| Pool | Day | Opens | Closes |\n|---|---|---|---|\n"
        "| Indoor | Monday to Friday | 6:30 | 21:30 |\n"
        "| Indoor | Saturday | 8:00 | 18:00 |\n"
        "| Outdoor | daily | 9:00 | 20:00 |\n\n"
        "## Money\n\n- Locker deposit: 2 euros\n- Lost wristband: 15 euros\n"
    )
    return file


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does my nine-year-old pay on a Saturday?", "4.10"),
        ("child ticket on a weekday, how much", "3.20"),
        ("When does the indoor pool close on a Saturday?", "18:00"),
        ("When does the indoor pool open on Wednesdays?", "6:30"),
        ("How much is a lost wristbnad?", "15 euros"),
    ],
)
def test_row_and_column_are_those_of_the_question(swim: Path, question: str, expected: str) -> None:
    assert text(question, swim) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How much is a child ticket?",  # weekday or weekend
        "When does the indoor pool close on a Sunday?",  # no such row
        "How much is the sauna for a child on a Saturday?",  # no such thing
        "How much is a lost towel?",
        "Who runs the indoor pool on a Saturday?",  # no column of the kind
    ],
)
def test_what_is_doubtful_is_passed_on(swim: Path, question: str) -> None:
    assert text(question, swim) == ""


def test_answer_cites_the_whole_row(swim: Path) -> None:
    found = answer("When does the indoor pool close on a Saturday?", swim)
    assert [citation.text for citation in found.citations] == [
        "Pool: Indoor; Day: Saturday; Opens: 8:00; Closes: 18:00"
    ]
    assert found.signals.score == pytest.approx(1.0, abs=0.1)


@pytest.fixture
def valves(tmp_path: Path) -> Path:
    file = tmp_path / "valves.csv"
    file.write_text(
        "part_no,name,weight_g,price_eur,trade_price_eur,stock\n"
        "VX-20,Ball valve 20,410,18.40,15.10,12\n"
        "VX-200,Ball valve 200,9800,310.00,270.00,0\n"
        "GX-20,Gate valve 20,620,22.75,19.00,4\n"
    )
    return file


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("price of VX-20", "18.40 EUR"),
        ("What does VX-200 cost?", "310.00 EUR"),
        ("trade price of the gate valve 20?", "19.00 EUR"),
        ("How heavy is the Ball valve 20?", "410 g"),
        ("Which part has the number GX-20?", "Gate valve 20"),
        ("What does VX-2 cost?", ""),
    ],
)
def test_codes_and_units_of_a_catalogue(valves: Path, question: str, expected: str) -> None:
    assert text(question, valves) == expected


def test_newer_edition_and_newer_column_answer_unless_the_question_names_a_year(tmp_path: Path) -> None:
    for year, fee in ((2024, "30"), (2026, "45")):
        file = tmp_path / f"club-rules-{year}.md"
        file.write_text(f"# Club rules\n\n## Fees\n\n- Boat storage: {fee} pounds\n- Key deposit: 10 pounds\n")
    files = [tmp_path / "club-rules-2024.md", tmp_path / "club-rules-2026.md"]
    assert text("How much is boat storage?", *files) == "45 pounds"
    assert text("How much was boat storage in 2024?", *files) == "30 pounds"

    file = tmp_path / "dues.md"
    file.write_text(
        "# Dues\n\n| Group | 2025 | 2026 |\n|---|---|---|\n| Juniors | £40 | £44 |\n| Seniors | £90 | £97 |\n"
    )
    assert text("How much do juniors pay?", file) == "£44"
    assert text("How much did seniors pay in 2025?", file) == "£90"


def test_merged_headers_of_a_sheet_and_denied_words(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Room", "Per hour", "", "Seats"],
        ["", "Residents", "Non-residents", ""],
        ["Hall", "£12", "£20", 80],
        ["Studio", "£7", "£11", 15],
    ):
        sheet.append(row)
    for cells in ("A1:A2", "B1:C1", "D1:D2"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "rooms.xlsx")
    assert text("What does the studio cost for residents?", tmp_path / "rooms.xlsx") == "£7"
    assert text("hall price for people who are not residents", tmp_path / "rooms.xlsx") == "£20"
    assert text("How many seats does the hall have?", tmp_path / "rooms.xlsx") == "80"


def test_records_are_rows_and_named_values(swim: Path) -> None:
    [document] = parse(swim, swim.name, ParseSettings()).documents
    records = [
        record for chunk in Chunker(EstimatedTokens(400), size=400).chunk(document) for record in find_records(chunk)
    ]
    assert [(cell.column, cell.value) for cell in records[1].cells] == [
        ("Ticket", "Child"),
        ("Visitors", "4 to 14 years"),
        ("Weekday", "3.20"),
        ("Weekend", "4.10"),
    ]
    assert [(cell.column, cell.value) for cell in records[-1].cells] == [("Lost wristband", "15 euros")]
    assert records[-1].titles == ("Admission", "Money", "swimming pool")


def test_terms_and_the_kind_of_value_of_a_question() -> None:
    asked = read_asked("How much is the Corrie 65 for members?")
    assert asked.wanted == "price"
    assert {(term.text, term.kind, term.is_hard) for term in asked.terms if term.weight >= 1} == {
        ("corrie", "word", True),
        ("65", "number", True),
        ("members", "word", False),
    }
    assert read_asked("until when can I call you on a Sunday?").side == "end"
    assert read_asked("How many seats does room B2 have?").counted == "seat"


def test_rows_that_a_filter_leaves_out_do_not_answer(tmp_path: Path) -> None:
    trades = ("baker", "tailor", "miller", "mason", "cooper", "glazier", "fisher", "weaver")
    remark = "paid on the last working day of the month, with a bonus in June and another one in December"
    file = tmp_path / "pay.md"
    rows = "".join(f"| {trade} | {40 + place},000 | {remark} |\n" for place, trade in enumerate(trades))
    file.write_text(f"# Salaries\n\n| Job | Salary (EUR) | Remarks |\n|---|---|---|\n{rows}")
    [document] = parse(file, file.name, ParseSettings()).documents
    first, *others = Chunker(EstimatedTokens(400), size=100).chunk(document)
    store = new_store("memory")
    store.bind({"embedder": "none", "embedder_fingerprint": "none", "dimension": "1"})
    chunks = [first, *others]
    store.write([Entry(Source(file.name, file.name, "1"), chunks, np.ones((len(chunks), 1), dtype=np.float32))])

    lookup = Lookup(ABSTAINS, "reader", store=store)
    question = Retrieved("What is the salary of the weaver?", "short", [Hit(first, 0.9)])
    assert "weaver" not in first.text
    assert lookup.answer_one(question).text == "47,000 EUR"
    assert lookup.answer_one(replace(question, where=as_filter(f"end <= {first.end}"))).abstained


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How much is the Alder 65 saw?", "84"),
        ("What does sharpening cost on a Saturday?", "not offered"),
        ("What time does shift N2 end?", "06:15"),
        ("How much is a cage for a 31 kg dog?", None),  # 31 is a price
        ("How much is a ticket for a nine-year-old?", "3"),
    ],
)
def test_names_with_numbers_refusals_and_limits_are_read_as_what_they_are(
    question: str, value: str | None, tmp_path
) -> None:
    files = {
        "saws.csv": "Tool,Price\nAlder 45,62\nAlder 65,84\n",
        "services.csv": "Service,Weekday price,Weekend price\nSharpening,12,not offered\nRepair,30,45\n",
        "shifts.csv": "Shift,From,To\nN1,14:00,22:30\nN2,22:00,06:15\n",
        "cages.csv": "Cage,Price\nDog cage small,31\nDog cage large,45\n",
        "tickets.csv": "Ticket,For,Price\nChild,6 to 15 years,3\nFamily,two adults and up to three children,14\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    result = answer(question, *(tmp_path / name for name in files))
    assert (None if result.abstained else result.text) == value
