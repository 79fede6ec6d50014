"""HTML pages: the main content without menus and banners, as titles, paragraphs, lists, tables and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, one_line
from ingest.parsers.decode import decode
from ingest.parsers.front_matter import TEMPLATE_TAGS, split_front_matter

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
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Elements that begin and end a line, as browsers show them.
BLOCKS = {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
          "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "header", "hgroup", "hr",
          "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
          "tfoot", "th", "thead", "tr", "ul"} | set(HEADINGS)  # fmt: skip
# A table with one of these inside is there for the layout of the page.
NOT_IN_DATA = {"table", "h1", "h2", "h3", "pre"}
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


def read_table(text: str) -> list[list[str]]:
    """Return the cells of the first table in a piece of HTML."""
    from selectolax.lexbor import LexborHTMLParser

    table = LexborHTMLParser(text).css_first("table")
    return _rows_of(table) if table else []


def _main_content(body: LexborNode) -> LexborNode:
    """Remove the furniture of a page from its tree, and return the part worth reading.

    Nothing that holds half of the text is furniture, as whole pages are wrapped in a form or in a div of class
    "cookie-page", nor is the header of an article. `main` or `article` is returned when it holds most of the rest.
    """
    # Scripts and styles go first, so that the lengths below are of text that a reader sees.
    for node in body.css(",".join(NEVER_TEXT - {"head"})):
        node.remove()
    length = len(body.text())
    for node in body.css(",".join(FURNITURE)):
        if len(node.text()) < length / 2 and not (node.tag == "header" and _holds_title(node)):
            node.remove()
    length = len(body.text())
    # Take the main element where it holds most of what is left; some pages mark only a part of theirs.
    for node in body.css("main, [role=main], article"):
        if len(node.text()) > length * 0.6:
            return node
    return body


def _holds_title(header: LexborNode) -> bool:
    """Tell the header of an article, which holds its title, from that of a site, which holds the menu."""
    # The header of an article, or one with a heading and no links, belongs to the content.
    node = header.parent
    while node is not None and node.tag not in {"main", "article"}:
        node = node.parent
    return node is not None or (header.css_first("h1") is not None and header.css_first("a") is None)


Step = tuple[Literal["open", "text", "close"], "LexborNode"]


class _HtmlReader:
    """Turns a tree into blocks in one pass, without recursion, since pages may nest 100,000 deep."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.inline: list[str] = []
        self.items: list[str] = []  # lines of the list being read
        self.lists: list[int] = []  # for each open list the number of its next item, 0 for bullets
        self.marker = ""  # of the item that has not yet had text
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
        if tag in NEVER_TEXT:
            self.skipped = node.mem_id
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
                if caption := node.css_first("caption"):
                    self.builder.add(_node_text(caption))
                self.builder.table(_rows_of(node))
        elif tag in LISTS:
            self._flush()
            start = node.attributes.get("start") or "1"
            self.lists.append(0 if tag != "ol" else int(start) if start.isdecimal() and len(start) < 9 else 1)
        elif tag in BLOCKS:
            self._flush()
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


def _is_data(table: LexborNode) -> bool:
    """Tell a table of data from layout: no table, heading or code inside, and a row of at least two cells."""
    if any(step == "open" and node.tag in NOT_IN_DATA for step, node in _steps(table)):
        return False
    return any(len(row.css("td, th")) > 1 for row in table.css("tr"))


def _rows_of(table: LexborNode) -> list[list[str]]:
    return [[_node_text(cell) for cell in row.css("td, th")] for row in table.css("tr")]


def _node_text(node: LexborNode) -> str:
    return one_line(node.text(separator=" ") if node.css_first("p, br, div, li") else node.text())
