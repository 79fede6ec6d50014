"""The extractive strategy: the reader answers in the sources' own words."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import PurePath

from ingest.errors import InputError
from ingest.types import Chunk
from prompts.types import Dropped
from rag.answer.abstain import Abstention
from rag.answer.anchors import Anchors, unit_after
from rag.answer.cite import citation_of
from rag.answer.disagreement import find_rival_statements
from rag.answer.evidence import Evidence
from rag.answer.match import normalize_answer
from rag.answer.quantities import find_figures
from rag.answer.ranking import Candidate
from rag.answer.strategy import Strategy
from rag.answer.support import judge_support
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.reader.base import Span

SHORT_CELL = 40  # characters
NEARLY = 0.5  # share of the best span's probability from which on a further span is an item of a list


@dataclass(frozen=True)
class Extractive(Strategy):
    """The answer is the best span of the reader `model`, the sentence around it, or a list of spans."""

    abstention: Abstention
    model: str

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        usage = Usage(context_window=self.abstention.context_window)
        return [self.extract(question, usage) for question in questions]

    def extract(self, question: Retrieved, usage: Usage, dropped: Sequence[Dropped] = ()) -> Answer:
        """Return the answer that the question's spans give; `usage` and `dropped` are those of earlier attempts."""
        text, citations, sentences = extractive_answer(question)
        return question.answer(text, self.model, usage, citations, sentences, dropped)


def extractive_answer(question: Retrieved) -> tuple[str, list[Citation], list[AnswerSentence]]:
    """Return an answer in the sources' own words, its citations, and its sentences with the citations' numbers.

    "short" is the best span, "sentence" the sentence around it, "list" all candidate spans, one a line. Where documents
    disagree, each of their spans is given with its date: "14 days (2026); 30 days (2024)". Raises InputError if no
    passage has a span.
    """
    candidates = near_spans(question.candidates)
    if not candidates:
        raise InputError("no passage holds a span to answer with")
    # Sources that disagree are all shown, with what dates them.
    labels: dict[str, str] = {}
    if question.answer_format != "list":
        statements = find_rival_statements(question.question, candidates)
        candidates = [statement.span for statement in statements]
        if len(statements) > 1:
            labels = {
                statement.span.chunk.source: statement.label or PurePath(statement.span.chunk.source).name
                for statement in statements
            }
    citations: dict[tuple[str, int, int], Citation] = {}
    texts, sentences, start = [], [], 0
    joint = "; " if labels else "\n"
    for span in candidates:
        text = sentence_of(span).text if question.answer_format == "sentence" else text_of(span, question.anchors)
        if labels:
            text = f"{text} ({labels[span.chunk.source]})"
        evidence = evidence_of(span)
        support = judge_support(span.text, question.question, evidence, question.anchors)
        citation = citation_of(evidence.sentence, len(citations) + 1, support)
        citation = citations.setdefault(citation.place, citation)  # spans of one sentence share its citation
        texts.append(text)
        sentences.append(AnswerSentence(start, start + len(text), citation.number))
        start += len(text) + len(joint)
    return joint.join(texts), list(citations.values()), sentences


def text_of(span: Span, anchors: Anchors) -> str:
    """Return a span's text as an answer. Of "ERR-1004: the paper is jammed", a code of the question is left out."""
    codes = [anchor.text for anchor in anchors if anchor.kind == "identifier"]
    rests = [span.text.removeprefix(code).lstrip(" :–—-") for code in codes if span.text.startswith(code)]
    return next(filter(None, rests), span.text)


def near_spans(candidates: Sequence[Candidate]) -> list[Span]:
    """Return the best span and those at least half as probable, best first, without repetitions.

    A passage may have several of them.
    """
    spans: dict[str, Span] = {}
    # By normalized text, so that of spans that say the same the best stays.
    for candidate in candidates:
        if candidate.chance < NEARLY * candidates[0].chance:
            continue  # one of an older edition may be behind it
        spans.setdefault(normalize_answer(candidate.span.text), candidate.span)
    return list(spans.values())


def support_spans(
    question: str,
    spans: Sequence[Span],
    anchors: Anchors,
    replaced: Set[str] = frozenset(),
    in_doubt: bool = False,
) -> list[Span]:
    """Return the spans of each section without those that fail the test of support, the best that passes first.

    Those `in_doubt` pass where a ranking weighs the doubts.
    A section of which none passes, or of one of the `replaced` sources, has an empty span, infinitely worse than no
    answer.
    """
    supported = []
    for span in spans:
        passing = []
        for one in (span, *span.others):
            candidate = complete_figure(cut_to_cell(one))
            if candidate.text and candidate.chunk.source not in replaced:
                support = judge_support(candidate.text, question, evidence_of(candidate), anchors)
                if support or (in_doubt and support.may_stand):
                    passing.append(candidate)
        best, *others = passing or [Span(span.chunk, 0, 0, float("-inf"), 0.0)]
        supported.append(replace(best, others=tuple(replace(other, others=()) for other in others)))
    return supported


def cut_to_cell(span: Span) -> Span:
    """Return a span in a row or a record as the whole of its cell, without the name of the column.

    Further cells are cut off. A long cell is a text of its own, of which the span stays the part that answers.
    """
    evidence = evidence_of(span)
    if not span.text or not (evidence.is_row or evidence.record):
        return span
    cell = _CELL_END.split(span.text)[0]
    name = _CELL_NAME.match(cell)
    name = name if name and name.end() < len(cell) else None
    start, end = span.start + (name.end() if name else 0), span.start + len(cell)
    if name is None:
        # The cell may begin before the span, and end behind it: "185" of "Hotel limit: 185 EUR".
        before = _CELL_END.split(span.chunk.text[:start])[-1]
        name = _CELL_NAME.match(before)
        low = start - len(before) + (name.end() if name else 0)
        high = end + len(_CELL_END.split(span.chunk.text[end:])[0])
        if name is not None and high - low <= SHORT_CELL:
            start, end = low, high
    return replace(span, start=start, end=end)


def complete_figure(span: Span) -> Span:
    """Return a span that ends with a number with the unit or the time of day that follows it: "8 in the evening"."""
    rest = span.chunk.text[span.end :]
    quantities = find_figures(span.text).quantities
    if not any(quantity.end == len(span.text) and quantity.unit is None for quantity in quantities):
        return span
    day_part = _DAY_PART.match(rest)
    return replace(span, end=span.end + len(day_part[0] if day_part else unit_after(rest)))


_DAY_PART = re.compile(
    r"(?:\s+o['’]clock)?(?:\s+(?:in the (?:early |late )?(?:morning|afternoon|evening)|at night)\b|\s?[ap]\.?m\b\.?)"
    r"|\s+o['’]clock\b",
    re.IGNORECASE,
)


def evidence_of(span: Span) -> Evidence:
    """Return a span as evidence."""
    return Evidence(span.chunk, span.start, span.end)


def sentence_of(span: Span) -> Chunk:
    """Return the sentence around a span, or the sentences that it touches, as a passage."""
    chunk, sentence = span.chunk, evidence_of(span).sentence
    start, end = chunk.start + sentence.start, chunk.start + sentence.end
    return replace(chunk, text=sentence.text, start=start, end=end, blocks=())


_CELL_END = re.compile(r"; |\n")
_CELL_NAME = re.compile(r"[^:\n]{1,60}: ")
