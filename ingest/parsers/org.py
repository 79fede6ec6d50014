"""Org files: headlines, lists, tables and code, without keywords, drawers and inline markup."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode
from ingest.parsers.tables import GridCell

HEADLINE = re.compile(
    r"(\*+)\s+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)\s+)?(?:\[#\w\]\s*)?(.*?)(?:\s+:[\w@#%:]+:)?\s*$"
)
KEYWORD = re.compile(r"\s*#\+(title|author|date|description|language):\s*(.*)", re.I)
BEGIN = re.compile(r"\s*#\+begin_(\w+)", re.I)
DRAWER = re.compile(r"\s*:[\w-]+:\s*$")
WITHOUT_TEXT = re.compile(r"\s*#(?:\+|\s|$)|\s*(?:SCHEDULED|DEADLINE|CLOSED):|\s*$")
ITEM = re.compile(r"(\s*)(?:[-+]|\s\*|\d+[.)])\s+\S")
# Markup, and what a reader sees in its place: links, emphasis, footnote marks.
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
    number = 0
    # Take one block after the other; each branch moves on to the line after its block.
    while number < len(lines):
        line = lines[number]
        if match := HEADLINE.match(line):
            builder.title(_without_markup(match[2]), len(match[1]))
            number += 1
        elif match := BEGIN.match(line):
            end = _find_line(lines, number, rf"\s*#\+end_{re.escape(match[1])}")
            body = "\n".join(lines[number + 1 : end])
            if match[1].lower() in {"src", "example", "verbatim"}:
                builder.add(body, "code")
            elif match[1].lower() != "comment":
                builder.paragraphs(_without_markup(body))
            number = end + 1
        elif match := KEYWORD.match(line):
            builder.metadata[match[1].lower()] = match[2].strip()
            number += 1
        elif DRAWER.match(line):
            end = _find_line(lines, number, r"\s*:end:\s*$")
            number = (end if end < len(lines) else number) + 1
        elif WITHOUT_TEXT.match(line):
            number += 1
        else:
            number = _add_lines_from(builder, lines, number)
    return Parsed([builder.build(source)])


def _add_lines_from(builder: DocumentBuilder, lines: list[str], start: int) -> int:
    """Add the table, list or paragraph that begins on this line, and return the number of the line after it."""
    end = start
    if lines[start].lstrip().startswith("|"):
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            end += 1
        # The rows above the first line of dashes name the columns.
        rules = [number for number in range(start + 1, end) if re.match(r"\s*\|-", lines[number])]
        builder.table(
            [
                GridCell(_without_markup(cell.strip()), bool(rules) and number < rules[0])
                for cell in lines[number].strip().strip("|").split("|")
            ]
            for number in range(start, end)
            if not re.match(r"\s*\|-", lines[number])
        )
    elif ITEM.match(lines[start]):
        items: list[str] = []
        while end < len(lines) and (ITEM.match(lines[end]) or (lines[end][:1] == " " and lines[end].strip())):
            if ITEM.match(lines[end]):
                items.append(_without_markup(lines[end].rstrip()))
            else:
                items[-1] += f" {_without_markup(lines[end].strip())}"
            end += 1
        builder.items(items)
    else:
        while end < len(lines) and lines[end].strip() and (end == start or not _starts_block(lines[end])):
            end += 1
        builder.add(_without_markup(" ".join(line.strip() for line in lines[start:end])))
    return end


def _starts_block(line: str) -> bool:
    return bool(HEADLINE.match(line) or ITEM.match(line) or re.match(r"\s*(?:#\+|\|)", line))


def _find_line(lines: list[str], after: int, pattern: str) -> int:
    closing = re.compile(pattern, re.I)
    return next((number for number in range(after + 1, len(lines)) if closing.match(lines[number])), len(lines))


def _without_markup(text: str) -> str:
    """Return a text as a reader sees it: emphasised words without their marks, links by their description."""
    for pattern, replacement in INLINE:
        text = pattern.sub(replacement, text)
    return text
