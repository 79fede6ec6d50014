"""The router: the one strategy that sends each question to the strategy of its kind.

A strategy that has no answer returns an abstained one, and the question goes to the next strategy of its route. Routes
end with abstention, which shows what comes closest.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.tracing import add_span, note, span
from rag.answer.abstain import Abstention
from rag.answer.kinds import AnswerFormat
from rag.answer.strategy import AnswerPieces, DraftEvent, Drafts, Strategy
from rag.answer.types import Answer, Retrieved

RouteStep = AnswerFormat | Literal["lookup"]

# The formats that a question of each format is answered in, the first that has an answer. A lookup in tables is short.
ROUTES: Mapping[AnswerFormat, tuple[RouteStep, ...]] = {
    "short": ("lookup", "short"),
    "sentence": ("sentence",),
    "yes-no": ("yes-no",),  # a sentence that does not decide is no answer
    "explain": ("list", "explain"),  # one sentence of several passages explains nothing, and is no list
    "list": ("list", "explain"),
    "compare": ("compare", "explain"),
}


@dataclass(frozen=True)
class Router(Strategy):
    """Asks the strategies of a question's route in turn, all questions of a step in one batch.

    `general` answers with one span or one generation, in any format that has no strategy in `by_format`. Its answers
    are what the confidence before generating is about: it is not asked a `refused` question.
    """

    general: Strategy
    by_format: Mapping[RouteStep, Strategy]
    abstention: Abstention

    def answer(self, questions: Sequence[Retrieved]) -> list[Answer]:
        answers: dict[int, Answer] = {}
        routes = {number: route for number, question in enumerate(questions) if (route := self._route(question))}
        while routes:
            # One step of every route, each strategy answering its questions together.
            steps: dict[RouteStep, list[int]] = {}
            for number, (first, *_) in routes.items():
                steps.setdefault(first, []).append(number)
            for step, numbers in steps.items():
                strategy, asked = self.by_format.get(step), [questions[number] for number in numbers]
                if strategy is None:
                    assert step != "lookup"  # which no route has without its strategy
                    strategy, asked = self.general, [replace(row, answer_format=step) for row in asked]
                with span("answer", strategy=step, questions=len(asked)):
                    given = strategy.answer(asked)
                    with span("check"):
                        answers |= {
                            number: self.abstention.conclude(question, answer)
                            for number, question, answer in zip(numbers, asked, given, strict=True)
                        }

            # Whoever has an answer is done, and whoever knows what is missing.
            routes = {
                number: rest
                for number, (_, *rest) in routes.items()
                if rest and answers[number].abstained and not answers[number].missing
            }
        return [answers.get(number) or self.abstention.abstain(question) for number, question in enumerate(questions)]

    def stream(self, question: Retrieved) -> AnswerPieces:
        route = self._route(question)
        if route[:1] == ["lookup"] and not self.abstention.concludes:
            [answer] = self.by_format["lookup"].answer([question])
            answer = self.abstention.conclude(question, answer)
            if not answer.abstained:
                return _give(answer)
            route = route[1:]
        [step] = route if len(route) == 1 else [None]
        if step and step != "lookup" and step not in self.by_format and not self.abstention.concludes:
            question = replace(question, answer_format=step)
            return self._conclude(question, self.general.stream(question))
        if not route:
            return self.abstention.stream(question)
        return self.answer_in_one_piece(question)

    def stream_drafts(self, question: Retrieved) -> Drafts:
        has_draft, answer = False, None
        for step in self._route(question):
            if has_draft:
                yield DraftEvent("replace", "")
            strategy, asked, began = self.by_format.get(step), question, time.perf_counter()
            if strategy is None:
                assert step != "lookup"  # which no route has without its strategy
                strategy, asked = self.general, replace(question, answer_format=step)
            drafts = strategy.stream_drafts(asked)
            while True:
                try:
                    event = next(drafts)
                except StopIteration as end:
                    answer = self.abstention.conclude(asked, end.value)
                    break
                has_draft = True
                yield event
            add_span("answer", began, strategy=step, questions=1)
            if not answer.abstained or answer.missing:
                break
        return answer or self.abstention.abstain(question)

    def _conclude(self, question: Retrieved, pieces: AnswerPieces) -> AnswerPieces:
        answer = yield from pieces
        return self.abstention.conclude(question, answer)

    def _route(self, question: Retrieved) -> list[RouteStep]:
        if not question.hits:
            note("refused: no passage")
            return []
        if question.anchors.unanswerable:
            note("refused: what it names occurs in no document")
            return []
        if not self.abstention.reads_language_of(question.question):
            note("refused: in a script that the models do not read")
            return []
        route = ROUTES[question.answer_format]
        own: list[RouteStep] = [step for step in route if step in self.by_format]
        if question.refused:
            return own
        # Where no strategy is for a kind, the general one answers in its format; else in the last resort's.
        general: list[RouteStep] = [step for step in route if step not in self.by_format and step != "lookup"]
        return own + general[-1:] if own else [question.answer_format]


def _give(answer: Answer) -> AnswerPieces:
    yield answer.text
    return answer
