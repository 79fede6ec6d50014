"""A pipeline from threads and from asyncio, with time limits and cancellation that stop the model."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.cancel import Cancellation, current_cancellation
from ingest.errors import Cancelled, TimedOut
from prompts.types import Message, RenderedPrompt
from rag import Config
from rag.answer.pipeline import Pipeline
from rag.generate.base import Decoding, Generation
from rag.index.index import Index
from rag.retrieve.retrievers import DenseRetriever
from stores.memory import MemoryStore

PROMPT = (Message("user", "Tell a long story about a ship, its crew and a storm."),)
TEXT = "Parental leave lasts 18 weeks."


class SlowGenerator:
    """Writes a word each ten milliseconds, for ten seconds, and looks at the cancellation before each."""

    name = fingerprint = "slow"
    style = "completion"
    context_window = 400

    def __init__(self) -> None:
        self.is_working = threading.Event()
        self.stopped: float | None = None

    def count_tokens(self, prompt: RenderedPrompt) -> int:
        return len(str(prompt).split())

    def prompt_window(self, max_new_tokens: int) -> int:
        return self.context_window - max_new_tokens

    def generate(self, prompts: Sequence[RenderedPrompt], decoding: Decoding) -> list[Generation]:
        return [Generation("".join(self.stream(prompt, decoding)), 1, 1, "stop") for prompt in prompts]

    def stream(self, prompt: RenderedPrompt, decoding: Decoding) -> Iterator[str]:
        cancellation = current_cancellation()
        try:
            for _ in range(1000):
                self.is_working.set()
                cancellation.check()
                yield "leave "
                time.sleep(0.01)
        finally:
            self.stopped = time.monotonic()

    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def slow() -> SlowGenerator:
    return SlowGenerator()


@pytest.fixture
def pipeline(embedder: Any, slow: SlowGenerator, tmp_path: Path) -> Pipeline:
    (tmp_path / "leave.md").write_text(TEXT)
    store = MemoryStore()
    Index(store, embedder, base=tmp_path).sync([tmp_path / "leave.md"])
    return Pipeline(DenseRetriever(store, embedder), slow, reader=False, confidence=False)


def test_a_time_limit_stops_the_model(pipeline: Pipeline, slow: SlowGenerator) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"not done within 0\.1 seconds"):
        pipeline.ask("How long is leave?", timeout=0.1)
    assert time.monotonic() - began < 5
    with pytest.raises(TimedOut):
        list(pipeline.stream("How long is leave?", timeout=0.1))


def test_limits_within_limits() -> None:
    with Cancellation().running():
        outer = current_cancellation()
        inner = Cancellation(timeout=60)
        assert not inner.is_set
        outer.cancel()
        assert inner.is_set
        with pytest.raises(Cancelled):
            inner.check()
    assert not current_cancellation().is_set


async def test_a_task_that_is_cancelled_stops_the_model(pipeline: Pipeline, slow: SlowGenerator) -> None:
    task = asyncio.create_task(pipeline.aask("How long is leave?"))
    await asyncio.to_thread(slow.is_working.wait, 30)
    cancelled = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while slow.stopped is None:
        assert time.monotonic() - cancelled < 5
        await asyncio.sleep(0.01)


async def test_an_asynchronous_time_limit(pipeline: Pipeline) -> None:
    with pytest.raises(TimedOut):
        await pipeline.aask("How long is leave?", timeout=0.1)


async def test_a_stream_that_is_left_stops_the_model(pipeline: Pipeline, slow: SlowGenerator) -> None:
    stream = pipeline.astream("How long is leave?")
    with pytest.raises(RuntimeError, match="not complete"):
        _ = stream.answer
    async for piece in stream:
        assert piece == "leave "
        break
    await stream.aclose()
    left = time.monotonic()
    while slow.stopped is None:
        assert time.monotonic() - left < 5
        await asyncio.sleep(0.01)


async def test_a_stream_that_is_read_has_its_answer(embedder: Any, scripted: Any, tmp_path: Path) -> None:
    (tmp_path / "leave.md").write_text(TEXT)
    store = MemoryStore()
    Index(store, embedder, base=tmp_path).sync([tmp_path / "leave.md"])
    pipeline = Pipeline(DenseRetriever(store, embedder), scripted(TEXT), reader=False, confidence=False)
    stream = pipeline.astream("How long is parental leave?")
    assert "".join([piece async for piece in stream]).strip() == TEXT
    assert (
        stream.answer
        == pipeline.ask("How long is parental leave?")
        == await pipeline.aask("How long is parental leave?")
    )


@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["extractive", None])
def test_eight_threads_get_the_answers_of_one(tmp_path: Path, kind: str | None) -> None:
    """`ask` and `search` side by side on one pipeline, while another thread writes to the store."""
    for number in range(12):
        (tmp_path / f"{number}.md").write_text(f"# Room {number}\n\nRoom {number} has {number * 7 + 3} chairs.\n")
    config = Config().override("store", path=str(tmp_path / "store")).override("generator", kind=kind)
    with config.index() as index, config.pipeline() as pipeline:
        index.sync([tmp_path])
        questions = [f"How many chairs does room {number} have?" for number in range(12)]
        alone = [pipeline.ask(question) for question in questions]
        found = [[hit.chunk.id for hit in pipeline.retriever.retrieve(question, 3)] for question in questions]

        def work(thread: int) -> None:
            for step in range(12):
                number = (thread + step) % 12
                assert pipeline.ask(questions[number]).text == alone[number].text
                hits = pipeline.retriever.retrieve(questions[number], 3)
                assert [hit.chunk.id for hit in hits] == found[number]

        def write() -> None:
            for number in range(10):
                (tmp_path / "other.txt").write_text(f"Nothing of that kind, version {number}.")
                index.sync([tmp_path / "other.txt"])

        with ThreadPoolExecutor(9) as pool:
            futures = [pool.submit(work, thread) for thread in range(8)] + [pool.submit(write)]
            for future in futures:
                future.result()


@pytest.mark.weights
@pytest.mark.slow
def test_the_embedded_model_stops_within_200_ms() -> None:
    from rag.generate import new_generator

    decoding, times = Decoding(max_new_tokens=400), []
    with new_generator("builtin:smollm2") as generator:
        for _ in range(5):
            cancellation, ended = Cancellation(), threading.Event()

            def work(cancellation: Cancellation = cancellation, ended: threading.Event = ended) -> None:
                with pytest.raises(Cancelled), cancellation.running():
                    generator.generate([PROMPT], decoding)
                ended.set()

            thread = threading.Thread(target=work)
            thread.start()
            time.sleep(0.4)
            began = time.perf_counter()
            cancellation.cancel()
            assert ended.wait(10)
            times.append(time.perf_counter() - began)
            thread.join()
    print([round(seconds, 3) for seconds in times])
    assert sorted(times)[2] < 0.2
