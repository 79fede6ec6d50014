"""What a reader gives: of each passage the span that answers a question best, and how surely it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ingest.models.weights import MINILM_READER
from ingest.types import Chunk

BUILTIN_READER = MINILM_READER


@dataclass(frozen=True, slots=True)
class Span:
    """The span of a passage that answers a question best: `chunk.text[start:end]`.

    `margin` is how much better the reader scores the span than no answer at all, in logits. `probability` is the chance
    that the span is a right answer, calibrated where the reader is. `others` are the next best spans of the passage,
    best first, apart from it and from each other, and with no others of their own.
    """

    chunk: Chunk
    start: int
    end: int
    margin: float
    probability: float
    others: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The answer, in the source's own words."""
        return self.chunk.text[self.start : self.end]


@runtime_checkable
class Reader(Protocol):
    """Finds answers in passages; it can point, never invent."""

    @property
    def name(self) -> str:
        """The name that it was asked for by."""

    def read(self, question: str, passages: Sequence[Chunk]) -> list[Span]:
        """Return one reading a passage, in order, an empty span where a passage has no words.

        Raises ValueError for an empty question, or one too long to leave room for a passage.
        """

    def read_many(self, asked: Sequence[tuple[str, Sequence[Chunk]]]) -> list[list[Span]]:
        """Return the readings of several questions, each with passages of its own."""


def best_span(readings: Sequence[Span]) -> Span | None:
    """Return the surest of some readings, the first of equals; None of none."""
    return max(readings, key=lambda reading: reading.margin, default=None)
