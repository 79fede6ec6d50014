"""reStructuredText, read by docutils: titles, text, lists, tables and code, with whatever Sphinx adds."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from docutils import frontend, nodes, utils
from docutils.parsers.rst import Parser, states

from ingest.errors import ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode, one_line
from ingest.parsers.tables import GridCell

SETTINGS = {
    "file_insertion_enabled": False,  # no file and no address is read
    "raw_enabled": False,
    "syntax_highlight": "none",
    "report_level": 5,  # nothing is printed, and no mistake ends the reading
    "halt_level": 5,
    "warning_stream": False,
}
LISTS = (nodes.bullet_list, nodes.enumerated_list, nodes.definition_list, nodes.field_list, nodes.option_list)
ERROR = 3  # the level of a system message from which on text is missing from the tree
DIRECTIVE = re.compile(r"\s*\.\.\s+(?:\|[^|]+\|\s+)?(?P<name>[\w:+.-]+?)::(?:[ \t]+(?P<argument>.*))?$", re.M)
OPTION = re.compile(r"\s*:([\w -]+):(?:\s+(.*))?$")
# The line of signs above or below a title.
ADORNMENT = re.compile(r"\s*([!-/:-@\[-`{-~])\1+\s*")
STYLE_CLASS = re.compile(r"^(\s*\.\. )class::", re.M)  # docutils takes the name of a Python class for a style
TITLED = re.compile(r"(.*\S)\s+<[^<>]*>", re.S)
# Directives whose content is code.
CODE = {"code", "code-block", "sourcecode", "parsed-literal", "doctest", "testcode", "prompt", "math", "productionlist"}
# Directives without text for a reader: references, settings, and files that are not read.
WITHOUT_TEXT = {"include", "literalinclude", "toctree", "contents", "raw", "meta", "index", "highlight", "automodule",
    "autoclass", "autofunction", "module", "currentmodule", "default-role", "role", "replace", "target-notes",
    "tabularcolumns", "image"}  # fmt: skip
# Directives whose content is text, but whose argument is not.
WITHOUT_ARGUMENT = {"figure", "csv-table", "list-table", "only", "ifconfig", "rst-class"}


def parse_rst(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a reStructuredText file."""
    builder = DocumentBuilder()
    try:
        _TreeReader(builder).read(decode(path.read_bytes())[0])
    except RecursionError as error:
        raise ParseError("not readable as reStructuredText: nested too deeply") from error
    return Parsed([builder.build(source)])


class _TreeReader:
    """Goes through the tree of a document, block by block."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._substitutions: dict[str, str] = {}

    def read(self, text: str, depth: int = 0) -> None:
        """Add the blocks of a text, its titles `depth` levels down."""
        settings = frontend.get_default_settings(Parser)
        vars(settings).update(SETTINGS)
        document = utils.new_document("", settings)
        inliner = states.Inliner()
        inliner.interpreted = _read_role  # type: ignore[method-assign, assignment]
        Parser(inliner=inliner).parse(STYLE_CLASS.sub(r"\1py:class::", text), document)
        # Substitutions may be used before they are defined, so they are collected first.
        for node in document.findall(nodes.substitution_definition):
            if " date::" not in node.rawsource:  # the same file gives the same text every day
                self._substitutions |= {name: self._text(node) for name in node["names"]}
        self._add_all(document, depth)

    def _add_all(self, parent: nodes.Node, depth: int) -> None:
        for node in parent.children:
            self._add(node, depth)

    def _add(self, node: nodes.Node, depth: int) -> None:
        match node:
            case nodes.section():
                self._add_all(node, depth + 1)
            case nodes.title() if isinstance(node.parent, nodes.section):
                self._builder.title(self._text(node), depth)
            case nodes.literal_block() | nodes.doctest_block() | nodes.math_block():
                self._builder.add(self._text(node), "code")
            case nodes.table():
                self._add_table(node)
            case nodes.line_block():
                self._builder.add("\n".join(one_line(self._text(line)) for line in node.findall(nodes.line)))
            case nodes.system_message():
                for block in node.findall(nodes.literal_block) if node["level"] >= ERROR else ():
                    self._add_unread(block.astext(), depth)
            case nodes.Element() if isinstance(node, LISTS):
                lines: list[str] = []
                self._add_items(node, 0, lines, depth)
                self._builder.items(lines)
            case nodes.topic() if "contents" in node["classes"]:
                pass  # the place of a table of contents
            case nodes.Invisible() | nodes.raw() | nodes.label():
                pass
            case nodes.TextElement() | nodes.image():
                self._builder.add(one_line(self._text(node)))
            case _:  # a quotation, a note, a figure, ...
                self._add_all(node, depth)

    def _add_table(self, table: nodes.table) -> None:
        rows = [
            [
                GridCell(
                    self._text(entry),
                    isinstance(row.parent, nodes.thead) or "stub" in entry.attributes,
                    entry.get("morerows", 0) + 1,
                    entry.get("morecols", 0) + 1,
                )
                for entry in row.children
                if isinstance(entry, nodes.entry)
            ]
            for row in table.findall(nodes.row)
        ]
        caption = " ".join(self._text(child) for child in table.children if isinstance(child, nodes.title))
        self._builder.table(rows, caption=caption)

    def _add_items(self, parent: nodes.Element, indent: int, lines: list[str], depth: int) -> None:
        """Collect the items of a list as lines, those of inner lists indented; code or a table interrupts the list."""
        for number, item in enumerate(parent.children, start=parent.get("start", 1)):
            if isinstance(item, nodes.list_item):
                label, body = _marker(parent, number), list(item.children)
            else:  # a term with its definition, a field or an option
                label = ", ".join(one_line(self._text(head)) for head in item.children[:-1])
                label += "" if label.endswith((".", ":", "?", "!")) else ":"
                body = list(item.children[-1].children)
            if not (isinstance(item, nodes.list_item) and body and isinstance(body[0], LISTS)):
                lines.append(" " * indent + label)
            # Paragraphs continue the line of their item, inner lists start new ones.
            for node in body:
                if isinstance(node, LISTS):
                    self._add_items(node, indent + 2, lines, depth)
                elif isinstance(node, nodes.paragraph):
                    lines[-1:] = [" ".join([*lines[-1:], one_line(self._text(node))])]
                else:
                    self._builder.items(lines)
                    lines.clear()
                    self._add(node, depth)

    def _add_unread(self, text: str, depth: int) -> None:
        """Add what docutils gave up on: directives that it does not know or accept, damaged tables, stray titles."""
        head, *lines = text.split("\n")
        directive = DIRECTIVE.match(head)
        if not directive:
            self._builder.add(text if "|" in text or "  " in text else one_line(ADORNMENT.sub(" ", text)))
            return
        # Roles and directives of a domain, as in `py:function`, count like those without.
        name, argument = directive["name"].lower().rpartition(":")[2], directive["argument"] or ""
        # The options come first; of these, captions and the like are text.
        while lines and (option := OPTION.match(lines[0])):
            if option[1] in {"alt", "caption", "title"}:
                self._builder.add(option[2] or "")
            del lines[0]
        content = dedent("\n".join(lines)).strip("\n")
        if name in CODE:
            self._builder.add(content, "code")
        elif name not in WITHOUT_TEXT:  # notes, functions, and what Sphinx or others add: what they say counts
            self.read(argument if name not in WITHOUT_ARGUMENT else "", depth)
            self.read(content, depth)

    def _text(self, node: nodes.Node) -> str:
        """Return the text that a reader sees of a node."""
        match node:
            case nodes.Text():
                return node.astext()
            case nodes.substitution_reference():
                return self._substitutions.get(node.astext(), node.astext())
            case nodes.image():
                return str(node.get("alt", ""))
            case nodes.footnote_reference() | nodes.raw() | nodes.system_message():
                return ""
            case nodes.entry() | nodes.option_group():
                return (", " if isinstance(node, nodes.option_group) else " ").join(map(self._text, node.children))
            case nodes.option_argument():
                return str(node["delimiter"]) + node.astext()
            case _:
                return "".join(map(self._text, node.children))


def _read_role(rawsource: str, text: str, role: str, line: int) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Read every role, known to docutils or not, as the text that a reader sees."""
    plain = utils.unescape(text)
    titled = TITLED.fullmatch(plain)  # :ref:`title <target>`
    return [nodes.inline(rawsource, (titled[1] if titled else plain).lstrip("~!"))], []


def _marker(parent: nodes.Element, number: int) -> str:
    """Return the mark of a list item: `-` or `1.`, `b)`, ..."""
    if isinstance(parent, nodes.bullet_list):
        return str(parent["bullet"])
    # Roman numbers are written as Arabic ones.
    letter = {"loweralpha": "a", "upperalpha": "A"}.get(parent["enumtype"])
    counted = chr(ord(letter) + number - 1) if letter and number <= 26 else str(number)
    return f"{parent['prefix']}{counted}{parent['suffix']}"
