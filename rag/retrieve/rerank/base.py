"""The protocol of a reranker: question and passages in, one score a passage out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ingest.types import Chunk

RERANKER_FILE = "reranker.json"  # in a folder that `rag finetune-reranker` wrote


@runtime_checkable
class Reranker(Protocol):
    """Scores passages for a question, reading both together."""

    @property
    def name(self) -> str:
        """The name that the model was requested by."""

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the scores depend on."""

    def score(self, question: str, passages: Sequence[Chunk]) -> list[float]:
        """Return one score a passage, in order; a higher score is a better answer.

        Scores compare within one question, not across questions. Raises InputError for an empty question.
        """
