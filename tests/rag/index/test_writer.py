"""Batches are written in order beside whoever makes them; an error stops them, and nothing is written after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from ingest.types import Chunk, Document
from rag.index.index import Index
from rag.index.writer import Batch, Writer
from stores import MemoryStore, Source


def batch(name: str, *texts: str) -> Batch:
    chunks = [Chunk(text, name, 10 * at, 10 * at + len(text)) for at, text in enumerate(texts)]
    return Batch([(Source(name, name, "1"), chunks)], [], {name: "1"})


@pytest.fixture
def store(embedder: Any) -> MemoryStore:
    store = MemoryStore()
    store.bind({"embedder": "e", "embedder_fingerprint": "f", "dimension": str(embedder.dimension)})
    return store


def test_batches_are_written_in_order_and_texts_embedded_once(store: MemoryStore, embedder: Any) -> None:
    with Writer(store, embedder) as writer:
        for number in range(8):
            writer.put(batch("a", f"text {number}", "the same"))
    assert [chunk.text for chunk in store.chunks("a")] == ["text 7", "the same"]
    assert writer.embedded == 9


def test_who_makes_batches_goes_on_meanwhile_but_not_without_end(store: MemoryStore, embedder: Any) -> None:
    go_on, put = threading.Event(), []

    class Slow:
        dimension, tokens = embedder.dimension, embedder.tokens

        def embed_documents(self, texts: list[str]) -> Any:
            assert go_on.wait(20)
            return embedder.embed_documents(texts)

    def make() -> None:
        with Writer(store, Slow()) as writer:  # type: ignore[arg-type]
            for number in range(9):
                writer.put(batch(str(number), f"text {number}"))
                put.append(number)

    maker = threading.Thread(target=make)
    maker.start()
    time.sleep(0.3)
    assert 2 <= len(put) <= 4, "one is being written, two wait"
    go_on.set()
    maker.join()
    assert len(store) == len(put) == 9


def test_a_batch_is_written_while_the_next_is_embedded(embedder: Any) -> None:
    """Neither would end without the other: each waits for the other to have begun."""
    writing, embedding = threading.Event(), threading.Event()

    class Waits(MemoryStore):
        def write(self, put: Any = (), delete: Any = (), origins: Any = None) -> None:
            if not writing.is_set():
                writing.set()
                assert embedding.wait(20), "nothing is embedded beside"
            super().write(put, delete, origins)

    class Tells:
        dimension, tokens = embedder.dimension, embedder.tokens

        def embed_documents(self, texts: list[str]) -> Any:
            if "second" in texts:
                embedding.set()
                assert writing.wait(20), "nothing is written beside"
            return embedder.embed_documents(texts)

    store = Waits()
    store.bind({"embedder": "e", "embedder_fingerprint": "f", "dimension": str(embedder.dimension)})
    writer = Writer(store, Tells())  # type: ignore[arg-type]
    with writer:
        writer._queue.put(batch("a", "first"))  # both are there before the thread begins
        writer.put(batch("b", "second"))
    assert [chunk.text for chunk in store.chunks()] == ["first", "second"]


def test_an_error_is_raised_and_nothing_is_written_after_it(store: MemoryStore, embedder: Any) -> None:
    class Breaks:
        dimension, tokens = embedder.dimension, embedder.tokens

        def embed_documents(self, texts: list[str]) -> Any:
            if "bad" in texts:
                raise RuntimeError("the embedder broke")
            return embedder.embed_documents(texts)

    def write() -> None:
        with Writer(store, Breaks()) as writer:  # type: ignore[arg-type]
            for name, text in (("a", "good"), ("b", "bad"), ("c", "good too")):
                writer.put(batch(name, text))

    with pytest.raises(RuntimeError, match="the embedder broke"):
        write()
    assert [info.source.source for info in store.sources()] == ["a"]
    assert "b" not in store.origins()


def test_an_interrupt_ends_the_thread_and_leaves_whole_batches(store: MemoryStore, embedder: Any) -> None:
    def write() -> None:
        with Writer(store, embedder) as writer:
            writer.put(batch("a", "one", "two"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert not [thread for thread in threading.enumerate() if thread.name == "write"]
    assert len(store) in (0, 2)


def test_an_index_that_failed_goes_on_where_it_stopped(embedder: Any) -> None:
    class Once:
        name, fingerprint, dimension, tokens = embedder.name, embedder.fingerprint, embedder.dimension, embedder.tokens
        broken = True

        def embed_documents(self, texts: Sequence[str]) -> Any:
            if self.broken and any("word 700" in text for text in texts):
                raise MemoryError("no room")
            return embedder.embed_documents(list(texts))

        def embed_query(self, text: str) -> Any:
            return embedder.embed_query(text)

    model = Once()
    index = Index(MemoryStore(), model)
    documents = [Document(f"The word {number} stands here alone.", f"d{number}") for number in range(900)]
    with pytest.raises(MemoryError):
        index.add(documents)
    held = len(index.store)
    assert 0 < held < 700
    model.broken = False
    report = index.add(documents)
    assert report.unchanged >= held - 1
    assert (report.chunks_embedded, len(index.store)) == (900 - held, 900)
