"""Several files parsed at a time, each in a process of its own, and handed out in the order that they were given in."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import TypeVar

from ingest.parse.base import ParseSettings
from ingest.parse.isolated import ParseWorker

T = TypeVar("T")
R = TypeVar("R")

MOST = 4  # processes: a parser of office files takes 340 MB
AHEAD = 2  # files a process that may be read before they are wanted


class ParsePool:
    """As many `ParseWorker`s as there are cores, at most four; each starts with its first file."""

    def __init__(self, settings: ParseSettings | None = None, count: int | None = None) -> None:
        self._settings = settings or ParseSettings()
        self._count = count or min(os.cpu_count() or 1, MOST)
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="parse")
        self._own = threading.local()
        self._workers: list[ParseWorker] = []

    def __enter__(self) -> ParsePool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:  # a thread that waits for its process is told that it ended
            worker.close()
        self._threads.shutdown()
        for worker in self._workers:
            worker.close()

    def in_order(self, items: Iterable[T], read: Callable[[ParseWorker, T], R]) -> Iterator[tuple[T, Future[R]]]:
        """Yield each item with what `read` makes of it in one of the threads, given a worker to parse with."""
        source = iter(items)
        waiting: deque[tuple[T, Future[R]]] = deque()
        while True:
            for item in islice(source, self._count * AHEAD - len(waiting)):
                waiting.append((item, self._threads.submit(self._call, read, item)))
            if not waiting:
                return
            yield waiting.popleft()

    def _call(self, read: Callable[[ParseWorker, T], R], item: T) -> R:
        if not hasattr(self._own, "worker"):
            self._own.worker = ParseWorker(self._settings)
            self._workers.append(self._own.worker)
        return read(self._own.worker, item)
