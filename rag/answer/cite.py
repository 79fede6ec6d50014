"""Citations: the span of a source that supports each sentence of an answer, computed from the texts alone.

A sentence is cited with the run of one to three sentences of one section that supports it best, by `judge_support`;
the model that wrote the answer is never asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.sentences import sentence_spans
from ingest.types import Chunk
from rag.answer.anchors import NO_ANCHORS, Anchors
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.support import Support, judge_support
from rag.answer.types import AnswerSentence, Citation
from rag.answer.words import read_content

LONGEST_RUN = 3  # sentences
RUN_COST = 0.05  # of support, for each further sentence: the shorter of two supporting runs is cited
RELEVANCE = 0.05  # bonus for a span with all of the question's words, in its context: it chooses among equals


@dataclass(frozen=True)
class SupportedBy:
    """The evidence that supports a text best, with the result of the test."""

    evidence: Evidence
    support: Support


def cite(
    text: str, question: str, sections: Sequence[Chunk], anchors: Anchors = NO_ANCHORS
) -> tuple[list[Citation], list[AnswerSentence]]:
    """Return the citations of an answer in order of first use, and its sentences with the citations' numbers.

    A sentence that no section supports has no number. `citation.text == document.text[start:end]` by construction.
    """
    runs = [run for section in sections for run in sentence_runs(section)]
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    for start, end in sentence_spans(text):
        number = None
        best = find_support(text[start:end], question, runs, anchors)
        if best is not None:
            citation = citation_of(best.evidence, len(citations) + 1, best.support)
            number = citations.setdefault(citation.place, citation).number
        sentences.append(AnswerSentence(start, end, number))
    return list(citations.values()), sentences


def sentence_runs(section: Chunk) -> Iterator[Evidence]:
    """Yield the runs of one to LONGEST_RUN sentences of a section; rows and items stand alone."""
    sentences = sentence_places(section)
    for first, (start, end) in enumerate(sentences):
        single = Evidence(section, start, end)
        yield single
        if single.is_row or single.record:
            continue
        for _, further in sentences[first + 1 : first + LONGEST_RUN]:
            yield Evidence(section, start, further)


def find_support(
    sentence: str, question: str, runs: Sequence[Evidence], anchors: Anchors = NO_ANCHORS
) -> SupportedBy | None:
    """Return the run that supports a sentence best; None if none does.

    Of runs that support it alike the one with more of the question's words wins, then the shorter, then the earlier.
    """
    said, asked = read_content(sentence), read_content(question).words
    best: tuple[tuple[float, int, int], SupportedBy] | None = None
    for position, run in enumerate(runs):
        # Most runs lack a word of it, which costs less to see than the whole test.
        held, around = read_content(run.text), read_content(run.context)
        if said.words - held.words - around.words - asked and all(map(str.isalpha, said.words)):
            continue
        support = judge_support(sentence, question, run, anchors)
        if not support:
            continue
        relevance = len(asked & (held.words | around.words)) / len(asked) if asked else 0.0
        further = len(sentence_spans(run.text)) - 1
        rank = (support.score - RUN_COST * further + RELEVANCE * relevance, run.start - run.end, -position)
        if best is None or rank > best[0]:
            best = rank, SupportedBy(run, support)
    return best[1] if best else None


def keep_supported(
    text: str, citations: Sequence[Citation], sentences: Sequence[AnswerSentence]
) -> tuple[str, list[Citation], list[AnswerSentence]]:
    """Return an answer without the sentences that no source supports, "" if none is left."""
    kept = [sentence for sentence in sentences if sentence.citation is not None]
    if len(kept) == len(sentences):
        return text, list(citations), list(sentences)
    pieces: list[str] = []
    moved = []
    start = 0
    for sentence in kept:
        piece = text[sentence.start : sentence.end]
        moved.append(AnswerSentence(start, start + len(piece), sentence.citation))
        pieces.append(piece)
        start += len(piece) + 1
    return " ".join(pieces), list(citations), moved


def citation_of(evidence: Evidence, number: int, support: Support) -> Citation:
    """Return evidence as the citation of this number, with the score of the test."""
    chunk = evidence.chunk
    return Citation(
        number=number,
        source=chunk.source,
        start=chunk.start + evidence.start,
        end=chunk.start + evidence.end,
        text=evidence.text,
        page=(evidence.block.page if evidence.block else None) or chunk.page,
        heading=chunk.heading,
        support=round(support.score, 3),
    )
