"""A reader as a reranker: passages in the order of how much better their best span is than no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.types import Chunk
from rag.reader.reader import ExtractiveReader


class ReaderReranker:
    """Scores a passage by the margin of its best span, in logits; options are those of `ExtractiveReader`.

    It orders by who answers, not by who is about the same: measure before you use it where questions are no questions.
    """

    def __init__(self, model: str, **options: Any) -> None:
        self._reader = ExtractiveReader(model, **options)

    @property
    def name(self) -> str:
        """The name that it was asked for by."""
        return self._reader.name

    @property
    def fingerprint(self) -> str:
        """What tells this reranker from any other."""
        return self._reader.fingerprint

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        """Return one margin a passage; a passage without words scores -inf. Raises ValueError for an empty question."""
        return [reading.margin for reading in self._reader.read(question, passages)]
