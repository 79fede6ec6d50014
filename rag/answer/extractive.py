"""The extractive strategy: the reader answers in the sources' own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.errors import InputError
from ingest.sentences import sentence_spans
from ingest.types import Chunk
from prompts.types import Dropped
from rag.answer.abstain import Abstention
from rag.answer.kinds import AnswerFormat
from rag.answer.match import normalize_answer
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, AnswerSentence, Citation, Retrieved, Usage
from rag.reader.base import Span

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
        text, citations, sentences = extractive_answer(question.spans, question.answer_format)
        return question.answer(text, self.model, usage, citations, sentences, dropped)


def extractive_answer(
    spans: Sequence[Span], answer_format: AnswerFormat
) -> tuple[str, list[Citation], list[AnswerSentence]]:
    """Return an answer in the sources' own words, its citations, and its sentences with the citations' numbers.

    "short" is the best span, "sentence" the sentence around it, "list" all candidate spans, one a line. Raises
    InputError if no passage has a span.
    """
    candidates = candidate_spans(spans)
    if not candidates:
        raise InputError("no passage holds a span to answer with")
    if answer_format != "list":
        candidates = candidates[:1]
    citations: dict[tuple[str, int, int], Citation] = {}
    texts, sentences, start = [], [], 0
    for span in candidates:
        text = sentence_of(span).text if answer_format == "sentence" else span.text
        citation = citation_of(span, len(citations) + 1)
        citation = citations.setdefault(citation.place, citation)  # spans of one sentence share its citation
        texts.append(text)
        sentences.append(AnswerSentence(start, start + len(text), citation.number))
        start += len(text) + 1
    return "\n".join(texts), list(citations.values()), sentences


def candidate_spans(spans: Sequence[Span]) -> list[Span]:
    """Return the best span and those at least half as probable, best first, without repetitions.

    A passage may have several of them.
    """
    every = [candidate for span in spans for candidate in (span, *span.others)]
    candidates: dict[str, Span] = {}
    # By normalized text, so that of spans that say the same the best stays.
    for span in sorted(every, key=lambda span: -span.margin):
        best = next(iter(candidates.values()), span)
        if not span.text or span.probability < NEARLY * best.probability:
            break
        candidates.setdefault(normalize_answer(span.text), span)
    return list(candidates.values())


def sentence_of(span: Span) -> Chunk:
    """Return the sentence around a span, or the sentences that it touches, as a passage."""
    chunk = span.chunk
    # A span may begin in one sentence and end in the next.
    touched = [(low, high) for low, high in sentence_spans(chunk.text) if low < span.end and high > span.start]
    low, high = touched[0][0], touched[-1][1]
    return replace(chunk, text=chunk.text[low:high], start=chunk.start + low, end=chunk.start + high)


def citation_of(span: Span, number: int) -> Citation:
    """Return the sentence around a span as the citation of this number."""
    sentence = sentence_of(span)
    return Citation(
        number=number,
        source=sentence.source,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        page=sentence.page,
        heading=sentence.heading,
    )
