"""Join, cut and reduce texts without losing which words state which field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from rag.describe.product import FieldSpan, ProductField, SpannedText


def state_field(field: ProductField, text: str) -> SpannedText:
    """Return a text all of which states a field."""
    return SpannedText(text, (FieldSpan(0, len(text), field.key),))


def join_texts(parts: Iterable[str | SpannedText], separator: str = "") -> SpannedText:
    """Return the parts one after the other, each span where its words are now."""
    text, spans = "", list[FieldSpan]()
    for part in parts:
        plain = SpannedText(part) if isinstance(part, str) else part
        text += separator if text else ""
        spans += [FieldSpan(span.start + len(text), span.end + len(text), span.key) for span in plain.spans]
        text += plain.text
    return SpannedText(text, tuple(spans))


LINE_MARK = "- "
"""What stands before a line of details in a text."""

NEXT_LINE, FIRST_LINE = f"\n{LINE_MARK}", f"\n\n{LINE_MARK}"
"""What parts lines of details, and what parts the first from the sentences before it."""


def compose_text(sentences: Sequence[SpannedText], lines: Sequence[SpannedText]) -> SpannedText:
    """Return sentences as a paragraph, and below it lines of details, each behind a mark."""
    prose = join_texts(sentences, " ")
    details = join_texts(lines, NEXT_LINE)
    return join_texts((*([prose, FIRST_LINE] if prose.text else [LINE_MARK]), details)) if lines else prose


def without_lines(text: SpannedText) -> SpannedText:
    """Return the sentences of a text without the lines of details below them."""
    end = 0 if text.text.startswith(LINE_MARK) else text.text.find(FIRST_LINE)
    return text if end < 0 else cut_text(text, 0, end)


def lines_of(text: SpannedText) -> list[SpannedText]:
    """Return the lines of details below the sentences of a text, without their marks."""
    start = len(without_lines(text).text)
    return [cut_text(text, line.start(1), line.end(1)) for line in _LINE.finditer(text.text, start)]


_LINE = re.compile(rf"^{LINE_MARK}(.+)", re.MULTILINE)


def cut_text(text: SpannedText, start: int, end: int) -> SpannedText:
    """Return `text[start:end]` with the spans that lie in it whole."""
    spans = (span for span in text.spans if start <= span.start and span.end <= end)
    moved = tuple(FieldSpan(span.start - start, span.end - start, span.key) for span in spans)
    return SpannedText(text.text[start:end], moved)


def without_keys(content: SpannedText, keys: Collection[str]) -> SpannedText:
    """Return a text without the spans of some fields, which it does not state but names."""
    return SpannedText(content.text, tuple(span for span in content.spans if span.key not in keys))
