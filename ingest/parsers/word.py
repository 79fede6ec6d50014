"""Word documents: paragraphs, titles, lists with their numbers, tables, notes and text boxes, with accepted changes.

Tracked insertions are read and deletions left out, as a reader of the final document sees it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import MissingExtra, ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import one_line
from ingest.parsers.office import core_properties
from ingest.parsers.tables import GridCell, flatten_table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Elements whose inside is no text of the paragraph: deleted text, fields' codes, text boxes, older forms of the same.
LEFT_OUT = {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}txbxContent", f"{W}rPr", f"{W}pPr",
            "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}  # fmt: skip
# Containers of paragraphs and tables: content controls, smart tags, insertions of blocks.
WRAPPERS = {f"{W}sdt", f"{W}sdtContent", f"{W}smartTag", f"{W}customXml", f"{W}ins", f"{W}moveTo"}
TYPED_ITEM = re.compile(r"(?:[•◦▪‣·●○■□–*-]|\(?(?:\d{1,2}|[a-z])[.)])\s+\S")
PAGE_FIELD = re.compile(r"(?:page|seite)?\s*\d*(?:\s*(?:of|von|/)\s*\d*)?", re.I)
TITLE_LEVEL = 0  # of the document's title, above all headings


@dataclass(frozen=True, slots=True)
class ListLevel:
    """A level of a numbered list: the form of its numbers, the text around them, the first number."""

    form: str = "bullet"
    text: str = ""
    start: int = 1


@dataclass
class WordReader:
    """Reads the body of a document in one pass; `levels` are those of its lists by (list, level)."""

    builder: DocumentBuilder
    styles: Mapping[str, Any]
    levels: Mapping[tuple[str, int], ListLevel]
    notes: Mapping[str, str]
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    caption: str = ""

    def read(self, parent: Any) -> None:
        """Add the paragraphs and tables of an element."""
        for child in parent:
            if child.tag == f"{W}p":
                self._add_paragraph(child)
            elif child.tag == f"{W}tbl":
                self._end_list()
                # A table of a single cell is a box around a part of the document.
                rows, cells = _read_table_rows(child), list(child.iter(f"{W}tc"))
                if len(cells) == 1:
                    self._end_caption()
                    self.read(cells[0])
                    self._end_list()
                else:
                    self.builder.table(rows, caption=self.caption)
                    self.caption = ""
            elif child.tag in WRAPPERS:
                self.read(child)

    def close(self) -> None:
        """Add what is still held back."""
        self._end_list()
        self._end_caption()

    def _add_paragraph(self, paragraph: Any) -> None:
        text = _paragraph_text(paragraph)
        # Collect the names of its style and of those that this is based on, in lower case.
        names: list[str] = []
        style = self.styles.get(_style_name(paragraph))
        while style is not None and len(names) < 10:
            name, base = style.find(f"{W}name"), style.find(f"{W}basedOn")
            names.append(str(name.get(f"{W}val")).lower() if name is not None else "")
            style = self.styles.get(str(base.get(f"{W}val"))) if base is not None else None
        marker = self._next_marker(paragraph)
        if not text.strip():
            pass
        elif (level := _heading_level(paragraph, names, self.styles)) is not None:
            self.close()
            self.builder.title(text, level)
        elif marker is not None or TYPED_ITEM.match(text) or any(name.startswith("list") for name in names):
            self._end_caption()
            line = one_line(text)
            item = f"{marker}{line}" if marker else line if TYPED_ITEM.match(line) else f"- {line}"
            # Word's own styles for lists have their level in the name: "List Bullet 2".
            depth = next((int(match[1]) - 1 for name in names if (match := _LIST_STYLE.fullmatch(name))), 0)
            self.items.append(item if item.startswith(" ") else "  " * depth + item)
        else:
            self.close()
            if "caption" in names:
                self.caption = one_line(text)
            elif _is_bold_paragraph(paragraph):
                self.builder.emphasised(text)
            else:
                self.builder.add(text)
        # Notes and text boxes come after the paragraph that they belong to.
        for note in paragraph.iter(f"{W}footnoteReference", f"{W}endnoteReference"):
            if content := self.notes.get(f"{note.tag}{note.get(f'{W}id')}"):
                self.close()
                self.builder.add(content)
        for box in paragraph.iter(f"{W}txbxContent"):
            if not any("Fallback" in str(parent.tag) for parent in box.iterancestors()):
                self.close()
                self.read(box)
                self.close()

    def _next_marker(self, paragraph: Any) -> str | None:
        """Return the number or bullet of a list paragraph with its indentation, None for other paragraphs."""
        numbering = paragraph.find(f"{W}pPr/{W}numPr")
        name = _style_name(paragraph)
        while numbering is None and name in self.styles:
            numbering = self.styles[name].find(f"{W}pPr/{W}numPr")
            base = self.styles[name].find(f"{W}basedOn")
            name = base.get(f"{W}val") if base is not None else ""
        number = numbering.find(f"{W}numId") if numbering is not None else None
        if number is None or number.get(f"{W}val") == "0":
            return None
        indent = numbering.find(f"{W}ilvl")
        depth = int(indent.get(f"{W}val") or 0) if indent is not None else 0
        key = number.get(f"{W}val") or ""
        level = self.levels.get((key, depth), ListLevel())
        # A number ends the counts of the levels below it.
        for other in [place for place in self.counts if place[0] == key and place[1] > depth]:
            del self.counts[other]
        self.counts[key, depth] = self.counts.get((key, depth), level.start - 1) + 1
        if level.form in {"bullet", "none"} or not level.text:
            return "  " * depth + "- "
        number_text = re.sub(r"%(\d)", lambda match: self._number(key, int(match[1]) - 1), level.text)
        return f"{'  ' * depth}{number_text} "

    def _number(self, key: str, depth: int) -> str:
        level = self.levels.get((key, depth), ListLevel("decimal"))
        count = self.counts.get((key, depth), level.start)
        if level.form in {"lowerLetter", "upperLetter"} and count <= 26:
            return chr(ord("a" if level.form == "lowerLetter" else "A") + count - 1)
        return str(count)

    def _end_list(self) -> None:
        self.builder.items(self.items)
        self.items.clear()

    def _end_caption(self) -> None:
        if self.caption:
            self.builder.add(self.caption)
        self.caption = ""


def parse_docx(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a Word document."""
    if not zipfile.is_zipfile(path):
        raise ParseError("damaged: not a complete .docx file")
    try:
        import docx
        from lxml import etree
    except ImportError as error:
        raise MissingExtra("reading .docx files", "office") from error
    try:
        document = docx.Document(str(path))
        # Collect the texts of footnotes and endnotes, by the tag and number of what refers to them.
        notes: dict[str, str] = {}
        for relation in document.part.rels.values():
            kind = relation.reltype.rpartition("/")[2]
            if kind in {"footnotes", "endnotes"}:
                xml_parser = etree.XMLParser(resolve_entities=False, no_network=True)
                for note in etree.fromstring(relation.target_part.blob, xml_parser):
                    text = " ".join(filter(None, map(_paragraph_text, note.iter(f"{W}p"))))
                    notes[f"{W}{kind[:-1]}Reference{note.get(f'{W}id')}"] = text
        reader = WordReader(
            DocumentBuilder(),
            {str(style.get(f"{W}styleId")): style for style in document.styles.element.iter(f"{W}style")},
            _read_levels(document),
            notes,
        )
        # Heads and feet of pages say what the document is: once, before and after it.
        for line in _page_edges(document, "header"):
            reader.builder.add(line)
        reader.read(document.element.body)
        reader.close()
        for line in _page_edges(document, "footer"):
            reader.builder.add(line)
    except Exception as error:
        raise ParseError(f"damaged: {one_line(f'{type(error).__name__}: {error}')[:200]}") from error
    if not len(reader.builder):
        raise ParseError("no text found (perhaps only pictures)")
    return Parsed([reader.builder.build(source, core_properties(path))])


# --- paragraphs -------------------------------------------------------------------------------------------------------


def _paragraph_text(element: Any) -> str:
    """Return the text of a paragraph as it reads with all changes accepted."""
    parts: list[str] = []
    pending = [element]
    while pending:
        node = pending.pop()
        if node.tag in {f"{W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"}:
            parts.append(node.text or "")
        elif node.tag in {f"{W}tab", f"{W}ptab"}:
            parts.append("\t")
        elif node.tag in {f"{W}br", f"{W}cr"}:
            parts.append("\n")
        elif node.tag == f"{W}noBreakHyphen":
            parts.append("-")
        elif node.tag not in LEFT_OUT:
            pending += reversed(node)
    return "\n".join(filter(None, map(one_line, "".join(parts).split("\n"))))


_LIST_STYLE = re.compile(r"list (?:bullet |number )?(\d)")


def _style_name(paragraph: Any) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return str(style.get(f"{W}val")) if style is not None else ""


def _heading_level(paragraph: Any, names: list[str], styles: Mapping[str, Any]) -> int | None:
    for name in names:
        if name == "title":
            return TITLE_LEVEL
        if match := re.fullmatch(r"heading ([1-9])", name):
            return int(match[1])
    # Other styles, and paragraphs by themselves, may have a level of the outline; 9 is that of text.
    outline = paragraph.find(f"{W}pPr/{W}outlineLvl")
    if outline is None and _style_name(paragraph) in styles:
        outline = styles[_style_name(paragraph)].find(f"{W}pPr/{W}outlineLvl")
    level = int(outline.get(f"{W}val") or 9) if outline is not None else 9
    return level + 1 if level < 9 else None


def _is_bold_paragraph(paragraph: Any) -> bool:
    """Tell whether all text of a paragraph is bold by its own formatting."""
    runs = [run for run in paragraph.iter(f"{W}r") if any((text.text or "").strip() for text in run.iter(f"{W}t"))]
    return bool(runs) and all(_is_on(run.find(f"{W}rPr/{W}b")) for run in runs)


def _is_on(switch: Any) -> bool:
    return switch is not None and switch.get(f"{W}val") not in {"0", "false", "off"}


# --- tables -----------------------------------------------------------------------------------------------------------


def _read_table_rows(table: Any, depth: int = 0) -> list[list[GridCell]]:
    """Return the rows of a table; a cell that is merged downwards covers the rows that continue it."""
    grid: list[list[tuple[Any, int, bool, bool]]] = []  # element, width, continues the one above, is in a header row
    for row in _inner(table, "tr"):
        is_header = _is_on(row.find(f"{W}trPr/{W}tblHeader"))
        line: list[tuple[Any, int, bool, bool]] = []
        line += [(None, 1, False, is_header)] * _count(row.find(f"{W}trPr/{W}gridBefore"), 0)
        for cell in _inner(row, "tc"):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            continues = merge is not None and merge.get(f"{W}val") != "restart"
            line.append((cell, _count(cell.find(f"{W}tcPr/{W}gridSpan"), 1), continues, is_header))
        grid.append(line)
    # Find by its column how far a cell reaches down.
    columns = [
        {sum(width for _, width, _, _ in line[:place]): cell for place, cell in enumerate(line)} for line in grid
    ]
    rows = []
    for number, by_column in enumerate(columns):
        cells = []
        for column, (cell, width, continues, is_header) in by_column.items():
            if continues and number and column in columns[number - 1]:
                continue
            reach = 1
            while number + reach < len(columns) and columns[number + reach].get(column, (None, 0, False, False))[2]:
                reach += 1
            text = _text_in_cell(cell, depth) if cell is not None else ""
            # A cell is a name in a header row, or where all of its paragraphs are bold.
            paragraphs = cell.iter(f"{W}p") if cell is not None else ()
            filled = [paragraph for paragraph in paragraphs if _paragraph_text(paragraph)]
            is_bold = bool(filled) and all(map(_is_bold_paragraph, filled))
            cells.append(GridCell(text, is_header or is_bold, reach, width))
        rows.append(cells)
    return rows


def _inner(parent: Any, tag: str) -> Iterator[Any]:
    """Yield the children of this tag, also those in content controls."""
    for child in parent:
        if child.tag == f"{W}{tag}":
            yield child
        elif child.tag in WRAPPERS:
            yield from _inner(child, tag)


def _count(element: Any, usual: int) -> int:
    value = str(element.get(f"{W}val")) if element is not None else ""
    return min(int(value), 100) if value.isdecimal() else usual


def _text_in_cell(cell: Any, depth: int) -> str:
    parts = []
    for child in cell:
        if child.tag == f"{W}p":
            parts.append(_paragraph_text(child))
        elif child.tag == f"{W}tbl" and depth < 5:
            parts.append(flatten_table(_read_table_rows(child, depth + 1)))
        elif child.tag in WRAPPERS:
            parts.append(_text_in_cell(child, depth))
    return " ".join(filter(None, parts))


# --- other parts of the file ------------------------------------------------------------------------------------------


def _read_levels(document: Any) -> dict[tuple[str, int], ListLevel]:
    """Return the levels of the document's lists by (list, level)."""
    part = next((rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")), None)
    if part is None:
        return {}
    from lxml import etree

    root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    kinds = {kind.get(f"{W}abstractNumId"): kind for kind in root.iter(f"{W}abstractNum")}
    levels: dict[tuple[str, int], ListLevel] = {}
    for number in root.iter(f"{W}num"):
        link = number.find(f"{W}abstractNumId")
        kind = kinds.get(link.get(f"{W}val")) if link is not None else None
        for level in kind.iter(f"{W}lvl") if kind is not None else ():
            values = {
                name: str(child.get(f"{W}val") or "")
                for name in ("numFmt", "lvlText", "start")
                if (child := level.find(f"{W}{name}")) is not None
            }
            start = values.get("start", "1")
            levels[str(number.get(f"{W}numId")), int(level.get(f"{W}ilvl") or 0)] = ListLevel(
                values.get("numFmt", "decimal"), values.get("lvlText", ""), int(start) if start.isdecimal() else 1
            )
    return levels


def _page_edges(document: Any, name: str) -> list[str]:
    """Return the lines of the pages' headers or footers, each once, without page numbers."""
    lines: dict[str, None] = {}
    for section in document.sections:
        for edge in (getattr(section, f"first_page_{name}"), getattr(section, name)):
            if not edge.is_linked_to_previous:
                texts = [_paragraph_text(paragraph) for paragraph in edge._element.iter(f"{W}p")]
                lines |= {text: None for text in texts if text and not PAGE_FIELD.fullmatch(text)}
    return list(lines)
