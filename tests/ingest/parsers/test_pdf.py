from collections.abc import Callable

import pytest

from ingest.errors import ParseError
from ingest.parsers import Parsed
from ingest.types import Document

Read = Callable[..., Parsed]
Blocks = Callable[[Document], list[tuple[str, str]]]

Text = tuple[float, float, float, str]
"""Letter size, x and y in points, text."""


Field = tuple[str, str, tuple[int, int, int, int]]
"""Name, value and rectangle of a field of a form; of a box the value is its state, /On or /Off."""


def pdf(*pages: list[Text], fields: list[Field] | None = None) -> bytes:
    """A PDF written by hand: Helvetica, one text object a line; fields of a form on its first page."""
    count = len(pages)
    widgets = " ".join(
        f"<< /Type /Annot /Subtype /Widget /F 4 /P 4 0 R /T ({name}) /Rect [{' '.join(map(str, place))}] "
        + (
            f"/FT /Btn /V {value} /AS {value} /AP << /N << /On 3 0 R >> >> >>"
            if value[0] == "/"
            else f"/FT /Tx /V ({value}) >>"
        )
        for name, value, place in fields or ()
    )
    form = f" /AcroForm << /Fields [{widgets}] >>" if fields else ""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R{form} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        drawn = "\n".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for size, x, y, text in lines)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
            f"{f'/Annots [{widgets}] ' if fields and not number else ''}"
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF\n".encode()


PROSE = [
    (11.0, 72.0, 690.0, "The pump starts by itself when the water in the tank has risen to the"),
    (11.0, 72.0, 676.0, "upper mark, and it stops when the level has fallen by at least ten centi-"),
    (11.0, 72.0, 662.0, "metres."),
    (11.0, 72.0, 630.0, "A second paragraph stands further below."),
]


def test_paragraphs_titles_and_pages(read: Read, blocks: Blocks) -> None:
    data = pdf([(18.0, 72.0, 720.0, "Safety"), *PROSE], [(18.0, 72.0, 720.0, "Care"), (11.0, 72.0, 700.0, "Clean it.")])
    (document,) = read("a.pdf", data).documents
    assert blocks(document) == [
        ("title", "Safety"),
        (
            "text",
            "The pump starts by itself when the water in the tank has risen to the upper mark, "
            "and it stops when the level has fallen by at least ten centimetres.",
        ),
        ("text", "A second paragraph stands further below."),
        ("title", "Care"),
        ("text", "Clean it."),
    ]
    assert [block.page for block in document.blocks] == [1, 1, 1, 2, 2]
    assert document.blocks[4].heading == ("Care",)
    assert document.metadata == {"pages": 2}


def test_headers_and_page_numbers_of_most_pages_go(read: Read) -> None:
    pages = [
        [(9.0, 72.0, 760.0, "ACME Manual"), (11.0, 72.0, 700.0, text), (9.0, 300.0, 30.0, f"Page {number}")]
        for number, text in enumerate(("Fill the tank.", "Press the button.", "Wait an hour."), start=1)
    ]
    assert read("a.pdf", pdf(*pages)).documents[0].text == "Fill the tank.\n\nPress the button.\n\nWait an hour."


@pytest.mark.parametrize(
    ("heads", "are_kept"),
    [
        (["Bill 311", "Bill 312", "Bill 313"], True),
        (["Day 1", "Day 2", "Day 3"], True),
        (["Harbour rules | 1", "Harbour rules | 2", "Harbour rules | 3"], False),
        (["- 1 -", "- 2 -", "- 3 -"], False),
        (["Seite 7 von 20", "Seite 8 von 20", "Seite 9 von 20"], False),
        (["Issue of 4 May 2026"] * 3, False),
    ],
)
def test_lines_at_the_edge_that_differ_in_more_than_the_pages_number_are_kept(
    read: Read, heads: list[str], are_kept: bool
) -> None:
    pages = [
        [(11.0, 72.0, 760.0, head), (11.0, 72.0, 700.0, f"Received: {number}2"), (11.0, 72.0, 650.0, "Pay in May.")]
        for number, head in enumerate(heads, start=1)
    ]
    text = read("a.pdf", pdf(*pages)).documents[0].text
    assert [head in text for head in heads] == [are_kept] * 3
    assert [f"Received: {number}2" in text for number in (1, 2, 3)] == [True] * 3
    assert text.count("Pay in May.") == 3, "lines between others are no running feet, however often they come"


def test_fields_of_a_form_stand_beside_their_labels(read: Read) -> None:
    labels = ["Request for a berth", "Ship:", "Master:", "Electricity:", "Water:"]
    page = [(11.0, 72.0, 700.0 - 30 * number, label) for number, label in enumerate(labels)]
    page.append((11.0, 180.0, 550.0, "I have read the harbour rules"))
    fields = [
        ("f1", "Morning Star", (150, 664, 300, 680)),
        ("f2", "Runa Dahl", (150, 634, 300, 650)),
        ("f3", "/On", (150, 606, 162, 618)),
        ("f4", "/Off", (150, 576, 162, 588)),
        ("f5", "/On", (160, 548, 172, 560)),
        ("Remark", "Arrives at night", (72, 400, 300, 440)),
    ]
    text = read("a.pdf", pdf(page, fields=fields)).documents[0].text
    assert text.split("\n") == [
        "Request for a berth",
        "Ship: Morning Star",
        "Master: Runa Dahl",
        "Electricity: yes",
        "Water: no",
        "I have read the harbour rules: yes",
        "",
        "Remark: Arrives at night",
    ]


def test_rows_of_a_table_stay_lines(read: Read) -> None:
    lines = [(11.0, 72.0, 700.0 - 14 * row, f"Item {row}   {row}00") for row in range(1, 4)]
    assert read("a.pdf", pdf(lines)).documents[0].text == "Item 1 100\nItem 2 200\nItem 3 300"


def row(y: float, *cells: str, xs: tuple[float, ...] = (72, 220, 330)) -> list[Text]:
    return [(11.0, x, y, cell) for x, cell in zip(xs, cells, strict=False) if cell]


FEES = [
    *row(700, "Port", "Fee", "Berths"),
    *row(684, "Almar", "12 EUR", "8"),
    *row(668, "Brede Harbour", "9 EUR", "11"),
    *row(652, "Total", "21 EUR", "19"),
]


def test_a_table_without_lines_has_columns_and_rows(read: Read, blocks: Blocks) -> None:
    prose = [(11.0, 72.0, 760.0, "Ships pay for each night that they lie in one of our ports, as follows.")]
    below = [(11.0, 72.0, 610.0, "Whoever leaves before noon pays nothing for the day on which the ship leaves.")]
    (document,) = read("a.pdf", pdf([*prose, *FEES, *below])).documents
    assert blocks(document) == [
        ("text", prose[0][3]),
        ("table", "Port: Almar; Fee: 12 EUR; Berths: 8\nPort: Brede Harbour; Fee: 9 EUR; Berths: 11\n"
        "Port: Total; Fee: 21 EUR; Berths: 19"),
        ("text", below[0][3]),
    ]  # fmt: skip
    assert document.blocks[1].table is not None
    assert document.blocks[1].table.header == ("Port", "Fee", "Berths")


def test_cells_of_several_lines_and_groups(read: Read) -> None:
    lines = [
        *row(700, "", "Fee", "Fee"),
        *row(686, "", "in summer", "in winter"),
        *row(668, "Sailing boats"),
        *row(650, "up to ten metres", "12", "8"),
        *row(632, "longer, with a", "19", "11"),
        *row(620, "crew", "", ""),
        *row(602, "Motor boats", "30", "30"),
    ]
    assert read("a.pdf", pdf(lines)).documents[0].text.split("\n") == [
        "Sailing boats; up to ten metres; Fee in summer: 12; Fee in winter: 8",
        "Sailing boats; longer, with a crew; Fee in summer: 19; Fee in winter: 11",
        "Sailing boats; Motor boats; Fee in summer: 30; Fee in winter: 30",
    ]


def test_prose_in_two_columns_is_no_table(read: Read) -> None:
    words = ["The", "harbour", "master", "keeps", "a", "list", "of", "all", "ships", "that"]
    lines = []
    for number in range(12):
        turned = " ".join(words[number % 5 :] + words[: number % 5])
        lines += [(9.0, 72.0, 700.0 - 12 * number, turned), (9.0, 330.0, 700.0 - 12 * number, turned)]
    (document,) = read("a.pdf", pdf(lines)).documents
    assert {block.kind for block in document.blocks} == {"text"}


def test_a_list_is_no_table(read: Read, blocks: Blocks) -> None:
    lines = [row(700 - 14 * n, "1.", f"Wash the deck {n} times", xs=(72, 92)) for n in range(1, 5)]
    (document,) = read("a.pdf", pdf([text for line in lines for text in line])).documents
    assert {block.kind for block in document.blocks} <= {"list", "text"}


def test_pages_without_text_are_told(read: Read) -> None:
    with pytest.raises(ParseError, match=r"no text found \(1 pages, perhaps scanned"):
        read("a.pdf", pdf([]))
    parsed = read("b.pdf", pdf([(11.0, 72.0, 700.0, "Words")], []))
    assert parsed.warnings == ["1 of 2 pages have no text, perhaps scanned: 2"]


@pytest.mark.parametrize("data", [b"%PDF-1.4\nrubbish", pdf(PROSE)[:300]])
def test_damaged(read: Read, data: bytes) -> None:
    with pytest.raises(ParseError, match=r"PDF is damaged: |no text found"):
        read("a.pdf", data)
