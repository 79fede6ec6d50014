"""Work that takes longer than a request: one thread does it, job by job, and tells how far it is."""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.closing import Closing
from ingest.errors import OpenbookError
from rag.serve.problems import Problem, problem_of

logger = logging.getLogger("openbook.serve")

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]

KEPT = 1000
"""Finished jobs that are remembered."""


@dataclass
class Job:
    """A piece of work: `steps` yields after each part that is done, and returns the result."""

    steps: Callable[[], Iterator[dict[str, Any]]]
    total: int
    store: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: JobState = "waiting"
    results: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    created: float = field(default_factory=time.time)
    is_cancelled: bool = False
    finished: threading.Event = field(default_factory=threading.Event)

    def view(self) -> dict[str, Any]:
        """Return the job as a client sees it."""
        return {
            "id": self.id, "store": self.store, "state": self.state, "done": len(self.results), "total": self.total,
            "results": list(self.results), "error": self.error or None,
        }  # fmt: skip


class Jobs(Closing):
    """Jobs in the order of their making. A job that is cancelled stops before its next part: what is done stays."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

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
        for job in list(self._jobs.values()):
            job.is_cancelled = True
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            self._run(job)
            job.finished.set()

    @staticmethod
    def _run(job: Job) -> None:
        job.state = "running"
        try:
            steps = job.steps()
            while not job.is_cancelled:
                result = next(steps, None)
                if result is None:
                    break
                job.results.append(result)
            job.state = "cancelled" if job.is_cancelled and len(job.results) < job.total else "done"
        except OpenbookError as error:
            job.state, job.error = "failed", problem_of(error).detail
        except Exception:
            job.state, job.error = "failed", "the server could not do this; its log says why"
            logger.exception("job %s", job.id)
