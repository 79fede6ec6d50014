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
from ingest.parsers.spreadsheet import apply_number_format
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


NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def add_xml(parent: object, xml: str) -> None:
    parent._p.append(docx.oxml.parse_xml(xml.replace(">", f" {NAMESPACE}>", 1)))  # type: ignore[attr-defined]


def test_word_reads_with_its_changes_accepted(tmp_path: Path, read_file: Read) -> None:
    word = docx.Document()
    fee = word.add_paragraph("The fee is ")
    add_xml(fee, "<w:del><w:r><w:delText>40 EUR</w:delText></w:r></w:del>")
    add_xml(fee, "<w:ins><w:r><w:t>55 EUR</w:t></w:r></w:ins>")
    add_xml(fee, "<w:r><w:t> a day.</w:t></w:r>")
    add_xml(fee, "<w:sdt><w:sdtContent><w:r><w:t> Ask Ann.</w:t></w:r></w:sdtContent></w:sdt>")
    add_xml(
        fee,
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Bring a badge.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    )
    word.sections[0].header.paragraphs[0].text = "Policy 7"
    word.sections[0].footer.paragraphs[0].text = "Page 1 of 2"
    word.save(str(tmp_path / "a.docx"))
    (document,) = read_file(tmp_path / "a.docx").documents
    assert document.text == "Policy 7\n\nThe fee is 55 EUR a day. Ask Ann.\n\nBring a badge."


def test_lists_of_word_keep_their_numbers_and_levels(tmp_path: Path, read_file: Read, blocks: Blocks) -> None:
    word = docx.Document()
    word.add_paragraph("Bring:")
    word.add_paragraph("boots", style="List Bullet")
    word.add_paragraph("of leather", style="List Bullet 2")
    for text in ("Open the valve", "Wait"):
        word.add_paragraph(text, style="List Number")
    bold = word.add_paragraph()
    bold.add_run("After work").bold = True
    word.add_paragraph("Close it.")
    word.save(str(tmp_path / "a.docx"))
    (document,) = read_file(tmp_path / "a.docx").documents
    assert blocks(document) == [
        ("text", "Bring:"),
        ("list", "- boots\n  - of leather\n1. Open the valve\n2. Wait"),
        ("title", "After work"),
        ("text", "Close it."),
    ]


def test_tables_of_word_have_merged_cells_captions_and_tables_inside(tmp_path: Path, read_file: Read) -> None:
    word = docx.Document()
    word.add_paragraph("Table 1: Yards", style="Caption")
    table = word.add_table(rows=5, cols=3)
    rows = [["Yard", "Rate", ""], ["", "day", "month"], ["North", "4", "60"], ["", "5", "75"], ["South", "3", ""]]
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for first, last in (((0, 0), (1, 0)), ((0, 1), (0, 2)), ((2, 0), (3, 0))):
        merged = table.cell(*first).merge(table.cell(*last))
        merged.text = merged.text.strip()
    inner = table.cell(4, 2).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "members", "40"
    word.save(str(tmp_path / "a.docx"))
    (document,) = read_file(tmp_path / "a.docx").documents
    assert document.text.split("\n") == [
        "Table 1: Yards",
        "Yard: North; Rate / day: 4; Rate / month: 60",
        "Yard: North; Rate / day: 5; Rate / month: 75",
        "Yard: South; Rate / day: 3; Rate / month: members: 40",
    ]


def test_unstructured_brings_no_language_model(tmp_path: Path, read_file: Read) -> None:
    (tmp_path / "a.rtf").write_text(r"{\rtf1 A sentence that somebody wrote.}")
    assert read_file(tmp_path / "a.rtf").documents[0].text == "A sentence that somebody wrote."
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


def test_slides_have_lists_tables_charts_and_notes(tmp_path: Path, read_file: Read, blocks: Blocks) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "Opening"
    slide.placeholders[1].text = "Unlock\nSwitch on"
    slide.placeholders[1].text_frame.paragraphs[1].level = 1
    table = slide.shapes.add_table(3, 3, 0, 5_000_000, 100, 100).table
    for row, texts in enumerate([["Shift", "Staff", ""], ["early", "4", "5"], ["late", "6", "6"]]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    data = CategoryChartData()
    data.categories = ["Oslo", "Ude"]
    data.add_series("Guests", (1200, 34.5))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 6_000_000, 100, 100, data)
    slide.notes_slide.notes_text_frame.text = "The budget is 85,000 euros."
    show.save(str(tmp_path / "a.pptx"))
    (document,) = read_file(tmp_path / "a.pptx").documents
    assert blocks(document) == [
        ("title", "Opening"),
        ("list", "- Unlock\n  - Switch on"),
        ("table", "Shift: early; Staff: 4; Staff: 5\nShift: late; Staff: 6"),
        ("table", "Oslo; Guests: 1200\nUde; Guests: 34.5"),
        ("text", "The budget is 85,000 euros."),
    ]
    assert {block.page for block in document.blocks} == {1}


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
    assert apply_number_format(value, number_format) == shown


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
