"""Markdown: front matter as metadata, and the text without its markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.parse.base import Parsed, ParseSettings
from ingest.parse.build import DocumentBuilder, MetadataValue
from ingest.parse.decode import decode
from ingest.parse.html import add_html

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)\n?^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
FENCE = re.compile(r"^( {0,3}|[ \t]*)(`{3,}|~{3,}).*?(?:^[ \t]*\2[`~]*[ \t]*$|\Z)", re.S | re.M)
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
HIGHLIGHT = re.compile(r"\{%-?\s*highlight\s+(\S+).*?%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}", re.S)
COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.S)
TEMPLATE_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<%.*?%>", re.S)
KRAMDOWN = re.compile(r"^[ \t]*\{:.*\}[ \t]*$|[ \t]*\{[:#][^{}\n]*\}(?=[ \t]*$)", re.M)


def parse_markdown(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a Markdown file."""
    text = decode(path.read_bytes())[0]
    builder, warnings = DocumentBuilder(), []
    if found := FRONT_MATTER.match(text):
        metadata = _front_matter(found[1], found[2])
        if metadata is None:
            warnings.append("the front matter is not valid and was read as text")
        else:
            builder.metadata.update(metadata)
            text = text[found.end() :]
    add_markdown(builder, text)
    return Parsed([builder.build(source)], warnings)


def add_markdown(builder: DocumentBuilder, text: str) -> None:
    """Add Markdown to a document."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"maxNesting": 50}).enable(["table", "strikethrough"]).parse(without_tags(text))
    _Walk(builder).run(tokens)


def without_tags(text: str) -> str:
    """Take out what Jekyll, Hugo or ERB would have replaced, except in code, which may be about just that."""
    text = HIGHLIGHT.sub(lambda found: f"```{found[1]}\n{found[2].rstrip()}\n```", text)
    parts, at = [], 0
    for fence in FENCE.finditer(text):
        parts += [_without_tags_in_prose(text[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*parts, _without_tags_in_prose(text[at:])])


def _without_tags_in_prose(text: str) -> str:
    text = KRAMDOWN.sub("", COMMENT.sub("", text))
    kept: list[str] = []
    at = 0
    for code in INLINE_CODE.finditer(text):
        kept += [TEMPLATE_TAGS.sub("", text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*kept, TEMPLATE_TAGS.sub("", text[at:])])


def _front_matter(fence: str, text: str) -> dict[str, MetadataValue] | None:
    """The fields of YAML or TOML front matter; None when it is not valid, or no mapping (a thematic break)."""
    import tomllib

    import yaml

    try:
        fields: Any = yaml.safe_load(text) if fence == "---" else tomllib.loads(text)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None
    if fields is None:
        return {}
    return {str(name): metadata_value(value) for name, value in fields.items()} if isinstance(fields, dict) else None


def metadata_value(value: Any) -> MetadataValue:
    """Return what metadata may hold: scalars and lists of them as they are, dates as ISO text, the rest as JSON."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value if not isinstance(value, float) or abs(value) < float("inf") else str(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        items = [metadata_value(item) for item in value]
        if all(item is None or isinstance(item, (str, bool, int, float)) for item in items):
            return [item for item in items if item is None or isinstance(item, (str, bool, int, float))]
    return json.dumps(value, ensure_ascii=False, default=str, sort_keys=isinstance(value, Mapping))


class _Walk:
    """One pass over markdown-it's tokens."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.items: list[str] = []  # lines of the list being read
        self.lists: list[int] = []  # for each open list the number of its next item, 0 for bullets
        self.marker = ""
        self.rows: list[list[str]] = []
        self.level = 0  # of the open heading
        self.in_table = False

    def run(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            kind = token.type
            if kind == "inline":
                self._inline(inline_text(token))
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
                self._open_item()
            elif kind in {"bullet_list_close", "ordered_list_close"}:
                self.lists.pop()
                if not self.lists:
                    self._end_list()
            elif kind.startswith(("table_", "tr_")):
                self._table(kind)

    def _open_item(self) -> None:
        number = self.lists[-1]
        self.marker = "  " * (len(self.lists) - 1) + (f"{number}. " if number else "- ")
        self.lists[-1] += 1 if number else 0

    def _table(self, kind: str) -> None:
        if kind == "table_open":
            self._end_list()
            self.rows, self.in_table = [], True
        elif kind == "tr_open":
            self.rows.append([])
        elif kind == "table_close":
            self.builder.table(self.rows)
            self.in_table = False

    def _inline(self, text: str) -> None:
        if self.in_table:
            self.rows[-1].append(text)
        elif self.level:
            self._end_list()
            self.builder.title(text, self.level)
        elif self.lists and text.strip():
            indent = "  " * len(self.lists)
            self.items.append((self.marker or indent) + text.strip().replace("\n", f"\n{indent}"))
            self.marker = ""
        else:
            self.builder.add(text)

    def _end_list(self) -> None:
        self.builder.items(self.items)
        self.items = []


def inline_text(token: Token) -> str:
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
            parts.append(inline_text(child))
    return "".join(parts)
