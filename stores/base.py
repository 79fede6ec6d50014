"""The contract of a store: chunks with their vectors, searched by meaning, by words and by metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from ingest.types import Chunk, Metadata
from stores.filters.filter import Filter

if TYPE_CHECKING:  # so that naming a store loads no numpy
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search returned. `score`: higher is better; a cosine in [-1, 1] for dense search.

    `parts` holds the score of each retriever where several were fused: {"dense": 0.71, "bm25": 9.3}.
    """

    chunk: Chunk
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A document in a store.

    `origin` is the file that it came from; the rows of a catalogue share one, as do a mail and its attachments.
    `fingerprint` is a hash of everything that its chunks depend on: where it is equal, there is nothing to do.
    """

    source: str
    origin: str
    fingerprint: str
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A source to write, with its chunks and their vectors, (n, d) float32 in the order of the chunks."""

    source: Source
    chunks: Sequence[Chunk]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source in a listing, with its number of chunks."""

    source: Source
    chunks: int


@runtime_checkable
class Store(Protocol):
    """Chunks with vectors.

    Every write is one transaction: all of it takes effect, or none. Vectors need not be of unit length; scores are
    cosines. Sources are replaced whole: putting a source again removes its earlier chunks. Chunks of one source with
    the same id are one chunk. A store is a context manager that closes itself; any use after that raises StoreError.
    """

    @property
    def manifest(self) -> Mapping[str, str]:
        """The settings of the store: `embedder`, `embedder_fingerprint`, `dimension`, `chunker`; {} when it is new."""

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
        """Delete these sources, put these entries and record these origins' fingerprints, in one transaction.

        An origin whose fingerprint is None is forgotten. Deleting an unknown source is no error; a source both deleted
        and put is put. Raises InputError for vectors of the wrong shape or that are not finite, StoreError for an
        unbound store, StoreBusy when another process keeps the lock.
        """

    def search(self, vector: ArrayLike, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """Return the k chunks of highest cosine, best first, among those that `where` allows.

        Ties are ordered by (source, start). Fewer than k are returned only when fewer are allowed. A zero vector scores
        0 everywhere. Raises InputError for a vector of another dimension or not finite, or k < 1.
        """

    def search_text(self, text: str, k: int = 5, where: Filter | None = None) -> list[Hit]:
        """Return up to k chunks that share a word with `text`, best BM25 first, among those that `where` allows.

        Scores are positive. `text` is plain words: nothing in it is an operator.
        """

    def vectors(self, texts: Collection[str]) -> dict[str, Vectors]:
        """Return the vectors, (d,) float32 as they were written, of those embedding texts that some chunk has."""

    def sources(self) -> list[SourceInfo]:
        """Return all sources, ordered by name."""

    def origins(self) -> dict[str, str]:
        """Return each origin's fingerprint."""

    def chunks(self, source: str | None = None) -> Iterator[Chunk]:
        """Yield the chunks of one source, or of all, ordered by (source, start)."""

    def get(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of these ids, in their order, leaving out those that are not there."""

    def count(self, where: Filter | None = None) -> int:
        """Return the number of chunks that `where` allows."""

    def fields(self) -> list[str]:
        """Return the names of the metadata that some chunk has, in order."""

    def __len__(self) -> int:
        """Return the number of all chunks."""

    def compact(self) -> None:
        """Free the space of deleted chunks; searches give the same hits afterwards."""

    def close(self) -> None:
        """Release files and locks; closing twice is no error."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
