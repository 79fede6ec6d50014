"""HTML pages: the main content without menus and banners, as titles, paragraphs, lists, tables and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import BENEATH_HEADINGS, DocumentBuilder
from ingest.parsers.decode import decode, one_line
from ingest.parsers.front_matter import TEMPLATE_TAGS, split_front_matter
from ingest.parsers.tables import GridCell, flatten_table

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# Elements whose content no reader sees, or which are controls.
NEVER_TEXT = {"script", "style", "template", "svg", "math", "iframe", "object", "canvas", "audio", "video", "head",
              "input", "select", "button", "datalist", "noscript", "meta", "link"}  # fmt: skip
# Elements around the content of a page. They are removed unless they hold half of its text.
FURNITURE = ("nav", "footer", "aside", "form", "dialog", "header", "menu", "[hidden]", "[aria-hidden=true]",
             "[role=navigation]", "[role=banner]", "[role=contentinfo]", "[role=search]", "[role=dialog]",
             "[class*=cookie]", "[id*=cookie]", "[class*=consent]", "[id*=consent]", "[class*=gdpr]", "[id*=gdpr]",
             "[class*=breadcrumb]", "[class*=skip-link]")  # fmt: skip
# Buttons that open a part of the page, and the attributes that name the part.
OPENERS = "button[aria-controls], button[aria-expanded], button[data-bs-target], button[class*=accordion]"
OPENER_TARGETS = ("aria-controls", "data-bs-target", "data-target")
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Elements that begin and end a line, as browsers show them.
BLOCKS = {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
          "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "header", "hgroup", "hr",
          "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
          "tfoot", "th", "thead", "tr", "ul"} | set(HEADINGS)  # fmt: skip
# A table with one of these inside is there for the layout of the page.
NOT_IN_DATA = {"table", "h1", "h2", "h3", "pre"}
ROW_GROUPS = {"thead", "tbody", "tfoot", "tr"}
LISTS = {"ul", "ol", "menu", "dir"}
# The names in <meta> elements, and the fields that they become. The first that has a value counts.
METADATA = {"description": "description", "og:description": "description", "author": "author", "keywords": "keywords",
            "article:published_time": "date", "date": "date", "dcterms.created": "date"}  # fmt: skip


def parse_html(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an HTML page, or the template of one, which front matter or the name of the file shows."""
    text = decode(path.read_bytes())[0]
    metadata, body = split_front_matter(text)
    if metadata is not None or path.name.endswith(".erb"):
        text = TEMPLATE_TAGS.sub("", body)
    return Parsed([build_page(text).build(source, metadata)])


def build_page(text: str) -> DocumentBuilder:
    """Return a builder that holds the metadata and the blocks of a page."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    builder = DocumentBuilder()
    # Collect the metadata from the head.
    for node in tree.css("meta[content]"):
        name = (node.attributes.get("name") or node.attributes.get("property") or "").lower()
        if name in METADATA and (content := one_line(node.attributes.get("content") or "")):
            builder.metadata.setdefault(METADATA[name], content)
    if (title := tree.css_first("head > title")) and one_line(title.text()):
        builder.metadata["title"] = one_line(title.text())
    if (root := tree.root) is not None and (language := root.attributes.get("lang")):
        builder.metadata["language"] = language
    # Read the main content.
    if tree.body is not None:
        _HtmlReader(builder).read(_main_content(tree.body))
        if not len(builder):  # everything looked like furniture: better that than nothing
            _HtmlReader(builder).read(LexborHTMLParser(text).body or tree.body)
    return builder


def add_html(builder: DocumentBuilder, text: str) -> None:
    """Add a whole fragment of HTML to a document; unlike a page it has no furniture."""
    from selectolax.lexbor import LexborHTMLParser

    if (body := LexborHTMLParser(text).body) is not None:
        _HtmlReader(builder).read(body)


def strip_html(text: str) -> str:
    """Return the text of a fragment of HTML."""
    builder = DocumentBuilder()
    add_html(builder, text)
    return builder.build("").text


def read_html_cells(text: str) -> list[list[GridCell]]:
    """Return the cells of the first table in a piece of HTML."""
    from selectolax.lexbor import LexborHTMLParser

    table = LexborHTMLParser(text).css_first("table")
    return _read_cells(table) if table else []


def _main_content(body: LexborNode) -> LexborNode:
    """Remove the furniture of a page from its tree, and return the part worth reading.

    Nothing that holds half of the text is furniture, as whole pages are wrapped in a form or in a div of class
    "cookie-page", nor is the header of an article. `main` or `article` is returned when it holds most of the rest.
    """
    # Scripts and styles go first, so that the lengths below are of text that a reader sees.
    for node in body.css(",".join(NEVER_TEXT - {"head"})):
        if not _heads_content(node):
            node.remove()
    length = len(body.text())
    # What a button opens is hidden only until then.
    opened = {
        (node.attributes.get(name) or "").removeprefix("#") for node in body.css(OPENERS) for name in OPENER_TARGETS
    } - {""}
    for node in body.css(",".join(FURNITURE)):
        is_kept = node.attributes.get("id") in opened
        if node.tag == "header":
            # An article's header holds its title, or a heading and no links; a site's header holds the menu.
            parent = node.parent
            while parent is not None and parent.tag not in {"main", "article"}:
                parent = parent.parent
            has_title = node.css_first("h1") is not None and node.css_first("a") is None
            is_kept = is_kept or parent is not None or has_title
        if len(node.text()) < length / 2 and not is_kept:
            node.remove()
    length = len(body.text())
    # Take the main element where it holds most of what is left; some pages mark only a part of theirs.
    for node in body.css("main, [role=main], article"):
        if len(node.text()) > length * 0.6:
            return node
    return body


def _heads_content(node: LexborNode) -> bool:
    """Tell a button that heads what it opens, as in the accordions of help pages, from one that does something."""
    if node.tag != "button":
        return False
    if one_line(node.text()).endswith("?") or node.css_matches(OPENERS):
        return True
    return node.parent is not None and node.parent.tag in {*HEADINGS, "dt", "summary"}


Step = tuple[Literal["open", "text", "close"], "LexborNode"]


class _HtmlReader:
    """Turns a tree into blocks in one pass, without recursion, since pages may nest 100,000 deep."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.inline: list[str] = []
        self.items: list[str] = []  # lines of the list being read
        self.lists: list[int] = []  # for each open list the number of its next item, 0 for bullets
        self.marker = ""  # of the item that has not yet had text
        self.details = 0  # open elements of this name
        self.skipped: int | None = None  # the node whose inside is being skipped

    def read(self, root: LexborNode) -> None:
        # Inside of a skipped element nothing counts but its end.
        for step, node in _steps(root):
            if self.skipped is not None:
                if step == "close" and node.mem_id == self.skipped:
                    self.skipped = None
                continue
            if step == "text":
                self.inline.append(node.text(deep=True))
            elif step == "open":
                self._open(node)
            else:
                self._close(node)
        self._flush()
        self._end_list()

    def _open(self, node: LexborNode) -> None:
        tag = node.tag or ""
        # A paragraph outside lists of nothing but bold text is a title.
        bold = node.css_first("b, strong") if tag == "p" and not self.lists else None
        is_bold = bold is not None and _node_text(bold) == _node_text(node) != ""
        if tag in NEVER_TEXT and not _heads_content(node):
            self.skipped = node.mem_id
        elif tag in {"button", "summary", "dt"} or is_bold:
            # A title that is no heading: a question of a list of them, a term, a bold line.
            self._flush()
            self._end_list()
            self.skipped = node.mem_id
            if tag == "p":
                self.builder.emphasised(_node_text(node))
            else:
                self.builder.title(_node_text(node), BENEATH_HEADINGS + self.details - (tag == "summary"))
        elif tag == "dl" and (facts := _read_facts(node)):
            self._flush()
            self._end_list()
            self.skipped = node.mem_id
            self.builder.table(facts)
        elif tag == "br":
            self.inline.append("\n")
        elif tag == "img":
            self.inline.append(f" {node.attributes.get('alt') or ''} ")
        elif tag in HEADINGS or tag == "pre" or (tag == "table" and _is_data(node)):
            # A separate block, which ends the open paragraph and list.
            self._flush()
            self._end_list()
            self.skipped = node.mem_id
            if tag in HEADINGS:
                self.builder.title(_node_text(node), HEADINGS[tag])
            elif tag == "pre":
                self.builder.add(node.text(), "code")
            else:
                caption = next((child for child in _children(node) if child.tag == "caption"), None)
                self.builder.table(_read_cells(node), caption=_node_text(caption) if caption else "")
        elif tag in LISTS:
            self._flush()
            start = node.attributes.get("start") or "1"
            self.lists.append(0 if tag != "ol" else int(start) if start.isdecimal() and len(start) < 9 else 1)
        elif tag in BLOCKS:
            self._flush()
            self.details += tag == "details"
            if tag == "li":
                if not self.lists:
                    self.lists.append(0)
                number = self.lists[-1]
                self.marker = "  " * min(len(self.lists) - 1, 20) + (f"{number}. " if number else "- ")
                self.lists[-1] += 1 if number else 0

    def _close(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in BLOCKS or tag in LISTS:
            self._flush()
        if tag in LISTS and self.lists:
            self.lists.pop()
            if not self.lists:
                self._end_list()
        elif tag == "li":
            self.marker = ""
        elif tag in {"details", "dl"}:
            self.details -= tag == "details"
            self._end_list()
            self.builder.close_titles(BENEATH_HEADINGS + self.details)

    def _flush(self) -> None:
        """End a run of inline text: it becomes lines of the open list, else a paragraph."""
        # Only <br> breaks lines; line breaks in the file are white space.
        inline = "".join(part if part == "\n" else re.sub(r"\s+", " ", part) for part in self.inline)
        text = "\n".join(line for line in map(one_line, inline.split("\n")) if line)
        self.inline.clear()
        if not text:
            return
        if self.lists:
            # Further lines of an item are indented below its text.
            indent = "  " * min(len(self.lists), 21)
            self.items.append((self.marker or indent) + text.replace("\n", f"\n{indent}"))
            self.marker = ""
        else:
            self.builder.add(text)

    def _end_list(self) -> None:
        self.builder.items(self.items)
        self.items.clear()


def _steps(root: LexborNode) -> Iterator[Step]:
    """Yield every node below root in reading order: elements when they open and close, texts once."""
    # Go down, then right, then up, by the links between nodes: no stack that could overflow.
    node = root.child
    while node is not None:
        if node.is_text_node:
            yield "text", node
        elif node.is_element_node:
            yield "open", node
            if node.child is not None:
                node = node.child
                continue
            yield "close", node
        while node.next is None:
            if node.parent is None or node.parent.mem_id == root.mem_id:
                return
            node = node.parent
            yield "close", node
        node = node.next


def _read_facts(node: LexborNode) -> list[list[GridCell]]:
    """Return the terms of a description list with their short descriptions, [] where these are texts under titles."""
    items = [child for child in node.css("dt, dd") if _node_text(child)]
    terms, texts = items[::2], items[1::2]
    if len(terms) != len(texts) or any(item.tag != "dt" for item in terms) or any(item.tag != "dd" for item in texts):
        return []
    if any(_node_text(term).endswith("?") for term in terms) or any(len(_node_text(text)) > 80 for text in texts):
        return []
    pairs = zip(terms, texts, strict=True)
    return [[GridCell(_node_text(term), True), GridCell(_node_text(text))] for term, text in pairs]


# --- tables -----------------------------------------------------------------------------------------------------------


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _rows_of(table: LexborNode) -> list[tuple[LexborNode, list[LexborNode]]]:
    """Return the rows of a table, each with its cells, without those of tables inside; a foot comes last."""
    parts = [(part, [part] if part.tag == "tr" else _children(part)) for part in _children(table)]
    ordered = sorted(parts, key=lambda pair: pair[0].tag == "tfoot")
    rows = [row for part, rows in ordered if part.tag in ROW_GROUPS for row in rows if row.tag == "tr"]
    return [(row, [cell for cell in _children(row) if cell.tag in {"td", "th"}]) for row in rows]


def _is_data(table: LexborNode) -> bool:
    """Tell a table of data from layout: it has a row of several cells, and names or nothing but text in its cells."""
    rows = _rows_of(table)
    if not any(len(cells) > 1 for _, cells in rows):
        return False
    if any(cell.tag == "th" for _, cells in rows for cell in cells):
        return True
    return not any(step == "open" and node.tag in NOT_IN_DATA for step, node in _steps(table))


def _read_cells(table: LexborNode, depth: int = 0) -> list[list[GridCell]]:
    grid = []
    for row, cells in _rows_of(table):
        in_head = row.parent is not None and row.parent.tag == "thead"
        line = []
        for cell in cells:
            text = _flatten_cell(cell, depth)
            bold = cell.css_first("b, strong")
            is_name = in_head or cell.tag == "th" or (bold is not None and _node_text(bold) == text)
            line.append(GridCell(text, is_name, _span_of(cell, "rowspan"), _span_of(cell, "colspan")))
        grid.append(line)
    return grid


def _span_of(cell: LexborNode, name: str) -> int:
    span = cell.attributes.get(name) or "1"
    return int(span) if span.isdecimal() and len(span) < 6 else 1


def _flatten_cell(cell: LexborNode, depth: int) -> str:
    """Return the text of a cell; a table inside is flattened: `Size: S, Price: 5 | Size: M, Price: 6`."""
    if depth > 3 or cell.css_first("table") is None:
        return _node_text(cell)
    parts: list[str] = []
    skipped: int | None = None
    for step, node in _steps(cell):
        if skipped is not None:
            skipped = None if step == "close" and node.mem_id == skipped else skipped
        elif step == "open" and node.tag == "table":
            skipped = node.mem_id
            parts.append(flatten_table(_read_cells(node, depth + 1)))
        elif step == "text":
            parts.append(node.text(deep=True))
        elif node.tag in BLOCKS:
            parts.append(" ")
    return one_line(" ".join(parts))


def _node_text(node: LexborNode) -> str:
    return one_line(node.text(separator=" ") if node.css_first("p, br, div, li") else node.text())
