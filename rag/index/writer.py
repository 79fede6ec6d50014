"""Embed batches and write them, each while the next is embedded, and while others read the files of those to come."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
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
        self._ended = False
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
        ready: _Embedded | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="embed") as beside:
            while not self._ended or ready is not None:
                batch = self._next(wait=ready is None)
                try:
                    ready = self._step(batch, ready, beside)
                except BaseException as error:
                    self._error, ready = error, None

    def _next(self, wait: bool) -> Batch | None:
        """Return the next batch; None after the last one, and for one that comes after an error.

        Without `wait` it is also None while there is none. Nothing may be written after what was not, but whoever puts
        must not wait for ever.
        """
        if self._ended or (not wait and self._queue.empty()):
            return None
        batch = self._queue.get()
        self._ended = batch is None
        return batch if self._error is None else None

    def _step(self, batch: Batch | None, ready: _Embedded | None, beside: Executor) -> _Embedded | None:
        """Embed a batch while the one before it is written, and return it embedded."""
        if batch is None:
            if ready is not None:
                self._write(ready)
            return None
        texts = list(dict.fromkeys(chunk.embedding_text for _, chunks in batch.entries for chunk in chunks))
        vectors = dict(self._store.vectors(texts))  # read before writing begins, which would have to be waited for
        if ready is not None:
            vectors |= {text: ready.vectors[text] for text in texts if text in ready.vectors}
        missing = [text for text in texts if text not in vectors]
        embedding = beside.submit(self._embed, missing)
        if ready is not None:
            self._write(ready)
        vectors.update(zip(missing, embedding.result(), strict=True))
        return _Embedded(batch, vectors)

    def _embed(self, texts: list[str]) -> Vectors:
        import numpy as np

        if not texts:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        if not self._fits:
            counts = [len(offsets) for offsets in self._embedder.tokens.offsets(texts)]
            self.truncated += sum(count > self._embedder.tokens.window for count in counts)
        vectors = np.asarray(self._embedder.embed_documents(texts), dtype=np.float32)
        self.embedded += len(texts)
        return vectors

    def _write(self, ready: _Embedded) -> None:
        import numpy as np

        nothing = np.zeros((0, self._embedder.dimension), dtype=np.float32)
        put = [
            Entry(
                source,
                chunks,
                np.stack([ready.vectors[chunk.embedding_text] for chunk in chunks]) if chunks else nothing,
            )
            for source, chunks in ready.batch.entries
        ]
        self._store.write(put=put, delete=ready.batch.delete, origins=ready.batch.origins)


@dataclass(frozen=True)
class _Embedded:
    """A batch and the vectors of its texts."""

    batch: Batch
    vectors: Mapping[str, Vectors]
