"""Embed batches and write them: one is written while the next is embedded and the files after it are parsed."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from ingest.embed import Embedder
from ingest.types import Chunk
from stores.base import Entry, Source, Store

if TYPE_CHECKING:
    from stores.base import Vectors

MAX_WAITING = 2  # batches that lie ready: more would only take memory


@dataclass(frozen=True)
class Batch:
    """The content of one transaction: sources with their chunks, sources to delete, and fingerprints of origins."""

    entries: Sequence[tuple[Source, Sequence[Chunk]]]
    delete: Sequence[str]
    origins: Mapping[str, str | None]


@dataclass(frozen=True)
class EmbeddedBatch:
    """A batch with the vectors of its texts."""

    batch: Batch
    vectors: Mapping[str, Vectors]


class Writer:
    """The one committer of an index: writes batches in order, each in one transaction.

    `embed` turns texts into vectors, by default with the embedder. `embedded` counts texts that were embedded, and
    `truncated` those of them that are longer than the embedder reads; `fits` tells that none is, so that they are not
    counted. Leaving the `with` block waits for all batches; after an exception, those that were not begun are dropped.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        *,
        fits: bool = False,
        embed: Callable[[list[str]], Vectors] | None = None,
    ) -> None:
        self.embedded = 0
        self.truncated = 0
        self._store = store
        self._embedder = embedder
        self._embed_texts = embed or embedder.embed_documents
        self._fits = fits
        self._queue: queue.Queue[Batch | None] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None
        self._has_ended = False
        self._error: BaseException | None = None

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is None:
            return
        if error is not None:
            with suppress(queue.Empty):
                while True:
                    self._queue.get_nowait()
        self._queue.put(None)
        self._thread.join()
        if error is None and self._error is not None:
            raise self._error

    def put(self, batch: Batch) -> None:
        """Queue a batch, waiting while too many are queued. Raises the error of an earlier one."""
        if self._error is not None:
            raise self._error
        self._queue.put(batch)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="write")
            self._thread.start()

    def _run(self) -> None:
        ready: EmbeddedBatch | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="embed") as embedding:
            while not self._has_ended or ready is not None:
                batch = self._next_batch(wait=ready is None)
                try:
                    ready = self._advance(batch, ready, embedding)
                except BaseException as error:
                    self._error, ready = error, None

    def _next_batch(self, wait: bool) -> Batch | None:
        """Return the next batch, or None after the last one and, without `wait`, while there is none.

        After an error each batch is taken and dropped: nothing may be written after a batch that was not, and whoever
        puts must not wait for ever.
        """
        if self._has_ended or (not wait and self._queue.empty()):
            return None
        batch = self._queue.get()
        self._has_ended = batch is None
        return batch if self._error is None else None

    def _advance(self, batch: Batch | None, ready: EmbeddedBatch | None, embedding: Executor) -> EmbeddedBatch | None:
        """Embed a batch while the one before it is written, and return it embedded."""
        if batch is None:
            if ready is not None:
                self._write(ready)
            return None

        # Reuse vectors of texts that the store holds, or the batch before. Read before writing locks the store.
        texts = list(dict.fromkeys(chunk.embedding_text for _, chunks in batch.entries for chunk in chunks))
        vectors = dict(self._store.vectors(texts))
        if ready is not None:
            vectors |= {text: ready.vectors[text] for text in texts if text in ready.vectors}
        missing = [text for text in texts if text not in vectors]

        future = embedding.submit(self._embed, missing)
        if ready is not None:
            self._write(ready)
        vectors.update(zip(missing, future.result(), strict=True))
        return EmbeddedBatch(batch, vectors)

    def _embed(self, texts: list[str]) -> Vectors:
        import numpy as np

        if not texts:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        if not self._fits:
            counts = [len(offsets) for offsets in self._embedder.tokens.offsets(texts)]
            self.truncated += sum(count > self._embedder.tokens.window for count in counts)
        vectors = np.asarray(self._embed_texts(texts), dtype=np.float32)
        self.embedded += len(texts)
        return vectors

    def _write(self, ready: EmbeddedBatch) -> None:
        import numpy as np

        empty = np.zeros((0, self._embedder.dimension), dtype=np.float32)
        entries = [
            Entry(
                source,
                chunks,
                np.stack([ready.vectors[chunk.embedding_text] for chunk in chunks]) if chunks else empty,
            )
            for source, chunks in ready.batch.entries
        ]
        self._store.write(put=entries, delete=ready.batch.delete, origins=ready.batch.origins)
