"""Anchors: what a question names, and an answer's evidence has to be about."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.evidence import Evidence
from rag.answer.quantities import find_figures
from rag.answer.units import unit_named
from rag.answer.words import STOP_WORDS, fold, read_content, stem
from stores.base import Hit

AnchorKind = Literal["identifier", "label", "quotation", "name", "number", "date", "key", "column", "qualifier"]
OPENING = 400  # characters: a document is about the names in its opening
LIKENESS = 0.75  # of two spellings of a name: one or two letters of it may differ


@dataclass(frozen=True)
class Anchor:
    """A part of a question that narrows what is asked: "ERR-1004", "Norway", "in the first year".

    `sources` are the documents that are about it as a whole.
    """

    text: str
    kind: AnchorKind
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Anchors:
    """The anchors of a question, in its order, and those that occur in no document.

    Only what occurs in the store can be asked of evidence; `absent` is the rest.
    """

    anchors: tuple[Anchor, ...] = ()
    absent: tuple[Anchor, ...] = ()

    def __iter__(self) -> Iterator[Anchor]:
        return iter(self.anchors)

    @property
    def unanswerable(self) -> tuple[Anchor, ...]:
        """The absent anchors that make a question unanswerable: codes and names that occur nowhere."""
        return tuple(anchor for anchor in self.absent if anchor.kind in ("identifier", "name"))

    def without(self, *kinds: AnchorKind) -> Anchors:
        """Return the anchors of other kinds: a question may compare with a number that no evidence has."""
        return replace(self, anchors=tuple(anchor for anchor in self.anchors if anchor.kind not in kinds))


# --- anchors of a question --------------------------------------------------------------------------------------------

# A code has a digit among other signs, or signs within: ERR-1004, 4.2.2, 0x80070490, max_upload_mb, /v2/export.
_CODE = re.compile(
    r"""(?<![\w./-])(?:
      (?=[\w./:-]*\d)(?=[\w./:-]*[^\W\d])\w+(?:[-_./:]\w+)*    # letters and digits
    | \d+(?:\.\d+){2,}                                           # a version of three numbers
    | (?=[\w.]*_)\w+(?:[._]\w+)*\w                               # a_name
    | /\w+(?:/[\w.-]+)+                                          # /a/path
    | [a-z]\w*(?:\.[a-z]\w*)+(?:\(\))? | [A-Z]\w+\.[a-z]\w+      # module.name, Client.connect
    )(?![\w-])""",
    re.VERBOSE,
)
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_DECADE = re.compile(r"(?:(?:pre|post|mid|early|late)-)?\d{4}s?", re.IGNORECASE)
_LABELLED = re.compile(
    r"\b(?P<label>version|release|error|code|status|section|clause|article|paragraph|chapter|room|gate|line|route|order|"
    r"invoice|ticket|item|model|part|form|unit|bay|platform|annex|appendix|table|figure|step|level|zone|class|grade|no\.?"
    r"|number|#)\s?(?P<code>(?:(?-i:[A-Z])|\d+(?:\.\d+)*)(?![\w%]))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”«]([^\"“”«»]{2,80})[\"“”»]|(?<!\w)['‘]([^'‘’]{3,80})['’](?!\w)")
_NAME = re.compile(
    r"[^\W\d_a-z][\w'’&.-]*(?:\s+(?:(?:of|the|and|de|la|van|von|der|&)\s+){0,2}[^\W\d_a-z][\w'’&-]*)*", re.UNICODE
)
_DAYS = {fold(day) + ending for day in (*calendar.day_name, *calendar.month_name) for ending in ("", "s")}
_NO_NAMES = STOP_WORDS | _DAYS | {"ok", "okay", "am", "i"}
"""Words with a capital that name nothing: a day that no document mentions may be one that is open, or not."""

_SCOPE = re.compile(
    r"\b(?:(?:including|excluding|without|with|for|during|after|before|from|until|since|under|over|via|outside|inside)\b|"
    r"in (?=(?:the|my|our) (?:first|second|third|last|next)\b))\s*"
    r"(?P<what>[^?.,;:!]+?)(?=\s+(?:in|on|at|by|to|of|for|with|without|during|after|"
    r"before|from|until|since|under|over|is|are|was|were|do|does|can|should|must|will)\b|[?.,;:!]|$)"
    r"|\bper (?:hour|day|night|week|month|year|person|head|piece|pair|item|guest|group|family|metre|kilo|kg)\b",
    re.IGNORECASE,
)


_PRONOUN = re.compile(r"\b(?:what|which|who|when|i|we|you|they|he|she|it)\b", re.IGNORECASE)


def find_anchors(question: str) -> Anchors:
    """Return what a question names: identifiers, quotations, names, numbers and dates, and qualifiers."""
    anchors: list[tuple[int, Anchor]] = []
    taken: list[tuple[int, int]] = []

    def take(start: int, end: int, text: str, kind: AnchorKind) -> None:
        if all(end <= low or start >= high for low, high in taken):
            taken.append((start, end))
            anchors.append((start, Anchor(text, kind)))

    # Codes first, so that no number is taken out of them; a measure such as 5km is none.
    figures = find_figures(question)
    spans = [(quantity.start, quantity.end) for quantity in figures.quantities]
    spans += [(date.start, date.end) for date in figures.dates]
    for match in _LABELLED.finditer(question):
        kind: AnchorKind = "identifier" if match["code"].count(".") > 1 else "label"
        take(*match.span(), match[0] if kind == "label" else match["code"], kind)
    for match in _CODE.finditer(question):
        is_figure = any(low < match.end() and match.start() < high for low, high in spans)
        if not is_figure and not _DECADE.fullmatch(match[0]):
            take(*match.span(), match[0], "identifier")
    for match in _QUOTED.finditer(question):
        take(*match.span(), match[1] or match[2], "quotation")
    for date in figures.dates:
        take(date.start, date.end, question[date.start : date.end], "date")

    # Names are capitalised, but in a question without small letters.
    if not question.isupper():
        measured = [(quantity.start, quantity.end) for quantity in figures.quantities if quantity.unit]
        for match in _NAME.finditer(question):
            if any(low <= match.start() < high for low, high in measured):  # "EUR" of "5 EUR"
                continue
            start, text = match.start(), match[0].rstrip(".'’-")
            # The first word is a capital whatever it is.
            first, _, rest = text.partition(" ")
            is_first = not question[:start].strip(" \"'¿¡(")
            if is_first and (fold(first) in STOP_WORDS or not rest or rest[0].islower()):
                words = re.match(r"\S+\s+(?:[a-z&]+\s+)*", text + " ")
                start, text = (words.end(), text[words.end() :]) if words else (start, text)
            if text.startswith("I "):
                start, text = start + 2, text[2:]
            if text.startswith(("The ", "the ")):
                start, text = start + 4, text[4:]
            # A number is part of a model's name: "Merlin 4".
            if model := re.match(r" \d{1,3}\b(?![.,:%]?\d|\s?%)", question[start + len(text) :]):
                text += model[0] if not unit_follows(question[start + len(text) + model.end() :]) else ""
            if len(text) > 1 and not all(fold(word) in _NO_NAMES for word in text.split()):
                take(start, start + len(text), re.sub(r"['’]s$", "", text), "name")
    for quantity in figures.quantities:
        if quantity.kind != "ordinal":
            take(quantity.start, quantity.end, question[quantity.start : quantity.end], "number")
    anchors += [
        (match.start(), Anchor(match[0].strip(), "qualifier"))
        for match in _SCOPE.finditer(question)
        if read_content(match[0]).words and not _PRONOUN.search(match[0]) and not _NAME.fullmatch(match["what"] or "")
    ]
    return Anchors(tuple(anchor for _, anchor in sorted(anchors, key=lambda pair: pair[0])))


def unit_follows(text: str) -> bool:
    """Tell whether a text begins with a unit, so that the number before it is no part of a name."""
    word = re.match(r"\s?([^\W\d_]+|[%°€$£])", text)
    return word is not None and unit_named(word[1]) is not None


# --- anchors that occur -----------------------------------------------------------------------------------------------


FindPhrase = Callable[[str], Sequence[Hit] | None]
"""Returns hits of the store that hold a phrase, None if nobody knows."""


def require_anchors(question: str, sections: Sequence[Chunk], find: FindPhrase) -> Anchors:
    """Return the anchors of a question that evidence has to be about, as they are spelt in the store.

    `sections` are those of the question's hits. A name that is written with one or two wrong letters counts as the word
    of the hits that it is like. The names of rows and columns of the hits' tables in the question are anchors, too.
    """
    required: list[Anchor] = []
    absent: list[Anchor] = []
    hits_text = "\n".join(section.embedding_text for section in sections)

    def chunks_with(anchor: Anchor) -> Sequence[Chunk]:
        # Without a store to ask, the hits are all there is.
        hits = find(anchor.text.split()[-1] if anchor.kind == "label" else anchor.text)
        if hits is None:
            return [section for section in sections if _mentions(section.embedding_text, anchor)]
        return [hit.chunk for hit in hits]

    for anchor in (*find_anchors(question), *_lower_case_names(question, sections)):
        if anchor.kind in ("identifier", "label", "quotation", "name"):
            chunks = chunks_with(anchor)
            if chunks:
                required.append(replace(anchor, sources=_sources_about(chunks)))
            elif anchor.kind == "name" and _is_abbreviated(anchor.text, hits_text):
                continue
            elif (
                anchor.kind == "name" and not anchor.text[-1].isdigit() and (likely := _respell(anchor.text, hits_text))
            ):
                required += [Anchor(word, "name") for word in likely]
            elif anchor.kind == "name" and " " in anchor.text:
                # A name of several words may stand in parts: of those that occur, each is asked for.
                parts = [Anchor(part, "name") for part in anchor.text.split() if fold(part) not in STOP_WORDS]
                occurring = [(part, chunks) for part in parts if (chunks := chunks_with(part))]
                if anchor.text[-1].isdigit():  # another model of that name
                    occurring = []
                required += [replace(part, sources=_sources_about(chunks)) for part, chunks in occurring]
                absent += [] if occurring else [anchor]
            elif anchor.kind == "identifier" and _DOTTED.fullmatch(anchor.text):
                # A method of a class may stand in parts, as code has it.
                parts = [Anchor(part, "name") for part in anchor.text.split(".")]
                occurring = [(part, chunks) for part in parts if (chunks := chunks_with(part))]
                required += [part for part, _ in occurring]
                absent += [] if len(occurring) == len(parts) else [anchor]
            else:
                absent.append(anchor)
        elif anchor.kind != "qualifier":
            required.append(anchor)
        else:
            # One sentence or line of a section has to have all words of a qualifier.
            wanted = read_content(anchor.text).words
            texts = (section.text for section in sections if wanted <= read_content(section.embedding_text).words)
            parts_of_texts = (text[low:high] for text in texts for low, high in sentence_spans(text))
            if any(wanted <= read_content(part).words for part in parts_of_texts):
                required.append(anchor)
    required += _named_cells(question, sections)
    return Anchors(tuple(required), tuple(absent))


def _sources_about(chunks: Sequence[Chunk]) -> frozenset[str]:
    return frozenset(chunk.source for chunk in chunks if chunk.start < OPENING)


def _lower_case_names(question: str, sections: Sequence[Chunk]) -> Iterator[Anchor]:
    """Yield the words of a question in small letters that the sections only write with a capital, within sentences."""
    text = "\n".join(section.text for section in sections)
    names = set(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b", text)) if question.islower() else set()
    for word in re.findall(r"\b[a-z]{3,}\b", question):
        if word.title() in names and word not in _NO_NAMES and not re.search(rf"\b{word}\b", text):
            yield Anchor(word, "name")


def _is_abbreviated(name: str, text: str) -> bool:
    """Tell whether a text has a name's initials, or words with the initials that a name is."""
    letters = re.sub(r"\W|\bthe\b", "", name) if name.replace(".", "").isupper() else ""
    if letters:
        between = r"(?:\W+(?:of|the|and|for))*\W+"
        return re.search(r"\b" + between.join(rf"{letter}\w+" for letter in letters), text) is not None
    initials = "".join(word[0] for word in name.split() if word[0].isupper())
    return len(initials) > 1 and re.search(r"\b" + r"\.?".join(initials) + r"\b", text) is not None


def _respell(name: str, text: str) -> list[str]:
    """Return the words of a text that the words of a misspelt name are likely meant to be; none if one has none."""
    if name[-1].isdigit():  # another model of that name is another thing
        return []
    words = set(re.findall(r"[^\W\d_]{4,}", fold(text)))
    respelt = []
    for part in re.findall(r"[^\W\d_]+", fold(name)):
        if part in STOP_WORDS:
            continue
        likely = [part] if part in words else get_close_matches(part, words, 1, LIKENESS) if len(part) > 3 else []
        if not likely:
            return []
        respelt += likely
    return respelt


# --- rows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RowCell:
    """A cell of a row, with the name of its column."""

    column: str
    value: str


def cells_of(line: str) -> tuple[RowCell, ...]:
    """Return the cells of a row as its text has them: `Column: value; Column: value`."""
    return tuple(cell for cell, _ in place_cells(line))


def place_cells(line: str) -> list[tuple[RowCell, int]]:
    """Return the cells of a row, each with the place in the line where its column's name begins."""
    return [
        (RowCell(match["column"], match["value"].rstrip()), match.start("column")) for match in _ROW_CELL.finditer(line)
    ]


_ROW_CELL = re.compile(r"(?:^|; )[\s*•|-]*(?P<column>[^:;]{1,80}?): (?P<value>(?:(?!; [^:;]{1,80}: ).)+)")


def _named_cells(question: str, sections: Iterable[Chunk]) -> Iterator[Anchor]:
    """Yield the keys and the columns of the sections' rows that a question names."""
    asked = read_content(question)
    keys: dict[str, str] = {}
    columns: dict[str, str] = {}
    for section in sections:
        for line in section.text.splitlines():
            cells = cells_of(line)
            # The first cell names the row. A record has a cell a line, and its title names it.
            if len(cells) > 1:
                keys.setdefault(fold(cells[0].value), cells[0].value)
            start = section.text.find(line)
            is_in_record = len(cells) == 1 and Evidence(section, start, start + len(line)).record
            if is_in_record and section.heading and "#" in section.source:  # a row of a file that is a document
                keys.setdefault(fold(section.heading[-1]), section.heading[-1])
            for cell in cells if is_in_record else cells[1:]:
                columns.setdefault(fold(cell.column), cell.column)

    def is_named(name: str) -> bool:
        said = read_content(name)
        figures_asked = (
            all(any(one.equals(other) for other in asked.quantities) for one in said.quantities)
            and all(any(other.holds(one) for other in asked.dates) for one in said.dates if one.month)
        )  # fmt: skip
        return bool(said.words) and said.words <= asked.words and figures_asked

    named = [key for key in keys.values() if is_named(key)]
    # Of "Pro" and "Pro Max" the longer one is meant.
    longest = [key for key in named if not any(read_content(key).words < read_content(other).words for other in named)]
    yield from (Anchor(key, "key") for key in longest)
    yield from (Anchor(name, "column") for name in columns.values() if is_named(name))


# --- anchors of evidence ----------------------------------------------------------------------------------------------


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


def _mentions(text: str, anchor: Anchor) -> bool:
    if anchor.kind == "identifier":
        return _plain_code(anchor.text) in _codes_of(text)
    return _phrase(anchor.text).rstrip() in _phrase(text)  # or its plural


def _phrase(text: str) -> str:
    return f" {' '.join(re.findall(_WORD, fold(text)))} "


_WORD = re.compile(r"[^\W_]+")


def _holds_quotation(anchor: Anchor, evidence: Evidence) -> bool:
    return any(_mentions(text, anchor) for text in (evidence.chunk.text, evidence.context, evidence.chunk.source))


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
    """Tell whether a cell is in a column; a whole row is in all of its columns, and prose in any."""
    line = cells_of(evidence.line)
    name = fold(anchor.text)
    if evidence.record:
        columns = {fold(cell.column) for text in evidence.record.splitlines() for cell in cells_of(text)}
        return name in {fold(cell.column) for cell in line} or name not in columns
    # Of the cells of a line, those that the evidence touches.
    columns = {fold(cell.column) for cell in line} if len(line) > 1 else set()
    line_start = evidence.chunk.text.rfind("\n", 0, evidence.start) + 1
    touched = set()
    for cell in line:
        text = f"{cell.column}: {cell.value}"
        place = evidence.line.find(text)
        low = line_start + place
        if place >= 0 and low < evidence.end and evidence.start < low + len(text):
            touched.add(fold(cell.column))
    return name in touched or name not in columns


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
