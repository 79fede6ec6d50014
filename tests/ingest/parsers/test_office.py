"""Word, PowerPoint, Excel and EPUB, from files made on the spot."""

import io
import sys
import zipfile
from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest

from ingest.errors import ParseError, Unsupported
from ingest.parsers import Parsed, ParseSettings
from ingest.parsers.sniff import sniff
from ingest.parsers.spreadsheet import format_number
from ingest.types import Document

docx = pytest.importorskip("docx", reason="the office extra is not installed")
openpyxl = pytest.importorskip("openpyxl")
pptx = pytest.importorskip("pptx")

Read = Callable[..., Parsed]
Blocks = Callable[[Document], list[tuple[str, str]]]


def test_word(tmp_path: Path, read_file: Read, blocks: Blocks) -> None:
    word = docx.Document()
    word.core_properties.title = "Handbook"
    word.add_heading("Leave", level=1)
    word.add_paragraph("Everyone has thirty days of leave a year.")
    word.add_heading("Asking for it", level=2)
    word.add_paragraph("Ask early", style="List Bullet")
    word.add_paragraph("Ask in writing", style="List Bullet")
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ["Grade", "Days", "A", "30"], strict=True):
        cell.text = text
    word.save(str(tmp_path / "a.docx"))
    (document,) = read_file(tmp_path / "a.docx").documents
    assert blocks(document) == [
        ("title", "Leave"),
        ("text", "Everyone has thirty days of leave a year."),
        ("title", "Asking for it"),
        ("list", "- Ask early\n- Ask in writing"),
        ("table", "Grade: A; Days: 30"),
    ]
    assert document.blocks[3].heading == ("Leave", "Asking for it")
    assert document.metadata["title"] == "Handbook"


def test_unstructured_brings_no_language_model(tmp_path: Path, read_file: Read) -> None:
    word = docx.Document()
    word.add_paragraph("A sentence that somebody wrote.")
    word.save(str(tmp_path / "a.docx"))
    assert read_file(tmp_path / "a.docx").documents[0].text == "A sentence that somebody wrote."
    assert "spacy" not in sys.modules


def test_slides_are_pages(tmp_path: Path, read_file: Read, blocks: Blocks) -> None:
    show = pptx.Presentation()
    for title, text in (("Plan", "We build a house."), ("Cost", "It is too much.")):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    show.save(str(tmp_path / "a.pptx"))
    (document,) = read_file(tmp_path / "a.pptx").documents
    assert [text for _, text in blocks(document)] == ["Plan", "We build a house.", "Cost", "It is too much."]
    assert [(block.kind, block.page) for block in document.blocks][::2] == [("title", 1), ("title", 2)]
    assert document.blocks[3].heading == ("Cost",)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(str(path))
    return path


def test_a_sheet_with_a_header_is_a_catalogue(tmp_path: Path, read_file: Read) -> None:
    rows: list[list[object]] = [["sku", "name", "price"], ["A1", "Trowel", 12.5], ["A2", "Can", 18]]
    documents = read_file(workbook(tmp_path / "a.xlsx", Stock=rows)).documents
    assert [document.source for document in documents] == ["a.xlsx#A1", "a.xlsx#A2"]
    assert documents[0].text == "Trowel\n\nSku: A1\nPrice: 12.5"
    assert documents[1].metadata == {"sheet": "Stock", "sku": "A2", "name": "Can", "price": 18}


def test_other_sheets_are_tables_under_their_name(tmp_path: Path, read_file: Read, blocks: Blocks) -> None:
    rows: list[list[object]] = [["Report"], [], ["Income", 5], ["Cost", 7.25], [None, True]]
    (document,) = read_file(workbook(tmp_path / "a.xlsx", Year=rows)).documents
    assert blocks(document) == [("title", "Year"), ("text", "Report"), ("table", "Income: 5\nCost: 7.25\ntrue")]


def test_two_catalogue_sheets_name_the_sheet(tmp_path: Path, read_file: Read) -> None:
    one: list[list[object]] = [["id", "name"], ["x", "A"], ["y", "B"]]
    documents = read_file(workbook(tmp_path / "a.xlsx", One=one, Two=one)).documents
    assert [d.source for d in documents] == ["a.xlsx#One!x", "a.xlsx#One!y", "a.xlsx#Two!x", "a.xlsx#Two!y"]


def test_a_workbook_reads_as_it_is_shown(tmp_path: Path, read_file: Read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Kind", "Part", "Price", "Off", "Opens"], ["Nuts", "N-1", 0.35, 0.075, time(8)]):
        sheet.append(row)
    for row in ([None, "N-2", 1299, 0, time(9, 30)], ["Glue", "G-1", 8.9, 0.125, None]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    for number in (2, 3, 4):
        sheet[f"C{number}"].number_format = "[$€-407]#,##0.00"
        sheet[f"D{number}"].number_format = "0.0 %"
    book.create_sheet("Secret").append(["x"])
    book["Secret"].sheet_state = "hidden"
    book.save(str(tmp_path / "a.xlsx"))
    parsed = read_file(tmp_path / "a.xlsx")
    assert [document.text for document in parsed.documents] == [
        "Kind: Nuts\nPart: N-1\nPrice: €0.35\nOff: 7.5 %\nOpens: 08:00",
        "Kind: Nuts\nPart: N-2\nPrice: €1,299.00\nOff: 0.0 %\nOpens: 09:30",
        "Kind: Glue\nPart: G-1\nPrice: €8.90\nOff: 12.5 %",
    ]
    assert parsed.documents[0].metadata["Off"] == 0.075, "filters compare numbers"
    assert parsed.warnings == ["sheet Secret is hidden and was left out"]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.075, "0%", "7.5%"),
        (4.2, '0.0 "kg"', "4.2 kg"),
        (-3, "#,##0.00_);(#,##0.00)", "-3.00"),
        (5, "_-* #,##0.00\\ [$€-407]_-;-* #,##0.00", "5.00 €"),
        (1.125, "0.0", "1.125"),
        (0.5, "# ?/?", "0.5"),
        (1e6, "0.00E+00", "1000000"),
        (7, "General", "7"),
    ],
)
def test_numbers_keep_their_signs_and_lose_no_digit(value: float, number_format: str, shown: str) -> None:
    assert format_number(value, number_format) == shown


def test_merged_headers_and_captions_of_a_sheet(tmp_path: Path, read_file: Read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Staff"
    for row in (
        ["Staff plan", *[None] * 4],
        ["Team", 2025, None, 2026, None],
        [None, "Heads", "Cost", "Heads", "Cost"],
    ):
        sheet.append(row)
    for row in (["Press", 4, 90, 5, 99], ["Sales", 7, 120, 8, 130]):
        sheet.append(row)
    for merged in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(merged)
    book.save(str(tmp_path / "a.xlsx"))
    (first, _) = read_file(tmp_path / "a.xlsx").documents
    assert first.text == "Staff plan\n\nTeam: Press\n2025 / Heads: 4\n2025 / Cost: 90\n2026 / Heads: 5\n2026 / Cost: 99"


@pytest.mark.parametrize("ending", ["docx", "pptx", "xlsx", "odt", "epub"])
def test_a_cut_off_file_is_damaged(read: Read, ending: str) -> None:
    with pytest.raises(ParseError, match="damaged"):
        read(f"a.{ending}", b"PK\x03\x04" + b"\x00" * 200)


@pytest.mark.parametrize("member", ["mimetype", "META-INF/container.xml"])
@pytest.mark.parametrize("ending", ["epub", "bin"])
def test_a_book_with_a_damaged_member_is_damaged(read: Read, tmp_path: Path, member: str, ending: str) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", '<container><rootfile full-path="p.opf"/></container>' * 20)
    broken = bytearray(data.getvalue())
    start = broken.index(member.encode()) + len(member)
    broken[start : start + 6] = b"\xff" * 6  # no block of deflate begins like this
    (tmp_path / "sniffed").write_bytes(broken)
    assert sniff(tmp_path / "sniffed") == (".zip" if member == "mimetype" else ".epub")
    with pytest.raises((ParseError, Unsupported)):
        read(f"a.{ending}", bytes(broken))


def test_old_formats_need_libreoffice(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")
    with pytest.raises(Unsupported, match=r"needs LibreOffice .*save it as \.docx"):
        read("a.doc", ole)


def test_encrypted_office_files_say_so(read: Read) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(ParseError, match="encrypted: a password is needed"):
        read("a.xlsx", ole)


def test_pictures_need_tesseract(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unsupported, match="needs the `tesseract` OCR program"):
        read("a.png", b"\x89PNG\r\n\x1a\n")


def test_a_missing_extra_is_named(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(Unsupported, match=r"reading .xlsx files needs .* pip install 'openbook-rag\[office\]'"):
        read("a.xlsx", epub_bytes())


def epub_bytes(chapter: str = "<h1>One</h1><p>Call me.</p>") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as book:
        book.writestr("mimetype", "application/octet-stream")
        book.writestr("META-INF/container.xml", '<container><rootfile full-path="O/p.opf"/></container>')
        book.writestr(
            "O/p.opf",
            '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Whale</dc:title>'
            '<item id="b" href="b%20c.xhtml"/><item id="a" href="a.xhtml"/>'
            '<itemref idref="a"/><itemref idref="b"/></package>',
        )
        book.writestr("O/a.xhtml", f"<html><body>{chapter}</body></html>")
        book.writestr("O/b c.xhtml", "<html><body><h1>Two</h1><p>The end.</p></body></html>")
    return data.getvalue()


def test_chapters_of_a_book_come_in_the_order_of_the_spine(read: Read) -> None:
    (document,) = read("a.epub", epub_bytes()).documents
    assert document.text == "One\n\nCall me.\n\nTwo\n\nThe end."
    assert document.metadata == {"title": "Whale"}


def test_a_book_that_unpacks_to_too_much_is_refused(read: Read) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("a", b"0" * 1_000_000)
    with pytest.raises(ParseError, match="unpacks to far more than the size limit"):
        read("a.epub", data.getvalue(), ParseSettings(max_bytes=10_000))
