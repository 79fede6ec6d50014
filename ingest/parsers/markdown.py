"""Markdown: front matter as metadata, and the text without its markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode
from ingest.parsers.front_matter import TEMPLATE_TAGS, has_front_matter, split_front_matter
from ingest.parsers.html import add_html
from ingest.parsers.tables import GridCell

if TYPE_CHECKING:
    from markdown_it.token import Token

# A fenced block, an unclosed one up to the end of the text.
FENCE = re.compile(r"^( {0,3}|[ \t]*)(`{3,}|~{3,}).*?(?:^[ \t]*\2[`~]*[ \t]*$|\Z)", re.S | re.M)
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
# Jekyll's tag for code, which becomes a fenced block.
HIGHLIGHT = re.compile(r"\{%-?\s*highlight\s+(\S+).*?%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}", re.S)
# Jekyll's tag for comments, which are no text.
COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.S)
# kramdown's attributes: {: .class } alone on a line, or {#id} after a heading.
KRAMDOWN = re.compile(r"^[ \t]*\{:.*\}[ \t]*$|[ \t]*\{[:#][^{}\n]*\}(?=[ \t]*$)", re.M)


def parse_markdown(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a Markdown file."""
    text = decode(path.read_bytes())[0]
    builder, warnings = DocumentBuilder(), []
    # Front matter is metadata; where it is broken it stays in the text, with a warning.
    metadata, body = split_front_matter(text)
    if metadata is not None:
        builder.metadata.update(metadata)
    elif has_front_matter(text):
        warnings.append("what looks like front matter is not valid and was read as text")
    add_markdown(builder, body)
    return Parsed([builder.build(source)], warnings)


def add_markdown(builder: DocumentBuilder, text: str) -> None:
    """Add Markdown to a document."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"maxNesting": 50}).enable(["table", "strikethrough"]).parse(_without_tags(text))
    _MarkdownReader(builder).read(tokens)


def _without_tags(text: str) -> str:
    """Drop the tags that Jekyll, Hugo or ERB would have replaced, except in code, which may be about them."""
    # Highlighted code becomes a fence first, so that it is kept like any other code.
    text = HIGHLIGHT.sub(lambda block: f"```{block[1]}\n{block[2].rstrip()}\n```", text)

    def drop_from_prose(prose: str) -> str:
        return _sub_between(
            INLINE_CODE, lambda part: TEMPLATE_TAGS.sub("", part), KRAMDOWN.sub("", COMMENT.sub("", prose))
        )

    return _sub_between(FENCE, drop_from_prose, text)


def _sub_between(pattern: re.Pattern[str], change: Callable[[str], str], text: str) -> str:
    """Return a text with everything changed except the matches of a pattern."""
    parts, end = [], 0
    for match in pattern.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


class _MarkdownReader:
    """Turns the tokens of markdown-it into blocks, in one pass."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.items: list[str] = []  # lines of the list being read
        self.lists: list[int] = []  # for each open list the number of its next item, 0 for bullets
        self.marker = ""
        self.rows: list[list[GridCell]] = []
        self.level = 0  # of the open heading
        self.in_table = False
        self.in_header = False  # of the open table

    def read(self, tokens: Sequence[Token]) -> None:
        # A token opens, closes or is a block; the inline tokens between them carry the text.
        for token in tokens:
            kind = token.type
            if kind == "inline":
                self._add_inline(token)
            elif kind in {"fence", "code_block"}:
                self._end_list()
                self.builder.add(token.content, "code")
            elif kind == "html_block":
                self._end_list()
                add_html(self.builder, token.content)
            elif kind == "heading_open":
                self.level = int(token.tag[1])
            elif kind == "heading_close":
                self.level = 0
            elif kind in {"bullet_list_open", "ordered_list_open"}:
                self.lists.append(0 if kind[0] == "b" else int(token.attrs.get("start", 1)) or 1)
            elif kind == "list_item_open":
                number = self.lists[-1]
                self.marker = "  " * (len(self.lists) - 1) + (f"{number}. " if number else "- ")
                self.lists[-1] += 1 if number else 0
            elif kind in {"bullet_list_close", "ordered_list_close"}:
                self.lists.pop()
                if not self.lists:
                    self._end_list()
            elif kind == "table_open":
                self._end_list()
                self.rows, self.in_table = [], True
            elif kind == "tr_open":
                self.rows.append([])
            elif kind == "th_open":
                self.in_header = True
            elif kind == "th_close":
                self.in_header = False
            elif kind == "table_close":
                self.builder.table(self.rows)
                self.in_table = False

    def _add_inline(self, token: Token) -> None:
        text = _inline_text(token)
        # A text belongs to the open table, heading or list, in this order, else it is a paragraph.
        if self.in_table:
            self.rows[-1].append(GridCell(text, self.in_header))
        elif self.level:
            self._end_list()
            self.builder.title(text, self.level)
        elif self.lists and text.strip():
            indent = "  " * len(self.lists)
            self.items.append((self.marker or indent) + text.strip().replace("\n", f"\n{indent}"))
            self.marker = ""
        elif (bold := _leading_bold(token)) is not None:
            # A bold line heads the lines below it.
            self.builder.emphasised(_inline_text(bold))
            self.builder.add(text[len(_inline_text(bold)) :])
        else:
            self.builder.add(text)

    def _end_list(self) -> None:
        self.builder.items(self.items)
        self.items = []


def _leading_bold(token: Token) -> Token | None:
    """Return the first line of a paragraph where that is bold throughout, and a question if lines follow it."""
    from markdown_it.token import Token as InlineToken

    children = [child for child in token.children or () if child.type != "text" or child.content]
    end = next((number for number, child in enumerate(children) if child.type == "strong_close"), -1)
    if end < 0 or children[0].type != "strong_open":
        return None
    bold = InlineToken("inline", "", 0, children=children[:end])
    rest = children[end + 1 :]
    is_asked = bool(rest) and rest[0].type in {"softbreak", "hardbreak"} and _inline_text(bold).rstrip().endswith("?")
    return bold if not rest or is_asked else None


def _inline_text(token: Token) -> str:
    """Return an inline token's text: links as their text, images as their alternative text, HTML tags dropped."""
    parts = []
    for child in token.children or ():
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content.lower().startswith("<br")):
            parts.append("\n")
        elif child.type == "image":
            parts.append(_inline_text(child))
    return "".join(parts)
