"""What a store is: chunks with their vectors, found again by meaning, by words and by metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ingest.types import Chunk, Metadata
from stores.filters.filter import Filter

if TYPE_CHECKING:  # so that naming a store loads no numpy
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question. `score`: higher is better; cosine for dense search, in [-1, 1].

    `parts` holds, for a fused hit, the score that each retriever gave it: {"dense": 0.71, "bm25": 9.3}.
    """

    chunk: Chunk
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A document as the store knows it.

    `origin` is the file that it came from (a catalogue's rows and a mail's attachments share one); `fingerprint` a hash
    of everything that its chunks depend on, so that an equal one means there is nothing to do.
    """

    source: str
    origin: str
    fingerprint: str
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A source with its chunks and their vectors, (n, d) float32 in the chunks' order: what a store takes in whole."""

    source: Source
    chunks: Sequence[Chunk]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source as listed: with how many chunks it has."""

    source: Source
    chunks: int


@runtime_checkable
class Store(Protocol):
    """Chunks with vectors.

    Every write is one transaction: all of it is there afterwards, or none. Vectors need not be unit length; scores are
    cosines. Sources are replaced whole: putting a source that is there removes its earlier chunks. Chunks of one source
    with the same id are one chunk.
    """

    @property
    def manifest(self) -> Mapping[str, str]:
        """What the store was made with: `embedder`, `embedder_fingerprint`, `dimension`, `chunker`; {} when new."""

    @property
    def fingerprint(self) -> str:
        """A hash that changes whenever a source is added, replaced or deleted, or the manifest changes."""

    def bind(self, manifest: Mapping[str, str]) -> None:
        """Set the manifest of a new store, or check it against that of an old one.

        `dimension` is required, a positive integer as text. An old store's `embedder_fingerprint` and `dimension` must
        be equal, else WrongEmbedder; other keys (the chunker's settings) are replaced.
        """

    def write(
        self,
        put: Sequence[Entry] = (),
        delete: Collection[str] = (),
        origins: Mapping[str, str | None] | None = None,
    ) -> None:
        """In one transaction: delete these sources, put these entries, note these origins' fingerprints.

        An origin of None is forgotten. A source to delete that is not there is no error; one both deleted and put is
        put. Raises ValueError for vectors whose shape does not fit or that are not finite, StoreError for an unbound
        store, StoreBusy when another process keeps the lock.
        """

    def search(self, vector: ArrayLike, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks of highest cosine, best first, among those that `where` allows.

        Ties are ordered by (source, start). Fewer than k only when fewer are allowed. Raises ValueError for a vector of
        another dimension or not finite, or k < 1. A zero vector scores 0 everywhere.
        """

    def search_text(self, text: str, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """Return up to k chunks that share a word with `text`, best BM25 first, among those that `where` allows.

        Scores are positive. `text` is words, never a query language: nothing in it is an operator.
        """

    def vectors(self, texts: Collection[str]) -> dict[str, Vectors]:
        """Return the vectors, (d,) float32 as given in, of those of these embedding texts that some chunk has."""

    def sources(self) -> list[SourceInfo]:
        """Return all sources, ordered by name."""

    def origins(self) -> dict[str, str]:
        """Return each origin's fingerprint."""

    def chunks(self, source: str | None = None) -> Iterator[Chunk]:
        """Yield the chunks of one source, or of all, ordered by (source, start)."""

    def get(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of these ids, in their order, leaving out those that are not there."""

    def __len__(self) -> int:
        """Return the number of chunks."""

    def compact(self) -> None:
        """Give back the room that deleted chunks took; searches answer the same afterwards."""

    def close(self) -> None:
        """Release files and locks; closing twice is no error."""
