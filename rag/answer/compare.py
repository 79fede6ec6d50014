"""The comparing strategy: two named things, attribute by attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.abstain import Abstention
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, Retrieved


@dataclass(frozen=True)
class Compare(Strategy):
    """Answers questions for the differences of two things."""

    abstention: Abstention

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [self.abstention.abstain(question) for question in questions]
