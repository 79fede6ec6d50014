"""The chunks that were read last, kept as objects: making them from rows takes most of the time of a search."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection

from ingest.types import Chunk
from stores.local import tables

SIZE = 8_192
"""Chunks that are kept, in some 20 MB."""


class ChunkCache:
    """Chunks by their keys. None is ever out of date: a row is never changed, and a key never used again."""

    def __init__(self) -> None:
        self._chunks: dict[int, Chunk] = {}
        self._lock = threading.Lock()

    def read(self, connection: sqlite3.Connection, keys: Collection[int]) -> dict[int, Chunk]:
        """Return the chunks of these keys, which exist, reading those that are not kept."""
        kept = {key: chunk for key in keys if (chunk := self._chunks.get(key)) is not None}
        if len(kept) == len(keys):
            return kept
        read = dict(tables.read_chunks_by_key(connection, set(keys) - set(kept)))
        with self._lock:
            self._chunks |= read
            # Drop the oldest: a dict is in the order of insertion.
            for key in list(self._chunks)[:-SIZE]:
                del self._chunks[key]
        return kept | read
