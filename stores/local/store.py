"""The default store: a folder in which SQLite holds everything, and FAISS a copy of the vectors to search in.

SQLite is the truth, and the FAISS index is derived from its rows. Before a search the index takes in everything that
has been committed since. Its file is saved now and then, so that opening need not read all vectors again; a file that
is missing, torn, or not the one that the database records is ignored and built anew. Few chunks are all scored; many
are searched by clusters, which are built in a background thread while others write.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.closing import Closing
from ingest.errors import StoreBusy, StoreError
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from stores import scoring
from stores.base import Entry, Hit, Source, SourceInfo
from stores.filters.filter import Filter
from stores.filters.sql import SQLITE, to_sql
from stores.local import database, tables
from stores.local.build_clusters import build_clusters
from stores.local.database import SavedIndex
from stores.local.faiss_files import IndexFiles
from stores.local.faiss_index import VectorIndex
from stores.local.fulltext import match_query

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from stores.base import Vectors

_LOG = logging.getLogger(f"openbook.{__name__}")

DATABASE = "store.sqlite"
MARGIN = 16  # candidates beyond k, so that ties at the boundary can be ordered
SLACK = 1e-5  # more than float32 can differ from the exact score
MANY = 30_000  # chunks from which on search uses clusters; exact search takes 3 ms there
CROWD = 300_000  # chunks too many to keep all vectors in memory when the file is lost, though clusters take a minute
PAGE = 1_000  # rows read at a time

_inherited: list[sqlite3.Connection] = []  # a forked child must neither use nor close its parent's connections


class LocalStore(Closing):
    """A `Store` in a folder. Many processes may read it while one writes; writers wait for each other.

    From 30,000 chunks on, `search` finds about .99 of the nearest, or all of them where a filter allows few.

    `timeout` is the number of seconds to wait for another process's write. One object may be used from several threads,
    and in a forked child. Raises StoreError, and changes nothing, when the folder holds no store that can be opened.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, create: bool = True, timeout: float = 60.0, read_only: bool = False
    ) -> None:
        self.path = Path(path)
        self._files = IndexFiles(self.path)
        self._timeout = timeout
        self._read_only = read_only
        self._connection: sqlite3.Connection | None = None
        self._index: VectorIndex | None = None
        self._open(create)

    @property
    def manifest(self) -> Mapping[str, str]:
        """See `Store.manifest`."""
        with self._reading() as connection:
            return tables.read_manifest(connection)

    @property
    def fingerprint(self) -> str:
        """See `Store.fingerprint`."""
        sources = [(info.source.source, info.source.fingerprint) for info in self.sources()]
        return fingerprint(self.manifest, sources)

    def bind(self, manifest: Mapping[str, str]) -> None:
        """See `Store.bind`. A bind that changes nothing writes nothing, so that readers may check with it."""
        # Compare outside of a transaction, so that a store opened read-only may be bound, too.
        old = self.manifest
        if scoring.merge_manifest(old, manifest) == old:
            return
        with self._writing() as connection:
            new = scoring.merge_manifest(tables.read_manifest(connection), manifest)
            connection.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?)", new.items())

    def write(
        self,
        put: Sequence[Entry] = (),
        delete: Collection[str] = (),
        origins: Mapping[str, str | None] | None = None,
    ) -> None:
        """See `Store.write`."""
        # Check everything before the lock is taken.
        entries = scoring.check_entries(put, origins or {}, self.manifest)
        with self._writing() as connection:
            # Deletions come first, so that a source both deleted and put is put.
            changes = sum(tables.remove(connection, source) for source in delete)
            for entry in entries:
                changes += tables.remove(connection, entry.source.source)
                changes += tables.add(connection, entry)
            for origin, state in (origins or {}).items():
                connection.execute("DELETE FROM origins WHERE origin = ?", [origin])
                if state is not None:
                    connection.execute("INSERT INTO origins VALUES (?, ?)", [origin, state])
            # Other processes see by the generation that their index is out of date.
            connection.execute("UPDATE state SET value = value + 1 WHERE name = 'generation'")
            connection.execute("UPDATE state SET value = value + ? WHERE name = 'changes'", [changes])
        self._save_index(when=_far_behind, in_background=True)

    def search(self, vector: ArrayLike, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """See `Store.search`."""
        scoring.check_k(k)
        with self._reading() as connection:
            dimension = scoring.dimension_of(tables.read_manifest(connection))
            query = scoring.query_vector(vector, dimension)
            if dimension is None:
                return []
            if not query.any():  # all score 0: no need to score them all
                condition, parameters = ("1", []) if where is None else to_sql(where, SQLITE)
                return [Hit(chunk, 0.0) for chunk in tables.read_chunks(connection, condition, parameters, k)]
            index = self._synced(connection, dimension)
            # Filters are applied before the search, never to its hits.
            allowed = None if where is None else tables.read_allowed_keys(connection, where)
            stored = partial(tables.read_vectors, connection, dimension=dimension)
            count = k + MARGIN
            while True:
                # FAISS ranks by float32; the exact scores of its candidates decide.
                near = index.nearest(query, count, allowed, stored)
                chunks, vectors = tables.read_chunks_with_vectors(connection, near.keys, dimension)
                hits = scoring.top_hits(zip(chunks, scoring.cosines(vectors, query), strict=True), k)
                if len(near.keys) < count or near.scores[-1] < hits[-1].score - SLACK:
                    return hits
                count *= 4  # more chunks tie with the last hit than there are candidates

    def search_text(self, text: str, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """See `Store.search_text`."""
        scoring.check_k(k)
        sql = "SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ?"
        parameters: list[object] = [match_query(text)]
        if where is not None:
            condition, bound = to_sql(where, SQLITE)
            sql += f" AND +rowid IN (SELECT key FROM chunks WHERE {condition})"
            parameters += bound
        with self._reading() as connection:
            count = k + MARGIN
            while True:
                rows = connection.execute(f"{sql} ORDER BY score DESC LIMIT ?", [*parameters, count]).fetchall()
                scores: dict[int, float] = dict(rows)
                chunks = tables.read_chunks_by_key(connection, scores)
                hits = scoring.top_hits(((chunk, scores[key]) for key, chunk in chunks), k)
                if len(rows) < count or rows[-1][1] < hits[-1].score:
                    return hits
                count *= 4

    def vectors(self, texts: Collection[str]) -> dict[str, Vectors]:
        """See `Store.vectors`."""
        # Equal texts have equal vectors, so the oldest chunk of each is enough.
        hashes = {tables.passage_hash(text): text for text in texts}
        sql = (
            "SELECT passage, vector FROM vectors JOIN (SELECT passage, min(key) AS key FROM chunks"
            " WHERE passage IN (SELECT value FROM json_each(?)) GROUP BY passage) USING (key)"
        )
        with self._reading() as connection:
            rows = connection.execute(sql, [json.dumps(list(hashes))]).fetchall()
        return {hashes[passage]: np.frombuffer(vector, dtype=np.float32) for passage, vector in rows}

    def sources(self) -> list[SourceInfo]:
        """See `Store.sources`."""
        sql = (
            "SELECT source, origin, fingerprint, metadata,"
            " (SELECT count(*) FROM chunks WHERE chunks.source = sources.source) FROM sources ORDER BY source"
        )
        with self._reading() as connection:
            return [
                SourceInfo(Source(source, origin, fingerprint, json.loads(metadata)), count)
                for source, origin, fingerprint, metadata, count in connection.execute(sql)
            ]

    def origins(self) -> dict[str, str]:
        """See `Store.origins`."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT origin, fingerprint FROM origins"))

    def chunks(self, source: str | None = None) -> Iterator[Chunk]:
        """See `Store.chunks`. Each source comes whole, as it was at one moment."""
        if source is not None:
            yield from self._chunks("source = ?", source)
            return
        # Read page by page, without a transaction that would stay open between them.
        page = self._chunks("source >= ?", "", limit=PAGE)
        while page:
            last = page[-1].source
            if len(page) == PAGE:  # the last source may go on beyond this page
                page = [chunk for chunk in page if chunk.source != last] or self._chunks("source = ?", last)
            yield from page
            page = self._chunks("source > ?", page[-1].source if page else last, limit=PAGE)

    def _chunks(self, condition: str, source: str, limit: int = -1) -> list[Chunk]:
        with self._reading() as connection:
            return tables.read_chunks(connection, condition, [source], limit)

    def get(self, ids: Sequence[str]) -> list[Chunk]:
        """See `Store.get`."""
        with self._reading() as connection:
            chunks = tables.read_chunks(connection, "id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))])
        by_id = {chunk.id: chunk for chunk in chunks}
        return [by_id[chunk_id] for chunk_id in ids if chunk_id in by_id]

    def count(self, where: Filter | None = None) -> int:
        """See `Store.count`."""
        with self._reading() as connection:
            return (
                tables.count_chunks(connection) if where is None else len(tables.read_allowed_keys(connection, where))
            )

    def fields(self) -> list[str]:
        """See `Store.fields`."""
        with self._reading() as connection:
            return tables.read_field_names(connection)

    def __len__(self) -> int:
        return self.count()

    def compact(self) -> None:
        """See `Store.compact`. Needs as much free disk space as the store takes."""
        with self._writing() as connection:
            connection.execute("INSERT INTO words(words) VALUES ('optimize')")
        with self._connected() as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._save_index()

    def verify(self) -> list[str]:
        """Return the problems of the files, a line each; [] when there are none. Reads everything."""
        problems: list[str] = []
        try:
            with self._reading() as connection:
                problems += database.find_problems(connection)
                problems += self._index_problems(connection)
            if not self._read_only:  # the check of FTS5 is an insertion
                with self._writing() as connection:
                    connection.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")
        except StoreBusy:
            raise
        except StoreError as error:
            problems.append(str(error))
        return problems

    def _index_problems(self, connection: sqlite3.Connection) -> list[str]:
        dimension, state = scoring.dimension_of(tables.read_manifest(connection)), database.read_state(connection)
        if dimension is None:
            return []
        sql = "SELECT count(*) FROM vectors WHERE length(vector) <> ?"
        if wrong := connection.execute(sql, [4 * dimension]).fetchone()[0]:
            return [f"{wrong} vectors of another dimension than {dimension}"]
        problems = []
        if state.index.checksum and not self._files.are_whole(state.index, dimension):
            name = self._files.path(state.index).name
            problems.append(f"{name} is missing, or not the file that was saved: each opening builds it anew in memory")
        keys = np.sort(self._synced(connection, dimension).keys)
        if not np.array_equal(keys, np.sort(tables.read_keys(connection))):
            problems.append("the FAISS index does not agree with the chunks")
        return problems

    def repair(self) -> None:
        """Rebuild everything derived from the rows: SQLite's indexes, the full-text index, the FAISS file."""
        with self._writing() as connection:
            connection.execute("REINDEX")
            connection.execute("INSERT INTO words(words) VALUES ('rebuild')")
            database.record_index(connection, SavedIndex())
        self._index = None
        self._save_index()

    def close(self) -> None:
        """See `Store.close`."""
        if self._connection is None:
            return
        if os.getpid() == self._pid:
            # The thread that builds clusters ends before the connection does.
            if self._builder is not None:
                self._builder.join()
            with suppress(StoreError, OSError, RuntimeError):  # the file only saves time at the next opening
                self._save_index(when=_behind, timeout=0)
            with self._lock:
                self._connection.close()
        self._connection = None
        self._index = None

    # --- the connection: one for all threads, another in a forked child ----------------------------------------------

    def _open(self, create: bool) -> None:
        self._connection = database.connect(
            self.path / DATABASE, create=create, timeout=self._timeout, read_only=self._read_only
        )
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._clustering = threading.Lock()
        self._builder: threading.Thread | None = None
        self._index = None
        self._index_lost = False

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # A forked child opens the database anew: SQLite forbids the use of its parent's connection.
        if self._connection is not None and os.getpid() != self._pid:
            _inherited.append(self._connection)
            self._open(create=False)
        with self._lock, database.our_errors(self.path / DATABASE):
            if self._connection is None:
                raise StoreError(f"{self.path}: the store is closed")
            yield self._connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            # Leaving by an exception rolls everything back.
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._transaction("BEGIN")  # everything read within is of one moment

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        if self._read_only:
            raise StoreError(f"{self.path}: the store was opened read-only")
        return self._transaction("BEGIN IMMEDIATE")

    # --- the FAISS index ---------------------------------------------------------------------------------------------

    def _synced(self, connection: sqlite3.Connection, dimension: int) -> VectorIndex:
        """Return the index after taking in everything committed since it was last used."""
        state = database.read_state(connection)
        if self._index is None:
            self._index = self._files.load(state.index, dimension)
            self._index_lost = self._index is None
        if self._index is None:
            crowded = tables.count_chunks(connection) >= CROWD
            self._index = VectorIndex(dimension, build_clusters(connection, dimension, None) if crowded else None)
        if self._index.generation != state.generation:
            _catch_up(self._index, connection, dimension)
            self._index.generation = state.generation
        return self._index

    def _save_index(
        self,
        when: Callable[[int, int], bool] | None = None,
        timeout: float | None = None,
        in_background: bool = False,
    ) -> None:
        """Save the index; `when` decides, given the number of changes that the file lacks and that of all chunks."""
        with self._reading() as connection:
            state, chunks = database.read_state(connection), tables.count_chunks(connection)
            dimension = scoring.dimension_of(tables.read_manifest(connection))
        # A file that is missing or torn lacks every change.
        lacking = state.changes - (0 if self._index_lost else state.index_changes)
        if dimension is None or self._read_only or (when is not None and not when(lacking, chunks)):
            return
        # Few chunks are saved at once, many by clusters, which take a while to build.
        if chunks < MANY:
            self._save_exact(dimension, timeout)
        elif not in_background:
            self._save_clusters(dimension, timeout)
        elif self._builder is None or not self._builder.is_alive():
            self._builder = threading.Thread(target=self._build_clusters, args=(dimension,), name="openbook index")
            self._builder.start()

    def _build_clusters(self, dimension: int) -> None:
        try:
            self._save_clusters(dimension, None)
        except (StoreError, OSError, RuntimeError) as error:  # the file only saves time, and closing tries again
            _LOG.warning("the index could not be saved: %s", error)

    def _save_exact(self, dimension: int, timeout: float | None) -> None:
        with self._waiting(timeout), self._writing() as connection:
            index = self._synced(connection, dimension)
            if index.is_clustered:  # after deletions, few enough to be searched exactly again
                self._index = index = VectorIndex(dimension)
                _catch_up(index, connection, dimension)
                index.generation = database.read_state(connection).generation
            saved = self._files.save(index)  # a kill before COMMIT leaves a file that the database does not record
            state = database.read_state(connection)
            database.record_index(connection, saved, state.changes)
            self._files.remove_all_but(saved, state.index)
        self._index_lost = False

    def _save_clusters(self, dimension: int, timeout: float | None) -> None:
        """Bring the clusters up to date and save them, while others search and write."""
        with self._clustering:
            reader = database.connect(self.path / DATABASE, create=False, timeout=self._timeout, read_only=True)
            with closing(reader), database.our_errors(self.path / DATABASE):
                before = database.read_state(reader)
                older = self._files.load_clusters(before.index, dimension, mapped=False)
                index = build_clusters(reader, dimension, older)
            new, saved = self._files.write(index)
            del older, index  # they may take gigabytes
            with self._waiting(timeout), self._writing() as connection:
                current = database.read_state(connection).index  # kept for readers, and for a kill before COMMIT
                new.replace(self._files.path(saved))
                database.record_index(connection, saved, before.changes)
                self._files.remove_all_but(saved, current)
                self._index, self._index_lost = None, False

    @contextmanager
    def _waiting(self, timeout: float | None) -> Iterator[None]:
        """Wait this many seconds for other processes, instead of the timeout that the store was opened with."""
        with self._connected() as connection:
            try:
                connection.execute(
                    f"PRAGMA busy_timeout = {round(1000 * (self._timeout if timeout is None else timeout))}"
                )
                yield
            finally:
                connection.execute(f"PRAGMA busy_timeout = {round(1000 * self._timeout)}")


def _far_behind(lacking: int, chunks: int) -> bool:
    """Tell whether to save while writing: seldom enough to stay a small part of the work."""
    return lacking > max(10_000, chunks // 4)


def _behind(lacking: int, chunks: int) -> bool:
    """Tell whether to save when closing: the next opening takes in fewer changes at no cost."""
    return lacking > min(chunks // 20, 10_000)


def _catch_up(index: VectorIndex, connection: sqlite3.Connection, dimension: int) -> None:
    rows = connection.execute("SELECT key, vector FROM vectors WHERE key > ? ORDER BY key", [index.last])
    while page := rows.fetchmany(PAGE):
        keys = np.array([key for key, _ in page], dtype=np.int64)
        index.add(keys, tables.stack([vector for _, vector in page], dimension))
    if len(index) != tables.count_chunks(connection):
        index.remove(np.setdiff1d(index.keys, tables.read_keys(connection)))
