"""Questions and searches."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import APIRouter, Body, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.models import Example
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from ingest.cancel import Cancellation
from ingest.errors import OpenbookError
from rag.answer.kinds import AnswerFormat
from rag.answer.options import DEFAULT_K
from rag.answer.strategy import DraftEvent
from rag.answer.types import Answer
from rag.serve.access import Parts, ReadShelf
from rag.serve.problems import Problem, problem_of
from rag.serve.runtime import Runtime
from rag.serve.shelf import AskOptions, Shelf
from rag.serve.views import answer_view, hit_view
from stores.base import Hit
from stores.filters.parse import as_filter

router = APIRouter(tags=["questions"])

T = TypeVar("T")

LONGEST_QUESTION = 4000
"""Characters; what a model cannot read is refused by the pipeline."""

Question = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION, examples=["How long is parental leave?"])]


class AskRequest(BaseModel):
    """A question, and how it is asked."""

    question: Question
    where: str | None = Field(None, max_length=2000, description='a filter, such as source = "handbook.docx"')
    k: int | None = Field(None, ge=1, le=50, description="passages")
    answer_format: AnswerFormat | None = None
    stream: bool = False


class SearchRequest(BaseModel):
    """What is looked for."""

    query: Question
    where: str | None = Field(None, max_length=2000)
    k: int = Field(DEFAULT_K, ge=1, le=100)


ASK_EXAMPLES: dict[str, Example] = {
    "a question": {"value": {"question": "How long is parental leave?"}},
    "of some documents, streamed": {
        "value": {"question": "How long is parental leave?", "where": "source == 'handbook/leave.md'", "stream": True}
    },
}
SEARCH_EXAMPLES: dict[str, Example] = {"words": {"value": {"query": "parental leave", "k": 3}}}


@router.post("/ask", summary="Answer a question, with citations")
async def ask(
    body: Annotated[AskRequest, Body(openapi_examples=ASK_EXAMPLES)], request: Request, runtime: Parts, shelf: ReadShelf
) -> Any:
    """Answer from the documents, or say what is missing and which passages come closest.

    With `stream` the answer comes as server-sent events: `draft` pieces as the model writes them, unchecked; `replace`,
    whose text stands in place of all drafts before; `text` pieces of the checked answer; then one `done` with all of
    it, or one `error`.
    """
    options = AskOptions(body.k, body.answer_format)
    if body.stream:
        return StreamingResponse(_stream(runtime, shelf, body, options), media_type="text/event-stream")
    began = time.perf_counter()
    answer = await ask_queue(request, runtime, shelf, body.question, body.where, options)
    return answer_view(answer, time.perf_counter() - began)


@router.post("/search", summary="Find passages, without an answer")
async def search(
    body: Annotated[SearchRequest, Body(openapi_examples=SEARCH_EXAMPLES)], runtime: Parts, shelf: ReadShelf
) -> dict[str, Any]:
    """Return the passages that match best by meaning and by words."""
    where = as_filter(body.where)

    def find() -> list[Hit]:
        began = time.perf_counter()
        found = shelf.retriever.retrieve(body.query, body.k, where)
        runtime.metrics.count_stage("retrieve", time.perf_counter() - began)
        return found

    hits = await within(runtime.settings.timeout, find, runtime.searches)
    return {"query": body.query, "hits": [hit_view(hit) for hit in hits]}


async def ask_queue(
    request: Request, runtime: Runtime, shelf: Shelf, question: str, where: str | None, options: AskOptions
) -> Answer:
    """Answer a question within the server's time, in a batch with others. A client that has gone takes its own away."""
    pipeline = await run_in_threadpool(shelf.pipeline, options)
    future = runtime.queue.ask(pipeline, question, as_filter(where))
    waiting = asyncio.wrap_future(future)
    try:
        async with asyncio.timeout(runtime.settings.timeout):
            while True:
                done, _ = await asyncio.wait({waiting}, timeout=0.1)
                if done:
                    return waiting.result()
                if await request.is_disconnected():
                    raise Problem(408, "gone", "the client has gone")
    except TimeoutError:
        seconds = runtime.settings.timeout
        raise Problem(504, "timeout", f"there was no answer within {seconds:g} seconds", 5) from None
    finally:
        future.abandon()
        waiting.cancel()  # nobody waits for its error


async def within(seconds: float, work: Callable[[], T], limit: anyio.CapacityLimiter | None = None) -> T:
    """Return what the work returns, done in a thread. Raises Problem 504 when it takes too long, and stops it."""
    cancellation = Cancellation(seconds)

    def run() -> T:
        with cancellation.running():
            return work()

    try:
        async with asyncio.timeout(seconds):
            return await anyio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=limit)
    except TimeoutError:  # of either clock
        raise Problem(504, "timeout", f"this was not done within {seconds:g} seconds", 5) from None
    finally:
        cancellation.cancel()


async def _stream(runtime: Runtime, shelf: Shelf, body: AskRequest, options: AskOptions) -> AsyncIterator[str]:
    began, loop = time.perf_counter(), asyncio.get_running_loop()
    drafts: asyncio.Queue[DraftEvent | None] = asyncio.Queue()
    is_wanted = True

    def put(draft: DraftEvent | None) -> bool:
        if is_wanted:  # else the loop may be closed
            loop.call_soon_threadsafe(drafts.put_nowait, draft)
        return is_wanted

    try:
        pipeline = await run_in_threadpool(shelf.pipeline, options)
        future = runtime.queue.ask(pipeline, body.question, as_filter(body.where), put)
        future.add_done_callback(lambda _: put(None))
        end = loop.time() + runtime.settings.timeout
        try:
            while True:
                async with asyncio.timeout_at(end):
                    draft = await drafts.get()
                if draft is None:
                    break
                if draft.text or draft.kind == "replace":
                    yield event(draft.kind, {"text": draft.text})
            answer = future.result()
        finally:
            is_wanted = False
            future.abandon()
    except TimeoutError:
        yield event("error", {"detail": f"there was no answer within {runtime.settings.timeout:g} seconds"})
        return
    except Problem as problem:
        yield event("error", {"status": problem.status, "detail": problem.detail})
        return
    except OpenbookError as error:
        yield event("error", {"status": problem_of(error).status, "detail": problem_of(error).detail})
        return
    for piece in pieces(answer.text):
        yield event("text", {"text": piece})
    yield event("done", answer_view(answer, time.perf_counter() - began))


def event(name: str, content: dict[str, Any]) -> str:
    """Return a server-sent event."""
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"


def pieces(text: str) -> list[str]:
    """Return a text in pieces of a word each, joined the text again."""
    words = text.split(" ")
    return [word if place == len(words) - 1 else f"{word} " for place, word in enumerate(words)]
