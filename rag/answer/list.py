"""The list strategy: all items of the list that answers, as bullets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.abstain import Abstention
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, Retrieved


@dataclass(frozen=True)
class ListItems(Strategy):
    """Answers questions for several things, or for steps."""

    abstention: Abstention

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [self.abstention.abstain(question) for question in questions]
