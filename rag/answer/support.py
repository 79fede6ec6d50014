"""The test of support: whether a span of a source says what an answer says, to what was asked.

Everything that has to know it asks here: agreement of generator and reader, citations and their score, sentences
without a source, the choice among candidate spans, and the confidence signal `agreed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answer.anchors import NO_ANCHORS, Anchors
from rag.answer.anchors_held import find_empty_cell, missing_anchors
from rag.answer.cells import cells_of, place_cells
from rag.answer.doubts import Doubt, find_doubts
from rag.answer.evidence import Evidence
from rag.answer.mismatches import find_mismatches
from rag.answer.quantities import Date, Quantity
from rag.answer.reservations import is_no_fact
from rag.answer.words import OPPOSITES, Content, read_content, stem

IN_CONTEXT = 0.8  # what a word counts that only the evidence's context holds
IN_QUESTION = 0.9  # ... that only repeats the question
IN_DOUBT = 0.8  # ... and what a text counts for each of its doubts
CLAIM = 4  # content words from which on a text makes a claim of its own, and does not only name something


@dataclass(frozen=True)
class Support:
    """The result of the test: `score` from 0 to 1, 0 if the evidence does not support the text.

    `missing` says why not, each in a few words: "36 months is not in the source". `doubts` speak against it, but do not
    rule it out, and lower the score: with them it is true only where it `may_stand`, for whoever weighs them.
    """

    score: float
    missing: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def __bool__(self) -> bool:
        return self.may_stand and not self.doubts

    @property
    def may_stand(self) -> bool:
        """True unless something is missing, whatever the doubts."""
        return self.score > 0


def judge_support(text: str, question: str, evidence: Evidence, anchors: Anchors = NO_ANCHORS) -> Support:
    """Judge whether this span of this source, in its context, says what a text says to what was asked.

    The context is the heading and section, row and column, mail header and preceding question. It says so if

    - every number, with unit, currency, sign and range, and every date of the text equals one of the evidence,
    - evidence and text both affirm or both deny, and neither says the opposite: before and after, minimum and maximum,
    - every other content word of the text, names above all, is held by the evidence, its context or, where it only
      repeats it, the question; the text adds something to an open question,
    - the text gives what is asked for: somebody where the question is who, a time where it is when, weeks where it is
      how many weeks; see `rag.answer.mismatches`,
    - the `anchors` of the question, but for the names of columns, hold of the evidence or its context,
    - the sentence states a fact: no rumour, wish, or what was nearly so; see `rag.answer.reservations`,
    - nothing of `rag.answer.doubts` speaks against it: the topic, the measure, the column and the attribute.

    The score is the share of the text's content that the evidence holds; words that only its context or the question
    holds count less, and so does a text in doubt.
    """
    said, asked = read_content(text), read_content(question)
    held, around = _read_evidence(evidence, anchors)
    if not said.size:
        return Support(0.0, (f"{text.strip()!r} says nothing that a source could hold",))

    # What the text adds to the question; an open question is not answered by its own words.
    added = (said.words | said.opposites) - (asked.words | asked.opposites)
    figures: tuple[Quantity | Date, ...] = (*said.quantities, *said.dates)
    is_open = _WH.search(question) is not None and not re.search(r"\bor\b", question, re.IGNORECASE)
    repeats = all(_is_stated(figure, asked) for figure in figures)
    # "Closed" and "not on Sundays" add something to when the shop opens on Sundays.
    denials = {clause.denies or any(not affirms for _, affirms in clause.signs) for clause in said.clauses}
    denied = any(clause.denies or any(not affirms for _, affirms in clause.signs) for clause in asked.clauses)
    if is_open and not added and repeats and denials <= {denied}:
        return Support(0.0, ("it only repeats the question",))

    missing = [
        f"{text[figure.start : figure.end]} is not in the source"
        for figure in _missing_figures(text, question, held, around)
    ]
    # A month or a number in words may be a part of a figure there, a code may have a mark more.
    sources = held.words | around.words
    bare = {word.strip("/.-v") for word in sources}
    lacking = [
        word for word in sorted(said.words - sources - asked.words) if word.isalpha() or word.strip("/.-v") not in bare
    ]
    if not said.words:  # "online", "outside"
        lacking += sorted(said.opposites - held.opposites - around.opposites)
    missing += [f"{word!r} is not in the source" for word in lacking]
    missing += _contradictions(text, said, asked, held)
    missing += find_mismatches(question, text, evidence)
    if _is_label(evidence):
        missing.append("it is the name of a column")
    if _is_mail_header(evidence) and not _ASKS_FOR_MAIL.search(question):
        missing.append("it is the header of a mail")
    # Right before a code, as "the endpoint" in "the endpoint /v1/export was replaced", stands the kind of thing.
    after = evidence.chunk.text[evidence.end :].lstrip()
    is_before_code = any(anchor.kind == "identifier" and after.startswith(anchor.text) for anchor in anchors)
    if not figures and not _WHO.search(question) and is_before_code:
        missing.append("it only says what kind of thing the question names")
    if not evidence.is_row and is_no_fact(question, evidence.sentence.text):
        missing.append("the source says it of no fact")
    if empty := find_empty_cell(anchors, evidence):
        missing.append(f"its row has no {empty}")
    firm = anchors.without("column")
    missing += [f"{anchor.text!r} is not what the source speaks of" for anchor in missing_anchors(firm, evidence)]
    if missing:
        return Support(0.0, tuple(missing))

    # Of what was added, or of all that was said if nothing was.
    weights = [
        1.0 if word in held.words | held.opposites else IN_CONTEXT if word in around.words else IN_QUESTION
        for word in added or said.words | said.opposites
    ]
    weights += [1.0 if _is_stated(figure, held) else IN_CONTEXT for figure in figures]
    doubts = find_doubts(text, question, evidence, anchors)
    return Support(IN_DOUBT ** len(doubts) * sum(weights) / len(weights), (), doubts)


def _read_evidence(evidence: Evidence, anchors: Anchors) -> tuple[Content, Content]:
    """Return the content of the sentence or row that the evidence is in, and that of its context.

    Of a row of which the question names a column, only that column's cell is evidence, and those of columns that are
    named by it and more.
    """
    named = [read_content(anchor.text).words for anchor in anchors if anchor.kind == "column"]
    cells = cells_of(evidence.line) if evidence.is_row and named else ()
    answering = [cell for cell in cells if any(words <= read_content(cell.column).words for words in named)]
    if not answering:
        return read_content(evidence.sentence.text), read_content(evidence.context)
    texts = [f"{cell.column}: {cell.value}" for cell in answering]
    # The row's first cell says what it is about, as do its titles.
    return read_content("; ".join(texts)), read_content("\n".join([*evidence.titles, cells[0].value]))


def _is_label(evidence: Evidence) -> bool:
    """Tell whether a span is the name of a column or a property, and nothing of its value."""
    if not (evidence.is_row or evidence.record or len(cells_of(evidence.line)) == 1):
        return False
    line_start = evidence.chunk.text.rfind("\n", 0, evidence.start) + 1
    return any(
        line_start + place <= evidence.start and evidence.end <= line_start + place + len(cell.column) + 1
        for cell, place in place_cells(evidence.line)
    )


def _is_mail_header(evidence: Evidence) -> bool:
    """Tell whether a sentence is a line of a mail's header, and no cell of a table with a column "To".

    A row that is a document of its own has its cells as metadata, and a mail has a subject there.
    """
    line, metadata = evidence.sentence.text, evidence.chunk.metadata
    if evidence.is_row or _MAIL_HEADER.match(line) is None:
        return False
    values = [] if "subject" in metadata else [str(value) for value in metadata.values()]
    return not any(cell.value in values for cell in cells_of(line))


_MAIL_HEADER = re.compile(r"(?:>\s*)*(?:(?:From|To|Cc|Date|Sent|Subject): \S|On .{5,80} wrote:)", re.DOTALL)
_ASKS_FOR_MAIL = re.compile(r"\b(?:who|whom|wrote|writes?|written|sen[dt]s?|mails?|e-?mails?|subject|address)\b", re.I)
_WHO = re.compile(r"\b(?:who|whom|whose|company|brand|manufacturer|maker)\b", re.IGNORECASE)


def judge_quotation(evidence: Evidence, anchors: Anchors = NO_ANCHORS) -> Support:
    """Judge whole sentences that an answer quotes: only the anchors are left to hold of what they say."""
    missing = [f"{anchor.text!r} is not what the source speaks of" for anchor in missing_anchors(anchors, evidence)]
    return Support(0.0 if missing else 1.0, tuple(missing))


_WH = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)


# --- numbers and dates ------------------------------------------------------------------------------------------------


def _missing_figures(text: str, question: str, held: Content, around: Content) -> Iterator[Quantity | Date]:
    """Yield the numbers and dates of a text that neither evidence, nor its context, nor the question states."""
    said, asked = read_content(text), read_content(question)
    sources = (held, around)
    quantities = [quantity for content in sources for quantity in content.quantities]
    dates = [date for content in sources for date in content.dates]
    words = sources[0].words | sources[1].words | asked.words

    # A bare year is a date and a number: one of the two has to be there.
    stated = set()
    for date in said.dates:
        # The parts of a date may stand apart: the day in a row, the year in its heading.
        parts = [other for other in dates if not other.contradicts(date)]
        is_composed = all(
            value is None or any(getattr(other, name) == value for other in parts)
            for name, value in (("year", date.year), ("month", date.month), ("day", date.day))
        )
        if is_composed or any(other.holds(date) for other in (*dates, *asked.dates)):
            stated.add(date.start)
    for date in said.dates:
        if date.start not in stated and not any(quantity.start == date.start for quantity in said.quantities):
            yield date
    for quantity in said.quantities:
        if quantity.start in stated:
            continue
        # The unit stands with the number in the source, or in a column's name or the question.
        name = re.sub(r"[\d.,\s-]+", " ", text[quantity.start : quantity.end]).split()
        has_unit = quantity.unit is None or not name or any(stem(part) in words for part in name)
        # Either end of a clock range or of a range of years may be the answer, not one end of a range of numbers.
        equal = [other for other in (*quantities, *asked.quantities) if quantity.equals(other)]
        if not any(has_unit or other.unit is not None for other in equal):
            yield quantity


def _is_stated(figure: Quantity | Date, held: Content) -> bool:
    """Tell whether the evidence itself states a number or a date."""
    if isinstance(figure, Date):
        return any(other.holds(figure) for other in held.dates)
    return any(figure.equals(other) for other in held.quantities)


# --- words ------------------------------------------------------------------------------------------------------------


_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|can|could|may|must|shall|should|will|would|do|does|did)\b", re.I)


def _contradictions(text: str, said: Content, asked: Content, held: Content) -> Iterator[str]:
    """Yield what one of text and evidence denies while the other affirms it, and what they say the opposite of."""
    for word in said.opposites - held.opposites:
        if OPPOSITES[word] & held.opposites:
            yield f"the source says {min(OPPOSITES[word] & held.opposites)}, not {word}"
    # A text that only names something says of it what the question asks, in the part nearest to the source's. People
    # ask by denials what sources affirm in other words, and the reverse: only words for the same thing contradict.
    has_sign = any(clause.denies or clause.signs for clause in said.clauses)
    if len(said.words) < CLAIM and not has_sign and _VERB.search(text) is None:
        asking = max(asked.clauses, key=lambda clause: len(clause.words & held.words), default=None)
        near = max(held.parts, key=lambda part: len(part.words & said.words), default=None)
        if asking and near and near.words & said.words and asking.has_sign_of(near) and asking.contradicts(near):
            yield "the source denies what is said, or says what is denied"
        return
    for claim in said.clauses:
        own = claim.words & said.words
        nearest = max(
            held.clauses,
            key=lambda clause: (len(clause.words & own), len(clause.words & claim.words)),
            default=None,
        )
        if nearest is None or not nearest.words & claim.words:
            # A denial in words that the source has not, such as "It is not 900 euros", needs a denial there.
            if claim.denies and not any(clause.denies for clause in held.clauses):
                yield "the source does not deny it"
        elif claim.contradicts(nearest):
            yield "the source denies what is said, or says what is denied"
            return
