from collections.abc import Callable

import pytest

from ingest.errors import ParseError
from ingest.parsers import Parsed
from ingest.types import Document

Read = Callable[..., Parsed]
Blocks = Callable[[Document], list[tuple[str, str]]]

Text = tuple[float, float, float, str]
"""Letter size, x and y in points, text."""


def pdf(*pages: list[Text]) -> bytes:
    """A PDF written by hand: Helvetica, one text object a line."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        drawn = "\n".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for size, x, y, text in lines)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
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


def test_rows_of_a_table_stay_lines(read: Read) -> None:
    lines = [(11.0, 72.0, 700.0 - 14 * row, f"Item {row}   {row}00") for row in range(1, 4)]
    assert read("a.pdf", pdf(lines)).documents[0].text == "Item 1 100\nItem 2 200\nItem 3 300"


def test_pages_without_text_are_told(read: Read) -> None:
    with pytest.raises(ParseError, match=r"no text found \(1 pages, perhaps scanned"):
        read("a.pdf", pdf([]))
    parsed = read("b.pdf", pdf([(11.0, 72.0, 700.0, "Words")], []))
    assert parsed.warnings == ["1 of 2 pages have no text, perhaps scanned: 2"]


@pytest.mark.parametrize("data", [b"%PDF-1.4\nrubbish", pdf(PROSE)[:300]])
def test_damaged(read: Read, data: bytes) -> None:
    with pytest.raises(ParseError, match=r"PDF is damaged: |no text found"):
        read("a.pdf", data)
