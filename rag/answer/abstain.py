"""Abstention: leave a question unanswered when the evidence is thin or a right answer is improbable.

An abstained answer says what is missing, and shows the sentences that come closest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.tracing import note
from prompts.types import Dropped
from rag.answer.cite import citation_of
from rag.answer.confidence import ConfidenceModel, signals_after, signals_of
from rag.answer.evidence import Evidence, sentence_places
from rag.answer.kinds import QuestionKind
from rag.answer.missing import name_wanted
from rag.answer.strategy import Strategy
from rag.answer.support import Support
from rag.answer.types import Answer, Citation, Retrieved, Usage
from rag.answer.words import read_content
from rag.reader.base import best_span

NEAREST = 2  # passages that an abstained answer shows
HEADING_SHARE = 0.5  # weight of a question's words in the heading of a sentence, beside those in the sentence
SPAN_BONUS = 0.2  # for a sentence with the reader's best span of its passage
LATER_HIT = 0.05  # cost of each better hit before that of a sentence


@dataclass(frozen=True)
class Abstention(Strategy):
    """Estimates the probability of a right answer, and abstains below a threshold; see `PipelineOptions`.

    The probability is the `confidence` model's for the kind of question, estimated before an answer is there and once
    more afterwards. Without a model, or where a signal is unknown, it is the score of the strategy that answered, or
    the probability of the reader's best span. A `min_confidence` of None is the model's for the kind. `model` is the
    name of the model that answers, `context_window` the generator's, 0 without one.
    """

    min_evidence: float
    min_confidence: float | None
    confidence: ConfidenceModel | Literal[False]
    model: str
    context_window: int

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [self.abstain(question) for question in questions]

    @property
    def concludes(self) -> bool:
        """True if more is known of an answer's confidence when the answer is there: it has to be waited for."""
        return bool(self.confidence and any(kind.after for kind in self.confidence.kinds.values()))

    def assess(self, retrieved: Retrieved) -> Retrieved:
        """Return a question with its signals, the confidence before it is answered, and whether it is refused."""
        # The model's probability, or the reader's where a signal is unknown.
        signals = signals_of(retrieved.hits, retrieved.candidates)
        best = best_span(retrieved.spans)
        confidence = best.probability if best else None
        fitted = self.confidence.of(retrieved.kind) if self.confidence else None
        if fitted and (probability := fitted.before.probability(signals)) is not None:
            confidence = probability

        # No evidence: nothing retrieved, only distant passages, or no span in any of them.
        is_distant = signals.evidence is not None and signals.evidence < self.min_evidence
        has_no_span = best is not None and not best.text

        # No hope: even the best of answers would be too improbable.
        best_case = fitted.after.best_case(signals) if fitted and fitted.after else None
        is_hopeless = self.is_too_low(confidence if best_case is None else best_case, retrieved.kind)
        reasons = {
            "the best passage is too far": is_distant,
            "the reader finds no span": has_no_span,
            "a right answer is too improbable": is_hopeless,
        }
        for reason in (reason for reason, holds in reasons.items() if holds and retrieved.hits):
            note(f"refused: {reason}")
        refused = not retrieved.hits or any(reasons.values())
        return replace(retrieved, signals=signals, confidence=confidence, refused=refused)

    def reassess(self, retrieved: Retrieved, agreed: bool) -> Retrieved:
        """Return a question with the confidence after generating, the best that it may still get from citations.

        `agreed` is the signal of that name.
        """
        signals = replace(retrieved.signals, agreed=agreed)
        after = self.confidence.of(retrieved.kind).after if self.confidence else None
        confidence = after.best_case(signals) if after else None
        if confidence is None:
            confidence = retrieved.confidence
        return replace(retrieved, signals=signals, confidence=confidence)

    def conclude(self, retrieved: Retrieved, answer: Answer) -> Answer:
        """Return an answer with all signals and its confidence; abstain if it is too improbable.

        A kind that was not fitted has no threshold of its own, so that only `min_confidence` leaves it unanswered.
        """
        if answer.abstained:
            return answer
        # The model's probability; of a kind that was not fitted the strategy's score, where it has one.
        signals = signals_after(retrieved, answer)
        fitted = self.confidence.of(retrieved.kind) if self.confidence else None
        is_fitted = bool(self.confidence and retrieved.kind in self.confidence.kinds)
        estimates = [part.probability(signals) for part in (fitted.after, fitted.before) if part] if fitted else []
        known = [value for value in estimates if value is not None]
        order = (*known, signals.score) if is_fitted else (signals.score, *known)
        confidence = next((value for value in order if value is not None), answer.confidence)

        has_threshold = is_fitted or self.min_confidence is not None
        if has_threshold and self.is_too_low(confidence, retrieved.kind):
            note("withdrawn: the confidence is below the threshold")
            return self.abstain(
                replace(retrieved, signals=signals, confidence=confidence), answer.usage, answer.dropped
            )
        return replace(answer, signals=signals, confidence=confidence)

    def is_too_low(self, confidence: float | None, kind: QuestionKind) -> bool:
        """Tell whether a confidence is below the threshold of a kind; an unknown one is below any but 0."""
        least = self.min_confidence
        if least is None:
            least = self.confidence.of(kind).min_confidence if self.confidence else 0.0
        return least > 0 and (confidence or 0.0) < least

    def reads_language_of(self, question: str) -> bool:
        """Tell whether the models may read a question: the embedded ones, which have a `confidence`, read English.

        A question most letters of which are of no European alphabet is none of theirs.
        """
        letters = [letter for letter in question if letter.isalpha()]
        return not self.confidence or sum(letter > "\u052f" for letter in letters) <= len(letters) / 2

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
        if not missing and not self.reads_language_of(retrieved.question):
            missing = "the models read English"
        if not missing and retrieved.anchors.unanswerable:
            missing = f"{retrieved.anchors.unanswerable[0].text} occurs in no document"
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
    wanted = read_content(retrieved.question).words
    ranks = {hit.chunk.source: rank for rank, hit in reversed(list(enumerate(retrieved.hits)))}
    spans = {(span.chunk.source, span.chunk.start): span for span in retrieved.spans}

    # Rank their sentences; of equals the first stays in front.
    ranked: list[tuple[float, Evidence]] = []
    for section in retrieved.read_sections:
        heading = HEADING_SHARE * len(wanted & read_content("\n".join(section.heading)).words)
        span = spans.get((section.source, section.start))
        for start, end in sentence_places(section):
            run = Evidence(section, start, end)
            if run.record and run.block:  # a property says nothing without the thing that has it
                run = Evidence(section, run.block.start - section.start, run.block.end - section.start)
            share = (len(wanted & read_content(run.text).words) + heading) / max(len(wanted), 1)
            score = share - LATER_HIT * ranks.get(section.source, 0)
            score += SPAN_BONUS * bool(span and span.text and start <= span.start < end)
            ranked.append((score, run))
    nearest: dict[str, Evidence] = {}
    for _, run in sorted(ranked, key=lambda item: -item[0]):
        nearest.setdefault(run.text, run)
    runs = list(nearest.values())[:NEAREST]
    return tuple(citation_of(run, number, Support(0.0)) for number, run in enumerate(runs, start=1))
