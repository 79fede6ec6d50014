"""Evidence: a span of a section, and the context that says what the span is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ingest.sentences import sentence_spans
from ingest.types import Block, Chunk

MAIL_FIELDS = ("from", "to", "date", "subject", "sender")  # of a mail's metadata, in any case
TITLE_FIELDS = ("title", "name")


@dataclass(frozen=True)
class Evidence:
    """The span `chunk.text[start:end]` of a section, as `ingest.sections.split_sections` cuts them.

    `context` is what the span stands under, and `before` the prose that leads up to it: "It is 900 euros." says of what
    only there.
    """

    chunk: Chunk
    start: int
    end: int

    @property
    def text(self) -> str:
        """The text of the span."""
        return self.chunk.text[self.start : self.end]

    @cached_property
    def sentence(self) -> Evidence:
        """The sentence around the span, its row or its item of a list, or those that it touches."""
        places = sentence_places(self.chunk)
        touched = [(low, high) for low, high in places if low < self.end and high > self.start]
        if not touched:
            return self
        return Evidence(self.chunk, min(touched[0][0], self.start), max(touched[-1][1], self.end))

    @cached_property
    def block(self) -> Block | None:
        """The block that the span begins in, None in a chunk without blocks."""
        start = self.chunk.start + self.start
        return next((block for block in self.chunk.blocks if block.start <= start < block.end), None)

    @cached_property
    def line(self) -> str:
        """The whole lines that the span touches: of a table, its rows."""
        text = self.chunk.text
        end = text.find("\n", self.end)
        return text[text.rfind("\n", 0, self.start) + 1 : end if end >= 0 else len(text)]

    @cached_property
    def is_row(self) -> bool:
        """Tell whether the span is in a row of a table."""
        return is_row_line(self.line) or (self.block is not None and self.block.kind == "table")

    @cached_property
    def record(self) -> str:
        """The lines around the span that are all `Name: value`: a thing's properties; empty if there is just one."""
        block = self.block
        low, high = (
            (block.start - self.chunk.start, block.end - self.chunk.start) if block else (0, len(self.chunk.text))
        )
        lines = self.chunk.text[max(low, 0) : high].splitlines()
        is_record = len(lines) > 1 and all(_PROPERTY.match(line) and not is_row_line(line) for line in lines)
        return "\n".join(lines) if is_record else ""

    @cached_property
    def titles(self) -> list[str]:
        """The title of the document, the header of a mail, and the titles above the section, outermost first."""
        metadata = {name.lower(): value for name, value in self.chunk.metadata.items()}
        fields = [metadata.get(name) for name in (*TITLE_FIELDS, *MAIL_FIELDS)]
        return [*(str(value) for value in fields if value), *self.chunk.heading]

    @cached_property
    def context(self) -> str:
        """What the span stands under, a line each: titles, the row or record, a list's lead-in, a mail's header."""
        lines = list(self.titles)
        # A list's lead-in is the paragraph before it.
        if self.block and self.block.kind == "list":
            before = [block for block in self.chunk.blocks if block.end <= self.block.start]
            if before and before[-1].kind == "text":
                offset = self.chunk.start
                lines.append(self.chunk.text[before[-1].start - offset : before[-1].end - offset])
        if self.is_row:
            lines.append(self.line)
        return "\n".join([*lines, self.record] if self.record else lines)

    @cached_property
    def before(self) -> str:
        """The prose of the section before the span; nothing before a row, an item or a record."""
        kind = self.block.kind if self.block else "text"
        return "" if self.is_row or self.record or kind in ("table", "list") else self.chunk.text[: self.start]


def sentence_places(section: Chunk) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of a section's sentences, in order; each line of a table or list is one."""
    return _find_places(section.text, section.start, section.blocks)


@lru_cache(maxsize=1024)
def _find_places(section_text: str, offset: int, blocks: tuple[Block, ...]) -> tuple[tuple[int, int], ...]:
    places: list[tuple[int, int]] = []
    parts = [(block.start - offset, block.end - offset, block.kind) for block in blocks]
    for start, end, kind in parts or [(0, len(section_text), "text")]:
        text = section_text[start:end]
        lines = [line for line in re.finditer(r"[^\n]+", text) if line[0].strip()]
        if kind in ("table", "list") or (len(lines) > 1 and all(is_row_line(line[0]) for line in lines)):
            places += [(start + line.start(), start + line.end()) for line in lines]
        else:
            places += [(start + low, start + high) for low, high in sentence_spans(text)]
    return tuple(places)


def is_row_line(line: str) -> bool:
    """Tell whether a line is a row of a table: `Column: value; Column: value`."""
    return len(_CELL.findall(line)) > 1 or " | " in line


_CELL = re.compile(r"(?:^|; )[^;:\n]{1,80}: ")
_PROPERTY = re.compile(r"\s*(?:[-*•]\s+)?[^:\n]{1,120}: \S")
