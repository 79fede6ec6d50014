"""A store in memory with exact search: for tests, small sets, and as the reference for other stores."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ingest.closing import Closing
from ingest.errors import StoreError
from ingest.fingerprint import fingerprint
from ingest.types import Chunk
from stores import scoring
from stores.base import Entry, Hit, Source, SourceInfo
from stores.filters.filter import Filter, matches
from stores.local.fulltext import create_words, match_query

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from stores.base import Vectors


class MemoryStore(Closing):
    """A `Store` without files. Full-text search uses FTS5 in memory: the same words and scores as a `LocalStore`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._manifest: dict[str, str] = {}
        self._sources: dict[str, Source] = {}
        self._origins: dict[str, str] = {}
        self._chunks: dict[int, Chunk] = {}  # by key, in the order written
        self._vectors: dict[int, Vectors] = {}
        self._last_key = 0
        self._words: sqlite3.Connection | None = sqlite3.connect(
            ":memory:", check_same_thread=False, isolation_level=None
        )
        self._words.execute(create_words(content=""))

    @property
    def manifest(self) -> Mapping[str, str]:
        """See `Store.manifest`."""
        return dict(self._manifest)

    @property
    def fingerprint(self) -> str:
        """See `Store.fingerprint`."""
        sources = [(info.source.source, info.source.fingerprint) for info in self.sources()]
        return fingerprint(self._manifest, sources)

    def bind(self, manifest: Mapping[str, str]) -> None:
        """See `Store.bind`."""
        with self._lock:
            self._index()
            self._manifest = scoring.merge_manifest(self._manifest, manifest)

    def write(
        self,
        put: Sequence[Entry] = (),
        delete: Collection[str] = (),
        origins: Mapping[str, str | None] | None = None,
    ) -> None:
        """See `Store.write`."""
        with self._lock:
            index = self._index()
            # Check everything before anything changes: a write takes effect whole, or not at all.
            entries = scoring.check_entries(put, origins or {}, self._manifest)  # before anything changes
            # Deletions come first, so that a source both deleted and put is put.
            for source in delete:
                self._remove(index, source)
            for entry in entries:
                self._remove(index, entry.source.source)
                self._sources[entry.source.source] = entry.source
                for chunk, vector in zip(entry.chunks, entry.vectors, strict=True):
                    self._last_key += 1
                    self._chunks[self._last_key] = chunk
                    self._vectors[self._last_key] = vector
                    # The full-text index keeps no copy of the text.
                    row = (self._last_key, " ".join(chunk.heading), chunk.text)
                    index.execute("INSERT INTO words(rowid, heading, text) VALUES (?, ?, ?)", row)
            for origin, state in (origins or {}).items():
                self._origins.pop(origin, None)
                if state is not None:
                    self._origins[origin] = state

    def search(self, vector: ArrayLike, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """See `Store.search`."""
        with self._lock:
            self._index()
            scoring.check_k(k)
            query = scoring.query_vector(vector, scoring.dimension_of(self._manifest))
            allowed = {key: chunk for key, chunk in self._chunks.items() if where is None or matches(where, chunk)}
            if not allowed:
                return []
            scores = scoring.cosines(np.stack([self._vectors[key] for key in allowed]), query)
            return scoring.top_hits(zip(allowed.values(), scores, strict=True), k)

    def search_text(self, text: str, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """See `Store.search_text`."""
        with self._lock:
            index = self._index()
            scoring.check_k(k)
            # FTS5 scores are negative, the best the lowest.
            sql = "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?"
            scored = [(self._chunks[key], score) for key, score in index.execute(sql, [match_query(text)])]
            return scoring.top_hits((pair for pair in scored if where is None or matches(where, pair[0])), k)

    def vectors(self, texts: Collection[str]) -> dict[str, Vectors]:
        """See `Store.vectors`."""
        wanted = set(texts)
        with self._lock:
            self._index()
            vectors: dict[str, Vectors] = {}
            for key, chunk in self._chunks.items():
                if (text := chunk.embedding_text) in wanted:
                    vectors.setdefault(text, self._vectors[key].copy())
            return vectors

    def sources(self) -> list[SourceInfo]:
        """See `Store.sources`."""
        with self._lock:
            self._index()
            # Sources without chunks are listed, too.
            counts = dict.fromkeys(sorted(self._sources), 0)
            for chunk in self._chunks.values():
                counts[chunk.source] += 1
            return [SourceInfo(self._sources[source], count) for source, count in counts.items()]

    def origins(self) -> dict[str, str]:
        """See `Store.origins`."""
        with self._lock:
            self._index()
            return dict(self._origins)

    def chunks(self, source: str | None = None) -> Iterator[Chunk]:
        """See `Store.chunks`."""
        with self._lock:
            self._index()
            chunks = [chunk for chunk in self._chunks.values() if source in (None, chunk.source)]
        yield from sorted(chunks, key=lambda chunk: (chunk.source, chunk.start, chunk.id))

    def get(self, ids: Sequence[str]) -> list[Chunk]:
        """See `Store.get`."""
        with self._lock:
            self._index()
            by_id = {chunk.id: chunk for chunk in self._chunks.values()}
            return [by_id[chunk_id] for chunk_id in ids if chunk_id in by_id]

    def count(self, where: Filter | None = None) -> int:
        """See `Store.count`."""
        with self._lock:
            self._index()
            return sum(where is None or matches(where, chunk) for chunk in self._chunks.values())

    def fields(self) -> list[str]:
        """See `Store.fields`."""
        with self._lock:
            self._index()
            return sorted({name for chunk in self._chunks.values() for name in chunk.metadata})

    def __len__(self) -> int:
        return self.count()

    def compact(self) -> None:
        """See `Store.compact`."""
        with self._lock:
            self._index().execute("INSERT INTO words(words) VALUES ('optimize')")

    def close(self) -> None:
        """See `Store.close`. Everything is lost."""
        with self._lock:
            if self._words is not None:
                self._words.close()
            self._words = None

    def _index(self) -> sqlite3.Connection:
        """Return the full-text index. Raises StoreError once the store is closed."""
        if self._words is None:
            raise StoreError("the store is closed")
        return self._words

    def _remove(self, index: sqlite3.Connection, source: str) -> None:
        self._sources.pop(source, None)
        for key in [key for key, chunk in self._chunks.items() if chunk.source == source]:
            # The full-text index needs the text again to remove it.
            chunk = self._chunks.pop(key)
            del self._vectors[key]
            row = (key, " ".join(chunk.heading), chunk.text)
            index.execute("INSERT INTO words(words, rowid, heading, text) VALUES ('delete', ?, ?, ?)", row)
