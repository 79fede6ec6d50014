"""Connections for the threads that read a store at the same time."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

READERS = 4
"""Connections at most: few, since threads wait for Python's lock, and SQLite's, more than they read."""


class Readers:
    """Up to `READERS` connections, opened by `connect` when they are first needed, one for each thread that reads."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._opened: list[sqlite3.Connection] = []
        # The one that was returned last is taken first, so that no more are opened than are used at a time.
        self._free: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        for _ in range(READERS):
            self._free.put(None)

    @contextmanager
    def take(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to this thread, which waits where all are lent."""
        connection = self._free.get()
        try:
            if connection is None:
                connection = self._connect()
                self._opened.append(connection)
            yield connection
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Close the connections, once no thread reads with them."""
        places = [self._free.get() for _ in range(READERS)]
        while self._opened:
            self._opened.pop().close()
        for _ in places:
            self._free.put(None)
