"""Answers that are streamed come side by side, beside those that are not, and stop when nobody waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langchain_core.language_models import FakeListChatModel

from rag.answer.pipeline import DraftStream
from rag.answer.strategy import DraftEvent, Drafts
from rag.answer.types import Answer
from rag.config import Config
from rag.serve.answer_queue import AnswerQueue, Pace
from rag.serve.app import create_app
from rag.serve.problems import Problem
from rag.serve.runtime import DEFAULT_STORE, Runtime

WORDS = (*(f"word{number} " for number in range(39)), "end")


class SlowPipeline:
    """Streams forty words, and remembers what was stopped."""

    def __init__(self) -> None:
        self.stopped: list[str] = []

    def stream_drafts(self, question: str, where: object) -> DraftStream:
        def run() -> Drafts:
            try:
                for word in WORDS:
                    yield DraftEvent("draft", word)
            except GeneratorExit:
                self.stopped.append(question)
                raise
            return Answer(question, "".join(WORDS))

        return DraftStream(run())

    def ask_many(self, questions: Sequence[str], where: object) -> list[Answer]:
        return [Answer(question, "at once") for question in questions]


@pytest.fixture
def queue() -> Iterator[AnswerQueue]:
    with AnswerQueue(size=32, batch=8) as queue:
        yield queue


def hear(heard: list[str], name: str, gate: threading.Event) -> Callable[[DraftEvent], bool]:
    def on_draft(event: DraftEvent) -> bool:
        gate.wait(10)
        heard.append(f"{name}:{event.text.strip()}")
        return True

    return on_draft


def test_eight_streams_all_make_progress(queue: AnswerQueue) -> None:
    pipeline: Any = SlowPipeline()
    heard: list[str] = []
    gate = threading.Event()
    names = "abcdefgh"
    futures = [queue.ask(pipeline, name, on_draft=hear(heard, name, gate)) for name in names]
    plain = queue.ask(pipeline, "plain")
    gate.set()
    assert [future.result(10).text for future in futures] == ["".join(WORDS)] * 8
    assert plain.result(10).text == "at once"
    first = [heard.index(f"{name}:word0") for name in names]
    last = [heard.index(f"{name}:end") for name in names]
    assert max(first) < min(last), "none waits for the end of another"


def test_a_stream_that_nobody_reads_stops_the_model(queue: AnswerQueue) -> None:
    pipeline: Any = SlowPipeline()
    future = queue.ask(pipeline, "gone", on_draft=lambda _: False)
    with pytest.raises(Problem, match="gone"):
        future.result(10)
    assert pipeline.stopped == ["gone"]


def test_closing_finishes_the_streams_that_run() -> None:
    pipeline: Any = SlowPipeline()
    heard: list[str] = []
    gate = threading.Event()
    queue = AnswerQueue(size=4, batch=2)
    futures = [queue.ask(pipeline, name, on_draft=hear(heard, name, gate)) for name in "abc"]
    gate.set()
    queue.close()
    assert all(future.done() and future.result().text for future in futures)


@pytest.mark.weights
def test_the_endpoint_sends_drafts_then_the_checked_text(tmp_path: Any) -> None:
    (tmp_path / "leave.md").write_text("# Leave\n\nParental leave is 12 weeks of paid time off.\n", "utf-8")
    model = FakeListChatModel(responses=["It is 12 weeks. Elephants are blue."])
    config = Config().override("store", path=str(tmp_path / ".rag")).override("generator", model=model)
    with config.index() as index:
        index.sync([tmp_path / "leave.md"], progress=False)
    runtime = Runtime.of({DEFAULT_STORE: config})
    with TestClient(create_app(runtime, warm=False), base_url="http://127.0.0.1") as client:
        body = {"question": "How many weeks is parental leave?", "stream": True}
        lines = client.post("/ask", json=body).text.splitlines()
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert names[0] == "draft"
    assert names[-1] == "done"
    assert [name for at, name in enumerate(names) if name != names[at - 1]] == ["draft", "replace", "text", "done"]


class HeldPipeline(SlowPipeline):
    """Answers when it is let, and says when it begins."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_answer = threading.Semaphore(0), threading.Semaphore(0)

    def ask_many(self, questions: Sequence[str], where: object) -> list[Answer]:
        self.begun.release()
        assert self.may_answer.acquire(timeout=10)
        return super().ask_many(questions, where)


def test_a_question_that_would_wait_too_long_is_refused_at_once() -> None:
    pipeline: Any = HeldPipeline()
    with AnswerQueue(size=32, batch=1, patience=2.5) as queue:
        queue._pace.count(1.0, answered=1)  # the last question took a second
        first = queue.ask(pipeline, "runs")
        assert pipeline.begun.acquire(timeout=10)
        second = queue.ask(pipeline, "waits two seconds")
        with pytest.raises(Problem, match="take 3 seconds: try again later"):
            queue.ask(pipeline, "would wait three")
        pipeline.may_answer.release(2)
        assert [one.result(10).text for one in (first, second)] == ["at once"] * 2


def test_a_queue_without_a_question_takes_one_however_long_answers_take() -> None:
    pipeline: Any = SlowPipeline()
    with AnswerQueue(size=32, batch=1, patience=2.5) as queue:
        queue._pace.count(60.0, answered=1)
        assert queue.ask(pipeline, "alone").result(10).text == "at once"


def test_the_pace_is_that_of_the_questions_of_late() -> None:
    pace = Pace()
    pace.count(2.0, answered=0)  # streams go on
    pace.count(2.0, answered=2)
    assert pace.seconds == 2.0
    pace.count(1.0, answered=1)
    assert pace.seconds == pytest.approx(0.7 * 2.0 + 0.3 * 1.0)
