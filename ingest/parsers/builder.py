"""Build a document from blocks in reading order: the text, the spans, and the titles above each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ingest.parsers.decode import clean, one_line
from ingest.parsers.tables import Cell, read_grid, read_table
from ingest.types import Block, BlockKind, Document, Scalar, Table

MetadataValue = Scalar | Sequence[Scalar]
SEPARATORS = re.compile("[\x85\u2028\u2029]")
# Lines of signs that decorate, and say nothing.
RULE = re.compile(r"[-_=*~.#+|/\\\s·•]+")
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
        while self._titles and self._titles[-1][0] >= level:
            self._titles.pop()
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

    def paragraphs(self, text: str, page: int | None = None) -> None:
        """Add a text block for each paragraph; blank lines separate paragraphs."""
        for paragraph in BLANK_LINES.split(clean(text)):
            self.add(paragraph, "text", page)

    def items(self, items: Iterable[str], page: int | None = None) -> None:
        """Add one list block, a line for each item."""
        self.add("\n".join(item for item in items if item.strip()), "list", page)

    def table(self, rows: Iterable[Iterable[Cell | str]], page: int | None = None, caption: str = "") -> None:
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
        return Document("\n\n".join(self._parts), source, tuple(self._blocks), merged)
