"""Plain text and source code: paragraphs by blank lines, simple lists, and underlined titles."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import decode

LIST_LINE = re.compile(r"\s*(?!\([cC]\))(?:[-*+•◦▪‣·–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+\S")
UNDERLINE = re.compile(r"([=\-~^#*])\1{2,}\s*$")


def parse_text(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a text file."""
    builder = DocumentBuilder()
    add_text(builder, decode(path.read_bytes())[0])
    return Parsed([builder.build(source)])


def parse_code(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read source code; blank lines before an unindented line separate blocks."""
    builder = DocumentBuilder()
    for part in re.split(r"\n[ \t]*\n+(?=\S)", decode(path.read_bytes())[0]):
        builder.add(part, "code")
    return Parsed([builder.build(source)])


def add_text(builder: DocumentBuilder, text: str, page: int | None = None) -> None:
    """Add plain text to a document."""
    for paragraph in re.split(r"\n(?:[ \t]*\n)+", text):
        lines = paragraph.split("\n")
        if _is_underlined_title(lines):
            builder.title(lines[0], "=-~^#*".index(lines[1].strip()[0]) + 1, page)
            lines = lines[2:]
        # Prose up to the first list line is text. From there on everything is a list, continuation lines included,
        # unless few of the lines look like it: then a sentence begins with a dash by chance.
        first = next((number for number, line in enumerate(lines) if LIST_LINE.match(line)), len(lines))
        listed = sum(1 for line in lines[first:] if LIST_LINE.match(line) or line[:1].isspace())
        if listed < (len(lines) - first) / 2 or (first > 0 and listed < 2):
            first = len(lines)
        builder.add("\n".join(lines[:first]), "text", page)
        builder.items((line.rstrip() for line in lines[first:]), page)


def _is_underlined_title(lines: list[str]) -> bool:
    if len(lines) < 2 or not UNDERLINE.fullmatch(lines[1].strip()) or not re.search(r"\w", lines[0]):
        return False
    title, line = len(lines[0].strip()), len(lines[1].strip())
    return title <= 120 and title - 2 <= line <= title + 10
