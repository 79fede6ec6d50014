"""Build a document from blocks in reading order: the text, the spans, and the titles above each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from ingest.parsers.decode import clean, one_line
from ingest.parsers.tables import GridCell, read_grid, read_table
from ingest.types import Block, BlockKind, Document, Scalar, Table

MetadataValue = Scalar | Sequence[Scalar]
SEPARATORS = re.compile("[\x85\u2028\u2029]")
# Lines of signs that decorate, and say nothing.
RULE = re.compile(r"[-_=*~.#+|/\\\s·•]+")
LINE = re.compile(r"\S(?:[^\n]*\S)?")
# A line that asks one question, perhaps after "Q:" or a number.
QUESTION = re.compile(r"(?:Q\w{0,3}[.:)]\s*|\d{1,3}[.)]\s*)?[^\W_a-z](?:(?![.!?]\s)[^\n?？]){6,200}[?？][\"'”’)]*")
BENEATH_HEADINGS = 7
"""The level of titles that are no headings of the format: questions and bold lines."""
BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class DocumentBuilder:
    """Collects blocks; `build` joins them by blank lines. Blocks without text are left out."""

    def __init__(self) -> None:
        self.metadata: dict[str, MetadataValue] = {}
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._titles: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._blocks)

    def title(self, text: str, level: int = 1, page: int | None = None) -> None:
        """Add a title. It heads all blocks up to the next title of the same or an outer level."""
        text = one_line(text)
        if not text:
            return
        # A title ends the sections of its own level and of those below it.
        self.close_titles(level)
        self.add(text, "title", page)
        self._titles.append((level, text))

    def add(self, text: str, kind: BlockKind = "text", page: int | None = None, table: Table | None = None) -> None:
        """Add one block, unless it is empty or a mere line of dashes."""
        text = SEPARATORS.sub("\n", clean(text)).strip("\n").rstrip()
        text = text if kind == "code" else text.strip()
        if not text.strip() or (kind != "code" and RULE.fullmatch(text)):
            return
        # Blocks are joined by blank lines, of two characters each.
        start = self._length + 2 if self._parts else 0
        self._parts.append(text)
        self._length = start + len(text)
        heading = tuple(title for _, title in self._titles)
        self._blocks.append(Block(start, self._length, kind, page, heading, table))

    def emphasised(self, text: str, page: int | None = None) -> None:
        """Add a paragraph that is bold throughout: a title where it is short and no sentence or lead-in, else text."""
        line = one_line(text)
        if len(line) <= 120 and not line.endswith((".", ",", ";", ":", "!")) and re.search(r"[^\W\d_]{2}", line):
            self.title(line, BENEATH_HEADINGS, page)
        else:
            self.add(text, "text", page)

    def close_titles(self, level: int) -> None:
        """End the sections of titles of this level and below it."""
        while self._titles and self._titles[-1][0] >= level:
            self._titles.pop()

    def paragraphs(self, text: str, page: int | None = None) -> None:
        """Add a text block for each paragraph; blank lines separate paragraphs."""
        for paragraph in BLANK_LINES.split(clean(text)):
            self.add(paragraph, "text", page)

    def items(self, items: Iterable[str], page: int | None = None) -> None:
        """Add one list block, a line for each item."""
        self.add("\n".join(item for item in items if item.strip()), "list", page)

    def table(self, rows: Iterable[Iterable[GridCell | str]], page: int | None = None, caption: str = "") -> None:
        """Add one table block, a line for each row: `name: cell; name: cell`, or `cell | cell` without names."""
        rows = [list(row) for row in rows]
        if (named := read_table(rows, caption)) is not None:
            self.add("\n".join(named.lines), "table", page, named.table)
            return
        lines = [" | ".join(cell.text for cell in row).rstrip(" |") for row in read_grid(rows)]
        # A single cell is a box around text.
        kind: BlockKind = "text" if len(lines) == 1 and " | " not in lines[0] else "table"
        self.add("\n".join(filter(None, [one_line(caption), *lines])), kind, page)

    def build(self, source: str, metadata: Mapping[str, MetadataValue] | None = None) -> Document:
        """Return the document; `metadata` is added to the collected metadata."""
        merged = {**self.metadata, **(metadata or {})}
        text = "\n\n".join(self._parts)
        return Document(text, source, tuple(_title_questions(text, self._blocks)), merged)


def _title_questions(text: str, blocks: Sequence[Block]) -> Sequence[Block]:
    """Return blocks in which questions that are lines of their own, before their answers, are titles of these.

    One such line may be rhetoric; two and more make a list of questions and answers.
    """
    pieces: list[Block] = []
    for block in blocks:
        lines = [match.span() for match in LINE.finditer(text, block.start, block.end)] if block.kind == "text" else []
        if not any(QUESTION.fullmatch(text, *line) for line in lines):
            pieces.append(block)
            continue
        # Part the block into questions, and the lines between them.
        for is_question, group in groupby(lines, key=lambda line: bool(QUESTION.fullmatch(text, *line))):
            spans = list(group)
            spans = spans if is_question else [(spans[0][0], spans[-1][1])]
            pieces += [replace(block, start=start, end=end) for start, end in spans]
    # A question heads what follows it, unless that is a title or another question.
    asked = [piece.kind == "text" and bool(QUESTION.fullmatch(text, piece.start, piece.end)) for piece in pieces]
    heads = [
        question and not next_question and following is not None and following.kind != "title"
        for question, next_question, following in zip(asked, [*asked[1:], False], [*pieces[1:], None], strict=False)
    ]
    if sum(heads) < 2:
        return blocks
    titled: list[Block] = []
    above: tuple[str, ...] = ()
    for piece, is_head in zip(pieces, heads, strict=True):
        if piece.kind == "title":
            above = ()
        if is_head:
            titled.append(replace(piece, kind="title"))
            above = (text[piece.start : piece.end],)
        else:
            titled.append(replace(piece, heading=(*piece.heading, *above)))
    return titled
