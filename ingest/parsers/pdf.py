"""PDF: text page by page, lines put back together into paragraphs, titles by the size of their letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, one_line

HYPHENS = "\x02\ufffe\u00ad"
"""What pdfium puts where a word is hyphenated at the end of a line, and the soft hyphen."""
LIST_LINE = re.compile(r"\s*(?:[-*•◦▪‣·–●○■□➢✓\uf0b7]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+)\S")
PAGE_NUMBER = re.compile(r"\s*page\s+\d+\s+of\s+\d+\b", re.I)
LABEL = re.compile(r"[A-Z][\w /&(),-]{1,40}:(?:\s|$)")
SENTENCE_END = re.compile(r"[.!?:;][\"')\]”’]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; positions and sizes in points, y upwards."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool


def parse_pdf(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a PDF's text layer."""
    import pypdfium2

    builder = DocumentBuilder()
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _reason(str(error)) from error
    try:
        pages, warnings = _pages(pdf)
        _add_pages(builder, pages)
        for name in ("Title", "Author", "Subject"):
            if value := one_line(pdf.get_metadata_value(name) or ""):
                builder.metadata[name.lower()] = value
    finally:
        pdf.close()
    if not len(builder):
        raise ParseError(f"no text found ({len(pages)} pages, perhaps scanned: run OCR over it first)")
    empty = [str(number) for number, lines in enumerate(pages, start=1) if not lines]
    if empty:
        shown = ", ".join(empty[:10]) + (", ..." if len(empty) > 10 else "")
        warnings.append(f"{len(empty)} of {len(pages)} pages have no text, perhaps scanned: {shown}")
    return Parsed([builder.build(source, {"pages": len(pages)})], warnings)


def _reason(message: str) -> ParseError:
    if "password" in message.lower() or "security" in message.lower():
        return ParseError("encrypted: a password is needed")
    return ParseError(f"PDF is damaged: {message}")


def _pages(pdf: Any) -> tuple[list[list[Line]], list[str]]:
    import pypdfium2

    pages: list[list[Line]] = []
    warnings = []
    for number in range(len(pdf)):
        try:
            page = pdf[number]
            text = page.get_textpage()
            pages.append(list(_lines(text)))
            text.close()
            page.close()
        except pypdfium2.PdfiumError as error:
            pages.append([])
            warnings.append(f"page {number + 1} is damaged: {error}")
    return pages, warnings


def _lines(page: Any) -> Iterator[Line]:
    """A page's lines with the place and letter size of each; raised and lowered letters are part of their line."""
    held: Line | None = None
    for line in _runs(page):
        if held is not None and _is_beside(held, line):
            held = _merged(held, line)
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _runs(page: Any) -> Iterator[Line]:
    """What pdfium takes for lines; it runs on behind a hyphenated word, and here that is a line's end too."""
    from pypdfium2 import raw

    handle = page.raw
    characters = [raw.FPDFText_GetUnicode(handle, index) for index in range(raw.FPDFText_CountChars(handle))]
    start = 0
    for index, code in enumerate([*characters, 10]):
        if code not in (10, 13, 2, 0xFFFE):
            continue
        end = index if code in (10, 13) else index + 1
        text = _text(characters[start:end])
        if text.strip(f"{HYPHENS} \t\xa0"):
            yield _line(page, text, characters, start, end)
        start = index + 1


def _is_beside(left: Line, right: Line) -> bool:
    """On one line, the second close behind the first: footnote marks, and words in another font."""
    overlap = min(left.top, right.top) - max(left.bottom, right.bottom)
    height = min(left.top - left.bottom, right.top - right.bottom)
    gap = right.left - left.right
    return overlap > height * 0.4 and -1 < gap < 3 * max(left.size, right.size) and left.text[-1:] not in tuple(HYPHENS)


def _merged(left: Line, right: Line) -> Line:
    main = left if len(left.text) >= len(right.text) else right
    blank = " " if right.left - left.right > 0.2 * main.size else ""
    text = f"{left.text}{blank}{right.text}"
    return Line(text, left.left, right.right, main.top, main.bottom, main.size, main.bold)


def _text(codes: list[int]) -> str:
    """Characters of UTF-16 code units: pdfium gives those beyond the first plane in two."""
    data = b"".join((code & 0xFFFF).to_bytes(2, "little") for code in codes)
    return data.decode("utf-16-le", errors="ignore")


def _line(page: Any, text: str, characters: list[int], start: int, end: int) -> Line:
    from pypdfium2 import raw

    drawn = [index for index in range(start, end) if characters[index] not in (0, 2, 32, 160, 0xFFFE)] or [start]
    first, last, middle = drawn[0], drawn[-1], drawn[len(drawn) // 2]
    left, bottom, _, top = page.get_charbox(first, loose=True)
    _, last_bottom, right, last_top = page.get_charbox(last, loose=True)
    size = float(raw.FPDFText_GetFontSize(page.raw, middle)) or 1.0
    size = size if 2 < size < 200 else top - bottom  # a scaled text matrix over a font of size 1
    if len(drawn) > 5 and max(top, last_top) - min(bottom, last_bottom) > abs(right - left):
        size = 0.0  # written upwards along the margin: no title, however large
    weight = raw.FPDFText_GetFontWeight(page.raw, middle)
    return Line(text, left, right, max(top, last_top), min(bottom, last_bottom), round(size, 1), weight >= 600)


def _add_pages(builder: DocumentBuilder, pages: list[list[Line]]) -> None:
    furniture = _furniture(pages)
    pages = [
        [line for line in page if _place(line) not in furniture and not PAGE_NUMBER.match(line.text)] for page in pages
    ]
    sizes = Counter[float]()
    bold = Counter[bool]()
    for line in (line for page in pages for line in page):
        sizes[line.size] += len(line.text)
        bold[line.bold] += len(line.text)
    if not sizes:
        return
    body = sizes.most_common(1)[0][0]
    larger = sorted((size for size in sizes if size > body * 1.12), reverse=True)
    bold_titles = bold[True] < bold[False] * 0.3
    for number, page in enumerate(pages, start=1):
        for group in _paragraphs(page):
            _add_group(builder, group, number, body, larger, bold_titles)


def _shape(line: Line) -> str:
    """A line without its numbers: "Page 3 of 7" is on every page."""
    return re.sub(r"\d+", "#", one_line(line.text))


def _place(line: Line) -> tuple[str, int]:
    return _shape(line), round(line.bottom / 5)


def _furniture(pages: list[list[Line]]) -> set[tuple[str, int]]:
    """Page headers and footers: lines that most pages have at the same height, whatever their numbers."""
    places = Counter[tuple[str, int]]()
    for page in pages:
        places.update({_place(line) for line in page})
    return {place for place, count in places.items() if count >= 3 and count > len(pages) * 0.6}


def _paragraphs(page: list[Line]) -> Iterator[list[Line]]:
    """Lines that belong together: close to each other, and of one letter size and weight."""
    steps = [above.bottom - below.bottom for above, below in pairwise(page)]
    usual = median([step for step in steps if step > 1] or [0.0])
    group: list[Line] = []
    for line in page:
        if group and _parts(group[-1], line, usual):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _parts(above: Line, below: Line, usual: float) -> bool:
    step = above.bottom - below.bottom
    height = max(above.top - above.bottom, 1.0)
    if abs(above.size - below.size) > 0.6 or (above.bold != below.bold and not _continues(above, below)):
        return True
    if step < -height or step > max(usual, height) * 1.45:  # a new column, or a gap
        return True
    return bool(LIST_LINE.match(below.text)) != bool(LIST_LINE.match(above.text)) and bool(LIST_LINE.match(below.text))


def _continues(above: Line, below: Line) -> bool:
    """A sentence that runs on: a bold word at the line's middle is no title."""
    return below.text[:1].islower() and not SENTENCE_END.search(above.text.rstrip())


def _add_group(
    builder: DocumentBuilder, group: list[Line], page: int, body: float, larger: list[float], bold_titles: bool
) -> None:
    text = _joined(group)
    is_large, is_bold = group[0].size in larger, bold_titles and group[0].bold
    short = len(group) <= 3 and len(text) <= 150 and re.search(r"[^\W\d_]{2}", text)
    if short and (is_large or (is_bold and len(text) <= 100 and not text.endswith((".", ",", ";")))):
        level = min(larger.index(group[0].size) + 1, 5) if is_large else min(len(larger), 5) + 1
        builder.title(text, level, page)
    elif LIST_LINE.match(group[0].text):
        builder.items(text.split("\n"), page)
    else:
        builder.add(text, "text", page)


def _runs_on(line: Line, edge: float) -> bool:
    """A line of prose that was broken because it was full; rows of a table are full too, but are no prose."""
    return line.right > edge and len(re.findall(r"[^\W\d_]{2,}", line.text)) >= 4


def _joined(group: list[Line]) -> str:
    """One text: a line that reaches the right edge runs on into the next; short ones (addresses, cells) stay lines."""
    edge = max(line.right for line in group)
    left = min(line.left for line in group)
    width = max(edge - left, 1.0)
    text = ""
    for above, line in zip([None, *group], group, strict=False):
        piece = one_line(line.text.rstrip().rstrip(HYPHENS))
        if above is None:
            text = piece
        elif above.text.rstrip()[-1:] in tuple(HYPHENS) or (re.search(r"[^\W\d_]-$", text) and piece[:1].islower()):
            text = text.removesuffix("-") + piece
        elif _runs_on(above, edge - width * 0.2) and not LIST_LINE.match(piece) and not LABEL.match(piece):
            text += f" {piece}"
        else:
            text += f"\n{piece}"
    return text
