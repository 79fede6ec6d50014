"""Abstention: leave a question unanswered when the evidence is thin or a right answer is improbable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from prompts.types import Dropped
from rag.answer.confidence import ConfidenceModel, signals_of
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, Retrieved, Usage
from rag.reader.base import best_span

ABSTENTION = "I don't know: the documents hold no good evidence for an answer."


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

    def abstain(self, retrieved: Retrieved, usage: Usage | None = None, dropped: Sequence[Dropped] = ()) -> Answer:
        """Return the answer that there is no good evidence."""
        usage = usage or Usage(context_window=self.context_window)
        return retrieved.answer(ABSTENTION, self.model, usage, dropped=dropped, abstained=True)
