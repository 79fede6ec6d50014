"""Held anchors: whether evidence, in its context, is about what a question names."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.answer.anchors import Anchor, AnchorKind, Anchors
from rag.answer.cells import cells_of, columns_of, place_cells
from rag.answer.evidence import Evidence
from rag.answer.words import STOP_WORDS, fold, read_content, stem


def missing_anchors(anchors: Anchors, evidence: Evidence) -> list[Anchor]:
    """Return the anchors that neither evidence nor its context is about."""
    held = {anchor.kind: _HOLDS[anchor.kind] for anchor in anchors}
    missing = [anchor for anchor in anchors if not held[anchor.kind](anchor, evidence)]
    # Of the keys of rows and of the columns that a question names, one has to be the evidence's.
    for kind in ("key", "column"):
        if any(anchor.kind == kind and anchor not in missing for anchor in anchors):
            missing = [anchor for anchor in missing if anchor.kind != kind]
    return missing


def holds_anchors(anchors: Anchors, evidence: Evidence) -> bool:
    """Tell whether evidence, in its context, is about all anchors."""
    return not missing_anchors(anchors, evidence)


def find_empty_cell(anchors: Anchors, evidence: Evidence) -> str:
    """Return the column that the question names and the evidence's row has no value in, "" if there is none.

    Other rows of its table have one, and what stands in the row's other cells is not asked for. The first cell names
    the row: it may answer which rows have none.
    """
    named = [anchor for anchor in anchors if anchor.kind == "column"]
    lines = evidence.record.splitlines() if evidence.record else [evidence.line]
    columns = [column for line in lines for column in columns_of(line)]
    if not named or not columns or not (evidence.is_row or evidence.record):
        return ""
    held = {fold(column) for column in columns}
    before = evidence.chunk.text[evidence.chunk.text.find(lines[0]) : evidence.start]
    is_first = len([column for column in columns if not column or f"{column}: " in before]) <= 1
    if is_first or any(fold(anchor.text) in held for anchor in named):
        return ""
    table = (evidence.chunk.source.split("#")[0], columns[0])
    return next((anchor.text for anchor in named if table in anchor.tables), "")


def _holds_identifier(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether the nearest code of that form is the anchor: in the sentence, its titles, or the prose before."""
    code = _plain_code(anchor.text)
    form = _form_of(code)
    # Nearest first: the sentence, the row, then the titles from the innermost outwards, and what was said before.
    heading = [*reversed(evidence.chunk.heading)]
    title = [str(evidence.chunk.metadata.get("title", "")), evidence.chunk.source]
    for text in (evidence.sentence.text, evidence.line if evidence.is_row else "", *heading):
        codes = _codes_of(text)
        if code in codes:
            return True
        if any(_form_of(other) == form for other in codes):
            return False
    before = [other for other in _codes_of(evidence.before) if _form_of(other) == form]
    if before:
        return before[-1] == code
    section = "" if evidence.is_row or evidence.record else evidence.chunk.text
    return any(code in _codes_of(text) for text in (evidence.context, section, *title))


def _codes_of(text: str) -> list[str]:
    return [_plain_code(match[0]) for match in re.finditer(r"[/\w](?:[\w./:#-]*\w)?", text)]


def _plain_code(text: str) -> str:
    """Return a code as codes compare: without case, marks around it, or the v of a version."""
    code = fold(text).strip("./:#-()")
    return re.sub(r"^v(?=\d)", "", code)


def _form_of(code: str) -> str:
    """Return the form of a code, which those of one kind share: ERR-1004 and E-7 have the form a-9."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", code))


def mentions_anchor(text: str, anchor: Anchor) -> bool:
    """Tell whether a text has an anchor, word for word."""
    if anchor.kind == "identifier":
        return _plain_code(anchor.text) in _codes_of(text)
    return _phrase(anchor.text).rstrip() in _phrase(text)  # or its plural


def _phrase(text: str) -> str:
    return f" {' '.join(re.findall(_WORD, fold(text)))} "


_WORD = re.compile(r"[^\W_]+")


def _holds_quotation(anchor: Anchor, evidence: Evidence) -> bool:
    return any(mentions_anchor(text, anchor) for text in (evidence.chunk.text, evidence.context, evidence.chunk.source))


def _holds_name(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether a row or its titles, or in prose the section or its document, is about a name."""
    if evidence.chunk.source in anchor.sources and not evidence.is_row:
        return True
    texts = [evidence.sentence.text, evidence.context, re.sub(r"[_./#-]+", " ", evidence.chunk.source)]
    if not evidence.is_row and not evidence.record:
        texts.append(evidence.chunk.text)
    held = {stem(word) for text in texts for word in _WORD.findall(fold(text))}
    wanted = [stem(word) for word in _WORD.findall(fold(anchor.text)) if word not in STOP_WORDS]
    missing = [word for word in wanted if word not in held]
    words = {word for text in texts for word in _WORD.findall(fold(text))}
    last_word = _WORD.findall(fold(anchor.text))[-1].removesuffix("s")
    if not missing or len(wanted) < 2 or not {last_word, f"{last_word}s"} & words:
        return not missing
    # Of a person's name the last part is enough, unless it ends another name: "Weaver House" is not "Dyer House".
    last = re.escape(anchor.text.split()[-1])
    before = [match[1] for text in texts for match in re.finditer(rf"(\w+)\.?\s+{last}\b", text)]
    return not any(word[0].isupper() and fold(word) not in _TITLES and stem(word) not in wanted for word in before)


_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "the"})


def _holds_number(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether evidence states a number, where it or its section states it anywhere."""
    wanted = [quantity for quantity in read_content(anchor.text).quantities if quantity.unit or evidence.is_row]
    around = [evidence.sentence.text, evidence.context, evidence.before]
    stated = [quantity for text in around for quantity in read_content(text).quantities]
    if all(any(quantity.equals(other) for other in stated) for quantity in wanted):
        return True
    elsewhere = read_content(evidence.chunk.text).quantities
    return not any(quantity.equals(other) for quantity in wanted for other in elsewhere)


def _holds_date(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether the nearest dates hold a date or are around it; those of the clause come first."""
    wanted = read_content(anchor.text).dates
    # The clause is the part of the sentence, between semicolons, that the span is in.
    whole, sentence = evidence.chunk.text, evidence.sentence
    low = whole.rfind(";", sentence.start, evidence.start) + 1 or sentence.start
    high = whole.find(";", evidence.end, sentence.end)
    clause = whole[low : high if high >= 0 else sentence.end]
    for text in (clause, sentence.text, *reversed(evidence.chunk.heading), evidence.context, evidence.before):
        stated = [date for date in read_content(text).dates if date.year or not wanted or not wanted[0].year]
        if not stated:
            continue
        if all(any(date.holds(other) or other.holds(date) for date in stated) for other in wanted):
            return True
        # Two dates may be the ends of a time that the year asked for lies in.
        years = [date.year for date in stated if date.year]
        asked = [date.year for date in wanted if date.year]
        return bool(len(years) > 1 and asked and min(years) <= asked[0] <= max(years))
    return True


def _holds_key(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether a row is that of a key; a title above prose may be the key, too."""
    line = cells_of(evidence.line)
    if len(line) > 1:
        return fold(anchor.text) in (fold(cell.value) for cell in line)
    return read_content(anchor.text).words <= read_content(f"{evidence.sentence.text}\n{evidence.context}").words


def _holds_column(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether a cell is in a column, or in one that is named by it and more; prose is in any.

    A whole row is in all of its columns.
    """
    line = cells_of(evidence.line)
    named = read_content(anchor.text).words
    if evidence.record:
        columns = [cell.column for text in evidence.record.splitlines() for cell in cells_of(text)]
        touched = [cell.column for cell in line]
    else:
        # Of the cells of a line, those that the evidence touches.
        columns = [cell.column for cell in line] if len(line) > 1 else []
        line_start = evidence.chunk.text.rfind("\n", 0, evidence.start) + 1
        touched = []
        for cell, place in place_cells(evidence.line):
            low = line_start + place
            if low < evidence.end and evidence.start < low + len(cell.column) + 2 + len(cell.value):
                touched.append(cell.column)
    is_there = any(fold(anchor.text) == fold(column) for column in columns)
    return not is_there or any(named <= read_content(column).words for column in touched)


def _holds_qualifier(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether the sentence, its context or the prose before it has the words of a qualifier."""
    texts = (evidence.sentence.text, evidence.context, evidence.before)
    held = frozenset(word for text in texts for word in read_content(text).words)
    return read_content(anchor.text).words <= held


def _holds_label(anchor: Anchor, evidence: Evidence) -> bool:
    """Tell whether the nearest number or letter behind a label, as in "Room 12", is the anchor's."""
    label, code = re.split(r"\W+(?=[\w.]+$)", anchor.text, maxsplit=1) if " " in anchor.text else ("", anchor.text)
    labelled = re.compile(rf"\b{re.escape(label)}s?\W{{0,3}}([A-Z]\b|\d+(?:\.\d+)*)", re.IGNORECASE)
    heading = reversed(evidence.chunk.heading)
    for text in (evidence.sentence.text, *heading, evidence.context, evidence.before, evidence.chunk.source):
        codes = labelled.findall(text)
        if codes:
            return fold(code) in map(fold, codes)
        if fold(code) in _codes_of(text):
            return True
    return False


_HOLDS: dict[AnchorKind, Callable[[Anchor, Evidence], bool]] = {
    "identifier": _holds_identifier,
    "label": _holds_label,
    "quotation": _holds_quotation,
    "name": _holds_name,
    "number": _holds_number,
    "date": _holds_date,
    "key": _holds_key,
    "column": _holds_column,
    "qualifier": _holds_qualifier,
}
