"""The database files that this process holds open: nothing but SQLite may open and close these.

POSIX drops all of a process's locks on a file when the process closes any descriptor of it. SQLite's connections to
one file look out for each other, but not for a file that Python opens beside them: without its lock, another process
takes itself for the last one, removes the write-ahead log as it closes, and what this one writes from then on is lost
without an error. Source: "How To Corrupt An SQLite Database File", section 2.2, https://sqlite.org/howtocorrupt.html.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import defaultdict
from pathlib import Path
from weakref import WeakSet

opening = threading.Lock()
"""Held from the look at a file to the moment when its connection is known here."""


class HeldConnection(sqlite3.Connection):
    """A connection that this process is known to have until it is closed."""

    def close(self) -> None:
        """Close the connection, and let the file go."""
        super().close()
        for connections in _held.values():
            connections.discard(self)


_held: defaultdict[tuple[int, int], WeakSet[HeldConnection]] = defaultdict(WeakSet)


def hold(connection: HeldConnection, path: Path) -> None:
    """Note that a connection has a file open."""
    _held[_identity(path)].add(connection)


def is_held(path: Path) -> bool:
    """Tell whether this process has a connection to a file, by whatever path."""
    return bool(_held.get(_identity(path)))


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _forget() -> None:
    """A forked child has none of its parent's locks, and uses none of its connections."""
    global opening
    opening = threading.Lock()
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
