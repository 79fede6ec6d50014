"""Anchors: what a question names, and an answer's evidence has to be about."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from rag.answer.phrasal import phrasal_places
from rag.answer.quantities import find_figures
from rag.answer.units import unit_named
from rag.answer.words import STOP_WORDS, fold, read_content

AnchorKind = Literal["identifier", "label", "quotation", "name", "number", "date", "key", "column", "qualifier"]


@dataclass(frozen=True)
class Anchor:
    """A part of a question that narrows what is asked: "ERR-1004", "Norway", "in the first year".

    `sources` are the documents that are about it as a whole. `tables` are those that have it as a column, each by its
    file and the name of its first column.
    """

    text: str
    kind: AnchorKind
    sources: frozenset[str] = frozenset()
    tables: frozenset[tuple[str, str]] = frozenset()


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


NO_ANCHORS = Anchors()


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
DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_DECADE = re.compile(r"(?:(?:pre|post|mid|early|late)-)?\d{4}s?", re.IGNORECASE)
_LABELLED = re.compile(
    r"\b(?P<label>version|release|error|code|status|section|clause|article|paragraph|chapter|room|gate|line|route|order|"
    r"invoice|ticket|item|model|part|form|unit|bay|platform|annex|appendix|table|figure|step|level|zone|class|grade|no\.?"
    r"|number|#)\s?(?P<code>(?:(?-i:[A-Z])|\d+(?:\.\d+)*)(?![\w%]))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”«]([^\"“”«»]{2,80})[\"“”»]|(?<!\w)['‘]([^'‘’]{3,80})['’](?!\w)")
_NAME = re.compile(
    r"(?<!\w)[^\W\d_a-z][\w'’&.-]*(?:\s+(?:(?:of|the|and|de|la|van|von|der|&)\s+){0,2}[^\W\d_a-z][\w'’&-]*)*"
)
_DAYS = {fold(day) + ending for day in (*calendar.day_name, *calendar.month_name) for ending in ("", "s")}
NO_NAMES = STOP_WORDS | _DAYS | {"ok", "okay", "am", "i"}
"""Words with a capital that name nothing: a day that no document mentions may be one that is open, or not."""

_SCOPE = re.compile(
    r"\b(?:(?:including|excluding|without|with|for|during|after|before|from|until|since|under|over|via|outside|inside)\b|"
    r"in (?=(?:the|my|our) (?:first|second|third|last|next)\b))\s*"
    r"(?P<what>[^?.,;:!]+?)(?=\s+(?:in|on|at|by|to|of|for|with|without|during|after|"
    r"before|from|until|since|under|over|is|are|was|were|do|does|can|should|must|will)\b|[?.,;:!]|$)"
    r"|\bper (?:hour|day|night|week|month|year|person|head|piece|pair|item|guest|group|family|metre|kilo|kg)\b",
    re.IGNORECASE,
)


_CONTRACTION = re.compile(r"['’](?:m|ve|d|ll|s|re)$")
_PERIOD = re.compile(
    r"during (?:the )?(?:day|night|week|weekend|month|year|morning|afternoon|evening)s?", re.IGNORECASE
)
_PRONOUN = re.compile(r"\b(?:what|which|who|when|i|we|you|they|he|she|it)\b", re.IGNORECASE)


def complete_question(question: str) -> str:
    """Return a text that is nothing but a code as a question: "What does ERR-1004 mean?" of "ERR-1004"."""
    code = question.strip(" ?.!")
    is_code = any(anchor.kind in ("identifier", "label") and anchor.text == code for anchor in find_anchors(question))
    return f"What does {code} mean?" if is_code else question


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
            is_measure = any(low <= match.start() < high for low, high in measured)  # "EUR" of "5 EUR"
            if is_measure or match[0][0].islower():  # "été": the pattern's letters are without accents
                continue
            start, text = match.start(), match[0].rstrip(".'’-")
            # The first word of a sentence is a capital whatever it is.
            first, _, rest = text.partition(" ")
            lead_up = question[:start].strip(" \"'¿¡(")
            is_first = not lead_up or lead_up[-1] in ".?!"
            if is_first and (fold(first) in STOP_WORDS or not rest or rest[0].islower() or rest == "I"):
                words = re.match(r"\S+\s+(?:[a-z&]+\s+)*", text + " ")
                start, text = (words.end(), text[words.end() :]) if words else (start, text)
            if text.startswith("I "):
                start, text = start + 2, text[2:]
            if text.startswith(("The ", "the ")):
                start, text = start + 4, text[4:]
            # A number is part of a model's name: "Merlin 4".
            if model := re.match(r" \d{1,3}\b(?![.,:%]?\d|\s?%)", question[start + len(text) :]):
                text += model[0] if not unit_after(question[start + len(text) + model.end() :]) else ""
            if len(text) > 1 and not all(fold(_CONTRACTION.sub("", word)) in NO_NAMES for word in text.split()):
                take(start, start + len(text), re.sub(r"['’]s$", "", text), "name")
    for quantity in figures.quantities:
        if quantity.kind != "ordinal":
            take(quantity.start, quantity.end, question[quantity.start : quantity.end], "number")
    # "After" of "looks after" narrows nothing, and for "during the day" a table has hours.
    particles = phrasal_places(question)
    anchors += [
        (match.start(), Anchor(match[0].strip(), "qualifier"))
        for match in _SCOPE.finditer(question)
        if read_content(match[0]).words
        and not _PRONOUN.search(match[0])
        and not _NAME.fullmatch(match["what"] or "")
        and not _PERIOD.fullmatch(match[0].strip())
        and not any(start < match.start() < end for start, end in particles)
    ]
    return Anchors(tuple(anchor for _, anchor in sorted(anchors, key=lambda pair: pair[0])))


def unit_after(text: str) -> str:
    """Return the unit that a text begins with, with the blank before it; empty if it begins with none."""
    word = re.match(r"[^\S\n]?([^\W\d_]+|[%°€$£])", text)
    return word[0] if word and unit_named(word[1]) else ""
