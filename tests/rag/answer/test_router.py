"""Questions go to the strategy of their kind, and on to the next where it has no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from ingest.types import Chunk
from rag.answer.abstain import Abstention
from rag.answer.kinds import AnswerFormat
from rag.answer.router import Router
from rag.answer.strategy import Strategy
from rag.answer.types import Answer, Retrieved, Usage
from stores.base import Hit

ABSTAINS = Abstention(0.0, 0.0, False, "none", 0)
HIT = Hit(Chunk("Tea is served at four.", "tea.txt", 0, 22), 0.9)


@dataclass
class Speaking(Strategy):
    """Answers with its name and the format, or abstains on questions with a word."""

    name: str
    silent_on: str = "-"
    missing: str = ""
    batches: list[int] = field(default_factory=list)

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        self.batches.append(len(questions))
        return [self._answer(question) for question in questions]

    def _answer(self, question: Retrieved) -> Answer:
        if self.silent_on in question.question:
            return replace(ABSTAINS.abstain(question), text=f"{self.name} is silent", missing=self.missing)
        return question.answer(f"{self.name}: {question.answer_format}", "test", Usage())


def asked(question: str, answer_format: AnswerFormat, refused: bool = False) -> Retrieved:
    return Retrieved(question, answer_format, [HIT], refused=refused)


def test_each_kind_goes_its_own_way_in_one_batch_a_step() -> None:
    general, listing = Speaking("general"), Speaking("list", silent_on="debris")
    router = Router(general, {"list": listing, "yes-no": Speaking("yes")}, ABSTAINS)
    questions = [
        asked("a list", "list"),
        asked("who", "short"),
        asked("debris", "list"),
        asked("is it", "yes-no"),
        asked("say it", "sentence"),
        asked("debris again", "list"),
    ]
    texts = [
        "list: list",
        "general: short",
        "general: explain",
        "yes: yes-no",
        "general: sentence",
        "general: explain",
    ]
    assert [answer.text for answer in router.answer(questions)] == texts
    assert listing.batches == [3]
    assert general.batches == [1, 1, 2], "one of each format, then what the list strategy left"


@pytest.mark.parametrize(
    ("missing", "refused", "text"),
    [
        ("", False, "general: explain"),
        ("", True, "list is silent"),  # a span that is too improbable is no way out
        ("a list of fees", False, "list is silent"),  # nobody else has it either
    ],
)
def test_a_question_is_handed_on_if_it_may_have_an_answer(missing: str, refused: bool, text: str) -> None:
    router = Router(Speaking("general"), {"list": Speaking("list", "fees", missing)}, ABSTAINS)
    [answer] = router.answer([asked("fees", "list", refused)])
    assert answer.text == text
    stream = router.stream(asked("fees", "list", refused))
    assert list(stream) == [text]


def test_without_passages_or_hope_nobody_is_asked() -> None:
    general = Speaking("general")
    router = Router(general, {}, ABSTAINS)
    nothing = Retrieved("who", "short", [])
    assert [answer.abstained for answer in router.answer([nothing, asked("who", "short", refused=True)])] == [True] * 2
    assert general.batches == []
