"""The explaining strategy: the sentences of the passages that explain, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.abstain import Abstention
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, Retrieved


@dataclass(frozen=True)
class Explain(Strategy):
    """Answers questions for a reason, a way or a summary."""

    abstention: Abstention

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [self.abstention.abstain(question) for question in questions]
