"""What a reranker gives: for each passage a score of how well it answers a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ingest.types import Chunk


@runtime_checkable
class Reranker(Protocol):
    """Scores passages for a question, having read both together."""

    @property
    def name(self) -> str:
        """The name that it was asked for by."""

    @property
    def fingerprint(self) -> str:
        """A hash that tells this reranker from any other."""

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        """Return one score a passage, in order, higher for one that answers better.

        Scores of one question compare, those of different questions need not. Raises ValueError for an empty question.
        """
