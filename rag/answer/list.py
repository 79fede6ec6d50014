"""The list strategy: all items of the list that answers, with its lead-in as context.

The items are those of a list block, of the part of one below an item, of steps that are numbered within a text, of
short lines under one heading, of the rows of a table, or of a sentence that lists. They are shown in the source's
order, with the numbers of the source. No item is left out, and none is added from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from ingest.embed import Embedder
from ingest.sections import split_sections
from ingest.sentences import sentence_spans
from ingest.types import Block, Chunk
from rag.answer.abstain import Abstention
from rag.answer.anchors_held import holds_anchors
from rag.answer.cite import citation_of
from rag.answer.editions import keep_newest
from rag.answer.evidence import Evidence
from rag.answer.fit import FitMeasure, SectionPart
from rag.answer.kinds import asks_for_steps, asks_for_things
from rag.answer.records import find_records
from rag.answer.row_filter import RowQuestion, names_value
from rag.answer.row_list import RowList
from rag.answer.strategy import SingleStrategy
from rag.answer.support import judge_quotation
from rag.answer.synonyms import Vocabulary
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.reader.base import Reader, Span, best_span
from stores.base import Store

# Set on questions of tests/quality (split "tune") that lists answer or do not.
LEAST_FIT = 0.75  # of a list and the question
LEAST_LOOSE_FIT = 0.95  # the same for a single sentence or the rows of a table
READ_WEIGHT = 0.2  # what the reader's best span in the list counts beside the fit, where lists are ranked
LEAST_ITEM = 0.3  # confidence in the reader's best span, an item of a list that would not answer otherwise
LEAST_READ = 0.5  # probability of the reader's span in a sentence that lists, beside other sentences

LONGEST_LINE = 120  # characters of a line that may be an item without a mark


@dataclass(frozen=True)
class ListItem:
    """An item of a list: `section.text[start:end]` without its mark.

    `level` counts the items above it, and `number` is its mark where that is one: "2.".
    """

    section: Chunk
    start: int
    end: int
    level: int = 0
    number: str = ""

    @property
    def text(self) -> str:
        """The text of the item on one line."""
        return " ".join(self.section.text[self.start : self.end].split())


@dataclass(frozen=True)
class SourceList:
    """A list in a section, with the `lead_in` that says what of: a sentence, an item or nothing."""

    items: tuple[ListItem, ...]
    lead_in: str = ""
    is_loose: bool = False
    """True for a sentence that lists, lines or rows: they are often about more than what is asked."""

    @property
    def section(self) -> Chunk:
        """The section of the first item."""
        return self.items[0].section

    @property
    def part(self) -> SectionPart:
        """The items as a part of their section."""
        return SectionPart(self.section, self.items[0].start, self.items[-1].end, self.lead_in)

    def holds(self, span: Span) -> bool:
        """Tell whether a span begins in the items, whatever section it was read in."""
        start = span.chunk.start + span.start - self.section.start
        return span.chunk.source == self.section.source and self.items[0].start <= start < self.items[-1].end

    def is_led_by(self, span: Span) -> bool:
        """Tell whether a span is in the lead-in."""
        end = span.chunk.start + span.end - self.section.start
        is_near = span.chunk.source == self.section.source and 0 <= end <= self.items[0].start
        return is_near and bool(span.text) and span.text in self.lead_in


# --- the strategy -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ListItems(SingleStrategy):
    """Answers questions for several things, or for steps, with a whole list.

    Of the lists in the passages the most relevant one answers; none does if it is too little so, or not about what the
    question names. `store` completes a list that was cut by chunking.
    """

    abstention: Abstention
    reader: Reader
    embedder: Embedder | None = None
    store: Store | None = None

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self.embedder)

    @cached_property
    def _rows(self) -> RowList:
        return RowList(self.abstention, self.reader.name, self.store)

    def answer_one(self, question: Retrieved) -> Answer:
        # A question for a reason is no question for a list, but one for a way may be.
        if question.answer_format == "explain" and not asks_for_steps(question.question):
            return self.abstention.abstain(question)
        rows = self._rows.answer_one(question)
        if not rows.abstained:
            return rows
        sections = keep_newest(question.question, question.sections, question.hits)
        asked = RowQuestion.of(question.question)
        lists = [one for section in sections for one in find_lists(section) if not is_selected(one, asked)]
        measure = FitMeasure(question.question, self._vocabulary, self.embedder, self.reader)
        fits = measure.measure([one.part for one in lists])
        reads = [read_probability(one, question.spans) for one in lists]
        ranked = sorted(
            zip(fits, reads, lists, strict=True), key=lambda entry: -entry[0].total - READ_WEIGHT * entry[1]
        )

        # The best list that fits well enough and is about what the question names.
        for fit, read, best in ranked:
            # One sentence of several is an answer only where the reader finds it.
            is_read = len(best.items) > 1 or not best.is_loose or read >= LEAST_READ
            evidence = Evidence(best.section, best.items[0].start, best.items[-1].end)
            is_fit = fit.total >= (LEAST_LOOSE_FIT if best.is_loose else LEAST_FIT)
            if is_fit and is_read and holds_anchors(question.anchors, evidence):
                return self._show(question, complete_list(best, question, self.store), fit.score)

        # Where the reader answers with an item or the words before it, the list that these belong to answers.
        span = best_span(question.spans)
        if span is not None and (question.confidence or 0.0) >= LEAST_ITEM:
            around = [one for one in lists if not one.is_loose and (one.holds(span) or one.is_led_by(span))]
            if around:
                smallest = min(around, key=lambda one: len(one.items))
                return self._show(question, complete_list(smallest, question, self.store), question.confidence or 0.0)

        # One row is no answer to a question for several things.
        missing = ""
        if span is not None and asks_for_things(question.question):
            evidence = Evidence(span.chunk, span.start, span.end)
            missing = "there is no list of them" if evidence.is_row or evidence.record else ""
        return self.abstention.abstain(question, missing=missing)

    def _show(self, question: Retrieved, source_list: SourceList, score: float) -> Answer:
        """Return the list as the answer, a line for each item, with a citation for each section that has some."""
        by_section: dict[str, list[ListItem]] = {}
        for item in source_list.items:
            by_section.setdefault(item.section.id, []).append(item)
        citations: dict[str, Citation] = {}
        for number, (section_id, items) in enumerate(by_section.items(), start=1):
            # Of the source's own words, what the question names is left to hold.
            evidence = Evidence(items[0].section, items[0].start, items[-1].end)
            support = judge_quotation(evidence, question.anchors)
            if not support:
                return self.abstention.abstain(question)
            citations[section_id] = citation_of(evidence, number, support)

        # One item needs no mark, and a lead-in that ends with a colon introduces the others.
        lines, sentences, at = [], [], 0
        is_single = len(source_list.items) == 1
        if source_list.lead_in.endswith(":") and not is_single:
            lines.append(" ".join(source_list.lead_in.split()))
            at = len(lines[0]) + 1
        for item in source_list.items:
            mark = "" if is_single else f"{item.number or '-'} "
            indent = "  " * (item.level - source_list.items[0].level)
            lines.append(f"{indent}{mark}{item.text}")
            start = at + len(indent) + len(mark)
            sentences.append(AnswerSentence(start, at + len(lines[-1]), citations[item.section.id].number))
            at += len(lines[-1]) + 1
        usage = Usage(context_window=self.abstention.context_window)
        return question.answer(
            "\n".join(lines), self.reader.name, usage, list(citations.values()), sentences, score=score
        )


def is_selected(source_list: SourceList, asked: RowQuestion | None) -> bool:
    """Tell whether a question selects some of the rows of a list, of which all are no answer."""
    if asked is None or not source_list.is_loose:
        return False
    first, last = source_list.items[0], source_list.items[-1]
    records = [row for row in find_records(first.section) if first.start <= row.start < last.end and row.is_row]
    return names_value(asked, records)


def read_probability(source_list: SourceList, spans: Sequence[Span]) -> float:
    """Return the probability of the reader's best span in a list."""
    candidates = [part for span in spans for part in (span, *span.others)]
    return max((part.probability for part in candidates if source_list.holds(part)), default=0.0)


# --- lists in sections ------------------------------------------------------------------------------------------------


def find_lists(section: Chunk) -> Iterator[SourceList]:
    """Yield the lists of a section: its list blocks, their parts below an item, and what reads like one."""
    before = ""
    for kind, low, high in _group_blocks(section):
        text = section.text[low:high]
        items = _read_items(section, low, high) if kind == "list" else []
        if kind == "list" and not _is_record(text):
            if len(items) > 1:
                yield SourceList(tuple(items), before)
            for position, parent in enumerate(items):
                rest = items[position + 1 :]
                count = next((n for n, item in enumerate(rest) if item.level <= parent.level), len(rest))
                if count > 1:
                    yield SourceList(tuple(rest[:count]), f"{parent.text.rstrip(':.')}:")
        elif kind == "table":
            rows = [ListItem(section, low + row.start(), low + row.end()) for row in re.finditer(r"[^\n]+", text)]
            if len(rows) > 1:
                yield SourceList(tuple(rows), before, is_loose=True)
        elif kind == "lines":
            lines = [ListItem(section, low + line.start(), low + line.end()) for line in re.finditer(r"[^\n]+", text)]
            if all(line.text[0].isalpha() for line in lines):
                yield SourceList(tuple(lines), is_loose=True)
        elif kind == "text":
            yield from _find_steps(section, low, high)
            spans = [(low + start, low + end) for start, end in sentence_spans(text)]
            for start, end in spans:
                if _LISTING.search(section.text[start:end]):
                    yield SourceList((ListItem(section, start, end),), is_loose=len(spans) > 1)
            before = section.text[slice(*spans[-1])] if spans else ""


def complete_list(source_list: SourceList, question: Retrieved, store: Store | None) -> SourceList:
    """Return a list with the items that stand before and after it in the document, if chunking has cut it there.

    Items of chunks that the question's filter leaves out stay out.
    """
    first, last = source_list.items[0], source_list.items[-1]
    section = first.section
    if store is None or first.level or last.section is not section:
        return source_list
    block = next(
        (block for block in section.blocks if block.start - section.start <= last.start < block.end - section.start),
        None,
    )
    if block is None or block.kind != "list":
        return source_list
    sections = [part for chunk in question.read_document(store, section.source) for part in split_sections(chunk)]
    items = list(source_list.items)
    starts = [part.start for part in sections]
    if section.start not in starts:
        return source_list
    position = starts.index(section.start)

    # The sections after it that go on with a list, and those before it that end with one.
    if block is section.blocks[-1]:
        for part in sections[position + 1 :]:
            if part.heading != section.heading or not part.blocks or part.blocks[0].kind != "list":
                break
            items += _read_items(part, 0, part.blocks[0].end - part.start)
            if len(part.blocks) > 1:
                break
    if block is section.blocks[0]:
        for part in reversed(sections[:position]):
            if part.heading != section.heading or not part.blocks or part.blocks[-1].kind != "list":
                break
            items[:0] = _read_items(part, part.blocks[-1].start - part.start, len(part.text))
            if len(part.blocks) > 1:
                break
    return replace(source_list, items=tuple(items))


def _group_blocks(section: Chunk) -> Iterator[tuple[str, int, int]]:
    """Yield kind, start and end of the blocks; neighbouring lists are one, and so are short lines, of kind "lines"."""

    def kind_of(block: Block) -> str:
        text = section.text[block.start - section.start : block.end - section.start]
        return "lines" if block.kind == "text" and _is_line(text) else block.kind

    for kind, group in groupby(section.blocks, key=kind_of):
        blocks = list(group)
        if kind == "list" or (kind == "lines" and len(blocks) > 2):
            yield kind, blocks[0].start - section.start, blocks[-1].end - section.start
        else:
            yield from ((block.kind, block.start - section.start, block.end - section.start) for block in blocks)


def _is_line(text: str) -> bool:
    return "\n" not in text and len(text) <= LONGEST_LINE and text[-1:] not in ".?!:"


def _read_items(section: Chunk, low: int, high: int) -> list[ListItem]:
    """Return the items of a list block; a line without a mark belongs to the item before it."""
    items: list[ListItem] = []
    indents: list[int] = []
    for line in re.finditer(r"[^\n]+", section.text[low:high]):
        mark = _MARK.match(line[0])
        if not mark and items:
            items[-1] = replace(items[-1], end=low + line.end())
            continue
        indent = len(mark["indent"]) if mark else 0
        while indents and indents[-1] >= indent:
            indents.pop()
        start = low + line.start() + (mark.end() if mark else 0)
        number = (mark["number"] or "") if mark else ""
        items.append(ListItem(section, start, low + line.end(), len(indents), number))
        indents.append(indent)
    return items


def _find_steps(section: Chunk, low: int, high: int) -> Iterator[SourceList]:
    """Yield the steps that are numbered 1, 2, 3 within a text: at the start of a line or a sentence."""
    text = section.text[low:high]
    marks: list[re.Match[str]] = []
    for mark in _STEP.finditer(text):
        if int(mark["number"]) == len(marks) + 1:
            marks.append(mark)
    if len(marks) < 3:
        return
    # The last step ends with its line or paragraph.
    stop = re.compile(r"(?<=[.!?])\n|\n\n").search(text, marks[-1].end())
    ends = [mark.start() for mark in marks[1:]] + [stop.start() if stop else len(text)]
    steps = [
        ListItem(section, low + mark.end(), low + len(text[:end].rstrip()), 0, f"{mark['number']}.")
        for mark, end in zip(marks, ends, strict=True)
    ]
    before = sentence_spans(text[: marks[0].start()])
    yield SourceList(tuple(steps), text[slice(*before[-1])] if before else "")


def _is_record(text: str) -> bool:
    """Tell whether the lines of a list block are properties of one thing: `Name: value` without marks."""
    return all(_PROPERTY.match(line) for line in text.splitlines())


_MARK = re.compile(
    r"(?P<indent>\s*)(?:[-*+•‣▪◦●–]|(?P<number>\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]))\s+(?:\[[ xX]\]\s+)?"
)
_STEP = re.compile(r"(?:^|(?<=\n)|(?<=[.;:!?] ))(?P<number>\d{1,2})[.)]?\s+(?=[A-Z\"“])")
_PROPERTY = re.compile(r"[^\W_][^:\n]{0,60}: \S")
_LISTING = re.compile(r"[^,;]+[,;][^,;]+(?:[,;][^,;]+)*,?\s(?:and|or|und|et)\s\S")
