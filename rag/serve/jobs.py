"""Work that takes longer than a request: one thread does it, job by job, and tells how far it is."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.closing import Closing
from ingest.errors import OpenbookError
from rag.serve.log import log_error
from rag.serve.problems import Problem, problem_of

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]

MOST_WAITING = 500
RETRY_AFTER = 5
"""Seconds after which a client may try again when too many jobs wait."""

KEPT = 1000
"""Finished jobs that are remembered."""


@dataclass
class Job:
    """A piece of work: `steps` yields after each part that is done.

    `on_end` is called when it is done or was cancelled, and not when it has failed or the server ends before.
    """

    steps: Callable[[], Iterator[dict[str, Any]]]
    total: int
    store: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: JobState = "waiting"
    results: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    created: float = field(default_factory=time.time)
    is_cancelled: bool = False
    on_end: Callable[[], None] = lambda: None
    finished: threading.Event = field(default_factory=threading.Event)

    def view(self) -> dict[str, Any]:
        """Return the job as a client sees it."""
        return {
            "id": self.id, "store": self.store, "state": self.state, "done": len(self.results), "total": self.total,
            "results": list(self.results), "error": self.error or None,
        }  # fmt: skip


class Jobs(Closing):
    """Jobs in the order of their making, of which at most `MOST_WAITING` wait.

    A job that is cancelled stops before its next part: what is done stays.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise Problem 429 where too many jobs wait for another one."""
        with self._lock:
            waiting = sum(not one.finished.is_set() for one in self._jobs.values())
        if waiting >= MOST_WAITING:
            raise Problem(429, "queue-full", f"{waiting} uploads wait already: try again later", RETRY_AFTER)

    def __len__(self) -> int:
        with self._lock:
            return sum(not one.finished.is_set() for one in self._jobs.values())

    def start(self, job: Job) -> Job:
        """Put a job behind the others."""
        with self._lock:
            finished = [one.id for one in self._jobs.values() if one.finished.is_set()]
            for one in finished[: max(0, len(finished) - KEPT)]:
                del self._jobs[one]
            self._jobs[job.id] = job
        self._waiting.put(job)
        return job

    def get(self, identifier: str) -> Job:
        """Return a job. Raises Problem 404 for an unknown one."""
        job = self._jobs.get(identifier)
        if job is None:
            raise Problem(404, "no-job", "there is no such job; a server forgets its jobs when it ends")
        return job

    def close(self) -> None:
        """Stop after the part that is being done."""
        self._is_open = False
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None and self._is_open:
            self._run(job)
            if job.state in ("done", "cancelled"):
                job.on_end()
            if job.state != "waiting":
                job.finished.set()

    def _run(self, job: Job) -> None:
        job.state = "running"
        try:
            steps = job.steps()
            while not job.is_cancelled:
                if not self._is_open:
                    job.state = "waiting"  # for the next start
                    return
                result = next(steps, None)
                if result is None:
                    break
                job.results.append(result)
            job.state = "cancelled" if job.is_cancelled and len(job.results) < job.total else "done"
        except OpenbookError as error:
            job.state, job.error = "failed", problem_of(error).detail
        except Exception as error:
            job.state, job.error = "failed", "the server could not do this; its log says why"
            log_error(error, f"job {job.id}")
