"""Embed and write batches in a thread of its own, while others read the files of the next ones."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from ingest.embed import Embedder
from ingest.types import Chunk
from stores.base import Entry, Source, Store

if TYPE_CHECKING:
    from stores.base import Vectors

WAITING = 2  # batches that may lie ready: more would only take memory


@dataclass(frozen=True)
class Batch:
    """What one transaction writes: sources with their chunks, names of sources to delete, fingerprints of origins."""

    entries: Sequence[tuple[Source, Sequence[Chunk]]]
    delete: Sequence[str]
    origins: Mapping[str, str | None]


class Writer:
    """Writes batches in order, each as one transaction.

    `embedded` and `truncated` count texts that went to the embedder, and those of them that are longer than it reads;
    they are not looked at where `fits` says that none is.
    Leaving the `with` block waits for what was put; after an exception what was not begun is not written.
    """

    def __init__(self, store: Store, embedder: Embedder, fits: bool = False) -> None:
        self.embedded = 0
        self.truncated = 0
        self._store = store
        self._embedder = embedder
        self._fits = fits
        self._queue: queue.Queue[Batch | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._thread is None:
            return
        if error is not None:
            with suppress(queue.Empty):
                while True:
                    self._queue.get_nowait()
        self._queue.put(None)
        self._thread.join()
        if error is None:
            self._raise()

    def put(self, batch: Batch) -> None:
        """Have a batch written, waiting while too many are ready. Raises what went wrong with an earlier one."""
        self._raise()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="write")
            self._thread.start()
        self._queue.put(batch)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (batch := self._queue.get()) is not None:
            if self._error is not None:
                continue  # nothing may be written after what was not, but whoever puts must not wait for ever
            try:
                self._write(batch)
            except BaseException as error:
                self._error = error

    def _write(self, batch: Batch) -> None:
        vectors = self._vectors([chunk for _, chunks in batch.entries for chunk in chunks])
        put, low = [], 0
        for source, chunks in batch.entries:
            put.append(Entry(source, chunks, vectors[low : low + len(chunks)]))
            low += len(chunks)
        self._store.write(put=put, delete=batch.delete, origins=batch.origins)

    def _vectors(self, chunks: Sequence[Chunk]) -> Vectors:
        """Return the chunks' vectors: known texts from the store, equal texts once, the rest from the embedder."""
        import numpy as np

        texts = list(dict.fromkeys(chunk.embedding_text for chunk in chunks))
        vectors = self._store.vectors(texts)
        missing = [text for text in texts if text not in vectors]
        if missing:
            if not self._fits:
                counts = [len(offsets) for offsets in self._embedder.tokens.offsets(missing)]
                self.truncated += sum(count > self._embedder.tokens.window for count in counts)
            embedded = np.asarray(self._embedder.embed_documents(missing), dtype=np.float32)
            vectors.update(zip(missing, embedded, strict=True))
            self.embedded += len(missing)
        if not chunks:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        return np.stack([vectors[chunk.embedding_text] for chunk in chunks])
