"""Parse several files at a time, each in a child process, and hand them out in their order."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from ingest.closing import Closing
from ingest.models.threads import usable_cores
from ingest.parsers.base import ParseSettings
from ingest.parsers.worker.isolated import ParseWorker

T = TypeVar("T")
R = TypeVar("R")

MAX_PROCESSES = 4  # a parser of office files takes 340 MB
AHEAD = 2  # files per process that are parsed before they are wanted
SLOW = 0.1  # seconds for a file; a second process starts more slowly than it parses quicker files


class ParsePool(Closing):
    """One `ParseWorker`, and as many as there are cores, at most four, once a file is slow to parse.

    Each worker starts with its first file.
    """

    def __init__(self, settings: ParseSettings | None = None, count: int | None = None) -> None:
        self._settings = settings or ParseSettings()
        self._count = count or min(usable_cores(), MAX_PROCESSES)
        self._first = ThreadPoolExecutor(1, thread_name_prefix="parse")
        self._others = (
            ThreadPoolExecutor(self._count - 1, thread_name_prefix="parse") if self._count > 1 else self._first
        )
        self._is_slow = False
        self._submitted = 0
        self._local = threading.local()
        self._workers: list[ParseWorker] = []

    def close(self) -> None:
        """End all workers; a file that is being parsed fails, and no other is begun."""
        for threads in (self._first, self._others):
            threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:  # wakes the threads that wait for a child
            worker.close()
        for threads in (self._first, self._others):
            threads.shutdown()
        for worker in self._workers:
            worker.close()

    def in_order(self, items: Iterable[T], read: Callable[[ParseWorker, T], R]) -> Iterator[tuple[T, Future[R]]]:
        """Yield each item with the future of `read(worker, item)`, which runs in one of the threads."""
        source = iter(items)
        waiting: deque[tuple[T, Future[R]]] = deque()
        while True:
            for item in islice(source, self._count * AHEAD - len(waiting)):
                # Each process has its turn, once there is more than one.
                self._submitted += 1
                threads = self._others if self._is_slow and self._submitted % self._count else self._first
                waiting.append((item, threads.submit(self._read, read, item)))
            if not waiting:
                return
            yield waiting.popleft()

    def _read(self, read: Callable[[ParseWorker, T], R], item: T) -> R:
        is_first = not hasattr(self._local, "worker")
        if is_first:
            self._local.worker = ParseWorker(self._settings)
            self._workers.append(self._local.worker)
        began = time.monotonic()
        try:
            return read(self._local.worker, item)
        finally:
            if not is_first:  # the first file also waits for its process to start
                self._is_slow = self._is_slow or time.monotonic() - began > SLOW
