"""HTML: the main content without the page's furniture, as titles, paragraphs, lists, tables and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, one_line
from ingest.parsers.decode import decode
from ingest.parsers.front_matter import TEMPLATE_TAGS, front_matter

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

NEVER_TEXT = {"script", "style", "template", "svg", "math", "iframe", "object", "canvas", "audio", "video", "head",
              "input", "select", "button", "datalist", "noscript", "meta", "link"}  # fmt: skip
FURNITURE = ("nav", "footer", "aside", "form", "dialog", "header", "menu", "[hidden]", "[aria-hidden=true]",
             "[role=navigation]", "[role=banner]", "[role=contentinfo]", "[role=search]", "[role=dialog]",
             "[class*=cookie]", "[id*=cookie]", "[class*=consent]", "[id*=consent]", "[class*=gdpr]", "[id*=gdpr]",
             "[class*=breadcrumb]", "[class*=skip-link]")  # fmt: skip
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
BLOCKS = {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
          "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "header", "hgroup", "hr",
          "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
          "tfoot", "th", "thead", "tr", "ul"} | set(HEADINGS)  # fmt: skip
NOT_IN_DATA = {"table", "h1", "h2", "h3", "pre"}
LISTS = {"ul", "ol", "menu", "dir"}
METADATA = {"description": "description", "og:description": "description", "author": "author", "keywords": "keywords",
            "article:published_time": "date", "date": "date", "dcterms.created": "date"}  # fmt: skip


def parse_html(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an HTML page, or the template of one, which front matter or the file's name tells."""
    text = decode(path.read_bytes())[0]
    metadata, body = front_matter(text)
    if metadata is not None or path.name.endswith(".erb"):
        text = TEMPLATE_TAGS.sub("", body)
    return Parsed([html_builder(text).build(source, metadata)])


def html_builder(text: str) -> DocumentBuilder:
    """Return a document in the making from a page's HTML."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    builder = DocumentBuilder()
    builder.metadata.update(_metadata(tree))
    if tree.body is not None:
        _Walk(builder).run(_content(tree.body))
        if not len(builder):  # everything looked like furniture: better that than nothing
            _Walk(builder).run(LexborHTMLParser(text).body or tree.body)
    return builder


def add_html(builder: DocumentBuilder, text: str) -> None:
    """Add a fragment of HTML to a document, whole: a fragment has no furniture."""
    from selectolax.lexbor import LexborHTMLParser

    if (body := LexborHTMLParser(text).body) is not None:
        _Walk(builder).run(body)


def html_text(text: str) -> str:
    """Return the text of a fragment of HTML."""
    builder = DocumentBuilder()
    add_html(builder, text)
    return builder.build("").text


def _metadata(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = (node.attributes.get("name") or node.attributes.get("property") or "").lower()
        if name in METADATA and (content := one_line(node.attributes.get("content") or "")):
            found.setdefault(METADATA[name], content)
    if (title := tree.css_first("head > title")) and one_line(title.text()):
        found["title"] = one_line(title.text())
    if (root := tree.root) is not None and (language := root.attributes.get("lang")):
        found["language"] = language
    return found


def _content(body: LexborNode) -> LexborNode:
    """The part of the page worth reading; furniture is taken out of the tree.

    Nothing that holds half of the text is furniture (whole pages are wrapped in a form, or in a div of class
    "cookie-page"), nor is a heading's own header; `main` or `article` is taken when it holds most of what is left.
    """
    for node in body.css(",".join(NEVER_TEXT - {"head"})):
        node.remove()
    whole = len(body.text())
    for node in body.css(",".join(FURNITURE)):
        if len(node.text()) < whole / 2 and not (node.tag == "header" and _holds_title(node)):
            node.remove()
    left = len(body.text())
    for node in body.css("main, [role=main], article"):
        if len(node.text()) > left * 0.6:
            return node
    return body


def _holds_title(header: LexborNode) -> bool:
    """An article's header holds its title; the site's header holds the site's menu."""
    node = header.parent
    while node is not None and node.tag not in {"main", "article"}:
        node = node.parent
    return node is not None or (header.css_first("h1") is not None and header.css_first("a") is None)


Step = tuple[Literal["open", "text", "close"], "LexborNode"]


class _Walk:
    """One pass over a tree that turns inline text into blocks; no recursion, since pages nest 100,000 deep."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.inline: list[str] = []
        self.items: list[str] = []  # lines of the list being read
        self.lists: list[int] = []  # for each open list the number of its next item, 0 for bullets
        self.marker = ""  # of the item that has not yet had text
        self.quiet: int | None = None  # the node whose inside is not to be walked

    def run(self, root: LexborNode) -> None:
        for step, node in _steps(root):
            if self.quiet is not None:
                if step == "close" and node.mem_id == self.quiet:
                    self.quiet = None
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
            self.quiet = node.mem_id
        elif tag == "br":
            self.inline.append("\n")
        elif tag == "img":
            self.inline.append(f" {node.attributes.get('alt') or ''} ")
        elif tag in HEADINGS:
            self._break()
            self.builder.title(_text(node), HEADINGS[tag])
            self.quiet = node.mem_id
        elif tag == "pre":
            self._break()
            self.builder.add(node.text(), "code")
            self.quiet = node.mem_id
        elif tag == "table" and _is_data(node):
            self._break()
            self._table(node)
            self.quiet = node.mem_id
        elif tag in BLOCKS or tag in LISTS:
            self._flush()
            self._open_list(tag, node)

    def _open_list(self, tag: str, node: LexborNode) -> None:
        if tag in LISTS:
            start = node.attributes.get("start") or "1"
            self.lists.append(0 if tag != "ol" else int(start) if start.isdecimal() and len(start) < 9 else 1)
        elif tag == "li":
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

    def _table(self, node: LexborNode) -> None:
        if caption := node.css_first("caption"):
            self.builder.add(_text(caption))
        self.builder.table([_text(cell) for cell in row.css("td, th")] for row in node.css("tr"))

    def _flush(self) -> None:
        """End a run of inline text: a line of the open list, else a paragraph."""
        lines = (one_line(line) for line in _collapsed(self.inline).split("\n"))
        text = "\n".join(line for line in lines if line)
        self.inline.clear()
        if not text:
            return
        if self.lists:
            indent = "  " * min(len(self.lists), 21)
            self.items.append((self.marker or indent) + text.replace("\n", f"\n{indent}"))
            self.marker = ""
        else:
            self.builder.add(text)

    def _end_list(self) -> None:
        self.builder.items(self.items)
        self.items.clear()

    def _break(self) -> None:
        """What comes next is a block of its own, even inside of a list."""
        self._flush()
        self._end_list()


def _collapsed(inline: list[str]) -> str:
    """HTML's own line breaks are white space; only those of <br> break lines."""
    return "".join(part if part == "\n" else re.sub(r"\s+", " ", part) for part in inline)


def _steps(root: LexborNode) -> Iterator[Step]:
    """Every node below root, in reading order: elements when they open and when they close, texts once."""
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
    """A table of data, not of layout: no table, heading or code inside, and a row of at least two cells."""
    if any(step == "open" and node.tag in NOT_IN_DATA for step, node in _steps(table)):
        return False
    return any(len(row.css("td, th")) > 1 for row in table.css("tr"))


def _text(node: LexborNode) -> str:
    return one_line(node.text(separator=" ") if node.css_first("p, br, div, li") else node.text())


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of the first table in a piece of HTML."""
    from selectolax.lexbor import LexborHTMLParser

    table = LexborHTMLParser(text).css_first("table")
    return [[_text(cell) for cell in row.css("td, th")] for row in table.css("tr")] if table else []
