"""Gather documents into batches of chunks, each of which is written in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.chunk import Chunker
from ingest.types import Chunk, Document
from rag.index.writer import Batch, Writer
from stores.base import Source, Store

BATCH_CHUNKS = 256
FIRST_CHUNKS = 32  # of a run's first batch; each is twice the one before, so that embedding begins early
BATCH_DOCUMENTS = 256


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that gave no documents, and the reason, in words for a person."""

    source: str
    reason: str
    named: bool = False  # the user named this very file


@dataclass
class SyncReport:
    """The outcome of a run. `added`, `updated`, `unchanged` and `deleted` count files.

    `skipped` lists files that are empty, too large or of a kind that nothing installed reads; `failed` lists those that
    should have been readable. `truncated_chunks` counts chunks longer than the embedder reads: 0 unless its tokens are
    hidden.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    failed: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    chunks_embedded: int = 0
    chunks_total: int = 0
    truncated_chunks: int = 0
    seconds: float = 0.0


class Staging:
    """The next transaction of a run: documents are chunked into it, and it is handed to the writer when it is full."""

    def __init__(self, store: Store, chunker: Chunker, writer: Writer) -> None:
        self.report = SyncReport()
        self._store = store
        self._chunker = chunker
        self._writer = writer
        self._entries: list[tuple[Source, list[Chunk]]] = []
        self._delete: list[str] = []
        self._origins: dict[str, str | None] = {}
        self._stored: dict[str, dict[str, str]] | None = None
        self._chunks = 0
        self._limit = min(FIRST_CHUNKS, BATCH_CHUNKS)

    def put_origin(self, origin: str, fingerprint: str, documents: Sequence[Document], is_known: bool) -> None:
        """Stage a file's documents. Unchanged ones stay as they are, and vanished ones leave the store."""
        stored = self._stored_sources(origin)
        names: set[str] = set()
        batch: list[Document] = []
        for document in _number_repeated_sources(documents):
            names.add(document.source)
            batch.append(document)
            if len(batch) == BATCH_DOCUMENTS:
                self._stage(origin, batch, stored)
                batch = []
        self._stage(origin, batch, stored)
        self._delete += [source for source in stored if source not in names]
        self._origins[origin] = fingerprint
        if is_known:
            self.report.updated += 1
        else:
            self.report.added += 1

    def drop_origin(self, origin: str) -> None:
        """Stage the removal of a file's sources."""
        self._delete += list(self._stored_sources(origin))
        self._origins[origin] = None
        self.report.deleted += 1

    def flush(self) -> None:
        """Hand what is staged to the writer, as one transaction."""
        if self._entries or self._delete or self._origins:
            self._writer.put(Batch(self._entries, self._delete, self._origins))
        self._entries, self._delete, self._origins, self._chunks = [], [], {}, 0

    def _stage(self, origin: str, documents: Sequence[Document], stored: dict[str, str]) -> None:
        fingerprints = {document.source: document_fingerprint(document, self._chunker) for document in documents}
        changed = [document for document in documents if stored.get(document.source) != fingerprints[document.source]]
        for document, chunks in zip(changed, self._chunker.chunk_many(changed), strict=True):
            source = Source(document.source, origin, fingerprints[document.source], document.metadata)
            self._entries.append((source, chunks))
            self._chunks += len(chunks)
            if self._chunks >= self._limit or len(self._entries) >= BATCH_DOCUMENTS:
                self.flush()
                self._limit = min(2 * self._limit, BATCH_CHUNKS)

    def _stored_sources(self, origin: str) -> dict[str, str]:
        """Return the fingerprints of the sources that the store has of a file; they are read once per run."""
        if self._stored is None:
            self._stored = {}
            for info in self._store.sources():
                self._stored.setdefault(info.source.origin, {})[info.source.source] = info.source.fingerprint
        return self._stored.get(origin, {})


def document_fingerprint(document: Document, chunker: Chunker) -> str:
    """Return a hash of a document and of the settings that decide how it is chunked."""
    blocks = [(block.start, block.end, block.kind, block.page, block.heading) for block in document.blocks]
    content = json.dumps([document.text, blocks, document.metadata], ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(f"{content}\0{chunker.settings}".encode()).hexdigest()


def _number_repeated_sources(documents: Sequence[Document]) -> list[Document]:
    counts: dict[str, int] = {}
    numbered = []
    for document in documents:
        count = counts[document.source] = counts.get(document.source, 0) + 1
        if count > 1:
            document = Document(document.text, f"{document.source}~{count}", document.blocks, document.metadata)
        numbered.append(document)
    return numbered
