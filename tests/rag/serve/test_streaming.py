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
from rag.serve.answer_queue import AnswerQueue
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
