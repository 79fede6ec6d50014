"""Make the clustered index of a local store from its rows, and bring an older one in step with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from stores.local import tables
from stores.local.clusters import GROWTH, ClusteredIndex, queries_from, sample_size
from stores.local.openmp import safe_threads
from stores.scoring import units

if TYPE_CHECKING:
    from stores.base import Vectors
    from stores.local.clusters import Keys

PAGE = 10_000  # vectors in memory at a time


def clustered(connection: sqlite3.Connection, dimension: int, older: ClusteredIndex | None) -> ClusteredIndex:
    """Return an index of all rows: the older one brought in step, or a new one where it has been outgrown."""
    with safe_threads():
        return _clustered(connection, dimension, older)


def _clustered(connection: sqlite3.Connection, dimension: int, older: ClusteredIndex | None) -> ClusteredIndex:
    keys = tables.keys(connection)
    if older is not None and len(keys) <= GROWTH * older.layout.made_for:
        older.remove(np.setdiff1d(older.keys, keys))
        for page in pages(connection, dimension, after=older.layout.last):
            older.add(*page)
        return older
    chosen = np.sort(np.random.default_rng(0).choice(keys, sample_size(len(keys)), replace=False))
    sample = np.concatenate([units(tables.vectors_of(connection, part, dimension)) for part in _parts(chosen)])
    index = ClusteredIndex.train(sample, len(keys))
    queries = queries_from(np.random.default_rng(1).permutation(sample))
    del sample
    for page in pages(connection, dimension):
        index.add(*page)
    index.tune(queries, pages(connection, dimension, until=index.layout.last))
    return index


def pages(
    connection: sqlite3.Connection, dimension: int, after: int = -1, until: int | None = None
) -> Iterator[tuple[Keys, Vectors]]:
    """Yield the keys above one, and up to another, in order, and their vectors scaled to length 1.

    Each page is read by itself: a reader that stays would keep the write-ahead log from being folded in. What others
    write meanwhile has greater keys.
    """
    most = np.iinfo(np.int64).max if until is None else until
    sql = "SELECT key, vector FROM vectors WHERE key > ? AND key <= ? ORDER BY key LIMIT ?"
    while page := connection.execute(sql, [after, int(most), PAGE]).fetchall():
        after = page[-1][0]
        keys = np.array([key for key, _ in page], dtype=np.int64)
        yield keys, units(tables.stacked([vector for _, vector in page], dimension))


def _parts(keys: Keys) -> Iterator[Keys]:
    for low in range(0, len(keys), PAGE):
        yield keys[low : low + PAGE]
