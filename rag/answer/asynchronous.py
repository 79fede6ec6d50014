"""Answers for asyncio: the work runs in a thread, and stops when its task is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import copy_context
from typing import Protocol, TypeVar

from ingest.cancel import Cancellation
from rag.answer.types import Answer

T = TypeVar("T")


class Stream(Protocol):
    """A stream of an answer, as `Pipeline.stream` returns it."""

    @property
    def answer(self) -> Answer: ...

    def __iter__(self) -> Iterator[str]: ...


async def run_in_thread(work: Callable[[], T], cancellation: Cancellation) -> T:
    """Return what the work returns. Where the task is cancelled, so is the work, which stops soon after."""
    future = asyncio.get_running_loop().run_in_executor(None, copy_context().run, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        cancellation.cancel()
        future.add_done_callback(_ignore_error)
        raise


def _ignore_error(future: asyncio.Future[T]) -> None:
    """Take note of an error that nobody waits for."""
    if not future.cancelled():
        future.exception()


class AsyncAnswerStream:
    """An answer under way: iterate with `async for` for its text in pieces, then read `answer`.

    `open_stream` is called in a thread, as is each step of the stream. Leaving the loop early stops the model; so does
    `aclose()`.
    """

    def __init__(self, open_stream: Callable[[], Stream], cancellation: Cancellation) -> None:
        self._open_stream, self._cancellation = open_stream, cancellation
        self._stream: Stream | None = None

    @property
    def answer(self) -> Answer:
        """The whole answer with its citations. Raises RuntimeError before the pieces are used up."""
        if self._stream is None:
            raise RuntimeError("the answer is not complete yet: iterate over the stream first")
        return self._stream.answer

    async def __aiter__(self) -> AsyncIterator[str]:
        try:
            self._stream = await run_in_thread(self._open_stream, self._cancellation)
            pieces = iter(self._stream)
            while (piece := await run_in_thread(lambda: next(pieces, None), self._cancellation)) is not None:
                yield piece
        finally:
            self._cancellation.cancel()

    async def aclose(self) -> None:
        """Stop the model."""
        self._cancellation.cancel()
