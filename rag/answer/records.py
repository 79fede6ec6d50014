"""Records: the rows of tables and the named values of lists in passages, as cells with their columns and places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePath

from ingest.sections import split_sections
from ingest.types import Block, Chunk
from rag.answer.cells import UNNAMED_CELL, place_cells
from rag.answer.evidence import MAIL_FIELDS, Evidence, is_row_line
from rag.answer.focus import cut_section

LONGEST_VALUE = 200  # characters: a longer cell is a text of its own, which a reader reads better


@dataclass(frozen=True)
class RecordCell:
    """A cell, whose value is `section.text[start:end]`, with the name of its column, "" if none is known."""

    section: Chunk
    column: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """The text of the cell."""
        return self.section.text[self.start : self.end]

    @property
    def evidence(self) -> Evidence:
        """The cell as evidence."""
        return Evidence(self.section, self.start, self.end)


@dataclass(frozen=True)
class Record:
    """A row of a table, or a named value of a list, `section.text[start:end]`.

    `titles` say what the table is of: the title of the document, headings, caption, sheet, and the file's name.
    `is_row` is False for a named value of a list, which has one cell.
    """

    section: Chunk
    start: int
    end: int
    cells: tuple[RecordCell, ...]
    titles: tuple[str, ...]
    is_row: bool = True

    @property
    def table(self) -> tuple[str, tuple[str, ...]]:
        """The file and the titles, which rows of one table share."""
        return self.section.source.split("#")[0], self.titles

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that the row has a value in."""
        return tuple(cell.column for cell in self.cells)


def find_records(chunk: Chunk) -> Iterator[Record]:
    """Yield the records of a chunk, in order."""
    for section in split_sections(chunk):
        lead_in = ""
        for block in section.blocks or (Block(section.start, section.end),):
            start, end = block.start - section.start, block.end - section.start
            text = section.text[start:end]
            lines = [(start + line.start(), start + line.end()) for line in re.finditer(r"[^\n]+", text)]
            rows = [section.text[low:high] for low, high in lines]
            is_facts = len(rows) > 1 and all(_PROPERTY_LINE.match(row) and not is_row_line(row) for row in rows)
            if "#" in section.source and is_facts:
                yield _read_entry(chunk, section, lines, start)
            elif block.kind == "table" or any(is_row_line(row) and len(place_cells(row)) > 1 for row in rows):
                yield from _read_rows(section, lines, lead_in)
            elif block.kind == "list" or is_facts:
                yield from _read_list(section, lines, lead_in)
            lead_in = text if block.kind == "text" and len(text) <= LONGEST_VALUE else ""


def _read_rows(section: Chunk, lines: list[tuple[int, int]], lead_in: str) -> Iterator[Record]:
    """Yield the rows of a table, and its lines of one cell as named values."""
    titles = (*_titles_of(section), *filter(None, [lead_in]))
    # A line without a cell is the caption, or a note below.
    for low, high in lines:
        if not place_cells(section.text[low:high]) or _CAPTION.match(section.text[low:high]):
            if not is_row_line(section.text[low:high]) and high - low <= LONGEST_VALUE:
                titles = (*titles, section.text[low:high])
            continue
        cells = [
            RecordCell(section, cell.column, start, start + len(cell.value))
            for cell, place in place_cells(section.text[low:high])
            for start in [low + place + len(cell.column) + 2]
        ]
        # The group of a row is its first cell, under no name.
        group = UNNAMED_CELL.match(section.text[low:high])
        if group:
            cells.insert(0, RecordCell(section, "", low, low + group.end()))
        yield Record(section, low, high, tuple(cells), titles, len(cells) > 1)


def _read_list(section: Chunk, lines: list[tuple[int, int]], lead_in: str) -> Iterator[Record]:
    """Yield the named values of a list; the items above one are part of its name."""
    titles = (*_titles_of(section), *filter(None, [lead_in]))
    above: list[tuple[int, str]] = []
    for low, high in lines:
        line = section.text[low:high]
        indent = len(line) - len(line.lstrip())
        above = [(level, text) for level, text in above if level < indent]
        named = _NAMED.match(line)
        if named and named["name"].casefold() not in (*MAIL_FIELDS, "cc", "sent"):
            column = " / ".join([*(text for _, text in above), named["name"]])
            cell = RecordCell(section, column, low + named.start("value"), low + named.end("value"))
            yield Record(section, low, high, (cell,), titles, is_row=False)
        above.append((indent, _MARK_BEFORE.sub("", line).rstrip(" :")))


def _read_entry(chunk: Chunk, section: Chunk, lines: list[tuple[int, int]], offset: int) -> Record:
    """Return a row of a catalogue: a line for each cell, under a title and a text that are cells, too."""
    cells = []
    above = section.text[:offset].strip()
    if above and len(above) <= LONGEST_VALUE:
        place = section.text.index(above)
        cells.append(RecordCell(section, "", place, place + len(above)))
    for low, high in lines:
        match = _PROPERTY_LINE.match(section.text[low:high])
        if match is not None:
            cells.append(RecordCell(section, match["name"], low + match.end("name") + 2, high))
    titles = _titles_of(section)
    heading = section.heading[-1] if section.heading else ""
    fields = {str(value): name for name, value in section.metadata.items() if name not in ("caption", "sheet")}
    before = chunk.text[: section.start - chunk.start].rstrip()
    if heading in fields and before.endswith(heading):
        # The section begins with its title.
        whole = replace(chunk, heading=section.heading[:-1], page=section.page)
        titled = cut_section(whole, len(before) - len(heading), section.end - chunk.start)
        name = re.sub(r"[_\s]+", " ", fields[heading])
        cells.insert(0, RecordCell(titled, name, 0, len(heading)))
        titles = tuple(title for title in titles if title != heading)
    return Record(section, lines[0][0], lines[-1][1], tuple(cells), titles)


def _titles_of(section: Chunk) -> tuple[str, ...]:
    """Return what a section stands under, and the name of its file in words."""
    metadata = section.metadata
    fields = [str(metadata[name]) for name in ("title", "sheet", "caption") if metadata.get(name)]
    if "#" in section.source:  # of a row, the title is its own
        fields = fields[1:] if metadata.get("title") else fields
    file = re.sub(r"[\W_]+", " ", PurePath(section.source.split("#")[0]).stem)
    return tuple(dict.fromkeys([*fields, *section.heading, file]))


_CAPTION = re.compile(r"(?:Table|Figure|Tab\.|Fig\.) \d+: [^;]+$", re.IGNORECASE)
_PROPERTY_LINE = re.compile(r"(?P<name>[^\s:-][^:\n]{0,100}): (?=\S)")
_MARK_BEFORE = re.compile(r"^\s*(?:[-*+•‣▪◦●–]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s+(?:\[[ xX]\]\s+)?")
_NAMED = re.compile(
    r"\s*(?:(?:[-*+•‣▪◦●–]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s+(?:\[[ xX]\]\s+)?)?"
    r"(?P<name>[^\s:][^:\n]{0,60}?)(?:: | [–—-] )(?P<value>\S.*?)\s*$"
)
