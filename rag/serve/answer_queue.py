"""Questions of many requests, answered together: one thread has the models, and takes what waits in batches."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property

from ingest.closing import Closing
from rag.answer.pipeline import Pipeline
from rag.answer.types import Answer
from rag.serve.problems import Problem
from stores.filters.filter import Filter

RETRY_AFTER = 2
"""Seconds after which a client may try again when the queue is full."""


@dataclass
class AskedQuestion:
    """A question that waits for its answer. Cancelling `future` takes it out of the queue."""

    pipeline: Pipeline
    question: str
    where: Filter | None
    future: Future[Answer] = field(default_factory=Future)
    asked: float = field(default_factory=time.monotonic)

    @cached_property
    def group(self) -> tuple[int, str]:
        """What questions have in common that one call can answer."""
        return id(self.pipeline), repr(self.where)


class AnswerQueue(Closing):
    """Answers questions in the order of asking, those of one pipeline and one filter together.

    At most `size` wait; another one raises Problem 429.
    """

    def __init__(self, size: int, batch: int) -> None:
        self._size, self._batch = size, batch
        self._waiting: deque[AskedQuestion] = deque()
        self._changed = threading.Condition()
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(self, pipeline: Pipeline, question: str, where: Filter | None = None) -> Future[Answer]:
        """Return the future answer. Raises Problem when too many questions wait, or the server goes down."""
        asked = AskedQuestion(pipeline, question, where)
        with self._changed:
            if not self._is_open:
                raise Problem(503, "closing", "the server is going down", RETRY_AFTER)
            if len(self._waiting) >= self._size:
                raise Problem(429, "queue-full", f"{self._size} questions wait already: try again later", RETRY_AFTER)
            self._waiting.append(asked)
            self._changed.notify()
        return asked.future

    def close(self) -> None:
        """Answer what waits, refuse what comes, and end."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next_batch():
            try:
                answers = batch[0].pipeline.ask_many([one.question for one in batch], batch[0].where)
            except Exception as error:
                if len(batch) == 1:
                    batch[0].future.set_exception(error)
                    continue
                for one in batch:  # so that one bad question spoils no other
                    self._answer_alone(one)
                continue
            for one, answer in zip(batch, answers, strict=True):
                one.future.set_result(answer)

    @staticmethod
    def _answer_alone(one: AskedQuestion) -> None:
        try:
            one.future.set_result(one.pipeline.ask(one.question, one.where))
        except Exception as error:
            one.future.set_exception(error)

    def _next_batch(self) -> list[AskedQuestion]:
        """Return the questions to answer next, which cannot be cancelled any more; none once the queue is closed."""
        while True:
            with self._changed:
                while not self._waiting:
                    if not self._is_open:
                        return []
                    self._changed.wait()
                first = self._waiting[0]
                alike = [one for one in self._waiting if one.group == first.group][: self._batch]
                for one in alike:
                    self._waiting.remove(one)
            if running := [one for one in alike if one.future.set_running_or_notify_cancel()]:
                return running
