"""Build the clustered index of a local store from its rows, or bring an older one up to date."""

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


def build_clusters(connection: sqlite3.Connection, dimension: int, older: ClusteredIndex | None) -> ClusteredIndex:
    """Return an index of all rows: the older one brought up to date, or a new one where the rows have outgrown it."""
    with safe_threads():
        keys = tables.read_keys(connection)
        # Bring the older clusters up to date, unless the rows have outgrown them.
        if older is not None and len(keys) <= GROWTH * older.layout.made_for:
            older.remove(np.setdiff1d(older.keys, keys))
            for page in read_pages(connection, dimension, after=older.layout.last):
                older.add(*page)
            return older
        # Cluster a sample, read page by page.
        chosen = np.sort(np.random.default_rng(0).choice(keys, sample_size(len(keys)), replace=False))
        parts = [chosen[low : low + PAGE] for low in range(0, len(chosen), PAGE)]
        sample = np.concatenate([units(tables.read_vectors(connection, part, dimension)) for part in parts])
        index = ClusteredIndex.train(sample, len(keys))
        queries = queries_from(np.random.default_rng(1).permutation(sample))
        del sample
        # Add all rows, and measure how many clusters a search needs.
        for page in read_pages(connection, dimension):
            index.add(*page)
        index.tune(queries, read_pages(connection, dimension, until=index.layout.last))
        return index


def read_pages(
    connection: sqlite3.Connection, dimension: int, after: int = -1, until: int | None = None
) -> Iterator[tuple[Keys, Vectors]]:
    """Yield the keys above `after`, and up to `until`, in order, with their vectors scaled to length 1.

    Each page is a separate transaction: a longer one would keep the write-ahead log from being folded in. Rows that
    others add meanwhile have greater keys.
    """
    limit = np.iinfo(np.int64).max if until is None else until
    sql = "SELECT key, vector FROM vectors WHERE key > ? AND key <= ? ORDER BY key LIMIT ?"
    while page := connection.execute(sql, [after, int(limit), PAGE]).fetchall():
        after = page[-1][0]
        keys = np.array([key for key, _ in page], dtype=np.int64)
        yield keys, units(tables.stack([vector for _, vector in page], dimension))
