"""Org files: headlines, lists, tables and code, without keywords, drawers and inline markup."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode

HEADLINE = re.compile(
    r"(\*+)\s+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)\s+)?(?:\[#\w\]\s*)?(.*?)(?:\s+:[\w@#%:]+:)?\s*$"
)
KEYWORD = re.compile(r"\s*#\+(title|author|date|description|language):\s*(.*)", re.I)
BEGIN = re.compile(r"\s*#\+begin_(\w+)", re.I)
ITEM = re.compile(r"(\s*)(?:[-+]|\s\*|\d+[.)])\s+\S")
INLINE = (
    (re.compile(r"\[\[[^\]]*\]\[([^\]]*)\]\]"), r"\1"),
    (re.compile(r"\[\[([^\]]*)\]\]"), r"\1"),
    (re.compile(r"(?<![\w*/=~+_])([*/=~+_])(\S(?:[^\n]*?\S)?)\1(?![\w*/=~+_])"), r"\2"),
    (re.compile(r"\[fn:[^\]]*\]"), ""),
)


def parse_org(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read an Org file."""
    builder = DocumentBuilder()
    lines = decode(path.read_bytes())[0].split("\n")
    at = 0
    while at < len(lines):
        at = _add_block(builder, lines, at)
    return Parsed([builder.build(source)])


def plain(text: str) -> str:
    """Return text without inline markup: links as what they show."""
    for pattern, shown in INLINE:
        text = pattern.sub(shown, text)
    return text


def _add_block(builder: DocumentBuilder, lines: list[str], at: int) -> int:
    """Read one block from line `at`; the number of the line behind it."""
    line = lines[at]
    if found := HEADLINE.match(line):
        builder.title(plain(found[2]), len(found[1]))
        return at + 1
    if found := BEGIN.match(line):
        end = _find(lines, at, rf"\s*#\+end_{re.escape(found[1])}")
        body = "\n".join(lines[at + 1 : end])
        if found[1].lower() in {"src", "example", "verbatim"}:
            builder.add(body, "code")
        elif found[1].lower() != "comment":
            builder.paragraphs(plain(body))
        return end + 1
    if found := KEYWORD.match(line):
        builder.metadata[found[1].lower()] = found[2].strip()
        return at + 1
    if re.match(r"\s*:[\w-]+:\s*$", line):  # a drawer
        end = _find(lines, at, r"\s*:end:\s*$")
        return (end if end < len(lines) else at) + 1
    if re.match(r"\s*#(?:\+|\s|$)|\s*(?:SCHEDULED|DEADLINE|CLOSED):", line) or not line.strip():
        return at + 1
    return _add_lines(builder, lines, at)


def _add_lines(builder: DocumentBuilder, lines: list[str], at: int) -> int:
    """A table, a list or a paragraph: all lines of its kind from `at` on."""
    end = at
    if lines[at].lstrip().startswith("|"):
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            end += 1
        rows = [line.strip().strip("|").split("|") for line in lines[at:end] if not re.match(r"\s*\|-", line)]
        builder.table([plain(cell.strip()) for cell in row] for row in rows)
    elif ITEM.match(lines[at]):
        items: list[str] = []
        while end < len(lines) and (ITEM.match(lines[end]) or (lines[end][:1] == " " and lines[end].strip())):
            if ITEM.match(lines[end]):
                items.append(plain(lines[end].rstrip()))
            else:
                items[-1] += f" {plain(lines[end].strip())}"
            end += 1
        builder.items(items)
    else:
        while end < len(lines) and lines[end].strip() and (end == at or not _starts_block(lines[end])):
            end += 1
        builder.add(plain(" ".join(line.strip() for line in lines[at:end])))
    return end


def _starts_block(line: str) -> bool:
    return bool(HEADLINE.match(line) or ITEM.match(line) or re.match(r"\s*(?:#\+|\|)", line))


def _find(lines: list[str], at: int, pattern: str) -> int:
    closing = re.compile(pattern, re.I)
    return next((number for number in range(at + 1, len(lines)) if closing.match(lines[number])), len(lines))
