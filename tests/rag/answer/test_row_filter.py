"""A question for rows selects all rows of a table that meet it, or none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.chunk import Chunker
from ingest.embed.tokens import EstimatedTokens
from ingest.parsers.base import ParseSettings
from ingest.parsers.registry import parse
from rag.answer.records import Record, find_records
from rag.answer.row_filter import RowQuestion, names_value, select_rows
from rag.answer.row_list import list_items

WARDS = (
    ("Ward", "Sister", "Day off", "Oxygen", "Floor"),
    ("Maple", "Ada Lind", "Monday", "yes", "first"),
    ("Birch", "Tom Hale", "Tuesday", "no", "ground"),
    ("Cedar", "Ada Lind", "Tuesday", "yes", "first"),
    ("Rowan", "Eve Moss", "Friday", "no", "second"),
)
HIRE = (
    ("No.", "Machine", "Day rate (EUR)", "Week rate (EUR)", "Deposit", "Petrol"),
    ("11", "Plate compactor", "45", "180", "", "yes"),
    ("12", "Cement mixer", "", "120", "100 EUR", "no"),
    ("13", "Wall saw", "90", "360", "300 EUR", "on request"),
)

Rows = Sequence[Sequence[str]]


def write_csv(file: Path, rows: Rows) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def write_xlsx(file: Path, rows: Rows) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    book.save(file)


def write_md(file: Path, rows: Rows) -> None:
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])]
    file.write_text("\n".join(lines), "utf-8")


def write_html(file: Path, rows: Rows) -> None:
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    lines[0] = lines[0].replace("td>", "th>")
    file.write_text(f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>", "utf-8")


def write_docx(file: Path, rows: Rows) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    table = document.add_table(0, len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(file)


WRITERS = (write_csv, write_xlsx, write_md, write_html, write_docx)


def read_records(file: Path) -> list[Record]:
    documents = parse(file, file.name, ParseSettings()).documents
    chunks = [chunk for document in documents for chunk in Chunker(EstimatedTokens(400)).chunk(document)]
    return [record for chunk in chunks for record in find_records(chunk)]


def answer(question: str, records: Sequence[Record]) -> list[str]:
    asked = RowQuestion.of(question)
    selection = select_rows(asked, records) if asked else None
    return [item.text for item in list_items(selection)] if selection else []


@pytest.fixture(scope="module", params=WRITERS, ids=lambda write: write.__name__)
def write(request: pytest.FixtureRequest) -> Callable[[Path, Rows], None]:
    return request.param


@pytest.fixture(scope="module")
def wards(write, tmp_path_factory) -> list[Record]:
    file = tmp_path_factory.mktemp("wards") / f"wards.{write.__name__.removeprefix('write_')}"
    write(file, WARDS)
    return read_records(file)


@pytest.fixture(scope="module")
def hire(write, tmp_path_factory) -> list[Record]:
    file = tmp_path_factory.mktemp("hire") / f"prices.{write.__name__.removeprefix('write_')}"
    write(file, HIRE)
    return read_records(file)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which wards does Ada Lind run?", ["Maple", "Cedar"]),
        ("which wards does ada lind look after", ["Maple", "Cedar"]),
        ("Which wards have oxygen?", ["Maple", "Cedar"]),
        ("Which wards have no oxygen?", ["Birch", "Rowan"]),
        ("List the wards without oxygen.", ["Birch", "Rowan"]),
        ("Which wards are on the first floor?", ["Maple", "Cedar"]),
        ("Which wards are on the second floor?", ["Rowan"]),
        ("List all wards.", ["Maple", "Birch", "Cedar", "Rowan"]),
        ("Could you list every ward?", ["Maple", "Birch", "Cedar", "Rowan"]),
        ("Which wards are there?", ["Maple", "Birch", "Cedar", "Rowan"]),
        ("What are the floors of the wards?", ["Maple: first", "Birch: ground", "Cedar: first", "Rowan: second"]),
        ("Who are the sisters?", ["Maple: Ada Lind", "Birch: Tom Hale", "Cedar: Ada Lind", "Rowan: Eve Moss"]),
        ("Who are the nurses of the wards?", []),
        ("Which of the wards are closed on a Tuesday?", []),  # "closed" is no column
        ("Which wards does Ann Lind run?", []),
        ("Which wards have oxygen and a lift?", []),
        ("Which wards can I visit?", []),
        ("Which wards do you have with oxygen?", ["Maple", "Cedar"]),
        ("Which wards do offer oxygen?", ["Maple", "Cedar"]),
        ("Which wards do offer breakfast?", []),
        ("List the non-oxygen wards.", []),
        ("Which wards are oxygen-free?", []),
        ("List all wards but Maple.", []),
        ("Which wards on the first floor can I smoke in?", []),
        ("Which wards on the first floor can I visit?", ["Maple", "Cedar"]),
        ("Which wards are not on the first floor?", []),
        ("Which wards did not need oxygen last year?", []),
        ("List the largest wards.", []),
        ("List the former wards.", []),
        ("Which doctors does Ada Lind know?", []),
        ("List all doctors.", []),
    ],
)
def test_all_rows_that_meet_what_is_asked_are_named_and_no_other(
    question: str, names: list[str], wards: list[Record]
) -> None:
    assert answer(question, wards) == names


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("What are the day rates?", ["Plate compactor: 45 EUR", "Wall saw: 90 EUR"]),
        ("What are the deposits?", ["Cement mixer: 100 EUR", "Wall saw: 300 EUR"]),
        ("List the deposits for all machines.", ["Cement mixer: 100 EUR", "Wall saw: 300 EUR"]),
        ("What are the week rates of the machines?", [
            "Plate compactor: 180 EUR", "Cement mixer: 120 EUR", "Wall saw: 360 EUR",
        ]),
        ("What are the rates?", [
            "Plate compactor: Day rate (EUR): 45 EUR; Week rate (EUR): 180 EUR",
            "Cement mixer: Week rate (EUR): 120 EUR",
            "Wall saw: Day rate (EUR): 90 EUR; Week rate (EUR): 360 EUR",
        ]),
        ("List the machines.", ["Plate compactor", "Cement mixer", "Wall saw"]),
        ("Which machines need petrol?", []),  # of one of them that is not said
        ("What are the weekend rates?", []),
        ("What are the rates for members?", []),
        ("What are the lowest rates?", []),
    ],
)  # fmt: skip
def test_a_column_that_is_asked_for_is_given_with_the_names_of_its_rows(
    question: str, items: list[str], hire: list[Record]
) -> None:
    assert answer(question, hire) == items


def test_of_two_tables_the_one_that_has_the_word_is_meant_and_else_none(tmp_path: Path) -> None:
    def write(name: str, *rows: Sequence[str]) -> list[Record]:
        write_md(tmp_path / f"{name}.md", rows)
        return read_records(tmp_path / f"{name}.md")

    rooms = write("rooms", ("Room", "Price"), ("Oak", "40 EUR"), ("Elm", "25 EUR"))
    courses = write("courses", ("Course", "Fee"), ("Knots", "12 EUR"), ("Sails", "15 EUR"))
    boats = write("boats", ("Boat", "Price"), ("Kayak", "9 EUR"), ("Canoe", "11 EUR"))
    assert answer("What are the prices?", [*rooms, *courses]) == ["Oak: 40 EUR", "Elm: 25 EUR"]
    assert answer("What are the prices?", [*rooms, *boats]) == []
    assert answer("What are the prices of the boats?", [*rooms, *boats]) == ["Kayak: 9 EUR", "Canoe: 11 EUR"]


def test_rows_of_one_name_are_named_once_and_have_no_cell_of_their_own(tmp_path: Path) -> None:
    write_md(tmp_path / "a.md", [("Room", "Season", "Price"), ("Oak", "summer", "4"), ("Oak", "winter", "3")])
    records = read_records(tmp_path / "a.md")
    assert answer("List the rooms.", records) == ["Oak"]
    assert answer("What are the prices?", records) == []


def test_a_column_of_texts_of_which_one_may_say_it_selects_nothing(tmp_path: Path) -> None:
    long = "A piano, a bar, a stage, curtains, a kitchen and a projector if you ask for it"
    for others, rooms in (((), ["Oak", "Elm"]), (("Ash", long), [])):
        rows = [("Room", "Equipment"), ("Oak", "projector, bar"), ("Elm", "projector"), ("Fir", "bar"), others]
        write_md(tmp_path / "a.md", [row for row in rows if row])
        assert answer("Which rooms have a projector?", read_records(tmp_path / "a.md")) == rooms


DISHES = (
    ("Dish", "Gluten-free", "Nuts", "Contains"),
    ("Soup", "yes", "no", "milk"),
    ("Cake", "no", "yes", "milk, eggs"),
    ("Stew", "yes", "yes", "soy-free"),
    ("Rice", "no", "no", "soy"),
)


@pytest.mark.parametrize(
    ("question", "dishes"),
    [
        ("Which dishes are gluten-free?", ["Soup", "Stew"]),
        ("Which dishes are not gluten-free?", ["Cake", "Rice"]),
        ("Which dishes contain gluten?", []),
        ("Which dishes are without gluten?", []),
        ("Which dishes contain nuts?", ["Cake", "Stew"]),
        ("Which dishes contain no nuts?", ["Soup", "Rice"]),
        ("Which dishes are nut-free?", []),
        ("Which dishes contain milk?", ["Soup", "Cake"]),
        ("Which dishes contain no milk?", []),
        ("Which dishes contain soy?", []),
        ("Which dishes contain nuts or milk?", []),
    ],
)
def test_what_a_dish_is_free_of_is_not_what_it_contains(tmp_path: Path, question: str, dishes: list[str]) -> None:
    write_md(tmp_path / "menu.md", DISHES)
    assert answer(question, read_records(tmp_path / "menu.md")) == dishes


@pytest.mark.parametrize("write", WRITERS)
def test_names_below_an_empty_header_name_their_rows(tmp_path: Path, write: Callable[[Path, Rows], None]) -> None:
    file = tmp_path / f"rooms.{write.__name__.removeprefix('write_')}"
    write(file, [("", "Seats", "Bar"), ("Oak", "12", "yes"), ("Elm", "8", "no"), ("Ash", "20", "yes")])
    records = read_records(file)
    assert answer("Which rooms have a bar?", records) == ["Oak", "Ash"]
    assert answer("List the rooms.", records) == ["Oak", "Elm", "Ash"]
    assert answer("What are the seats of the rooms?", records) == ["Oak: 12", "Elm: 8", "Ash: 20"]


def test_a_table_that_chunking_cut_is_one(tmp_path: Path) -> None:
    rows = [("Room", "Bar"), *((f"Room {number}", "yes" if number % 3 else "no") for number in range(24))]
    write_md(tmp_path / "rooms.md", rows)
    text = (tmp_path / "rooms.md").read_text()
    (tmp_path / "rooms.md").write_text(f"# Rooms\n\nThese can be hired.\n\n{text}\n\nAsk at the desk.\n")
    [document] = parse(tmp_path / "rooms.md", "rooms.md", ParseSettings()).documents
    chunks = Chunker(EstimatedTokens(400), size=40).chunk(document)
    assert len(chunks) > 2
    records = [record for chunk in chunks for record in find_records(chunk)]
    assert answer("Which rooms have no bar?", records) == [f"Room {number}" for number in range(0, 24, 3)]


@pytest.mark.parametrize(
    ("question", "is_named"),
    [
        ("Which wards are there on the first floor?", True),
        ("Which wards have a room with oxygen?", True),
        ("Which wards are there?", False),
        ("Which wards are open at night?", False),
    ],
)
def test_a_value_of_some_rows_selects_them(question: str, is_named: bool, wards: list[Record]) -> None:
    asked = RowQuestion.of(question)
    assert asked is not None
    assert names_value(asked, wards) is is_named


@pytest.mark.parametrize("question", ["Which wards have more than 30 beds?", "Why is it closed?", "Name two wards."])
def test_a_question_for_a_number_or_a_reason_reads_no_rows(question: str) -> None:
    assert RowQuestion.of(question) is None
