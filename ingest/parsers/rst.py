"""reStructuredText: titles, lists, tables and code, without the directives and the inline markup."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode

ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{1,}\s*$")
DIRECTIVE = re.compile(r"\s*\.\.\s+(?:\|[^|]+\|\s+)?([\w:+.-]+?)::(?:\s+(.*))?$")
EXPLICIT = re.compile(r"\s*\.\.(?:\s|$)")
ITEM = re.compile(r"\s*(?:[-*+•]|\(?(?:\d{1,3}|#|[a-zA-Z])[.)])\s+\S")
OPTION = re.compile(r"\s*:[\w -]+:(?:\s|$)")
GRID, SIMPLE = re.compile(r"\s*\+[-=+]+\+\s*$"), re.compile(r"\s*=+(?: +=+)+\s*$")
CODE = {"code", "code-block", "sourcecode", "literalinclude", "parsed-literal", "doctest", "prompt", "math"}
DROPPED = {"include", "toctree", "contents", "raw", "image", "meta", "index", "highlight", "automodule", "autoclass",
           "autofunction", "module", "currentmodule", "default-role", "role", "replace", "target-notes"}  # fmt: skip
INLINE = (
    (re.compile(r"``(.+?)``", re.S), r"\1"),
    (re.compile(r":[\w:+.-]+:`~?!?([^`<]+?)\s*(?:<[^`>]*>)?`"), r"\1"),
    (re.compile(r"`([^`<]+?)\s*<[^`>]*>`__?"), r"\1"),
    (re.compile(r"`([^`]+)`(?:__?)?"), r"\1"),
    (re.compile(r"(?<![\w*])\*\*(\S(?:.*?\S)?)\*\*(?![\w*])", re.S), r"\1"),
    (re.compile(r"(?<![\w*])\*(\S(?:.*?\S)?)\*(?![\w*])", re.S), r"\1"),
    (re.compile(r"\[(?:#\w*|\*|\d+)\]_"), ""),
    (re.compile(r"(?<=\w)__?(?=[\s.,;:!?)]|$)"), ""),
    (re.compile(r"\\(?=[\\*`_| ])"), ""),
)


def parse_rst(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a reStructuredText file."""
    builder = DocumentBuilder()
    lines = decode(path.read_bytes())[0].expandtabs(4).split("\n")
    _Reader(builder).read(lines)
    return Parsed([builder.build(source)])


def plain(text: str) -> str:
    """Return text without inline markup: roles and links as what they show."""
    for pattern, shown in INLINE:
        text = pattern.sub(shown, text)
    return text


class _Reader:
    """Goes from block to block; a title's level is the order in which its adornment first came."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.levels: list[str] = []

    def read(self, lines: list[str], titles: bool = True) -> None:
        at = 0
        while at < len(lines):
            if not lines[at].strip():
                at += 1
            elif titles and (used := self._title(lines[at : at + 3])):
                at += used
            elif EXPLICIT.match(lines[at]):
                end = _body_end(lines, at)
                self._explicit(lines[at], lines[at + 1 : end])
                at = end
            else:
                end = _paragraph_end(lines, at)
                at = self._paragraph(lines, at, end)

    def _title(self, lines: list[str]) -> int:
        """Read a title from the next lines; the number of lines used, 0 where there is none."""
        if len(lines) > 2 and ADORNMENT.match(lines[0]) and lines[2].rstrip() == lines[0].rstrip() and lines[1].strip():
            self._add_title(lines[1], lines[0].strip()[0] * 2)
            return 3
        if ADORNMENT.match(lines[0]):  # a transition
            return 1
        if len(lines) < 2 or not ADORNMENT.match(lines[1]) or lines[0][:1].isspace():
            return 0
        if len(lines[1].strip()) < min(len(lines[0].strip()) - 2, 4) or SIMPLE.match(lines[1]):
            return 0
        self._add_title(lines[0], lines[1].strip()[0])
        return 2

    def _add_title(self, text: str, adornment: str) -> None:
        if adornment not in self.levels:
            self.levels.append(adornment)
        self.builder.title(plain(text), self.levels.index(adornment) + 1)

    def _explicit(self, head: str, body: list[str]) -> None:
        """A directive; comments, targets and footnotes' marks are dropped, footnotes' texts kept."""
        if not (found := DIRECTIVE.match(head)):
            if note := re.match(r"\s*\.\. \[(?:#\w*|\d+|\*|\w+)\]\s*(.*)", head):
                self.builder.add(plain(" ".join([note[1], *map(str.strip, body)])))
            return
        name, argument = found[1].lower(), found[2] or ""
        options = [line for line in body if OPTION.match(line)]
        content = _dedented(_without_options(body))
        if name in CODE:
            self.builder.add("\n".join(content), "code")
        elif name in DROPPED:
            self.builder.add(next((line.split(":", 2)[2] for line in options if line.strip().startswith(":alt:")), ""))
        else:  # notes, figures, list tables and what Sphinx or others add: what they say counts
            self.builder.add(plain(argument) if name not in {"figure", "csv-table", "list-table"} else "")
            self.read(content, titles=False)

    def _paragraph(self, lines: list[str], at: int, end: int) -> int:
        """A list, a table or prose; where prose ends in `::` the indented block behind it is code."""
        block = lines[at:end]
        if GRID.match(block[0]):
            self.builder.table(_grid(block))
        elif SIMPLE.match(block[0]):
            return self._simple_table(lines, at)
        elif ITEM.match(block[0]):
            return self._list(lines, at)
        else:
            text = plain(" ".join(line.strip() for line in block))
            self.builder.add(re.sub(r"\s*::$", "" if text.rstrip() == "::" else ":", text))
            if text.endswith("::"):
                code_end = _body_end(lines, end - 1)
                self.builder.add("\n".join(_dedented(lines[end:code_end])), "code")
                return code_end
        return end

    def _list(self, lines: list[str], at: int) -> int:
        """Items and what is indented below them, until a line that is neither."""
        items: list[str] = []
        margin = _indent(lines[at])
        while at < len(lines):
            line = lines[at]
            if not line.strip():
                at += 1
            elif ITEM.match(line) and _indent(line) >= margin:
                items.append(" " * (_indent(line) - margin) + plain(line.strip()))
                at += 1
            elif _indent(line) > margin and items and not EXPLICIT.match(line):
                items[-1] += f" {plain(line.strip())}"
                at += 1
            else:
                break
        self.builder.items(items)
        return at

    def _simple_table(self, lines: list[str], at: int) -> int:
        spans = [found.span() for found in re.finditer(r"=+", lines[at])]
        borders = [number for number in range(at, len(lines)) if SIMPLE.match(lines[number])]
        blank = next((n for n in borders[1:] if n + 1 >= len(lines) or not lines[n + 1].strip()), borders[-1])
        rows: list[list[str]] = []
        for line in lines[at + 1 : blank]:
            if not line.strip() or SIMPLE.match(line) or re.fullmatch(r"[\s-]+", line):
                continue
            ends = [*(start for start, _ in spans[1:]), len(line)]
            cells = [plain(line[start:end].strip()) for (start, _), end in zip(spans, ends, strict=True)]
            if rows and not cells[0]:
                rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
            else:
                rows.append(cells)
        self.builder.table(rows)
        return blank + 1


def _grid(block: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    fresh = True
    for line in block:
        if re.match(r"\s*\+[-=+]", line):
            fresh = True
            continue
        cells = [plain(cell.strip()) for cell in line.strip().strip("|").split("|")]
        if fresh or len(cells) != len(rows[-1]):
            rows.append(cells)
        else:
            rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
        fresh = False
    return rows


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _body_end(lines: list[str], at: int) -> int:
    """The line behind what is indented more than line `at`."""
    margin, end = _indent(lines[at]), at + 1
    for number in range(at + 1, len(lines)):
        if lines[number].strip():
            if _indent(lines[number]) <= margin:
                break
            end = number + 1
    return end


def _paragraph_end(lines: list[str], at: int) -> int:
    end = at + 1
    while end < len(lines) and lines[end].strip() and not DIRECTIVE.match(lines[end]):
        end += 1
    return end


def _without_options(body: list[str]) -> list[str]:
    at = 0
    while at < len(body) and OPTION.match(body[at]):
        at += 1
    return body[at:]


def _dedented(lines: list[str]) -> list[str]:
    margin = min((_indent(line) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]
