"""Cells in, named columns and lines of text out."""

from collections.abc import Callable

import pytest

from ingest.parsers import Parsed
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.tables import GridCell
from ingest.types import Document, Table

Read = Callable[..., Parsed]
Row = list[GridCell | str]


def build(rows: list[Row], caption: str = "") -> tuple[list[str], Table | None]:
    builder = DocumentBuilder()
    builder.table(rows, caption=caption)
    document = builder.build("a")
    return document.text.split("\n"), document.blocks[0].table


def split(text: str) -> list[Row]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().split("\n")]


def test_a_header_names_the_cells_of_each_row() -> None:
    lines, table = build(
        split("Port | Fee | Berths\nAlmar | 12 EUR | 8\nBrede | | 11\nTotal | 12 EUR | 19"), "Harbours"
    )
    assert lines == [
        "Harbours",
        "Port: Almar; Fee: 12 EUR; Berths: 8",
        "Port: Brede; Berths: 11",
        "Port: Total; Fee: 12 EUR; Berths: 19",
    ]
    assert table == Table(
        ("Port", "Fee", "Berths"),
        (("Almar", "12 EUR", "8"), ("Brede", "", "11"), ("Total", "12 EUR", "19")),
        "Harbours",
    )


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        # Names over amounts of one kind, and none over amounts of several: then the first column has the names.
        ("Port | Fee\nAlmar | 12 EUR\nBrede | 9 EUR", ["Port: Almar; Fee: 12 EUR", "Port: Brede; Fee: 9 EUR"]),
        ("Maker | Ostra\nWeight | 4 kg\nPower | 900 W", ["Maker: Ostra", "Weight: 4 kg", "Power: 900 W"]),
        ("Chair | Ann\nClerk | Tom", ["Chair: Ann", "Clerk: Tom"]),
        ("Monday | 9-17\nTuesday | closed", ["Monday: 9-17", "Tuesday: closed"]),
        ("No. | Part\n1 | bolt\n2 | nut", ["No.: 1; Part: bolt", "No.: 2; Part: nut"]),
        # Texts alone, in three columns; a name that occurs below is none.
        ("Role | Name | Room\nChair | Ann | blue", ["Role: Chair; Name: Ann; Room: blue"]),
        ("Ann | sales | Oslo\nTom | sales | Bergen", ["Ann | sales | Oslo", "Tom | sales | Bergen"]),
        # Numbers name nothing, but years do.
        ("1 | 2\n3 | 4", ["1 | 2", "3 | 4"]),
        ("| 2024 | 2025\nIncome | 5 | 7", ["Income; 2024: 5; 2025: 7"]),
        # A form of fields beside each other.
        ("Name: | Ann Ek | Phone: | 12\nTown: | Ude | Car: |", ["Name: Ann Ek", "Phone: 12", "Town: Ude", "Car"]),
    ],
)
def test_names_are_guessed_where_the_format_marks_none(rows: str, lines: list[str]) -> None:
    assert build(split(rows))[0] == lines


def test_marked_names_count_even_if_they_do_not_look_like_names() -> None:
    assert build([[GridCell("1", True), GridCell("2", True)], ["3", "4"]])[0] == ["1: 3; 2: 4"]
    rows: list[Row] = [[GridCell("Model", True), "A1", "B2"], [GridCell("Weight", True), "3 kg", "4 kg"]]
    lines, table = build(rows)
    assert lines == ["Model: A1; Weight: 3 kg", "Model: B2; Weight: 4 kg"]
    assert table == Table(("Model", "Weight"), (("A1", "3 kg"), ("B2", "4 kg")))


def test_lines_of_a_header_are_joined() -> None:
    rows: list[Row] = [
        [GridCell("Plan", rows=2), GridCell("Price", columns=2), "Users"],
        ["EUR", "USD", "at most"],
        ["Small", "5", "6", "3"],
        ["Large", "9", "10", "7"],
    ]
    lines, table = build(rows)
    assert lines[0] == "Plan: Small; Price / EUR: 5; Price / USD: 6; Users / at most: 3"
    assert table is not None
    assert table.header == ("Plan", "Price / EUR", "Price / USD", "Users / at most")
    # Without marks of merged cells, as in a sheet.
    gaps = split("Team | 2025 | | 2026 |\n | Heads | Cost | Heads | Cost\nPress | 4 | 90 | 5 | 99")
    assert build(gaps)[0] == ["Team: Press; 2025 / Heads: 4; 2025 / Cost: 90; 2026 / Heads: 5; 2026 / Cost: 99"]


def test_merged_cells_are_repeated_in_all_of_their_places() -> None:
    rows: list[Row] = [
        ["Day", "Hall", "Pool"],
        ["Monday", GridCell("closed", columns=2)],
        [GridCell("Tuesday", rows=2), "9-12", "10-12"],
        ["14-18", "15-19"],
    ]
    assert build(rows)[0] == [
        "Day: Monday; Hall: closed; Pool: closed",
        "Day: Tuesday; Hall: 9-12; Pool: 10-12",
        "Day: Tuesday; Hall: 14-18; Pool: 15-19",
    ]


def test_a_row_over_the_whole_width_is_a_caption_a_group_or_a_note() -> None:
    rows: list[Row] = [
        [GridCell("Prices 2026", columns=3)],
        ["Item", "Price", "Stock"],
        [GridCell("Lamps", columns=3)],
        ["Desk lamp", "40 EUR", "3"],
        ["Chairs"],
        ["Stool", "25 EUR", "9"],
        [GridCell("All prices include VAT.", columns=3)],
    ]
    lines, table = build(rows)
    assert lines == [
        "Prices 2026",
        "Lamps; Item: Desk lamp; Price: 40 EUR; Stock: 3",
        "Chairs; Item: Stool; Price: 25 EUR; Stock: 9",
        "All prices include VAT.",
    ]
    assert table is not None
    assert (table.caption, table.header) == ("Prices 2026", ("", "Item", "Price", "Stock"))
    assert table.rows[2] == ("All prices include VAT.", "", "", "")


def test_a_row_that_lacks_most_cells_of_a_sparse_table_is_no_group() -> None:
    rows = split("Item | Red | Blue\nCup | 5 |\nPot | |\nCan | | 7")
    assert build(rows)[0] == ["Item: Cup; Red: 5", "Item: Pot", "Item: Can; Blue: 7"]


def test_each_line_of_a_long_row_begins_with_its_first_cell() -> None:
    sentences = " ".join(f"Sentence {number} is here." for number in range(40))
    lines, table = build([["Code", "Use", "Remedy"], ["E-7", "pump", sentences], ["E-8", "fan", "dust it"]])
    assert all(line.startswith("Code: E-7; ") and len(line) <= 400 for line in lines[:-1])
    assert lines[0].startswith("Code: E-7; Use: pump; Remedy: Sentence 0 is here. ")
    assert " ".join(line.rpartition(": ")[2] for line in lines[:-1]) == sentences
    assert lines[-1] == "Code: E-8; Use: fan; Remedy: dust it"
    assert table is not None
    assert table.rows[0][2] == sentences


def test_a_single_cell_is_text() -> None:
    builder = DocumentBuilder()
    builder.table([["Note: wear gloves."]])
    assert [block.kind for block in builder.build("a").blocks] == ["text"]


HTML = """<table><caption>Fares</caption><thead><tr><th rowspan=2>Line</th><th colspan=2>Single</th></tr>
<tr><th>adult</th><th>child</th></tr></thead><tfoot><tr><td>All</td><td>2</td><td>1</td></tr></tfoot>
<tbody><tr><td rowspan="2">Red</td><td>3</td><td>2</td></tr><tr><td>4</td><td>3</td></tr></tbody></table>
<table><tr><th>Shirt</th><th>Variants</th></tr><tr><td>Oslo</td><td>from stock
<table><tr><th>Size</th><th>Price</th></tr>
<tr><td>S</td><td>20</td></tr><tr><td>M</td><td>22</td></tr></table></td></tr></table>
<table><tr><td><b>Height</b></td><td>2 m</td></tr><tr><td><b>Weight</b></td><td>3 kg</td></tr></table>"""


def test_html_tables(read: Read, blocks: Callable[[Document], list[tuple[str, str]]]) -> None:
    assert blocks(read("a.html", HTML).documents[0]) == [
        (
            "table",
            "Fares\nLine: Red; Single / adult: 3; Single / child: 2\nLine: Red; Single / adult: 4; Single / child: 3\n"
            "Line: All; Single / adult: 2; Single / child: 1",
        ),
        ("table", "Shirt: Oslo; Variants: from stock Size: S, Price: 20 | Size: M, Price: 22"),
        ("table", "Height: 2 m\nWeight: 3 kg"),
    ]


def test_spans_of_any_size_end_with_the_table(read: Read) -> None:
    page = '<table><tr><th colspan="99999" rowspan="99999">A</th></tr><tr><td>x</td></tr></table>'
    assert "A" in read("a.html", f"<p>t</p>{page}").documents[0].text
