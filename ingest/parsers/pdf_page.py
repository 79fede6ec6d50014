"""The lines of a PDF's pages, and the removal of running heads, running feet and page numbers from them.

These stand at the edges of most pages, at one height, and are equal but for the number of the page. Lines that differ
in other numbers ("Invoice 2031", "Week 14") are content, as are equal lines between others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.parsers.decode import one_line
from ingest.parsers.pdf_tables import PdfTable

PAGE_NUMBER = re.compile(r"\s*page\s+\d+\s+of\s+\d+\b", re.I)
DIGITS = re.compile(r"\d+")
WORD = re.compile(r"[^\W\d_]+")
PAGE_WORDS = frozenset(
    "page pages p pp pg of from seite s von página pagina pág pag de di del sur side sida av sivu".split()  # noqa: SIM905
)
EDGE_SHARE = 0.15
"""The share of a page's height that its head, and its foot, may take."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a page; positions and sizes in points, y upwards. `first` is its first character on the page."""

    first: int
    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool


PageContent = list[TextLine | PdfTable]


@dataclass(frozen=True, slots=True)
class PageEdges:
    """The lower and the upper edge of a page, in points."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RepeatedLine:
    """What a line has in common with those of other pages: its text but for the page's number, and its height.

    `offset` is the printed number less the page's place in the file; None for a line without the page's number.
    """

    text: str
    height: int
    offset: int | None


def drop_furniture(pages: Sequence[PageContent], edges: Sequence[PageEdges]) -> list[PageContent]:
    """Return pages without running heads, running feet and page numbers."""
    counts = Counter[RepeatedLine]()
    for number, page in enumerate(pages, start=1):
        lines = [part for part in page if isinstance(part, TextLine)]
        counts.update({repetition for line in lines for repetition in _repetitions(line, number)})
    repeated = {repetition for repetition, count in counts.items() if count >= 3 and count > len(pages) * 0.6}
    kept: list[PageContent] = []
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True), start=1):
        # From each edge inwards, furniture ends at the first line that is content.
        downwards = sorted((part for part in page if isinstance(part, TextLine)), key=lambda line: -line.bottom)
        margin = EDGE_SHARE * (edge.high - edge.low)
        edge_lines = (
            [line for line in downwards if line.bottom > edge.high - margin],
            [line for line in reversed(downwards) if line.bottom < edge.low + margin],
        )
        furniture: set[int] = set()
        for lines in edge_lines:
            for line in lines:
                if repeated.isdisjoint(_repetitions(line, number)):
                    break
                furniture.add(line.first)
        kept.append(
            [
                part
                for part in page
                if isinstance(part, PdfTable) or (part.first not in furniture and not PAGE_NUMBER.match(part.text))
            ]
        )
    return kept


def _repetitions(line: TextLine, page: int) -> Iterator[RepeatedLine]:
    """Yield what other pages may have in common with a line of the page of this number, from 1."""
    text, height = one_line(line.text), round(line.bottom / 5)
    yield RepeatedLine(text, height, None)
    is_page_number = all(word in PAGE_WORDS for word in WORD.findall(text.lower()))
    for number in DIGITS.finditer(text):
        # Beside other words, the number of the page is set apart from them, and pages before the first have none.
        offset = int(number[0]) - page
        before, after = text[: number.start()].rstrip(), text[number.end() :].lstrip()
        is_apart = (not before or before[-1] in "|·•–—-/") and (not after or after[0] in "|·•–—-/")
        is_spread = (not before or not after) and line.right - line.left > 0.75 * line.size * len(text)
        if is_page_number or (offset <= 0 and (is_spread or (is_apart and (before or after)))):
            yield RepeatedLine(f"{before}#{after}", height, offset)
