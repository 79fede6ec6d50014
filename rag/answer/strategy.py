"""The protocol of a strategy: retrieved questions in, answers out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answer.types import Answer, Retrieved

AnswerPieces = Generator[str, None, Answer]
"""The text of an answer in pieces; the generator returns the whole answer."""


@dataclass(frozen=True, slots=True)
class DraftEvent:
    """A step of an answer under way, none of which has been checked.

    "draft" adds a piece to the text so far, an empty one while the model is still at work; "replace" puts a text in
    place of all of it, "" before another attempt.
    """

    kind: Literal["draft", "replace"]
    text: str


Drafts = Generator[DraftEvent, None, Answer]
"""The drafts of an answer; the generator returns the checked answer, the same as `answer` does."""


class Strategy(ABC):
    """Answers questions whose passages were retrieved, and that are not refused."""

    @abstractmethod
    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        """Return one answer a question, in order, the same as for each question alone."""

    def stream(self, question: Retrieved) -> AnswerPieces:
        """Return the text of one answer as it is generated, in one piece if it has to be checked first.

        Raises InputError at once for a question that is too long for the prompt.
        """
        return self.answer_in_one_piece(question)

    def stream_drafts(self, question: Retrieved) -> Drafts:
        """Yield what is generated for one answer before it is checked; nothing where nothing is generated."""
        yield from ()
        [answer] = self.answer([question])
        return answer

    def answer_in_one_piece(self, question: Retrieved) -> AnswerPieces:
        """Yield the text of one answer when it is complete."""
        [answer] = self.answer([question])
        yield answer.text
        return answer


class SingleStrategy(Strategy):
    """A strategy that answers each question by itself."""

    @abstractmethod
    def answer_one(self, question: Retrieved) -> Answer:
        """Return the answer to one question."""

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        return [self.answer_one(question) for question in questions]
