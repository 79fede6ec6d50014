"""The FAISS index of a local store: derived from the rows, searched by inner product, kept in a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

from stores.local.clusters import SPARE, ClusteredIndex
from stores.local.files import checksum as checksum_of, fresh_file
from stores.local.openmp import one_thread
from stores.scoring import units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stores.base import Vectors

    Keys = NDArray[np.int64]
    Stored = Callable[[Keys], Vectors]

FEW = 5_000  # allowed vectors up to here are scored directly: cheaper than walking past all the others
FEW_STORED = 300  # the same beside clusters, where they have to be read from the rows
ROOM = 4  # times as many are scored as are asked for where estimates are all that is known before
DEVIATIONS = 6  # standard deviations that a score may be above what is to be expected from its estimate
SPARE_OF_ALL = 800  # are scored at least where all clusters are looked into, so that it need not be done twice


@dataclass(frozen=True)
class Nearest:
    """Keys and their cosines as float32 has them, best first."""

    keys: Keys
    scores: Vectors


class VectorIndex:
    """Unit vectors under the rows' keys. `generation` is that of the rows it agrees with.

    Few are all scored. Of many most are in a clustered index, which is only searched: what came since is beside it, all
    scored, and what left since is noted.
    """

    def __init__(self, dimension: int, clustered: ClusteredIndex | None = None) -> None:
        self._exact = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._clustered = clustered
        self._gone: Keys = np.zeros(0, dtype=np.int64)  # from the clusters
        self.generation = -1

    @classmethod
    def load(cls, path: Path, checksum: str, dimension: int) -> VectorIndex | None:
        """Read the file if it is, byte for byte, the one with this checksum; else None: missing, torn, or another's."""
        try:
            if not checksum or checksum_of(path) != checksum:
                return None
            index = faiss.read_index(str(path))
        except (OSError, RuntimeError):
            return None
        if not isinstance(index, faiss.IndexIDMap2) or index.d != dimension:
            return None
        loaded = cls(dimension)
        loaded._exact = index
        return loaded

    def save(self, path: Path) -> str:
        """Replace the file that `load` reads in one step, and return its checksum.

        Raises ValueError where there are clusters: they have a file of their own.
        """
        if self._clustered is not None:
            raise ValueError("what is in clusters is not in this file")
        new = fresh_file(path.parent, path.name, lambda file: faiss.write_index(self._exact, str(file)))
        checksum = checksum_of(new)
        new.replace(path)
        return checksum

    def __len__(self) -> int:
        return int(self._exact.ntotal) + (len(self._clustered) - len(self._gone) if self._clustered else 0)

    @property
    def keys(self) -> Keys:
        """The keys it holds, in no order."""
        exact = np.asarray(faiss.vector_to_array(self._exact.id_map), dtype=np.int64)
        if self._clustered is None:
            return exact
        return np.concatenate([np.setdiff1d(self._clustered.keys, self._gone), exact])

    @property
    def is_clustered(self) -> bool:
        """Whether most vectors are in clusters."""
        return self._clustered is not None

    @property
    def last(self) -> int:
        """The greatest key that it ever took in, 0 for none. Keys only ever grow."""
        exact = int(faiss.vector_to_array(self._exact.id_map).max(initial=0))
        return max(exact, self._clustered.layout.last if self._clustered else 0)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, (n, d) of any length, under these keys."""
        self._exact.add_with_ids(units(vectors), keys)

    def remove(self, keys: Keys) -> None:
        """Remove the vectors of these keys, which are there."""
        removed = self._exact.remove_ids(faiss.IDSelectorBatch(keys))
        if removed < len(keys) and self._clustered is not None:
            left = np.setdiff1d(keys, faiss.vector_to_array(self._exact.id_map))
            self._gone = np.union1d(self._gone, np.intersect1d(left, self._clustered.keys))

    def nearest(self, query: NDArray[np.float64], count: int, allowed: Keys | None, stored: Stored) -> Nearest:
        """Return the `count` nearest vectors among the allowed ones; `stored` gives the rows' own vectors of keys."""
        unit = units(query[None])[0]
        count = min(count, len(self) if allowed is None else len(allowed))
        if count == 0:
            return Nearest(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        if allowed is not None and len(allowed) <= (FEW if self._clustered is None else FEW_STORED):
            if self._clustered is None:
                scores = self._exact.reconstruct_batch(allowed) @ unit
            else:
                scores = _cosines(stored(allowed), unit)
            order = np.argsort(-scores, kind="stable")[:count]
            return Nearest(allowed[order], scores[order])
        with one_thread():
            keys, scores = self._exactly_nearest(unit, count, allowed)
            if self._clustered is not None:
                others, theirs = self._nearest_in_clusters(self._clustered, unit, count, allowed, stored)
                keys, scores = np.concatenate([keys, others]), np.concatenate([scores, theirs])
        order = np.argsort(-scores, kind="stable")[:count]
        return Nearest(keys[order], scores[order])

    def _exactly_nearest(self, unit: Vectors, count: int, allowed: Keys | None) -> tuple[Keys, Vectors]:
        count = min(count, int(self._exact.ntotal))
        if count == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        parameters = None if allowed is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        scores, keys = self._exact.search(unit[None], count, params=parameters)
        return keys[0][keys[0] >= 0], scores[0][keys[0] >= 0]

    def _nearest_in_clusters(
        self, clustered: ClusteredIndex, unit: Vectors, count: int, allowed: Keys | None, stored: Stored
    ) -> tuple[Keys, Vectors]:
        """Return keys and cosines of the `count` nearest of those that are in clusters and seem near.

        Where all clusters are looked into, as many are scored as might be among the nearest.
        """
        share, complete, there = 1.0, False, len(clustered) - len(self._gone)
        selector: Any = None
        if allowed is not None:
            share = len(allowed) / len(self)
            marks = np.zeros(clustered.layout.last + 1, dtype=bool)
            marks[allowed[allowed <= clustered.layout.last]] = True
            bits = np.packbits(marks, bitorder="little")  # to be kept while FAISS reads it
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            complete = clustered.probes(share) == clustered.clusters
            there = int(marks.sum())
        elif len(self._gone):
            selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(self._gone))
        wide = max(ROOM * count, SPARE_OF_ALL if complete else SPARE)
        while True:
            keys, estimates = clustered.nearest(unit, wide, selector, share)
            whole = len(keys) < min(wide, there)
            if whole:  # the farthest of all have no estimate
                keys = clustered.keys if allowed is None else allowed
                keys = np.setdiff1d(np.intersect1d(keys, clustered.keys), self._gone)
            scores = _cosines(stored(keys), unit)
            order = np.argsort(-scores, kind="stable")[:count]
            if whole or not complete or len(keys) < wide or _is_clear(scores, estimates, scores[order[-1]]):
                return keys[order], scores[order]
            wide *= ROOM


def _is_clear(scores: Vectors, estimates: Vectors, least: float) -> bool:
    """Whether nothing that has a lower estimate than all these can score above `least`.

    Told from how far these are above their estimates, which differs from query to query.
    """
    above = scores - estimates
    return bool(estimates[-1] + above.mean() + DEVIATIONS * above.std() < least)


def _cosines(vectors: Vectors, unit: Vectors) -> Vectors:
    """Return the cosines of (n, d) vectors of any length with one of length 1, in float32; 0 for a zero vector."""
    largest = np.maximum(np.abs(vectors).max(axis=1, initial=0), np.finfo(np.float32).tiny)[:, None]
    scaled = vectors / largest  # else the squares of tiny and huge numbers are none
    lengths = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))
    products: Vectors = scaled @ unit
    cosines: Vectors = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return cosines
