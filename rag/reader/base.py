"""The protocol of a reader: question and passages in, the best span of each passage out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ingest.types import Chunk


@dataclass(frozen=True, slots=True)
class Span:
    """The span of a passage that answers a question best: `chunk.text[start:end]`.

    `margin` is how much higher the reader scores the span than no answer, in logits. `probability` is that of a right
    answer, calibrated if the reader is. `others` are the next best spans of the passage, best first, none of which
    overlaps another or has others itself. `relevance` is the probability that the sentence around the span belongs to
    the answer; None where the reader was not trained to tell.
    """

    chunk: Chunk
    start: int
    end: int
    margin: float
    probability: float
    others: tuple[Span, ...] = ()
    relevance: float | None = None

    @property
    def text(self) -> str:
        """The answer, in the source's own words."""
        return self.chunk.text[self.start : self.end]


VERDICTS = ("yes", "no", "none")  # on a yes/no question, in the order of a network's logits


@dataclass(frozen=True, slots=True)
class Verdict:
    """The probabilities that a passage answers a yes/no question with yes, or with no; the rest is neither."""

    yes: float
    no: float


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """A sentence of a passage, `chunk.text[start:end]`, and the probability that it belongs to the answer."""

    start: int
    end: int
    score: float


@runtime_checkable
class Reader(Protocol):
    """Finds answers in passages; it points at spans and never invents."""

    @property
    def name(self) -> str:
        """The name that the model was requested by."""

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the spans depend on."""

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        """Return one span a passage, in order; an empty one for a passage without words.

        Raises InputError for an empty question, or one too long to leave room for a passage.
        """

    def read_many(self, questions: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        """Return the spans for several questions, each with its own passages."""


@runtime_checkable
class JudgingReader(Reader, Protocol):
    """A reader that also judges passages, and the sentences in them, if its heads for that were trained."""

    @property
    def has_verdicts(self) -> bool:
        """Whether `verdicts` may be called."""

    @property
    def has_relevance(self) -> bool:
        """Whether `score_sentences` may be called."""

    def verdicts(self, question: str, passages: Sequence[Chunk]) -> list[Verdict]:
        """Return the verdict of each passage on a yes/no question, in order."""

    def score_sentences(self, question: str, passages: Sequence[Chunk]) -> list[list[SentenceScore]]:
        """Return the scores of each passage's sentences, passages and sentences in order."""


def best_span(spans: Sequence[Span]) -> Span | None:
    """Return the span with the highest margin, the first of equals; None if there is none."""
    return max(spans, key=lambda span: span.margin, default=None)
