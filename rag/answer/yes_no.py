"""The yes/no strategy: "Yes" or "No", then the sentence that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.abstain import Abstention
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, Retrieved


@dataclass(frozen=True)
class YesNo(Strategy):
    """Decides questions that ask whether something is so."""

    abstention: Abstention

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [self.abstention.abstain(question) for question in questions]
