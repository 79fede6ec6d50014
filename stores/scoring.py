"""Scores, their order, and the checks of what goes into a store: the same for every store."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ingest.errors import InputError, StoreError, WrongEmbedder
from ingest.types import Chunk, Metadata
from stores.base import Entry, Hit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from stores.base import Vectors

DECIMALS = 6  # of a cosine: below that is the rounding of float32, which must not decide the order


def top_hits(scored: Iterable[tuple[Chunk, float]], k: int) -> list[Hit]:
    """Return the k hits of highest score, best first; ties in the order of the text they come from."""
    pairs = list(scored)
    if len(pairs) > k:  # a chunk's id, which orders ties, is costly: drop what cannot be among the best before
        lowest = heapq.nlargest(k, (score for _, score in pairs))[-1]
        pairs = [pair for pair in pairs if pair[1] >= lowest]
    ordered = sorted(pairs, key=lambda pair: (-pair[1], pair[0].source, pair[0].start, pair[0].id))
    return [Hit(chunk, score) for chunk, score in ordered[:k]]


def cosines(vectors: Vectors, query: NDArray[np.float64]) -> list[float]:
    """Return the cosine of each of the (n, d) vectors with the query, to six decimals; 0 for a zero vector.

    A row's score does not depend on the other rows, as that of a matrix product may in the last bit.
    """
    rows = vectors.astype(np.float64)
    # Sums of products row by row, whose order does not depend on how many rows there are.
    products = np.einsum("ij,j->i", rows, query)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows)) * math.sqrt(float(query @ query))
    scores = np.divide(products, lengths, out=np.zeros(len(rows)), where=lengths > 0)
    return [float(score) for score in np.clip(np.round(scores, DECIMALS), -1, 1) + 0.0]  # + 0.0: no negative zero


def units(vectors: NDArray[np.floating]) -> Vectors:
    """Return the (n, d) vectors scaled to length 1; zero vectors stay zero."""
    rows = vectors.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    scaled: NDArray[np.float64] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return scaled.astype(np.float32)


def query_vector(vector: ArrayLike, dimension: int | None) -> NDArray[np.float64]:
    """Return the query as (d,) float64; `dimension` is None while the store is unbound. Raises InputError."""
    query = np.asarray(vector, dtype=np.float64)
    if query.ndim != 1 or dimension not in (None, len(query)):
        raise InputError(f"the query's vector has shape {query.shape}, the store holds vectors of shape ({dimension},)")
    if not np.isfinite(query).all():
        raise InputError("the query's vector holds NaN or infinity")
    return query


def check_k(k: int) -> None:
    """Raise InputError unless k is at least 1."""
    if k < 1:
        raise InputError(f"k must be at least 1, not {k}")


def merge_manifest(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Return the manifest after `bind(new)` to a store whose manifest is `old`. Raises InputError, WrongEmbedder."""
    dimension = new.get("dimension", "")
    if not (dimension.isascii() and dimension.isdigit() and int(dimension) > 0):
        raise InputError(f"a manifest needs a dimension such as '384', not {dimension!r}")
    # Vectors of another embedder, or of another dimension, cannot be compared.
    for key in ("embedder_fingerprint", "dimension"):
        if old and old.get(key) != new.get(key):
            raise WrongEmbedder(
                f"the store was made with embedder {old.get('embedder')!r} ({key} {old.get(key)}), not with "
                f"{new.get('embedder')!r} ({key} {new.get(key)}); use the former, or index anew into another store"
            )
    return {**old, **new}


def dimension_of(manifest: Mapping[str, str]) -> int | None:
    """Return the dimension of a store's vectors, None while it is unbound."""
    return int(manifest["dimension"]) if manifest else None


def check_entries(put: Sequence[Entry], origins: Mapping[str, str | None], manifest: Mapping[str, str]) -> list[Entry]:
    """Return a write's entries without repeated chunks, their vectors as (n, dimension) float32.

    Raises InputError for what cannot be stored, StoreError for an unbound store.
    """
    dimension = dimension_of(manifest)
    if dimension is None:
        raise StoreError("the store is not bound to an embedder yet: call bind(manifest) before write")
    for origin, fingerprint in origins.items():
        _check_text(origin, fingerprint or "")
    entries = []
    for entry in put:
        source, chunks = entry.source.source, entry.chunks
        # The vectors: one for each chunk, of the store's dimension, and finite.
        vectors = np.asarray(entry.vectors, dtype=np.float32)
        if not len(chunks) and not vectors.size:
            vectors = np.zeros((0, dimension), dtype=np.float32)
        if vectors.shape != (len(chunks), dimension):
            raise InputError(
                f"{source}: vectors of shape {vectors.shape} for {len(chunks)} chunks; "
                f"expected ({len(chunks)}, {dimension})"
            )
        if not np.isfinite(vectors).all():
            raise InputError(f"{source}: a vector holds NaN or infinity")
        # The texts and metadata: whatever JSON and UTF-8 can hold.
        _check_text(source, entry.source.origin, entry.source.fingerprint)
        _check_metadata(source, entry.source.metadata)
        for chunk in chunks:
            if chunk.source != source:
                raise InputError(f"{source}: holds a chunk of another source, {chunk.source!r}")
            _check_text(source, chunk.text, *chunk.heading)
            _check_metadata(source, chunk.metadata)
        # Of chunks with the same id, the first.
        first = {chunk.id: position for position, chunk in reversed(list(enumerate(chunks)))}
        kept = sorted(first.values())
        entries.append(Entry(entry.source, [chunks[position] for position in kept], vectors[kept]))
    return entries


def _check_metadata(source: str, metadata: Metadata) -> None:
    for key, value in metadata.items():
        # A list of metadata holds scalars only.
        elements = value if isinstance(value, list | tuple) else [value]
        for element in elements:
            if not (element is None or isinstance(element, str | int | float)):
                raise InputError(f"{source}: metadata {key!r} is {value!r}; it must be a scalar or a list of scalars")
            if isinstance(element, float) and not math.isfinite(element):
                raise InputError(f"{source}: metadata {key!r} holds {element}, which JSON cannot")
            if isinstance(element, str):
                _check_text(source, key, element)


def _check_text(source: str, *texts: str) -> None:
    for text in (source, *texts):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(f"{source!r}: holds half a character, {text[error.start]!r}, which UTF-8 cannot") from None
