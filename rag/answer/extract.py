"""What a reader brings to an answer: which passage leads, whether a generated answer agrees, and the answer itself.

A reader points at spans and cannot invent, a generator phrases and can. So the reader's spans decide: an answer that
none of them bears out is written once more from the sentence that holds the best span, and failing that the span is the
answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.formats import AnswerFormat
from rag.answer.match import holds, normalize_answer, token_f1
from rag.answer.types import AnswerSentence, Citation
from rag.reader.base import Span

Guidance = Literal["reader_first", "retry", "fallback"]
GUIDANCE: tuple[Guidance, ...] = ("reader_first", "retry", "fallback")

AGREEING = 0.5  # token F1 of answer and span from which on they say the same
NEARLY = 0.5  # share of the best probability from which on a further span is an item of a list, or may be agreed with


def order_by_reader(readings: Sequence[Span]) -> list[Chunk]:
    """Return the passages, the one that answers most surely first; a prompt has least room for the last."""
    return [reading.chunk for reading in sorted(readings, key=lambda reading: -reading.margin)]


def candidate_spans(readings: Sequence[Span]) -> list[Span]:
    """Return the best reading and those nearly as probable, best first; none of them says the same as one before.

    Several may be of one passage.
    """
    found: list[Span] = []
    spans = [span for reading in readings for span in (reading, *reading.others)]
    for reading in sorted(spans, key=lambda reading: -reading.margin):
        if not reading.text or (found and reading.probability < NEARLY * found[0].probability):
            break
        if normalize_answer(reading.text) not in {normalize_answer(each.text) for each in found}:
            found.append(reading)
    return found


def agrees(text: str, readings: Sequence[Span]) -> bool:
    """Whether an answer says what one of the likely readings says: holds it, stands in it, or shares half its words."""
    return any(
        holds(text, [reading.text]) or holds(reading.text, [text]) or token_f1(text, [reading.text]) >= AGREEING
        for reading in candidate_spans(readings)
    )


def sentence_of(reading: Span) -> Chunk:
    """Return the sentences of the source in which a reading stands, as a passage of their own."""
    chunk = reading.chunk
    touched = [(low, high) for low, high in sentence_spans(chunk.text) if low < reading.end and high > reading.start]
    low, high = touched[0][0], touched[-1][1]
    return replace(chunk, text=chunk.text[low:high], start=chunk.start + low, end=chunk.start + high)


def extractive_answer(
    readings: Sequence[Span], style: AnswerFormat
) -> tuple[str, list[Citation], list[AnswerSentence]]:
    """Return an answer in the sources' own words, its citations, and its sentences with the citations' numbers.

    "short" is the best span, "sentence" the sentence that it stands in, "list" all likely spans, one a line. Raises
    ValueError where no reading has a span.
    """
    chosen = candidate_spans(readings)
    if not chosen:
        raise ValueError("no passage holds a span to answer with")
    shown = chosen if style == "list" else chosen[:1]
    texts = [sentence_of(reading).text if style == "sentence" else reading.text for reading in shown]
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences, start = [], 0
    for reading, text in zip(shown, texts, strict=True):
        citation = citation_of(reading, len(citations) + 1)
        citation = citations.setdefault((citation.source, citation.start, citation.end), citation)
        sentences.append(AnswerSentence(start, start + len(text), citation.number))
        start += len(text) + 1
    return "\n".join(texts), list(citations.values()), sentences


def citation_of(reading: Span, number: int) -> Citation:
    """Return the sentence that a reading stands in as the citation of this number."""
    sentence = sentence_of(reading)
    return Citation(
        number=number,
        source=sentence.source,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        page=sentence.page,
        heading=sentence.heading,
    )


def with_readings(
    text: str,
    citations: Sequence[Citation],
    sentences: Sequence[AnswerSentence],
    readings: Sequence[Span],
) -> tuple[list[Citation], list[AnswerSentence]]:
    """Give sentences that nothing supports the sentence of a reading that they agree with.

    Support by words misses an answer of a word or two that the reader found in its place.
    """
    known = {(citation.source, citation.start, citation.end): citation for citation in citations}
    found = candidate_spans(readings)
    completed = []
    for sentence in sentences:
        said = text[sentence.start : sentence.end]
        reading = next((each for each in found if sentence.citation is None and agrees(said, [each])), None)
        if reading is not None:
            citation = citation_of(reading, len(known) + 1)
            citation = known.setdefault((citation.source, citation.start, citation.end), citation)
            sentence = replace(sentence, citation=citation.number)
        completed.append(sentence)
    return list(known.values()), completed
