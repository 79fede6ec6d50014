"""Questions of many requests, answered together: one thread has the models, and takes what waits in batches.

Answers that are streamed come side by side, a piece of each in turn.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property

from ingest.cancel import Cancellation
from ingest.closing import Closing
from ingest.tracing import Span, record_trace
from rag.answer.pipeline import DraftStream, Pipeline
from rag.answer.strategy import DraftEvent
from rag.answer.types import Answer
from rag.serve.metrics import Metrics
from rag.serve.problems import Problem
from stores.filters.filter import Filter

RETRY_AFTER = 2
"""Seconds after which a client may try again when the queue is full."""


class FutureAnswer(Future[Answer]):
    """The answer to a question. Cancelling it takes a question that waits out of the queue."""

    is_abandoned = False
    batch: Batch | None = None

    def abandon(self) -> None:
        """Give up the answer. The model stops once nobody waits for any answer of its batch."""
        self.is_abandoned = True
        if not self.cancel() and self.batch is not None:
            self.batch.stop_if_abandoned()


@dataclass
class AskedQuestion:
    """A question that waits for its answer. Cancelling `future` takes it out of the queue.

    One with `on_draft` is streamed: it is called with each draft, in the thread of the queue, and returns whether
    somebody still waits for the answer.
    """

    pipeline: Pipeline
    question: str
    where: Filter | None
    on_draft: Callable[[DraftEvent], bool] | None = None
    future: FutureAnswer = field(default_factory=FutureAnswer)
    asked: float = field(default_factory=time.monotonic)

    @cached_property
    def group(self) -> tuple[int, str]:
        """What questions have in common that one call can answer; one that is streamed stands alone."""
        return (id(self), "stream") if self.on_draft else (id(self.pipeline), repr(self.where))


class RunningStream:
    """An answer that is streamed, draft by draft."""

    def __init__(self, asked: AskedQuestion, metrics: Metrics) -> None:
        self._asked, self._metrics = asked, metrics
        self._drafts = self._run(asked)

    def advance(self) -> bool:
        """Hand on the next draft, or the answer. Returns whether there is more."""
        spans: list[Span] = []
        try:
            with record_trace() as spans:
                event = next(self._drafts)
        except StopIteration as end:
            self._metrics.count_answers([end.value])
            self._asked.future.set_result(end.value)
            return False
        except Exception as error:
            self._metrics.count_failure()
            self._asked.future.set_exception(error)
            return False
        finally:
            for one in spans:
                self._metrics.count_stage(one.name, one.seconds or 0.0)
        assert self._asked.on_draft is not None
        if self._asked.on_draft(event):
            return True
        self._drafts.close()  # nobody waits for it: the model stops
        self._asked.future.set_exception(Problem(408, "gone", "the client has gone"))
        return False

    @staticmethod
    def _run(asked: AskedQuestion) -> Generator[DraftEvent, None, Answer]:
        stream: DraftStream = asked.pipeline.stream_drafts(asked.question, asked.where)
        yield from stream
        return stream.answer


class Batch:
    """Questions that one call answers."""

    def __init__(self, questions: Sequence[AskedQuestion]) -> None:
        self._questions, self._cancellation = questions, Cancellation()
        for one in questions:
            one.future.batch = self

    def stop_if_abandoned(self) -> None:
        """Stop the model if nobody waits for any of the answers."""
        if all(one.future.is_abandoned for one in self._questions):
            self._cancellation.cancel()

    def answer(self) -> list[Answer]:
        """Return the answers, in order. Raises Cancelled."""
        first = self._questions[0]
        self.stop_if_abandoned()
        with self._cancellation.running():
            return first.pipeline.ask_many([one.question for one in self._questions], first.where)


class Pace:
    """The seconds that a question took lately, of those that were answered one after the other or together."""

    NEW = 0.3
    """The weight of the latest in the average."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._busy = 0.0

    def count(self, seconds: float, answered: int) -> None:
        """Count a time of work, in which so many questions came to an end."""
        self._busy += seconds
        if answered:
            latest, self._busy = self._busy / answered, 0.0
            self.seconds = (1 - self.NEW) * self.seconds + self.NEW * latest if self.seconds else latest


class AnswerQueue(Closing):
    """Answers questions in the order of asking, those of one pipeline and one filter together.

    At most `size` wait; another one raises Problem 429. So does one that would have to wait longer than `patience`
    seconds for its answer, by the time that answers took lately.
    """

    def __init__(self, size: int, batch: int, metrics: Metrics | None = None, patience: float = math.inf) -> None:
        self._metrics = metrics or Metrics()
        self._size, self._batch, self._patience = size, batch, patience
        self._pace = Pace()
        self._running = 0
        self._waiting: deque[AskedQuestion] = deque()
        self._changed = threading.Condition()
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(
        self,
        pipeline: Pipeline,
        question: str,
        where: Filter | None = None,
        on_draft: Callable[[DraftEvent], bool] | None = None,
    ) -> FutureAnswer:
        """Return the future answer. Raises Problem when too many questions wait, or the server goes down."""
        asked = AskedQuestion(pipeline, question, where, on_draft)
        with self._changed:
            if not self._is_open:
                raise Problem(503, "closing", "the server is going down", RETRY_AFTER)
            if len(self._waiting) >= self._size:
                raise Problem(429, "queue-full", f"{self._size} questions wait already: try again later", RETRY_AFTER)
            # Where none waits another may come, however long answers take.
            seconds = (len(self._waiting) + self._running + 1) * self._pace.seconds
            if self._waiting and seconds > self._patience:
                detail = f"the questions that wait take {seconds:.0f} seconds: try again later"
                raise Problem(429, "queue-full", detail, RETRY_AFTER)
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
        streams: list[RunningStream] = []
        while (batch := self._next_batch(wait=not streams, has_room=len(streams) < self._batch)) or streams:
            began = time.monotonic()
            for one in batch:
                self._metrics.count_stage("wait", began - one.asked)
            if batch and batch[0].on_draft:
                streams.append(RunningStream(batch[0], self._metrics))
                batch = []
            self._running = started = len(streams) + len(batch)
            streams = [stream for stream in streams if stream.advance()]
            if batch:
                self._answer_together(batch)
            self._running = len(streams)
            self._pace.count(time.monotonic() - began, started - len(streams))

    def _answer_together(self, batch: Sequence[AskedQuestion]) -> None:
        try:
            with record_trace() as spans:
                answers = Batch(batch).answer()
        except Exception as error:
            if len(batch) == 1:
                self._metrics.count_failure()
                batch[0].future.set_exception(error)
                return
            for one in batch:  # so that one bad question spoils no other
                self._answer_alone(one)
            return
        for one_span in spans:
            self._metrics.count_stage(one_span.name, one_span.seconds or 0.0)
        self._metrics.count_answers(answers)
        for one, answer in zip(batch, answers, strict=True):
            one.future.set_result(answer)

    def _answer_alone(self, one: AskedQuestion) -> None:
        try:
            answers = Batch([one]).answer()
        except Exception as error:
            self._metrics.count_failure()
            one.future.set_exception(error)
            return
        self._metrics.count_answers(answers)
        one.future.set_result(answers[0])

    def _next_batch(self, wait: bool = True, has_room: bool = True) -> list[AskedQuestion]:
        """Return the questions to answer next, which cannot be cancelled any more; none once the queue is closed.

        With `wait` False none where none waits, and without room for another stream one that is not streamed.
        """
        while True:
            with self._changed:
                while not self._waiting:
                    if not self._is_open or not wait:
                        return []
                    self._changed.wait()
                first = next((one for one in self._waiting if has_room or not one.on_draft), None)
                if first is None:
                    return []
                alike = [one for one in self._waiting if one.group == first.group][: self._batch]
                for one in alike:
                    self._waiting.remove(one)
            if running := [one for one in alike if one.future.set_running_or_notify_cancel()]:
                return running
