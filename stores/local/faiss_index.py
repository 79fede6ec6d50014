"""The FAISS index of a local store, derived from its rows and searched by inner product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from stores.local.clusters import SPARE, ClusteredIndex
from stores.local.openmp import one_thread
from stores.scoring import units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stores.base import Vectors

    Keys = NDArray[np.int64]
    Stored = Callable[[Keys], Vectors]

FEW = 5_000  # up to this many allowed vectors are scored directly: cheaper than walking past all the others
FEW_STORED = 300  # the same where there are clusters, as vectors have to be read from the rows
ROOM = 4  # this many times the requested vectors are scored where only estimates are known before
DEVIATIONS = 6  # standard deviations that a score may lie above its expected value given the estimate
SPARE_OF_ALL = 800  # scored at least where all clusters are probed, so that it need not be done twice


@dataclass(frozen=True)
class Nearest:
    """Keys and their cosines in float32, best first."""

    keys: Keys
    scores: Vectors


class VectorIndex:
    """Unit vectors under the keys of the rows. `generation` is that of the rows it agrees with.

    Few vectors are all scored. Of many, most are in a clustered index that is only searched: vectors added since are
    kept apart and all scored, and the keys of removed ones are remembered.
    """

    def __init__(self, dimension: int, clustered: ClusteredIndex | None = None) -> None:
        self._exact = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._clustered = clustered
        self._gone: Keys = np.zeros(0, dtype=np.int64)  # from the clusters
        self.generation = -1

    @classmethod
    def open(cls, path: Path, dimension: int) -> VectorIndex:
        """Return the index in a file, all in memory. Raises OSError or RuntimeError for a file that holds none."""
        exact = faiss.read_index(str(path))
        if not isinstance(exact, faiss.IndexIDMap2) or exact.d != dimension:
            raise RuntimeError(f"{path} holds no index of {dimension} dimensions")
        index = cls(dimension)
        index._exact = exact
        return index

    def write(self, path: Path) -> None:
        """Write the file that `open` reads. Raises ValueError where there are clusters, which have another file."""
        if self._clustered is not None:
            raise ValueError("an index with clusters is written by ClusteredIndex.write")
        faiss.write_index(self._exact, str(path))

    def __len__(self) -> int:
        return int(self._exact.ntotal) + (len(self._clustered) - len(self._gone) if self._clustered else 0)

    @property
    def keys(self) -> Keys:
        """The keys of all vectors, in no order."""
        # Removed vectors stay in the clusters until these are built anew.
        exact = np.asarray(faiss.vector_to_array(self._exact.id_map), dtype=np.int64)
        if self._clustered is None:
            return exact
        return np.concatenate([np.setdiff1d(self._clustered.keys, self._gone), exact])

    @property
    def is_clustered(self) -> bool:
        """Tell whether most vectors are in clusters."""
        return self._clustered is not None

    @property
    def last(self) -> int:
        """The greatest key ever added, 0 for none. Keys only ever grow."""
        exact = int(faiss.vector_to_array(self._exact.id_map).max(initial=0))
        return max(exact, self._clustered.layout.last if self._clustered else 0)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, (n, d) of any length, under these keys."""
        self._exact.add_with_ids(units(vectors), keys)

    def remove(self, keys: Keys) -> None:
        """Remove the vectors of these keys, which have to exist."""
        # What is not in the exact index is in a cluster, and only marked.
        removed = self._exact.remove_ids(faiss.IDSelectorBatch(keys))
        if removed < len(keys) and self._clustered is not None:
            left = np.setdiff1d(keys, faiss.vector_to_array(self._exact.id_map))
            self._gone = np.union1d(self._gone, np.intersect1d(left, self._clustered.keys))

    def nearest(self, query: NDArray[np.float64], count: int, allowed: Keys | None, stored: Stored) -> Nearest:
        """Return the `count` nearest among the allowed vectors; `stored` returns the vectors of keys from the rows."""
        unit = units(query[None])[0]
        count = min(count, len(self) if allowed is None else len(allowed))
        if count == 0:
            return Nearest(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        # Score few directly.
        if allowed is not None and len(allowed) <= (FEW if self._clustered is None else FEW_STORED):
            if self._clustered is None:
                scores = self._exact.reconstruct_batch(allowed) @ unit
            else:
                scores = _fast_cosines(stored(allowed), unit)
            order = np.argsort(-scores, kind="stable")[:count]
            return Nearest(allowed[order], scores[order])
        # Search many, in and outside of clusters.
        with one_thread():
            parameters = None if allowed is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
            number = max(1, min(count, int(self._exact.ntotal)))
            scores, keys = (rows[0] for rows in self._exact.search(unit[None], number, params=parameters))
            scores, keys = scores[keys >= 0], keys[keys >= 0]  # FAISS fills up with -1
            if self._clustered is not None:
                more_keys, more_scores = self._nearest_in_clusters(self._clustered, unit, count, allowed, stored)
                keys, scores = np.concatenate([keys, more_keys]), np.concatenate([scores, more_scores])
        order = np.argsort(-scores, kind="stable")[:count]
        return Nearest(keys[order], scores[order])

    def _nearest_in_clusters(
        self, clustered: ClusteredIndex, unit: Vectors, count: int, allowed: Keys | None, stored: Stored
    ) -> tuple[Keys, Vectors]:
        """Return keys and cosines of the `count` nearest vectors in clusters, as far as their estimates tell.

        Where all clusters are probed, every vector that might be among the nearest is scored.
        """
        # Select what may be returned: `present` vectors, a share of all.
        share, complete, present = 1.0, False, len(clustered) - len(self._gone)
        selector: Any = None
        if allowed is not None:
            # One bit for each key up to the last: FAISS tests it faster than a set.
            share = len(allowed) / len(self)
            marks = np.zeros(clustered.layout.last + 1, dtype=bool)
            marks[allowed[allowed <= clustered.layout.last]] = True
            bits = np.packbits(marks, bitorder="little")  # kept in a variable while FAISS reads it
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            complete = clustered.probes(share) == clustered.clusters
            present = int(marks.sum())
        elif len(self._gone):
            selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(self._gone))
        # Score the best estimates, more and more until nothing else can be nearer.
        wide = max(ROOM * count, SPARE_OF_ALL if complete else SPARE)
        while True:
            keys, estimates = clustered.nearest(unit, wide, selector, share)
            whole = len(keys) < min(wide, present)
            if whole:  # vectors too far away have no estimate
                keys = clustered.keys if allowed is None else allowed
                keys = np.setdiff1d(np.intersect1d(keys, clustered.keys), self._gone)
            scores = _fast_cosines(stored(keys), unit)
            order = np.argsort(-scores, kind="stable")[:count]
            if whole or not complete or len(keys) < wide:
                return keys[order], scores[order]
            # How far scores lie above their estimates differs from query to query, so it is measured on these.
            above = scores - estimates
            if estimates[-1] + above.mean() + DEVIATIONS * above.std() < scores[order[-1]]:
                return keys[order], scores[order]
            wide *= ROOM


def _fast_cosines(vectors: Vectors, unit: Vectors) -> Vectors:
    """Return the cosines of (n, d) vectors of any length with one of length 1, in float32; 0 for a zero vector."""
    # Scale first: the squares of tiny and huge numbers would be 0 or infinite.
    largest = np.maximum(np.abs(vectors).max(axis=1, initial=0), np.finfo(np.float32).tiny)[:, None]
    scaled = vectors / largest  # else the squares of tiny and huge numbers would be 0 or infinite
    lengths = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))
    products: Vectors = scaled @ unit
    cosines: Vectors = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return cosines
