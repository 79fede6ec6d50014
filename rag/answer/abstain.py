"""Abstention: leave a question unanswered when the evidence is thin or a right answer is improbable.

An abstained answer says what is missing, and shows the sentences that come closest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.sections import split_sections
from ingest.sentences import sentence_spans
from prompts.types import Dropped
from rag.answer.cite import Content, SentenceRun
from rag.answer.confidence import ConfidenceModel, signals_of
from rag.answer.missing import name_wanted
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, Citation, Retrieved, Usage
from rag.reader.base import best_span

NEAREST = 2  # passages that an abstained answer shows
HEADING_SHARE = 0.5  # weight of a question's words in the heading of a sentence, beside those in the sentence
SPAN_BONUS = 0.2  # for a sentence with the reader's best span of its passage
LATER_HIT = 0.05  # cost of each better hit before that of a sentence


@dataclass(frozen=True)
class Abstention(Strategy):
    """Estimates the probability of a right answer, and abstains below a threshold; see `PipelineOptions`.

    The probability is the `confidence` model's, estimated once before anything is generated and, where a generator
    answers, once more afterwards. Without a model, or where a signal is unknown, it is that of the reader's best span.
    `model` is the name of the model that answers, `context_window` the generator's, 0 without one.
    """

    min_evidence: float
    min_confidence: float
    confidence: ConfidenceModel | Literal[False]
    model: str
    context_window: int

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [self.abstain(question) for question in questions]

    def assess(self, retrieved: Retrieved) -> Retrieved:
        """Return a question with its signals, the confidence before generating, and whether it is refused."""
        # The model's probability, or the reader's where a signal is unknown.
        signals = signals_of(retrieved.hits, retrieved.spans)
        best = best_span(retrieved.spans)
        confidence = best.probability if best else None
        if self.confidence and (probability := self.confidence.before.probability(signals)) is not None:
            confidence = probability

        # No evidence: nothing retrieved, only distant passages, or no span in any of them.
        is_distant = signals.evidence is not None and signals.evidence < self.min_evidence
        has_no_span = best is not None and not best.text

        # No hope: even the better of the two outcomes of generating is too improbable.
        outcomes: list[float | None] = []
        if self.confidence and self.confidence.after and self.context_window and best is not None:
            after = self.confidence.after
            outcomes = [after.probability(replace(signals, agreed=agreed)) for agreed in (True, False)]
        best_case = max((outcome for outcome in outcomes if outcome is not None), default=confidence)

        refused = not retrieved.hits or is_distant or has_no_span or self.is_too_low(best_case)
        return replace(retrieved, signals=signals, confidence=confidence, refused=refused)

    def reassess(self, retrieved: Retrieved, agreed: bool) -> Retrieved:
        """Return a question with the confidence after generating; `agreed` is the signal of that name."""
        signals = replace(retrieved.signals, agreed=agreed)
        after = self.confidence.after if self.confidence else None
        confidence = after.probability(signals) if after else None
        if confidence is None:
            confidence = retrieved.confidence
        return replace(retrieved, signals=signals, confidence=confidence)

    def is_too_low(self, confidence: float | None) -> bool:
        """Tell whether a confidence is below the threshold; an unknown one is below any but 0."""
        return self.min_confidence > 0 and (confidence or 0.0) < self.min_confidence

    def abstain(
        self,
        retrieved: Retrieved,
        usage: Usage | None = None,
        dropped: Sequence[Dropped] = (),
        missing: str = "",
    ) -> Answer:
        """Return the answer that what was asked for is not there, with the sentences that come closest.

        `missing` is what the documents are known to lack, as a clause: "ERR-1009 occurs in no document".
        """
        usage = usage or Usage(context_window=self.context_window)
        text = abstention_text(retrieved.question, missing)
        answer = retrieved.answer(text, self.model, usage, dropped=dropped, abstained=True)
        return replace(answer, missing=missing, nearest=nearest_sentences(retrieved))


def abstention_text(question: str, missing: str = "") -> str:
    """Return the sentence that leaves a question unanswered."""
    wanted = name_wanted(question)
    return f"I can't find {wanted}: {missing}." if missing else f"I can't find {wanted} in the documents."


def nearest_sentences(retrieved: Retrieved) -> tuple[Citation, ...]:
    """Return the sentences or rows that share most words with a question, themselves and in their heading.

    They support nothing: their support is 0.
    """
    # The sections of the hits, in which the reader's spans are where there is a reader.
    wanted = Content.of(retrieved.question)
    chunks = [hit.chunk for hit in retrieved.hits]
    ranks = {chunk.source: rank for rank, chunk in reversed(list(enumerate(chunks)))}
    sections = [span.chunk for span in retrieved.spans] or [part for chunk in chunks for part in split_sections(chunk)]
    spans = {(span.chunk.source, span.chunk.start): span for span in retrieved.spans}

    # Rank their sentences; of equals the first stays in front.
    ranked: list[tuple[float, SentenceRun]] = []
    for section in sections:
        heading = HEADING_SHARE * wanted.share_in(Content.of("\n".join(section.heading)))
        span = spans.get((section.source, section.start))
        for start, end in sentence_spans(section.text):
            run = SentenceRun(section, start, end, 1)
            score = wanted.share_in(run.content) + heading - LATER_HIT * ranks.get(section.source, 0)
            score += SPAN_BONUS * bool(span and span.text and start <= span.start < end)
            ranked.append((score, run))
    nearest: dict[str, SentenceRun] = {}
    for _, run in sorted(ranked, key=lambda item: -item[0]):
        nearest.setdefault(run.text, run)
    runs = list(nearest.values())[:NEAREST]
    return tuple(run.citation(number, 0.0) for number, run in enumerate(runs, start=1))
