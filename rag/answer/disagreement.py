"""Disagreement: two sources that answer a question with different numbers or dates, the newer first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.evidence import Evidence
from rag.answer.quantities import find_figures
from rag.answer.words import read_content
from rag.reader.base import Span
from stores.base import Hit

DATE_FIELDS = ("valid_from", "effective", "date", "modified", "updated", "last_modified")  # the first that is there

CLOSE = 3.0  # logits: of two statements of about the same probability


@dataclass(frozen=True)
class DatedStatement:
    """What a source says, a span, and the date or version that the source bears, "" if none is known.

    `age` orders statements, higher is newer: year, month, day, version.
    """

    span: Span
    label: str
    age: tuple[float, ...]


def find_rival_statements(question: str, candidates: Sequence[Span]) -> list[DatedStatement]:
    """Return the best candidate and those of other documents that state another number or date, the newest first.

    Both have to hold the same words of the question: one about something else does not disagree.
    """
    if not candidates:
        return []
    best = candidates[0]
    different: list[Span] = [best]
    for span in candidates[1:]:
        files = {_file_of(other) for other in different}
        is_rival = _file_of(span) not in files and _words_asked(question, best) <= _words_asked(question, span)
        # The reader is about as sure of it, and rather finds it than nothing.
        is_rival = is_rival and span.margin > max(0.0, best.margin - CLOSE)
        if is_rival and all(_state_other_figures(span.text, other.text) for other in different):
            different.append(span)
    statements = [date_statement(span) for span in different]
    return sorted(statements, key=lambda statement: statement.age, reverse=True)  # stable: the best of equals is first


def _file_of(span: Span) -> str:
    """Return the file of a span: rows of one catalogue are of different things."""
    return span.chunk.source.split("#")[0]


def _words_asked(question: str, span: Span) -> frozenset[str]:
    evidence = Evidence(span.chunk, span.start, span.end)
    held = read_content(evidence.sentence.text).words | read_content(evidence.context).words
    return read_content(question).words & held


def _state_other_figures(text: str, other: str) -> bool:
    """Tell whether two texts state different numbers of one kind, or different dates."""
    one, two = find_figures(text), find_figures(other)
    if one.dates and two.dates and not (one.quantities and one.quantities[0].unit):
        return any(first.contradicts(second) for first in one.dates[:1] for second in two.dates[:1])
    if len(one.quantities) != 1 or len(two.quantities) != 1:
        return False
    [first], [second] = one.quantities, two.quantities
    is_one_kind = not first.unit or not second.unit or first.unit.dimension == second.unit.dimension
    return is_one_kind and not first.equals(second)


def date_statement(span: Span) -> DatedStatement:
    """Return a span with the date of its source: of its metadata, its titles, its file's name or its own words."""
    metadata = {name.lower(): str(value) for name, value in span.chunk.metadata.items()}
    fields = [metadata[name] for name in DATE_FIELDS if name in metadata]
    name = re.sub(r"[_./#]+|(?<=\D)-|-(?=\D)", " ", span.chunk.source)
    own = _DATED.findall(span.chunk.text)
    for text in (*fields, *reversed(span.chunk.heading), metadata.get("title", ""), name, *own):
        dates = [date for date in find_figures(text).dates if date.year]
        if dates:
            newest = max(dates, key=lambda date: (date.year or 0, date.month or 0, date.day or 0))
            label = text[newest.start : newest.end]
            return DatedStatement(span, label, (newest.year or 0, newest.month or 0, newest.day or 0, 0))
        if version := _VERSION.search(text):
            return DatedStatement(span, version[0].strip(), (0, 0, 0, float(".".join(version[1].split(".")[:2]))))
    return DatedStatement(span, "", (0, 0, 0, 0))


_DATED = re.compile(r"\b(?:valid|effective|applies|in force|as of|revised|updated|edition|version)\b[^.\n]{0,40}", re.I)
_VERSION = re.compile(r"\b(?:version|edition|v|rev)\.? ?(\d+(?:\.\d+)*)\b", re.IGNORECASE)


def replaced_sources(question: str, hits: Sequence[Hit]) -> frozenset[str]:
    """Return the sources that say of themselves that another has taken their place.

    None of them answers alone, unless the question asks for what was.
    """
    if asks_for_old(question):
        return frozenset()
    return frozenset(
        hit.chunk.source
        for hit in hits
        if _REPLACED.search(hit.chunk.embedding_text) or _REPLACED_NAME.search(hit.chunk.source)
    )


def asks_for_old(question: str) -> bool:
    """Tell whether a question asks for what was, so that the newest source need not be meant."""
    return _ASKS_FOR_OLD.search(question) is not None


_ASKS_FOR_OLD = re.compile(r"\b(?:old|older|former|formerly|previous|previously|earlier|used to|was|were|did)\b", re.I)
_REPLACED = re.compile(
    r"""\b(?:this|these)\s+(?:\w+\s+){1,3}?(?:is|are|was|were|has\ been|have\ been)\s+(?:now\s+)?
        (?:superseded|replaced|withdrawn|obsolete|outdated|archived|out\ of\ date
        |no\ longer\ (?:valid|in\ force|current))
    | ^\W*(?:superseded|obsolete|outdated|withdrawn|no\ longer\ (?:valid|in\ force))\b""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_REPLACED_NAME = re.compile(r"(?:^|[\W_])(?:superseded|obsolete|outdated|withdrawn)(?=[\W_]|$)", re.IGNORECASE)
