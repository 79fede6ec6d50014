"""Several files parsed at a time, each in a process of its own, and handed out in the order that they were given in."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import TypeVar

from ingest.models.threads import usable_cores
from ingest.parsers.base import ParseSettings
from ingest.parsers.worker.isolated import ParseWorker

T = TypeVar("T")
R = TypeVar("R")

MOST = 4  # processes: a parser of office files takes 340 MB
AHEAD = 2  # files a process that may be read before they are wanted
SLOW = 0.1  # seconds for a file: where none takes as long, a second process takes more time to start than it saves


class ParsePool:
    """One `ParseWorker`, and as many as there are cores, at most four, from the first file on that takes its time.

    Each starts with its first file.
    """

    def __init__(self, settings: ParseSettings | None = None, count: int | None = None) -> None:
        self._settings = settings or ParseSettings()
        self._count = count or min(usable_cores(), MOST)
        self._one = ThreadPoolExecutor(1, thread_name_prefix="parse")
        self._others = ThreadPoolExecutor(self._count - 1, thread_name_prefix="parse") if self._count > 1 else self._one
        self._slow = False
        self._given = 0
        self._own = threading.local()
        self._workers: list[ParseWorker] = []

    def __enter__(self) -> ParsePool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for threads in (self._one, self._others):
            threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:  # a thread that waits for its process is told that it ended
            worker.close()
        for threads in (self._one, self._others):
            threads.shutdown()
        for worker in self._workers:
            worker.close()

    def in_order(self, items: Iterable[T], read: Callable[[ParseWorker, T], R]) -> Iterator[tuple[T, Future[R]]]:
        """Yield each item with what `read` makes of it in one of the threads, given a worker to parse with."""
        source = iter(items)
        waiting: deque[tuple[T, Future[R]]] = deque()
        while True:
            for item in islice(source, self._count * AHEAD - len(waiting)):
                waiting.append((item, self._next().submit(self._call, read, item)))
            if not waiting:
                return
            yield waiting.popleft()

    def _next(self) -> ThreadPoolExecutor:
        """Return who takes the next file: each process its turn, where there is more than one."""
        self._given += 1
        return self._others if self._slow and self._given % self._count else self._one

    def _call(self, read: Callable[[ParseWorker, T], R], item: T) -> R:
        is_first = not hasattr(self._own, "worker")
        if is_first:
            self._own.worker = ParseWorker(self._settings)
            self._workers.append(self._own.worker)
        began = time.monotonic()
        try:
            return read(self._own.worker, item)
        finally:
            if not is_first:  # the first file also waits for the process to start
                self._slow = self._slow or time.monotonic() - began > SLOW
