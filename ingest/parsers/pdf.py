"""PDF: text page by page; lines are joined into paragraphs, and titles recognised by the size of their letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import one_line
from ingest.parsers.pdf_forms import fill_in, read_fields
from ingest.parsers.pdf_page import PageContent, PageEdges, TextLine, drop_furniture
from ingest.parsers.pdf_tables import PdfTable, find_tables

HYPHENS = "\x02\ufffe\u00ad"
"""The marks of pdfium for a word that is hyphenated at the end of a line, and the soft hyphen."""
LIST_LINE = re.compile(r"\s*(?:[-*•◦▪‣·–●○■□➢✓\uf0b7]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+)\S")
LABEL = re.compile(r"[A-Z][\w /&(),-]{1,40}:(?:\s|$)")
SENTENCE_END = re.compile(r"[.!?:;][\"')\]”’]*$")


def parse_pdf(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a PDF's text layer."""
    import pypdfium2

    builder = DocumentBuilder()
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if re.search("password|security", str(error), re.I):
            raise ParseError("encrypted: a password is needed") from error
        raise ParseError(f"PDF is damaged: {error}") from error
    pages: list[PageContent] = []
    edges: list[PageEdges] = []
    warnings = []
    try:
        pdf.init_forms()
        for number in range(len(pdf)):
            try:
                page = pdf[number]
                text = page.get_textpage()
                tables = find_tables(page, text)
                in_tables = frozenset[int]().union(*(table.characters for table in tables))
                lines = fill_in(list(_read_lines(text, in_tables)), read_fields(pdf, page))
                pages.append(sorted([*lines, *tables], key=lambda part: part.first))
                _, low, _, high = page.get_mediabox()
                edges.append(PageEdges(low, high))
                text.close()
                page.close()
            except pypdfium2.PdfiumError as error:
                pages.append([])
                edges.append(PageEdges(0.0, 0.0))
                warnings.append(f"page {number + 1} is damaged: {error}")
        _add_pages(builder, drop_furniture(pages, edges))
        for name in ("Title", "Author", "Subject"):
            if value := one_line(pdf.get_metadata_value(name) or ""):
                builder.metadata[name.lower()] = value
    finally:
        pdf.close()
    if not len(builder):
        raise ParseError(f"no text found ({len(pages)} pages, perhaps scanned: run OCR over it first)")
    empty = [str(number) for number, lines in enumerate(pages, start=1) if not lines]
    if empty:
        numbers = ", ".join(empty[:10]) + (", ..." if len(empty) > 10 else "")
        warnings.append(f"{len(empty)} of {len(pages)} pages have no text, perhaps scanned: {numbers}")
    return Parsed([builder.build(source, {"pages": len(pages)})], warnings)


# --- lines ------------------------------------------------------------------------------------------------------------


def _read_lines(page: Any, in_tables: frozenset[int]) -> Iterator[TextLine]:
    """Yield a page's lines outside of tables, with position and letter size; footnote marks are part of their line."""
    # Hold each line back until the next one shows that it is complete.
    held: TextLine | None = None
    for line in _read_runs(page, in_tables):
        if held is not None and _is_same_line(held, line):
            longer = held if len(held.text) >= len(line.text) else line
            blank = " " if line.left - held.right > 0.2 * longer.size else ""
            held = replace(longer, text=f"{held.text}{blank}{line.text}", left=held.left, right=line.right)
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _is_same_line(left: TextLine, right: TextLine) -> bool:
    """Tell runs at the same height, the second close behind the first: footnote marks, and words in another font."""
    # Runs on one line overlap in height by 40 % at least, and have little between them.
    overlap = min(left.top, right.top) - max(left.bottom, right.bottom)
    height = min(left.top - left.bottom, right.top - right.bottom)
    gap = right.left - left.right
    return overlap > height * 0.4 and -1 < gap < 3 * max(left.size, right.size) and left.text[-1:] not in tuple(HYPHENS)


def _read_runs(page: Any, in_tables: frozenset[int]) -> Iterator[TextLine]:
    """Yield the lines that pdfium sees, which go on after a hyphenated word, and end them there and at tables."""
    from pypdfium2 import raw

    # The codes of all characters; 10 and 13 end lines, 2 and 0xFFFE are hyphens at their ends.
    handle = page.raw
    characters = [raw.FPDFText_GetUnicode(handle, index) for index in range(raw.FPDFText_CountChars(handle))]
    start = 0
    for index, code in enumerate([*characters, 10]):
        is_mark = code in (10, 13) or index in in_tables
        if not is_mark and code not in (2, 0xFFFE):
            continue
        end = index if is_mark else index + 1
        # The characters are UTF-16 code units: those beyond the first plane come in two.
        data = b"".join((code & 0xFFFF).to_bytes(2, "little") for code in characters[start:end])
        text = data.decode("utf-16-le", errors="ignore")
        if text.strip(f"{HYPHENS} \t\xa0"):
            yield _measure_line(page, text, characters, start, end)
        start = index + 1


def _measure_line(page: Any, text: str, characters: list[int], start: int, end: int) -> TextLine:
    from pypdfium2 import raw

    # Measure by the characters that are drawn, not by blanks and marks.
    drawn = [index for index in range(start, end) if characters[index] not in (0, 2, 32, 160, 0xFFFE)] or [start]
    first, last, middle = drawn[0], drawn[-1], drawn[len(drawn) // 2]
    left, bottom, _, top = page.get_charbox(first, loose=True)
    _, last_bottom, right, last_top = page.get_charbox(last, loose=True)
    size = float(raw.FPDFText_GetFontSize(page.raw, middle)) or 1.0
    size = size if 2 < size < 200 else top - bottom  # a scaled text matrix over a font of size 1
    if len(drawn) > 5 and max(top, last_top) - min(bottom, last_bottom) > abs(right - left):
        size = 0.0  # written upwards along the margin: no title, however large
    weight = raw.FPDFText_GetFontWeight(page.raw, middle)
    return TextLine(
        first, text, left, right, max(top, last_top), min(bottom, last_bottom), round(size, 1), weight >= 600
    )


# --- paragraphs -------------------------------------------------------------------------------------------------------


def _add_pages(builder: DocumentBuilder, pages: list[PageContent]) -> None:
    # Titles have letters larger than most of the text, or are bold where little else is.
    sizes = Counter[float]()
    bold = Counter[bool]()
    for line in (part for page in pages for part in page if isinstance(part, TextLine)):
        sizes[line.size] += len(line.text)
        bold[line.bold] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted((size for size in sizes if size > body * 1.12), reverse=True)
    bold_titles = bold[True] < bold[False] * 0.3
    for number, page in enumerate(pages, start=1):
        for group in _group_parts(page):
            if isinstance(group, PdfTable):
                builder.table(group.rows, number)
                continue
            text = _join_lines(group)
            is_large, is_bold = group[0].size in larger, bold_titles and group[0].bold
            short = len(group) <= 3 and len(text) <= 150 and re.search(r"[^\W\d_]{2}", text)
            if short and (is_large or (is_bold and len(text) <= 100 and not text.endswith((".", ",", ";")))):
                level = min(larger.index(group[0].size) + 1, 5) if is_large else min(len(larger), 5) + 1
                builder.title(text, level, number)
            elif LIST_LINE.match(group[0].text):
                builder.items(text.split("\n"), number)
            else:
                builder.add(text, "text", number)


def _group_parts(page: PageContent) -> Iterator[list[TextLine] | PdfTable]:
    """Yield the paragraphs and tables of a page."""
    for kind, parts in groupby(page, key=type):
        if kind is PdfTable:
            yield from (part for part in parts if isinstance(part, PdfTable))
        else:
            yield from _group_lines([part for part in parts if isinstance(part, TextLine)])


def _group_lines(page: list[TextLine]) -> Iterator[list[TextLine]]:
    """Yield the lines that form a paragraph: close to each other, and of one letter size and weight."""
    # The usual distance of two lines is the median on the page.
    steps = [above.bottom - below.bottom for above, below in pairwise(page)]
    usual = median([step for step in steps if step > 1] or [0.0])
    group: list[TextLine] = []
    for line in page:
        if group and _starts_paragraph(group[-1], line, usual):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _starts_paragraph(above: TextLine, line: TextLine, usual: float) -> bool:
    step = above.bottom - line.bottom
    height = max(above.top - above.bottom, 1.0)
    # A sentence goes on in a line that begins with a bold word: no title.
    goes_on = line.text[:1].islower() and not SENTENCE_END.search(above.text.rstrip())
    if abs(above.size - line.size) > 0.6 or (above.bold != line.bold and not goes_on):
        return True
    if step < -height or step > max(usual, height) * 1.45:  # a new column, or a gap
        return True
    return bool(LIST_LINE.match(line.text)) and not LIST_LINE.match(above.text)


def _join_lines(group: list[TextLine]) -> str:
    """Return the text of a paragraph: full lines of prose run on, short ones (addresses, cells) stay lines."""
    # A line is full when it ends in the last fifth of the paragraph's width.
    edge = max(line.right for line in group)
    full = edge - max(edge - min(line.left for line in group), 1.0) * 0.2
    text = one_line(group[0].text.rstrip().rstrip(HYPHENS))
    for above, line in pairwise(group):
        piece = one_line(line.text.rstrip().rstrip(HYPHENS))
        # Rows of a table may be full, too, but have few words.
        is_prose = above.right > full and len(re.findall(r"[^\W\d_]{2,}", above.text)) >= 4
        if above.text.rstrip()[-1:] in tuple(HYPHENS) or (re.search(r"[^\W\d_]-$", text) and piece[:1].islower()):
            text = text.removesuffix("-") + piece
        elif is_prose and not LIST_LINE.match(piece) and not LABEL.match(piece):
            text += f" {piece}"
        else:
            text += f"\n{piece}"
    return text
